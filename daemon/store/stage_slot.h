/* Where a staged record lies: its slot, by side, entity and remote id. A record is asked for by its id many times
 * while it is judged, so the slots of those that were met last are kept in memory. For the files of this
 * folder only. */
#ifndef STORE_STAGE_SLOT_H
#define STORE_STAGE_SLOT_H

#include "daemon/store/inside.h"

/* NOT_FOUND: no such record is staged. remote_id: as stage_id gives it. */
enum status stage_slot(struct store *store, enum side side, enum entity entity, struct slice remote_id,
                       int64_t *ret);
/* A row that was read or added tells where it lies. */
void stage_slot_note(struct store *store, enum side side, enum entity entity, struct slice remote_id,
                     int64_t slot);
/* Rows may have been taken away. */
void stage_slot_forget(struct store *store);

#endif
