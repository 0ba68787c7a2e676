/* The settings' region became another: that is no change of data (reconciliation.md, "Scope and directions").
 * What fell out of scope is set aside with its link and base, what came back is taken up again, the listings
 * begin anew and the guards count anew. Who was not in scope before is planned for that cause, until a cycle
 * has written. */
#ifndef WORK_RESCOPE_H
#define WORK_RESCOPE_H

#include "daemon/work/desk.h"

/* When a cycle opens, before the watermarks are read: compares the region with that of the cycle before. In a
 * transaction. */
enum status rescope_open(struct desk *desk);
/* Was a region, the subject's, out of scope before? */
bool rescope_new(const struct desk *desk, struct slice region);
/* A cycle looked at both platforms whole and was allowed to write. In a transaction. */
enum status rescope_end(struct desk *desk);

#endif
