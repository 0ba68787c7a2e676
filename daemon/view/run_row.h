/* A cycle as JSON, for every view and for the program's own cycles. */
#ifndef VIEW_RUN_ROW_H
#define VIEW_RUN_ROW_H

#include "daemon/store/runs.h"

#include <jansson.h>

/* {"run","kind","scope","dry_run","started","ended","seconds","exit","result","counts"}; with nulls
 * for run == NULL. New reference. */
json_t *run_row_json(const struct run_row *run);

#endif
