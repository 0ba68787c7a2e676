/* Planned writes out, answers in: one request at a time in dependency order, marked as sent before it
 * leaves; an answer with the stored record settles, moves the base and cleans, in one transaction
 * (reconciliation.md, "Writing, safely"). */
#ifndef WORK_APPLY_H
#define WORK_APPLY_H

#include "daemon/store/journal.h"
#include "daemon/sync/exchange.h"
#include "daemon/work/desk.h"

/* The sides that can take a request now; `first` of them first. */
struct apply_room {
    bool of[SIDES];
    enum side first;
};

/* The next write request of the run to a side with room. ret NULL: none in this wave (ret_wave: the lowest wave that still
 * has planned writes, UINT_MAX: none at all). Requests of a higher wave are only given when `wave` says
 * so: the caller waits until all of the wave before are answered. The journal rows are 'sent', durably,
 * when this returns OK with a request. */
enum status apply_next(struct desk *desk, unsigned wave, const struct apply_room *room, struct exchange **ret,
                       unsigned *ret_wave);

/* In a transaction: what the answer says of each write of the exchange. */
enum status apply_answer(struct desk *desk, const struct exchange *exchange,
                         const struct answer *answer, struct received *ret);

/* The write was refused, or answered with what is not so: a write_rejected that says the reason, one word. In a
 * transaction. */
enum status apply_rejected(struct desk *desk, const struct write *write, const char *reason);

/* What became of the write, into the log. */
enum status apply_log(struct desk *desk, const struct write *write, const char *event);

/* Writes that were sent and never answered (this run's or a crashed one's): their targets are asked for,
 * and their subjects are left alone until then. ret_count: how many. */
enum status apply_ask_unknown(struct desk *desk, int64_t *ret_count);
/* After those reads: the rows are overtaken, their sources judged again. A row whose read failed stays. */
enum status apply_resolve_unknown(struct desk *desk);

#endif
