/* What a write hangs on: the person of an hour record, the employer and the department of an account, each
 * by its account on the target (reconciliation.md, "Situations": eligible, and "Writing, safely" 7). */
#ifndef WORK_HANGS_H
#define WORK_HANGS_H

#include "daemon/work/desk.h"

/* Does all that these fields of the record name stand on the target by now? What failed there holds back
 * what hangs on it. */
enum status hangs_stand(struct desk *desk, enum side target, const struct record *values, field_set fields,
                        bool *ret);
/* Did any of it change on the target since that instant? A write that was refused may then be tried again. */
enum status hangs_changed(struct desk *desk, enum side target, const struct record *values,
                          field_set fields, int64_t since, bool *ret);

#endif
