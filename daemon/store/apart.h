/* Pairs of records whose link was taken back by people: they are not linked again by themselves, whatever
 * evidence speaks for it. In state.db. */
#ifndef STORE_APART_H
#define STORE_APART_H

#include "daemon/store/store.h"

/* Once is enough: a pair that stands there stays. */
enum status apart_put(struct store *store, enum entity entity, const struct slice remote_id[SIDES],
                      int64_t now);
enum status apart_has(struct store *store, enum entity entity, const struct slice remote_id[SIDES],
                      bool *ret);
/* The pair last taken apart of which these are; one of the two may be empty: any. Ids in the arena. NOT_FOUND. */
enum status apart_last(struct store *store, enum entity entity, const struct slice remote_id[SIDES],
                       struct arena *arena, struct slice ret[SIDES]);
/* The two may be linked again. NOT_FOUND: they are not kept apart. */
enum status apart_forget(struct store *store, enum entity entity, const struct slice remote_id[SIDES]);
/* Was the side's record ever taken from another one? */
enum status apart_names(struct store *store, enum entity entity, enum side side, struct slice remote_id,
                        bool *ret);
/* Is any pair kept apart? */
enum status apart_any(struct store *store, bool *ret);

#endif
