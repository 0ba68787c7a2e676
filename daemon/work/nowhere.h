/* Whoever a valid person names and who is registered nowhere: one missing_counterpart at once, of the employer
 * or the department (reconciliation.md, "What the notice demands", the first row). It lives as long as somebody
 * names it and no account of that code stands on either side; a frozen account stands. */
#ifndef WORK_NOWHERE_H
#define WORK_NOWHERE_H

#include "daemon/work/pair.h"

/* Notes whom the accounts of a judged pair name, and raises or clears what follows. Leaves an account dirty
 * while a side is not read whole or still asked for the code. In a transaction. */
enum status nowhere_judge(struct desk *desk, const struct pair *pair);
/* An account lost this code: where it stands on no side any more, who names it is to be judged anew. */
enum status nowhere_lost(struct desk *desk, struct slice code);
/* After a full cycle judged all accounts: clears what nobody is noted to name. */
enum status nowhere_sweep(struct desk *desk);

#endif
