/* How many rows of a side's entity are in which state: counting must not walk the records. What a transaction changes
 * is added up in memory and written with it. For the files of this folder only. */
#ifndef STORE_STAGE_TALLY_H
#define STORE_STAGE_TALLY_H

#include "daemon/store/inside.h"
#include "daemon/store/stage.h"

/* before: NULL when the row is new. */
enum status stage_tally_move(struct store *store, enum side side, enum entity entity,
                             const enum staged_state *before, enum staged_state now);
enum status stage_tally_keep(struct store *store);
void stage_tally_forget(struct store *store);

#endif
