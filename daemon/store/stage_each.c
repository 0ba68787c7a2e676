#include "daemon/store/stage_each.h"

#include <stdint.h>
#include <string.h>

enum { WALK_BYTES = 64 * 1024, ID_BYTES = 72 };

enum status stage_each(struct store *store, enum side side, enum entity entity, stage_take *take, void *context)
{
    struct arena arena;
    char last[ID_BYTES] = "";
    enum status status = STATUS_OK;
    arena_init(&arena, WALK_BYTES);
    while (status == STATUS_OK) {
        struct staged row = {0};
        arena_reset(&arena);
        enum status next = stage_next(store, side, entity, slice_of(last), &arena, &row);
        if (next == STATUS_NOT_FOUND)
            break;
        status = next == STATUS_OK && row.remote_id.size >= sizeof last ? STATUS_CORRUPT : next;
        if (status != STATUS_OK)
            break;
        memcpy(last, row.remote_id.at, row.remote_id.size);
        last[row.remote_id.size] = '\0';
        status = take(context, &row);
    }
    arena_free(&arena);
    return status;
}
