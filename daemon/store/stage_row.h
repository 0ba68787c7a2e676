/* A row of the stage, read and opened: the same for each statement that gives rows. For the files of this folder
 * only. */
#ifndef STORE_STAGE_ROW_H
#define STORE_STAGE_ROW_H

#include "daemon/store/cover.h"
#include "daemon/store/stage.h"
#include "daemon/store/statement.h"

/* The columns of such a statement, of a record named r; a whole row has its payload's seal behind them. */
#define STAGE_ROW                                                                                  \
    "side, entity, id, version, updated, state, -rank, key, person, natural_key, raw, content,"    \
    " seen, waiting, open, cause, r.slot"

/* The only row of a statement, without its payload. */
enum status stage_row_take(struct statement *statement, struct arena *arena, struct staged *ret);
/* ... with it. CORRUPT: it does not open, or is not there. */
enum status stage_row_take_whole(struct statement *statement, struct arena *arena, struct staged *ret);
/* The next of several; NOT_FOUND behind the last. On any other status the statement has ended. */
enum status stage_row_next_whole(struct statement *statement, struct arena *arena, struct staged *ret);
/* What a payload's seal covers: all that does not change while the payload stays. State, seen, dirty and waiting
 * do. */
void stage_row_cover(struct cover *cover, struct store *store, const struct staged *staged);

#endif
