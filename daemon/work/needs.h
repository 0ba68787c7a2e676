/* The reads that a decision asked for, turned into requests: by id one each, by code as many as a query
 * takes, every spelling of a person's code asked for (reconciliation.md, "Reading"). */
#ifndef WORK_NEEDS_H
#define WORK_NEEDS_H

#include "daemon/sync/exchange.h"
#include "daemon/work/desk.h"

/* The next request of a side; NULL: nothing more is asked of it. Caller frees. */
enum status needs_next(struct desk *desk, enum side side, struct exchange **ret);
size_t needs_left(const struct desk *desk, enum side side);

#endif
