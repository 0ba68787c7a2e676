/* The canonical words of fields that have a closed set of them (reconciliation.md, "The canonical
 * model"), and the checks that a canonical text has its field's form. */
#ifndef MAPPING_WORD_H
#define MAPPING_WORD_H

#include "mapping/field.h"

/* Ends with NULL; NULL itself: the field has no closed set of words. */
const char *const *word_list(enum field field);
/* The word as a static text; NULL: not one of the field's. */
const char *word_find(enum field field, struct slice text);
/* NULL: the text has the field's form (an empty one has); else why not, static. */
const char *word_form_fault(enum field field, struct slice canonical);

#endif
