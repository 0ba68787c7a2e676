#include "daemon/work/flips.h"

#include "daemon/sync/oscillation.h"

#include <string.h>

enum { WRITES_MOST = 48 };

static bool of_field(const struct conflict *conflict, enum field field)
{
    return strcmp(conflict->kind, conflict_kind_name(KIND_oscillation)) == 0 &&
           strcmp(conflict->field, field_row(field)->name) == 0;
}

bool flips_open(const struct pair *pair, enum field field)
{
    for (size_t index = 0; index < pair->findings.open_count; index++) {
        if (pair->findings.open[index].state != CONFLICT_CLOSED && of_field(&pair->findings.open[index], field))
            return true;
    }
    return false;
}

static bool holds(const struct pair *pair, const struct conflict *conflict, enum field field)
{
    if (conflict->state != CONFLICT_CLOSED)
        return conflict->decision == DECISION_NONE;
    return slice_equal(conflict->value[MUNICIPAL], pair->view[MUNICIPAL].value[field]) &&
           slice_equal(conflict->value[PROVINCIAL], pair->view[PROVINCIAL].value[field]);
}

field_set flips_held(const struct pair *pair)
{
    field_set held = 0;
    for (size_t index = 0; index < pair->findings.open_count; index++) {
        const struct conflict *conflict = &pair->findings.open[index];
        enum field field = FIELDS;
        if (field_find(pair->entity, slice_of(conflict->field), &field) && of_field(conflict, field) &&
            holds(pair, conflict, field))
            held |= FIELD_BIT(field);
    }
    return held;
}

/* What a decision or an undo wrote is no flip: the field begins anew with it. */
static enum status add_write(const struct write *write, enum field field, struct flip *flips, size_t *count)
{
    struct record before = {.entity = write->entity};
    struct record values = {.entity = write->entity};
    field_set fields = 0;
    if (write->operation != WRITE_UPDATE || (write->fields & FIELD_BIT(field)) == 0)
        return STATUS_OK;
    if ((write->decided & FIELD_BIT(field)) != 0 || write->undoes != 0) {
        *count = 0;
        return STATUS_OK;
    }
    enum status status = record_unpack(write->values, &values, &fields);
    if (status == STATUS_OK)
        status = record_unpack(write->before, &before, &fields);
    if (status == STATUS_OK)
        flips[(*count)++] = (struct flip){write->target, before.value[field], values.value[field]};
    return status;
}

/* writes: newest first. */
static enum status judge_field(const struct desk *desk, const struct pair *pair, const struct write *writes,
                               size_t write_count, enum field field, bool *ret)
{
    struct flip flips[WRITES_MOST + 1];
    size_t count = 0;
    enum side target = (pair->judgement.write[MUNICIPAL] & FIELD_BIT(field)) != 0 ? MUNICIPAL : PROVINCIAL;
    enum status status = STATUS_OK;
    for (size_t index = write_count; status == STATUS_OK && index-- > 0;) {
        if (writes[index].state == WRITE_SETTLED && writes[index].known_at > desk->now - OSCILLATION_SECONDS)
            status = add_write(&writes[index], field, flips, &count);
    }
    flips[count++] =
        (struct flip){target, pair_copy(pair, target)->value[field], pair->judgement.merged[field]};
    *ret = status == STATUS_OK && oscillates(flips, count);
    return status;
}

enum status flips_find(struct desk *desk, const struct pair *pair, field_set *ret)
{
    struct write writes[WRITES_MOST];
    size_t count = 0;
    field_set fields = (pair->judgement.write[MUNICIPAL] | pair->judgement.write[PROVINCIAL]) &
                       ~pair->judgement.decided & ~FIELD_BIT(record_valid_field(pair->entity));
    *ret = 0;
    if (fields == 0 || !pair->has[MUNICIPAL] || !pair->has[PROVINCIAL])
        return STATUS_OK;
    enum status status = journal_of_subject(desk->store, desk_hash(desk, pair->findings.subject.text),
                                            WRITES_MOST, &desk->arena, writes, &count);
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    for (enum field field = field_first(pair->entity);
         status == STATUS_OK && field < field_end(pair->entity); field++) {
        bool flips = false;
        if ((fields & FIELD_BIT(field)) != 0)
            status = judge_field(desk, pair, writes, count, field, &flips);
        if (flips)
            *ret |= FIELD_BIT(field);
    }
    return status;
}
