/* The settings' region became another: that is no change of data (reconciliation.md, "Scope and directions").
 * What fell out of scope is set aside with its link and base, what came back is taken up again, the listings
 * begin anew and the guards count anew. */
#ifndef WORK_RESCOPE_H
#define WORK_RESCOPE_H

#include "daemon/work/desk.h"

/* When a cycle opens, before the watermarks are read: compares the region with that of the cycle before. In a
 * transaction. */
enum status rescope_open(struct desk *desk);

#endif
