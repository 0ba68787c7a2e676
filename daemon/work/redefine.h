/* The mapping or a platform's definition became another: that is no change of data (reconciliation.md,
 * "Guards"). It is named in the log; what is staged is read by the new mapping at once, an entity whose policies or
 * direction are others is judged again as a whole, and what only that made different is planned under the reason
 * `mapping_changed`. Refused writes are sent again. */
#ifndef WORK_REDEFINE_H
#define WORK_REDEFINE_H

#include "daemon/work/desk.h"

#define CAUSE_MAPPING "mapping_changed"
#define CAUSE_SCOPE "scope_changed"

/* When a cycle opens, behind rescope_open: compares with the cycle before, and fills desk->redefined. In a
 * transaction. */
enum status redefine_open(struct desk *desk);

#endif
