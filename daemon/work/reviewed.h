/* A reviewed plan: of what this cycle planned, exactly the writes whose keys stand in the operator's
 * file. A key is a function of target, record, version and content (work/planned), so a write with that
 * key is the very write that was looked at, and its precondition still holds (reconciliation.md,
 * "Plans, undo, totals"). */
#ifndef WORK_REVIEWED_H
#define WORK_REVIEWED_H

#include "daemon/work/desk.h"

/* Keys in hex, 32 small digits each, one behind the other, into the set. INVALID: anything else. */
enum status reviewed_keys(struct slice hex, struct hashset *ret);

/* In a transaction, before the guards count: what is planned and not reviewed is dropped, and stays
 * for the next cycle, since its records are still to be judged. */
enum status reviewed_keep(struct desk *desk);

#endif
