#include "daemon/work/undo_inside.h"

#include "daemon/store/conflicts.h"
#include "daemon/store/journal_undo.h"
#include "daemon/work/needs.h"
#include "daemon/work/pair_inside.h"

enum { WRITE_BYTES = 4 * 1024 * 1024 };

enum status undo_begin(struct desk *desk)
{
    desk->order.before = 0;
    desk->stage = 0;
    return STATUS_OK;
}

/* The next write of the run, or of the conflict's last decision. ret_only: the decision's field. */
static enum status next_undone(struct desk *desk, struct arena *arena, struct write *ret,
                               enum field *ret_only)
{
    struct conflict conflict;
    const struct desk_order *order = &desk->order;
    *ret_only = FIELDS;
    if (order->undo_run != 0)
        return journal_next_taken(desk->store, order->undo_run, order->before, arena, ret);
    enum status status = conflict_get(desk->store, order->undo_conflict, arena, &conflict);
    if (status != STATUS_OK || conflict.entity == ENTITIES ||
        !field_find(conflict.entity, slice_of(conflict.field), ret_only))
        return status == STATUS_OK ? STATUS_NOT_FOUND : status;
    return journal_next_decided(desk->store, desk_hash(desk, conflict.subject), *ret_only,
                                conflict.decided_at, order->before, arena, ret);
}

static enum status take_back(struct desk *desk, size_t most, bool *ret_end)
{
    enum status status = STATUS_OK;
    *ret_end = false;
    for (size_t count = 0; status == STATUS_OK && count < most && !*ret_end; count++) {
        struct arena arena;
        struct write undone;
        enum field only = FIELDS;
        arena_init(&arena, WRITE_BYTES);
        status = next_undone(desk, &arena, &undone, &only);
        *ret_end = status == STATUS_NOT_FOUND;
        if (status == STATUS_OK) {
            desk->order.before = undone.number;
            desk->counts.judged++;
            status = undo_write(desk, &undone, only);
        }
        arena_free(&arena);
    }
    return *ret_end ? STATUS_OK : status;
}

enum status undo_some(struct desk *desk, size_t most, struct decide_result *ret)
{
    bool end = false;
    enum status status = store_begin(desk->store);
    if (status != STATUS_OK)
        return status;
    status = take_back(desk, most, &end);
    if (status != STATUS_OK) {
        store_rollback(desk->store);
        return status;
    }
    ret->more = !end;
    ret->needs = needs_left(desk, MUNICIPAL) + needs_left(desk, PROVINCIAL);
    ret->judged = desk->counts.judged;
    return store_commit(desk->store);
}

/* The value as it is compared: a person's code is the name of the account that it belongs to. */
static enum status as_compared(struct desk *desk, enum side side, enum field field,
                               struct slice *value)
{
    struct person person;
    if (field != FIELD_HOURS_PERSON)
        return STATUS_OK;
    enum status status = person_resolve(desk, side, *value, &person);
    if (status == STATUS_OK)
        *value = person.name_code;
    return status;
}

static enum status hold_field(struct desk *desk, struct pair *pair, const struct write *write,
                              enum field field, struct slice value)
{
    enum side other = side_other(write->target);
    bool of_valid = field == record_valid_field(pair->entity);
    enum conflict_kind kind = of_valid ? KIND_revoked_or_changed
                              : field == record_review_field(pair->entity) ? KIND_review_mismatch
                                                                           : KIND_field_mismatch;
    struct slice values[SIDES];
    if (!of_valid && mapping_policy(desk->mapping, field) >= POLICY_IGNORE)
        return STATUS_OK;
    enum status status = as_compared(desk, write->target, field, &value);
    values[write->target] = value;
    values[other] = pair->view[other].value[field];
    if (status != STATUS_OK || slice_equal(values[MUNICIPAL], values[PROVINCIAL]))
        return status; /* agreed again: nothing is to be held */
    bool based = (pair->base_fields & FIELD_BIT(field)) != 0;
    findings_add(&pair->findings, conflict_kind_name(kind), -1, field_row(field)->name, values,
                 based ? &pair->base.value[field] : NULL, FINDING_UNDONE);
    return STATUS_OK;
}

enum status undo_hold_write(struct desk *desk, const struct write *write)
{
    struct pair pair;
    struct record values;
    field_set fields = 0;
    bool linked = false;
    enum status status = record_unpack(write->values, &values, &fields);
    if (status == STATUS_OK)
        status = pair_look(desk, write->target, write->entity, write->target_id, &pair, &linked);
    if (status != STATUS_OK || !linked)
        return status;
    for (enum field field = field_first(write->entity);
         status == STATUS_OK && field < field_end(write->entity); field++) {
        if ((fields & FIELD_BIT(field)) != 0)
            status = hold_field(desk, &pair, write, field, values.value[field]);
    }
    return status == STATUS_OK ? findings_put(desk, &pair.findings) : status;
}

/* Every write of this run in that state; the write's texts outlive the desk's arena. */
static enum status each_write(struct desk *desk, enum write_state state,
                              enum status (*function)(struct desk *, const struct write *))
{
    struct write write = {.number = 0};
    enum status status = STATUS_OK;
    while (status == STATUS_OK) {
        struct arena arena;
        arena_init(&arena, WRITE_BYTES);
        status = journal_next_in_state(desk->store, state, desk->run, write.number, &arena, &write);
        if (status == STATUS_OK && write.undoes != 0)
            status = function(desk, &write);
        arena_free(&arena);
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status undo_hold(struct desk *desk)
{
    return each_write(desk, WRITE_PLANNED, undo_hold_write);
}

static enum status is_named(struct desk *desk, int64_t number, bool *ret)
{
    struct write write;
    struct slice why = {0};
    enum status status =
        journal_next_left_out(desk->store, desk->run, number - 1, &desk->arena, &write, &why);
    *ret = status == STATUS_OK && write.number == number;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Unless a later write of the run took it back after all, or its reason is known already. */
static enum status name_unsettled(struct desk *desk, const struct write *write)
{
    struct write last;
    bool named = false;
    bool lost = write->state == WRITE_OVERTAKEN && slice_is(slice_of(write->code), "unknown");
    arena_reset(&desk->arena);
    enum status status =
        journal_undoing(desk->store, write->undoes, desk->run, &desk->arena, &last);
    if (status == STATUS_OK)
        status = is_named(desk, write->undoes, &named);
    if (status != STATUS_OK || named || lost || last.number != write->number)
        return status;
    return journal_leave_out(desk->store, desk->run, write->undoes, write_state_name(write->state));
}

enum status undo_end(struct desk *desk)
{
    static const enum write_state states[] = {WRITE_PLANNED, WRITE_SENT, WRITE_REJECTED,
                                              WRITE_OVERTAKEN, WRITE_DROPPED};
    enum status status = STATUS_OK;
    for (size_t index = 0; status == STATUS_OK && index < sizeof states / sizeof *states; index++)
        status = each_write(desk, states[index], name_unsettled);
    if (status == STATUS_OK)
        status = journal_count_left_out(desk->store, desk->run, &desk->counts.left_out);
    return status;
}
