#include "daemon/work/rescope.h"

#include "daemon/store/stage_forget.h"
#include "daemon/work/intake.h"

#include <stdint.h>
#include <stdio.h>

enum { WALK_BYTES = 64 * 1024, ID_BYTES = 72 };

#define REGION "scope.region"
#define BEFORE "scope.before"

struct moved {
    int64_t set_aside, taken_up;
};

static enum status restate(struct desk *desk, enum side side, struct slice remote_id, struct moved *moved)
{
    bool outside = false;
    bool changed = false;
    arena_reset(&desk->arena);
    enum status status = intake_restate(desk, side, remote_id, &changed, &outside);
    moved->set_aside += changed && outside;
    moved->taken_up += changed && !outside;
    return status;
}

/* No full reading has the largest number of all, so every account of the side is met. */
static enum status restate_side(struct desk *desk, enum side side, struct moved *moved)
{
    struct staged staged = {0};
    struct arena walk;
    char last[ID_BYTES] = "";
    enum status status = STATUS_OK;
    arena_init(&walk, WALK_BYTES);
    while (status == STATUS_OK) {
        arena_reset(&walk);
        status = stage_next_missing(desk->store, side, ENTITY_ACCOUNT, INT64_MAX, slice_of(last), &walk,
                                    &staged);
        if (status != STATUS_OK)
            break;
        (void)snprintf(last, sizeof last, "%.*s", (int)staged.remote_id.size, staged.remote_id.at);
        if (staged.state != STAGED_QUARANTINED)
            status = restate(desk, side, slice_of(last), moved);
    }
    arena_free(&walk);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status log_change(struct desk *desk, const char *before, const struct moved *moved)
{
    struct buffer members;
    buffer_init(&members, 1024);
    buffer_printf(&members, "\"run\":%lld,\"before\":\"%s\",\"after\":\"%.*s\",\"set_aside\":%lld,\"taken_up\":%lld",
                  (long long)desk->run, before, (int)desk->region.size, desk->region.at,
                  (long long)moved->set_aside, (long long)moved->taken_up);
    enum status status = desk_event(desk, "scope_changed", &members);
    buffer_free(&members);
    return status;
}

static enum status change(struct desk *desk, struct slice known)
{
    struct moved moved = {0, 0};
    char before[32];
    enum status status = STATUS_OK;
    (void)snprintf(before, sizeof before, "%.*s", (int)known.size, known.at); /* the arena is reset below */
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++) {
        status = stage_forget_watermarks(desk->store, side, true);
        if (status == STATUS_OK)
            status = restate_side(desk, side, &moved);
    }
    if (status == STATUS_OK)
        status = store_meta_set(desk->store, BEFORE, slice_of(before));
    return status == STATUS_OK ? log_change(desk, before, &moved) : status;
}

static enum status read_before(struct desk *desk)
{
    struct slice before = {0};
    enum status status = store_meta_get(desk->store, BEFORE, &desk->arena, &before);
    (void)snprintf(desk->region_before, sizeof desk->region_before, "%.*s", (int)before.size,
                   slice_empty(before) ? "" : before.at);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status rescope_open(struct desk *desk)
{
    struct slice known = {0};
    enum status status = store_meta_get(desk->store, REGION, &desk->arena, &known);
    if (status == STATUS_OK && !slice_equal(known, desk->region))
        status = change(desk, known);
    if (status == STATUS_OK || status == STATUS_NOT_FOUND)
        status = store_meta_set(desk->store, REGION, desk->region);
    return status == STATUS_OK ? read_before(desk) : status;
}

bool rescope_new(const struct desk *desk, struct slice region)
{
    return desk->region_before[0] != '\0' && !slice_starts(region, slice_of(desk->region_before));
}

enum status rescope_end(struct desk *desk)
{
    return desk->region_before[0] != '\0' ? store_meta_set(desk->store, BEFORE, (struct slice){0})
                                           : STATUS_OK;
}
