#include "daemon/work/unstored.h"

#include "daemon/store/journal.h"
#include "daemon/store/lower.h"
#include "daemon/work/apply.h"
#include "daemon/work/intake.h"
#include "daemon/work/write_base.h"
#include "daemon/sync/platform_sign.h"

/* More at once is another platform's sign; so many writes about one record are looked at. */
enum { UNSTORED_MOST = 3, WRITES_LOOKED_AT = 8 };

static enum status is_due(struct desk *desk, enum side side, enum entity entity, struct slice remote_id, bool *ret)
{
    int64_t since = 0, count = 0;
    enum status status = lower_since(desk->store, side, entity, remote_id, &since);
    if (status == STATUS_OK)
        status = lower_count(desk->store, &count);
    *ret = status == STATUS_OK && count <= UNSTORED_MOST && desk->now - since >= PLATFORM_LAG_SECONDS;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* The settled write whose answer brought what is staged, and that was based on the version which stands; 0: on any. */
static enum status find_write(struct desk *desk, const struct staged *known, int64_t version, struct write *ret,
                              bool *ret_found)
{
    struct write *writes = arena_alloc(&desk->arena, WRITES_LOOKED_AT * sizeof *writes);
    size_t count = 0;
    *ret_found = false;
    if (writes == NULL)
        return STATUS_NO_MEMORY;
    enum status status = journal_of_subject(desk->store, known->key, WRITES_LOOKED_AT, &desk->arena, writes, &count);
    for (size_t index = 0; status == STATUS_OK && index < count && !*ret_found; index++) {
        *ret = writes[index];
        *ret_found = ret->target == known->side && ret->entity == known->entity && ret->state == WRITE_SETTLED &&
                     ret->operation != WRITE_CREATE && slice_equal(ret->target_id, known->remote_id) &&
                     (version == 0 || ret->version == version) && ret->version < known->version;
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status mark_source(struct desk *desk, const struct write *write)
{
    if (slice_empty(write->source_id))
        return STATUS_OK;
    enum status status =
        stage_set_dirty(desk->store, side_other(write->target), write->entity, write->source_id, true);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status unstored_take(struct desk *desk, enum side side, enum entity entity, struct slice remote_id,
                          struct slice row, bool *ret)
{
    struct staged known = {0};
    struct decoded decoded;
    struct write write = {0};
    enum intake_outcome outcome = INTAKE_UNCHANGED;
    bool due = false;
    *ret = false;
    enum status status = is_due(desk, side, entity, remote_id, &due);
    if (status != STATUS_OK || !due)
        return status;
    status = stage_get(desk->store, side, entity, remote_id, false, &desk->arena, &known);
    if (status == STATUS_OK)
        status = decode_record(desk->mapping, side, entity, row, desk->now, &desk->arena, &decoded);
    if (status == STATUS_NOT_FOUND || status == STATUS_INVALID || (status == STATUS_OK && !decoded.ok))
        return STATUS_OK;
    known.side = side;
    known.entity = entity;
    known.remote_id = remote_id;
    if (status == STATUS_OK)
        status = find_write(desk, &known, decoded.record.version, &write, ret);
    if (status != STATUS_OK || !*ret)
        return status;
    status = write_base_set(desk, &write, write.before, ~(field_set)0);
    if (status == STATUS_OK)
        status = intake_record(desk, side, entity, row, INTAKE_PUT_RIGHT, &outcome);
    if (status == STATUS_OK)
        status = mark_source(desk, &write);
    return status == STATUS_OK ? apply_rejected(desk, &write, "not_stored") : status;
}

/* The same version of another content, or lower in between: neither is a later edit of what the write left. */
static enum status is_doubtful(struct desk *desk, const struct staged *known, const struct record *record, bool *ret)
{
    int64_t since = 0;
    *ret = record->version == known->version;
    if (*ret || !desk->any_lower)
        return STATUS_OK;
    enum status status = lower_since(desk->store, known->side, known->entity, known->remote_id, &since);
    *ret = status == STATUS_OK;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status unstored_edited(struct desk *desk, const struct staged *known, const struct record *record)
{
    struct write write = {0};
    bool found = false;
    enum status status = is_doubtful(desk, known, record, &found);
    if (status == STATUS_OK && found)
        status = find_write(desk, known, 0, &write, &found);
    if (status != STATUS_OK || !found || write_base_holds(record, &write))
        return status;
    status = write_base_set(desk, &write, write.before, ~write_base_held(record, &write));
    if (status == STATUS_OK)
        status = mark_source(desk, &write);
    return status == STATUS_OK ? apply_rejected(desk, &write, "not_stored") : status;
}
