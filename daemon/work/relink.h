/* A relink: a record whose link was dropped, by people or in a rebase, is linked to another one. More than 20
 * in a cycle are held with the whole plan, until that very plan is released (reconciliation.md, "Plans, undo,
 * totals"): so none is made before all are counted. */
#ifndef WORK_RELINK_H
#define WORK_RELINK_H

#include "daemon/work/pair.h"

/* Before a walk: what this one counts may not be linked yet. */
enum status relink_begin(struct desk *desk);
/* Notes that the pair's link is dropped in this cycle. */
enum status relink_dropped(struct desk *desk, const struct pair *pair);
/* Is the match at hand a relink that has to wait until all are counted? It is counted. */
enum status relink_waits(struct desk *desk, const struct pair *pair, bool *ret);
/* When all is judged. plan: the hash of what is planned, into which the relinks that wait are mixed. */
enum relink_verdict { RELINK_NONE, RELINK_FEW, RELINK_MANY };
enum relink_verdict relink_judge(struct desk *desk, struct hash *plan);

#endif
