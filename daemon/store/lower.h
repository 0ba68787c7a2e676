/* Records that came with a lower version than one already seen: ignored, and read again by id. A replica that
 * lags is forgotten here as soon as it has caught up; what stays lower is another platform. In stage.db. */
#ifndef STORE_LOWER_H
#define STORE_LOWER_H

#include "daemon/store/store.h"

/* Notes the record at its first time; gives since when it is lower (our instant). */
enum status lower_note(struct store *store, enum side side, enum entity entity,
                       struct slice remote_id, int64_t now, int64_t *ret_since);
/* It has caught up. OK also where nothing was noted. */
enum status lower_forget(struct store *store, enum side side, enum entity entity,
                         struct slice remote_id);
/* Since when; NOT_FOUND: it is not lower. */
enum status lower_since(struct store *store, enum side side, enum entity entity,
                        struct slice remote_id, int64_t *ret_since);
/* In order of remote id, behind `after`; the text lies in the arena. NOT_FOUND at the end. */
enum status lower_next(struct store *store, enum side side, enum entity entity, struct slice after,
                       struct arena *arena, struct slice *ret_remote_id);
enum status lower_count(struct store *store, int64_t *ret);

#endif
