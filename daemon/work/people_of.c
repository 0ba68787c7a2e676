#include "daemon/work/people_of.h"

#include <stdint.h>
#include <stdio.h>

enum { WALK_BYTES = 64 * 1024, RECORD_BYTES = 1024 * 1024, ID_BYTES = 72 };

static bool belongs(const struct decoded *decoded, struct slice organisation)
{
    const struct record *record = &decoded->record;
    return decoded->ok && slice_is(record->value[FIELD_ACCOUNT_KIND], "person") &&
           (slice_equal(record->value[FIELD_ACCOUNT_EMPLOYER], organisation) ||
            slice_equal(record->value[FIELD_ACCOUNT_DEPARTMENT], organisation));
}

static enum status load(struct desk *desk, enum side side, struct slice id, struct arena *arena,
                        struct decoded *ret)
{
    struct staged staged = {0};
    enum status status = stage_get(desk->store, side, ENTITY_ACCOUNT, id, true, arena, &staged);
    if (status == STATUS_OK)
        status = decode_record(desk->mapping, side, ENTITY_ACCOUNT, staged.payload, desk->now, arena, ret);
    return status;
}

enum status people_of(struct desk *desk, enum side side, struct slice organisation,
                      enum status (*visit)(struct desk *desk, enum side side, const struct record *person))
{
    struct staged staged = {0};
    struct arena walk;
    struct arena one;
    char last[ID_BYTES] = "";
    enum status status = STATUS_OK;
    arena_init(&walk, WALK_BYTES);
    arena_init(&one, RECORD_BYTES);
    while (status == STATUS_OK) {
        struct decoded decoded = {.ok = false};
        arena_reset(&walk);
        arena_reset(&one);
        /* no full reading has the largest number of all, so every account of the side is met */
        status = stage_next_missing(desk->store, side, ENTITY_ACCOUNT, INT64_MAX, slice_of(last), &walk,
                                    &staged);
        if (status != STATUS_OK)
            break;
        (void)snprintf(last, sizeof last, "%.*s", (int)staged.remote_id.size, staged.remote_id.at);
        if (staged.kind == 1)
            status = load(desk, side, slice_of(last), &one, &decoded);
        if (status == STATUS_OK && belongs(&decoded, organisation))
            status = visit(desk, side, &decoded.record);
        else if (status == STATUS_INVALID)
            status = STATUS_OK;
    }
    arena_free(&walk);
    arena_free(&one);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
