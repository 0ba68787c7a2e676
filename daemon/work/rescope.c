#include "daemon/work/rescope.h"

#include "daemon/store/stage_each.h"
#include "daemon/store/stage_forget.h"
#include "daemon/work/intake.h"

#include <stdio.h>

#define REGION "scope.region"
#define BEFORE "scope.before"

struct moved {
    struct desk *desk;
    int64_t set_aside, taken_up;
};

static enum status restate(void *context, const struct staged *row)
{
    struct moved *moved = context;
    bool outside = false;
    bool changed = false;
    if (row->state == STAGED_QUARANTINED)
        return STATUS_OK;
    arena_reset(&moved->desk->arena);
    enum status status = intake_restate(moved->desk, row->side, row->remote_id, &changed, &outside);
    moved->set_aside += changed && outside;
    moved->taken_up += changed && !outside;
    return status;
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
    struct moved moved = {.desk = desk};
    char before[32];
    enum status status = STATUS_OK;
    (void)snprintf(before, sizeof before, "%.*s", (int)known.size, known.at); /* the arena is reset below */
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++) {
        status = stage_forget_watermarks(desk->store, side, true);
        if (status == STATUS_OK)
            status = stage_each(desk->store, side, ENTITY_ACCOUNT, restate, &moved);
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
