/* A run, or what carried out a clerk's decision, taken back: from each write's stored values before a
 * compensating write is planned, which then goes the way of any plan (reconciliation.md, "Plans, undo,
 * totals"). What the target does not hold any more as the write left it is left out and named. */
#ifndef WORK_UNDO_H
#define WORK_UNDO_H

#include "daemon/work/decide.h"

/* The desk's order says what is taken back. In place of decide_begin and decide_some: nothing else is
 * judged in such a cycle. Newest writes first. */
enum status undo_begin(struct desk *desk);
enum status undo_some(struct desk *desk, size_t most, struct decide_result *ret);

/* In the transaction in which the guards let the plan pass, so before anything is sent: the fields that
 * are about to be written back are held by conflicts with the values that both sides will then hold.
 * Whatever becomes of the write, such a hold counts only while both sides hold just these values, so a
 * crash or a lost answer leaves nothing that the next cycle would do again. */
enum status undo_hold(struct desk *desk);
/* The same for one write whose target is known to hold it, by what the other side holds by now. The
 * desk's arena is reset. */
enum status undo_hold_write(struct desk *desk, const struct write *write);

/* At the end, in a transaction: writes that were planned and did not settle are named too. */
enum status undo_end(struct desk *desk);

#endif
