#include "daemon/work/apply.h"

#include "daemon/work/damage.h"
#include "daemon/work/write_base.h"

/* Where the lost write would stand: by its id, else by the codes that it names. */
static enum status ask_target(struct desk *desk, const struct write *write)
{
    struct record values;
    field_set fields = 0;
    bool asked = false;
    if (!slice_empty(write->target_id))
        return need_by_id(desk, write->target, write->entity, write->target_id, &asked);
    enum status status = record_unpack(write->values, &values, &fields);
    if (status != STATUS_OK)
        return status;
    bool hours = write->entity == ENTITY_HOURS;
    bool organisation = !hours && !slice_is(values.value[FIELD_ACCOUNT_KIND], "person");
    return need_by_code(desk, write->target, write->entity, organisation,
                        values.value[hours ? FIELD_HOURS_PERSON : FIELD_ACCOUNT_CODE], &asked);
}

/* One whose seal does not open says nothing of what was sent: whatever it was about is left alone. */
static enum status leave_damaged(struct desk *desk, const struct write *write)
{
    enum status status = damage_pass_over(desk, STATUS_CORRUPT);
    return status == STATUS_OK ? hashset_add(&desk->unknown, write->subject) : status;
}

typedef enum status take_sent(struct desk *desk, const struct write *write);

/* Every write that was sent and not heard of, of whatever run; how many could be read. */
static enum status each_sent(struct desk *desk, take_sent *take, int64_t *ret_count)
{
    struct write write = {0};
    int64_t after = 0;
    enum status status = STATUS_OK;
    *ret_count = 0;
    while (status == STATUS_OK) {
        arena_reset(&desk->arena);
        status = journal_next_in_state(desk->store, WRITE_SENT, 0, after, &desk->arena, &write);
        bool damaged = status == STATUS_CORRUPT && write.number > after;
        *ret_count += status == STATUS_OK;
        after = write.number;
        if (damaged)
            status = leave_damaged(desk, &write);
        else if (status == STATUS_OK)
            status = take(desk, &write);
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status ask_sent(struct desk *desk, const struct write *write)
{
    enum status status = hashset_add(&desk->unknown, write->subject);
    return status == STATUS_OK ? ask_target(desk, write) : status;
}

enum status apply_ask_unknown(struct desk *desk, int64_t *ret_count)
{
    return each_sent(desk, ask_sent, ret_count);
}

/* Which fields the target holds as the write left them, though it has moved on since: they were ours, and are not taken
 * for somebody's edit, else a source that was put back meanwhile would be overwritten with them. */
static enum status find_done(struct desk *desk, const struct write *write, field_set *ret_held, bool *ret_done)
{
    struct desk_copy copy;
    *ret_held = 0;
    *ret_done = false;
    if (write->operation == WRITE_CREATE) /* found by its key, and linked */
        return STATUS_OK;
    enum status status = desk_copy(desk, write->target, write->entity, write->target_id, &copy);
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    if (!copy.decoded.ok || copy.decoded.record.version <= write->version)
        return STATUS_OK;
    *ret_held = write_base_held(&copy.decoded.record, write);
    *ret_done = copy.decoded.record.version == write->version + 1 && write_base_holds(&copy.decoded.record, write);
    return STATUS_OK;
}

static enum status settle_found(struct desk *desk, const struct write *write)
{
    field_set held = 0;
    bool done = false;
    enum status status = find_done(desk, write, &held, &done);
    if (status == STATUS_OK && held != 0)
        status = write_base_set(desk, write, write->values, held);
    return status == STATUS_OK ? journal_set_state(desk->store, write->number, done ? WRITE_SETTLED : WRITE_OVERTAKEN,
                                                   "unknown", desk->now)
                               : status;
}

static enum status resolve_sent(struct desk *desk, const struct write *write)
{
    if (desk->side_failed[write->target])
        return STATUS_OK;
    enum status status = settle_found(desk, write);
    if (status == STATUS_OK && !slice_empty(write->source_id))
        status = stage_set_dirty(desk->store, side_other(write->target), write->entity, write->source_id, true);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status apply_resolve_unknown(struct desk *desk)
{
    int64_t count = 0;
    enum status status = store_begin(desk->store);
    if (status != STATUS_OK)
        return status;
    hashset_clear(&desk->unknown);
    hashset_clear(&desk->asked);
    status = each_sent(desk, resolve_sent, &count);
    if (status != STATUS_OK) {
        store_rollback(desk->store);
        return status;
    }
    return store_commit(desk->store);
}
