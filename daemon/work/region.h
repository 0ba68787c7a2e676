/* A person whose account left the region on one side: her hours are neither judged nor read by id, and those that
 * would go over wait. One conflict for the person says so: left_region, and region_mismatch as soon as hours of hers
 * wait (reconciliation.md, "Scope and directions"). */
#ifndef WORK_REGION_H
#define WORK_REGION_H

#include "daemon/store/journal.h"
#include "daemon/work/pair.h"

/* Is the hour record's person linked, and stands she outside the region on a side? */
bool region_left(const struct pair *pair);
/* Why the hour record of such a person waits, a static word; NULL: nothing of it would go over. */
const char *region_waits_for(const struct desk *desk, const struct pair *pair);
/* Does any hour record of the person wait for her region, on either side? Texts in the desk's arena. */
enum status region_hours_wait(struct desk *desk, const struct person *person, bool *ret);
/* Does the hour record, by its person's keyed hash, belong to an account that stands outside on that side? */
enum status region_outside(struct desk *desk, enum side side, struct hash person, bool *ret);

/* A write of hours was refused. Where the target names the person's region as the reason, her account is asked for and
 * ret is true: the hours are decided again when it was read, which shows where she stands. False: an ordinary
 * refusal, also when her account was read for this reason before in the cycle and the target refuses all the same. */
enum status region_refused(struct desk *desk, const struct write *write, struct slice fields, bool *ret);

#endif
