/* A row whose seal does not open: a byte of it was changed, and nothing in it is believed. A staged record is
 * asked of its platform again, by its id. A link, a conflict or a write is nowhere else: what hangs on it is left
 * as it is on both sides until the operator puts a backup back, and the rest goes on. */
#ifndef WORK_DAMAGE_H
#define WORK_DAMAGE_H

#include "daemon/work/desk.h"

/* status: of judging one record, inside the transaction. OK instead of CORRUPT when that was one row's seal;
 * what is in question is left to be judged again. The log names the row once a cycle. */
enum status damage_pass_over(struct desk *desk, enum status status);
/* How many links, conflicts and writes were passed over in this cycle. */
size_t damage_count(const struct desk *desk);

#endif
