#include "daemon/work/by_reference.h"

#include "daemon/store/conflicts.h"
#include "daemon/store/journal.h"
#include "daemon/store/stage.h"
#include "mapping/decode.h"

#include <string.h>

enum { DIGITS = 16, WALK_BYTES = 4 * 1024 * 1024 };

/* What is looked through, and where what was found is put. */
struct search {
    struct store *store;
    const struct mapping *mapping;
    int64_t now;
    const char *reference;
    struct arena *arena;
    struct referred *ret;
};

bool reference_is(struct slice text)
{
    size_t size = 0;
    while (size < text.size && strchr("0123456789abcdef", text.at[size]) != NULL &&
           text.at[size] != '\0')
        size++;
    return text.size == DIGITS && size == DIGITS;
}

static enum status found(const struct search *at, enum entity entity,
                         const struct slice remote_id[SIDES])
{
    at->ret->entity = entity;
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        at->ret->remote_id[side] = arena_copy(at->arena, remote_id[side]);
        if (!slice_empty(remote_id[side]) && at->ret->remote_id[side].at == NULL)
            return STATUS_NO_MEMORY;
    }
    return STATUS_OK;
}

static enum status in_conflicts(const struct search *at)
{
    struct conflict_filter any = {.state = -1, .severity = -1};
    struct conflict conflict;
    struct arena arena;
    bool here = false;
    enum status status = STATUS_OK;
    arena_init(&arena, WALK_BYTES);
    while (!here && (status = conflict_next(at->store, &any, &arena, &conflict)) == STATUS_OK) {
        any.after = conflict.number;
        here = strcmp(conflict.reference, at->reference) == 0 && conflict.entity < ENTITIES &&
               (!slice_empty(conflict.remote_id[MUNICIPAL]) ||
                !slice_empty(conflict.remote_id[PROVINCIAL]));
        if (here)
            status = found(at, conflict.entity, conflict.remote_id);
        arena_reset(&arena);
    }
    arena_free(&arena);
    return status;
}

static enum status in_writes(const struct search *at)
{
    struct write write;
    size_t count = 0;
    enum status status =
        journal_of_reference(at->store, at->reference, 1, at->arena, &write, &count);
    if (status != STATUS_OK || count == 0)
        return status == STATUS_OK ? STATUS_NOT_FOUND : status;
    struct slice remote_id[SIDES];
    remote_id[write.target] = write.target_id;
    remote_id[side_other(write.target)] = write.source_id;
    return found(at, write.entity, remote_id);
}

static enum status is_called_so(const struct search *at, const struct staged *row,
                                struct arena *arena, bool *ret)
{
    struct staged staged;
    struct decoded decoded = {.ok = false};
    struct buffer subject;
    char named[DIGITS + 1];
    *ret = false;
    enum status status =
        stage_get(at->store, row->side, row->entity, row->remote_id, true, arena, &staged);
    if (status == STATUS_OK)
        status = decode_record(at->mapping, row->side, row->entity, staged.payload, at->now, arena,
                               &decoded);
    if (status != STATUS_OK || !decoded.key_readable)
        return status == STATUS_NO_MEMORY ? status : STATUS_OK;
    buffer_init(&subject, 1024);
    record_subject(&decoded.record, &subject);
    status = subject.status == STATUS_OK
                 ? keyed_ref(store_keyed(at->store), buffer_slice(&subject), named)
                 : subject.status;
    buffer_free(&subject);
    *ret = status == STATUS_OK && strcmp(named, at->reference) == 0;
    return status;
}

/* All rows of a side and entity. */
static enum status in_rows(const struct search *at, enum side side, enum entity entity)
{
    struct arena arena;
    char after[256] = "";
    bool here = false;
    enum status status = STATUS_OK;
    arena_init(&arena, WALK_BYTES);
    while (status == STATUS_OK && !here) {
        struct staged row;
        arena_reset(&arena);
        status = stage_next(at->store, side, entity, slice_of(after), &arena, &row);
        if (status != STATUS_OK || row.remote_id.size >= sizeof after)
            break;
        memcpy(after, row.remote_id.at, row.remote_id.size);
        after[row.remote_id.size] = '\0';
        status = is_called_so(at, &row, &arena, &here);
        struct slice remote_id[SIDES] = {{NULL, 0}, {NULL, 0}};
        remote_id[side] = row.remote_id;
        if (here)
            status = found(at, entity, remote_id);
    }
    arena_free(&arena);
    return status;
}

/* A pair is called as its municipal record, so that side comes first. */
static enum status in_stage(const struct search *at)
{
    enum status status = STATUS_NOT_FOUND;
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        for (int entity = 0; entity < ENTITIES && status == STATUS_NOT_FOUND; entity++)
            status = in_rows(at, side, (enum entity)entity);
    }
    return status;
}

enum status by_reference(struct store *store, const struct mapping *mapping, int64_t now,
                         const char *reference, struct arena *arena, struct referred *ret)
{
    struct search at = {store, mapping, now, reference, arena, ret};
    *ret = (struct referred){.entity = ENTITIES};
    enum status status = in_conflicts(&at);
    if (status == STATUS_NOT_FOUND)
        status = in_writes(&at);
    if (status == STATUS_NOT_FOUND)
        status = in_stage(&at);
    return status;
}
