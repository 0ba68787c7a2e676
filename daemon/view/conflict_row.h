/* A conflict as JSON (docs/json.md, "conflict"). */
#ifndef VIEW_CONFLICT_ROW_H
#define VIEW_CONFLICT_ROW_H

#include "daemon/store/conflicts.h"

#include <jansson.h>

/* full: with both values and the base as they are; the subject is masked in any case. New
 * reference. */
json_t *conflict_row_json(const struct conflict *conflict, bool full);

#endif
