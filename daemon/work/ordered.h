/* What a cycle does besides when an operator ordered it: may it be done, who asked for it, what was
 * left out (daemon/work/reviewed.h, daemon/work/undo.h). Nothing for an ordinary cycle. */
#ifndef WORK_ORDERED_H
#define WORK_ORDERED_H

#include "daemon/work/desk.h"

/* Why the order cannot be carried out, a static English sentence, and the exit code; NULL: it can.
 * observes: the mode in force writes nothing. */
const char *ordered_refusal(struct desk *desk, bool observes, int *ret_exit);
/* One event: who ordered what. In a transaction, once the run has its number. */
enum status ordered_log(struct desk *desk);
/* Counts what was left out. whole: the cycle was not cut off. In the closing transaction. */
enum status ordered_end(struct desk *desk, bool whole);

#endif
