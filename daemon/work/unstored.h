/* A write that the platform answered with the stored record, and did not store: found when the record is read by its
 * id and still has the version that the write was based on, longer after than a replica may lag. Inside a
 * transaction. */
#ifndef WORK_UNSTORED_H
#define WORK_UNSTORED_H

#include "daemon/work/desk.h"

/* row: the record as it stands, read by id and lower than what is staged. Where that was brought by the answer to a
 * write, and not by many at once, the write becomes a write_rejected and the base is again what it was before it:
 * *ret. Else nothing is changed, and the platform is doubted (signs.h). */
enum status unstored_take(struct desk *desk, enum side side, enum entity entity, struct slice remote_id,
                          struct slice row, bool *ret);

/* record: how what is staged as `known` (side, entity, id, key, version) stands now, edited by somebody. Where it was
 * seen lower in between, or has that very version with another content, what the write that brought `known` put there
 * and the record does not hold was not stored: a write_rejected too, and of that the base is again what it was. */
enum status unstored_edited(struct desk *desk, const struct staged *known, const struct record *record);

#endif
