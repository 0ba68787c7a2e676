/* What a certified listing lacks is asked for by id: only that makes it gone (reconciliation.md, "Situations").
 * Where it lacks many, the sentinels are asked for first: of another platform the rest is not asked. */
#ifndef WORK_MISSING_H
#define WORK_MISSING_H

#include "daemon/work/desk.h"

/* first: the side was forgotten, or never read; what it lacks is known from the links too. */
enum status missing_ask(struct desk *desk, enum side side, enum entity entity, bool first);
/* The sentinels are there: the rest of what the listings lacked. */
enum status missing_rest(struct desk *desk);

#endif
