/* The walk: every record that is to be judged, accounts before hours, in pieces, so that the worker can
 * be asked for other things in between (reconciliation.md, "Situations" and "Guards"). */
#ifndef WORK_DECIDE_H
#define WORK_DECIDE_H

#include "daemon/work/desk.h"

struct decide_result {
    bool more;           /* the walk goes on: call again */
    size_t needs;        /* reads asked for so far that are not fetched yet */
    int64_t judged;
};

/* Begins the walk anew (a cycle's first, or after more was read). */
enum status decide_begin(struct desk *desk);
/* Judges up to `most` records, in a transaction of its own. */
enum status decide_some(struct desk *desk, size_t most, struct decide_result *ret);

/* After a full reading of a side's entity was certified: records that it lacks are asked for by id, unless
 * the listing shrank so much that the guard holds. Updates the watermark's counts. */
enum status decide_missing(struct desk *desk, enum side side, enum entity entity, int64_t listed);

/* When nothing is left to read: looks at the counts. A guard that trips turns this run's planned writes
 * into proposed ones and records mass_change_guard. ret_writes: planned writes that may be sent. */
enum status decide_guard(struct desk *desk, bool observe, int64_t *ret_writes);

/* All writes that this cycle has planned so far, whatever became of them. */
int64_t decide_planned(const struct desk *desk);

#endif
