/* A walk over a side's staged records, which may be changed on the way. */
#ifndef STORE_STAGE_EACH_H
#define STORE_STAGE_EACH_H

#include "daemon/store/stage.h"

/* The row's texts hold until it returns. */
typedef enum status stage_take(void *context, const struct staged *row);
/* Gives each record that stage_next would give to `take`, by remote id. Ends with the first status
 * that is not OK, which is given back; CORRUPT: an id longer than any that is taken in. */
enum status stage_each(struct store *store, enum side side, enum entity entity, stage_take *take, void *context);

#endif
