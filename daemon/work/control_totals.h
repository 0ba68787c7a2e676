/* After a full cycle the hours balance, as a bank's books do: per year, category and region, what one
 * level holds more than the other is explained to the hundredth by what is held back; what is left is
 * control_total (reconciliation.md, "Plans, undo, totals"). */
#ifndef WORK_CONTROL_TOTALS_H
#define WORK_CONTROL_TOTALS_H

#include "daemon/work/desk.h"

/* Adds up all learners' balances; raises what is unexplained, clears what balances again, and keeps the
 * totals in the state as "control_totals" (docs/json.md, `status`). */
enum status control_totals(struct desk *desk);

#endif
