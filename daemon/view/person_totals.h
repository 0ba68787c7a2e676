/* The bridge's own totals of one year, for `person`. */
#ifndef VIEW_PERSON_TOTALS_H
#define VIEW_PERSON_TOTALS_H

#include "daemon/work/person_case.h"

#include <jansson.h>

/* {"public","professional","credits","qualified","missing"} by the notice, over both sides' records; a pair
 * counts once, a course counts once (reconciliation.md, "What the notice demands"). NULL: out of memory. */
json_t *person_totals(const struct person_case *at, int year);

#endif
