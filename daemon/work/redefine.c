#include "daemon/work/redefine.h"

#include "connectors/definition.h"
#include "daemon/store/stage_each.h"
#include "daemon/work/intake.h"

#include <stdio.h>

enum { NAME_BYTES = 40, DIGEST_BYTES = 20 };

#define REDEFINED "redefined.run"

/* ret_before: "" when nothing was known. */
static enum status compare(struct desk *desk, const char *name, uint64_t digest, char ret_before[DIGEST_BYTES],
                           char ret_after[DIGEST_BYTES], bool *ret_changed)
{
    struct slice known = {0};
    ret_before[0] = '\0';
    (void)snprintf(ret_after, DIGEST_BYTES, "%016llx", (unsigned long long)digest);
    enum status status = store_meta_get(desk->store, name, &desk->arena, &known);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    (void)snprintf(ret_before, DIGEST_BYTES, "%.*s", (int)known.size, slice_empty(known) ? "" : known.at);
    *ret_changed = !slice_empty(known) && !slice_is(known, ret_after);
    return slice_is(known, ret_after) ? STATUS_OK : store_meta_set(desk->store, name, slice_of(ret_after));
}

struct reading {
    struct desk *desk;
    int64_t changed;
};

static enum status read_again(void *context, const struct staged *row)
{
    struct reading *at = context;
    bool differs = false;
    arena_reset(&at->desk->arena);
    enum status status = intake_decode_again(at->desk, row->side, row->entity, row->remote_id, &differs);
    if (status == STATUS_OK && differs)
        status = stage_set_cause(at->desk->store, row->side, row->entity, row->remote_id, CAUSE_MAPPING);
    at->changed += differs;
    return status;
}

static enum status open_mapping(struct desk *desk, bool *ret_any)
{
    char before[DIGEST_BYTES];
    char after[DIGEST_BYTES];
    bool changed = false;
    struct reading reading = {.desk = desk};
    struct buffer members;
    enum status status =
        compare(desk, "known.mapping", mapping_digest(desk->mapping), before, after, &changed);
    if (status != STATUS_OK || !changed)
        return status;
    *ret_any = true;
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        for (int entity = 0; status == STATUS_OK && entity < ENTITIES; entity++)
            status = stage_each(desk->store, side, (enum entity)entity, read_again, &reading);
    }
    buffer_init(&members, 512);
    buffer_printf(&members, "\"run\":%lld,\"before\":\"%s\",\"after\":\"%s\",\"records\":%lld",
                  (long long)desk->run, before, after, (long long)reading.changed);
    if (status == STATUS_OK)
        status = desk_event(desk, "mapping_changed", &members);
    buffer_free(&members);
    return status;
}

static enum status open_definition(struct desk *desk, enum side side, bool *ret_any)
{
    char name[NAME_BYTES];
    char before[DIGEST_BYTES];
    char after[DIGEST_BYTES];
    bool changed = false;
    struct buffer members;
    (void)snprintf(name, sizeof name, "known.definition.%s", side_name(side));
    enum status status =
        compare(desk, name, definition_digest(desk->definition[side]), before, after, &changed);
    if (status != STATUS_OK || !changed)
        return status;
    *ret_any = true;
    buffer_init(&members, 512);
    buffer_printf(&members, "\"run\":%lld,\"side\":\"%s\",\"before\":\"%s\",\"after\":\"%s\"",
                  (long long)desk->run, side_name(side), before, after);
    status = desk_event(desk, "definition_changed", &members);
    buffer_free(&members);
    return status;
}

/* What was refused before is judged again, and sent. */
static enum status note_run(struct desk *desk)
{
    char run[DIGEST_BYTES + 4];
    (void)snprintf(run, sizeof run, "%lld", (long long)desk->run);
    enum status status = stage_dirty_in_conflict(desk->store);
    return status == STATUS_OK ? store_meta_set(desk->store, REDEFINED, slice_of(run)) : status;
}

enum status redefine_open(struct desk *desk)
{
    struct slice run = {0};
    bool any = false;
    enum status status = open_mapping(desk, &any);
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++)
        status = open_definition(desk, side, &any);
    if (status == STATUS_OK && any)
        status = note_run(desk);
    if (status != STATUS_OK)
        return status;
    desk->redefined = 0;
    status = store_meta_get(desk->store, REDEFINED, &desk->arena, &run);
    if (status == STATUS_OK)
        (void)slice_integer(run, &desk->redefined);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
