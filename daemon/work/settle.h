/* A write whose answer has the stored record: the journal and the stage, and then the base, move with it
 * (reconciliation.md, "Writing, safely"). For apply.c only; in its transaction. */
#ifndef WORK_SETTLE_H
#define WORK_SETTLE_H

#include "daemon/store/journal.h"
#include "daemon/sync/exchange.h"
#include "daemon/work/desk.h"

/* Zeroed, with the write as the journal has it. */
struct settling {
    struct write write;
    struct slice row;       /* as stored, in the platform's words */
    struct decoded decoded;
    bool holds;             /* the target holds what was to be written */
};

/* Takes the stored record in and settles the write; or refuses it, where the record says what it may not; or leaves it,
 * where nothing can be read. texts: outlives settle_judge, and so does row. */
enum status settle_take(struct desk *desk, struct settling *settling, struct slice row, struct arena *texts,
                        struct received *ret);
/* Judges the pair of one that holds: the base moves, what was found is over. The desk's arena is reset. */
enum status settle_judge(struct desk *desk, const struct settling *settling);

#endif
