/* Recognised hours beyond the target's day limit wait: the places of a person's day are given once a cycle, in the
 * order of finished, then origin number (reconciliation.md, "Situations": eligible). */
#ifndef WORK_DAY_LIMIT_H
#define WORK_DAY_LIMIT_H

#include "daemon/work/pair.h"

/* Is there room on the target for the pair's hour record, on the day that it was finished? */
enum status day_limit_holds(struct desk *desk, const struct pair *pair, enum side target, bool *ret);

#endif
