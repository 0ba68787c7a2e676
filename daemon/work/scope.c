#include "daemon/work/scope.h"

#include <stdint.h>
#include <stdio.h>

enum status scope_person(struct desk *desk, struct slice code)
{
    bool asked = false;
    enum status status =
        hashset_add(&desk->scope.subjects, desk_account_hash(desk, "person", code));
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        for (int entity = 0; status == STATUS_OK && entity < ENTITIES; entity++)
            status = need_by_code(desk, side, (enum entity)entity, false, code, &asked);
    }
    return status;
}

static bool belongs(const struct record *record, struct slice organisation)
{
    return slice_is(record->value[FIELD_ACCOUNT_KIND], "person") &&
           (slice_equal(record->value[FIELD_ACCOUNT_EMPLOYER], organisation) ||
            slice_equal(record->value[FIELD_ACCOUNT_DEPARTMENT], organisation));
}

static enum status look_at(struct desk *desk, enum side side, struct slice remote_id,
                           struct slice organisation)
{
    struct desk_copy copy;
    arena_reset(&desk->arena);
    enum status status = desk_copy(desk, side, ENTITY_ACCOUNT, remote_id, &copy);
    if (status != STATUS_OK || !copy.decoded.ok || !belongs(&copy.decoded.record, organisation))
        return status == STATUS_INVALID ? STATUS_OK : status;
    return scope_person(desk, copy.decoded.record.value[FIELD_ACCOUNT_CODE]);
}

/* No full reading has the largest number of all, so every account of the side is met. */
static enum status walk_side(struct desk *desk, enum side side, struct slice organisation)
{
    struct staged staged = {0};
    struct arena walk;
    char last[72] = "";
    enum status status = STATUS_OK;
    arena_init(&walk, 64 * 1024);
    while (status == STATUS_OK) {
        arena_reset(&walk);
        status = stage_next_missing(desk->store, side, ENTITY_ACCOUNT, INT64_MAX, slice_of(last), &walk,
                                    &staged);
        if (status != STATUS_OK)
            break;
        (void)snprintf(last, sizeof last, "%.*s", (int)staged.remote_id.size, staged.remote_id.at);
        if (staged.kind == 1)
            status = look_at(desk, side, slice_of(last), organisation);
    }
    arena_free(&walk);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status scope_organisation(struct desk *desk, struct slice code)
{
    bool asked = false;
    enum status status =
        hashset_add(&desk->scope.subjects, desk_account_hash(desk, "employer", code));
    if (status == STATUS_OK)
        status = hashset_add(&desk->scope.subjects, desk_account_hash(desk, "department", code));
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++) {
        status = need_by_code(desk, side, ENTITY_ACCOUNT, true, code, &asked);
        if (status == STATUS_OK)
            status = walk_side(desk, side, code);
    }
    return status;
}
