/* Masking, at the point of writing: what may stand in a log, a conflict or a message instead of a
 * person's data (reconciliation.md, "The conflict log"). */
#ifndef MAPPING_MASK_H
#define MAPPING_MASK_H

#include "mapping/record.h"

/* Appends the masked form: an ID keeps its first and last character and its length, a mobile its
 * first three and last two characters (shorter than 11: all stars), a name its first character and
 * two stars, HIDDEN one star. An empty value stays empty. */
void mask_value(enum mask mask, struct slice value, struct buffer *ret);
/* A record's field by its own mask; organisations are shown in full. */
void mask_field(enum field field, const struct record *record, struct buffer *ret);
/* "person:3****************9", "annual:3****************9/2023", "hours:371600/5500017" (a number
 * that is an ID is masked as one), organisations in full. */
void mask_subject(struct slice subject, struct buffer *ret);

#endif
