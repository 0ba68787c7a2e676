#include "daemon/work/drift.h"

#include "daemon/work/planned.h"
#include "daemon/work/planned_set.h"

#include <stdio.h>
#include <string.h>

enum { NAME_BYTES = 64 };

/* `valid` and `review` are left to the mass-change guard. */
static bool counts(const struct desk *desk, enum entity entity, enum field field)
{
    return mapping_policy(desk->mapping, field) < POLICY_IGNORE && field != record_valid_field(entity) &&
           field != record_review_field(entity);
}

static void name_of(enum field field, char ret[NAME_BYTES])
{
    (void)snprintf(ret, NAME_BYTES, "%s.%s", entity_name(field_row(field)->entity), field_row(field)->name);
}

static enum field field_named(const char *name)
{
    for (enum field field = 0; field < FIELDS; field++) {
        char text[NAME_BYTES];
        name_of(field, text);
        if (strcmp(text, name) == 0)
            return field;
    }
    return FIELDS;
}

/* What the log holds of the side, field_drift only; each is given to `take`. */
static enum status each_known(struct desk *desk, enum side side,
                              enum status (*take)(struct desk *desk, enum side side, enum field field,
                                                  const struct conflict *conflict))
{
    struct findings findings = {.subject = {.entity = ENTITIES, .text = finding_side_subject(side)}};
    enum status status = findings_begin(desk, &findings);
    for (size_t index = 0; status == STATUS_OK && index < findings.open_count; index++) {
        const struct conflict *open = &findings.open[index];
        enum field field = field_named(open->field);
        if (field < FIELDS && strcmp(open->kind, conflict_kind_name(KIND_field_drift)) == 0)
            status = take(desk, side, field, open);
    }
    return status;
}

static enum status take_known(struct desk *desk, enum side side, enum field field,
                              const struct conflict *conflict)
{
    bool accepted = conflict->state == CONFLICT_CLOSED;
    *(accepted ? &desk->drift.passed[side] : &desk->drift.held[side]) |= FIELD_BIT(field);
    return STATUS_OK;
}

enum status drift_open(struct desk *desk)
{
    enum status status = STATUS_OK;
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++)
        status = each_known(desk, side, take_known);
    return status;
}

field_set drift_held(const struct desk *desk)
{
    return desk->drift.held[MUNICIPAL] | desk->drift.held[PROVINCIAL];
}

bool drift_carried(const struct desk *desk, const struct record *record)
{
    for (enum field field = field_first(record->entity); field < field_end(record->entity); field++) {
        if ((drift_held(desk) & FIELD_BIT(field)) != 0 && !slice_empty(record->value[field]))
            return true;
    }
    return false;
}

/* Held by a conflict of the record itself: it changed before this cycle. */
static bool in_conflict(const struct pair *pair, enum field field)
{
    for (size_t index = 0; index < pair->findings.open_count; index++) {
        const struct conflict *open = &pair->findings.open[index];
        if (open->state != CONFLICT_CLOSED && strcmp(open->field, field_row(field)->name) == 0)
            return true;
    }
    return false;
}

static bool became(const struct pair *pair, enum side side, enum field field)
{
    struct slice value = pair->view[side].value[field];
    return (pair->base_fields & FIELD_BIT(field)) != 0 && !slice_equal(value, pair->base.value[field]) &&
           !slice_equal(value, pair->view[side_other(side)].value[field]) && !in_conflict(pair, field);
}

static enum status count_value(struct desk *desk, enum side side, enum field field, struct slice value)
{
    char name[NAME_BYTES];
    char what[NAME_BYTES + 16];
    name_of(field, name);
    (void)snprintf(what, sizeof what, "drift.%s.%s", side_name(side), name);
    int64_t *number =
        hashset_number(&desk->drift.count, desk_hash_pair(desk, what, value, (struct slice){0}));
    if (number == NULL)
        return STATUS_NO_MEMORY;
    *number += 1;
    if (*number > desk->drift.most[side][field]) {
        desk->drift.most[side][field] = *number;
        desk->drift.empty[side][field] = slice_empty(value);
    }
    return STATUS_OK;
}

static field_set became_another(const struct desk *desk, const struct pair *pair, enum side side)
{
    field_set fields = 0;
    for (enum field field = field_first(pair->entity); field < field_end(pair->entity); field++) {
        if (counts(desk, pair->entity, field) && became(pair, side, field))
            fields |= FIELD_BIT(field);
    }
    return fields;
}

static enum status count_side(struct desk *desk, const struct pair *pair, enum side side)
{
    field_set fields = became_another(desk, pair, side);
    enum status status = STATUS_OK;
    if (fields == 0)
        return STATUS_OK;
    struct hash record = desk_record_hash(desk, "drift", side, pair->entity, pair_copy(pair, side)->remote_id);
    if (hashset_has(&desk->drift.seen, record))
        return STATUS_OK;
    for (enum field field = field_first(pair->entity);
         status == STATUS_OK && field < field_end(pair->entity); field++) {
        if ((fields & FIELD_BIT(field)) != 0)
            status = count_value(desk, side, field, pair->view[side].value[field]);
    }
    return status == STATUS_OK ? hashset_add(&desk->drift.seen, record) : status;
}

/* A change of mapping or scope is no change of data. */
static bool caused_otherwise(const struct pair *pair)
{
    return !slice_empty(pair->copy[MUNICIPAL].staged.cause) || !slice_empty(pair->copy[PROVINCIAL].staged.cause);
}

enum status drift_count(struct desk *desk, const struct pair *pair)
{
    enum status status = STATUS_OK;
    bool compared = pair->base_fields != 0 && pair->presence[MUNICIPAL] == PRESENCE_VALID &&
                    pair->presence[PROVINCIAL] == PRESENCE_VALID && !caused_otherwise(pair);
    for (enum side side = MUNICIPAL; status == STATUS_OK && compared && side < SIDES; side++)
        status = count_side(desk, pair, side);
    return status;
}

static enum status hold_field(struct desk *desk, enum side side, enum field field)
{
    char name[NAME_BYTES];
    name_of(field, name);
    return finding_side(desk, side, KIND_field_drift, name,
                        desk->drift.empty[side][field] ? "empty" : "same_value");
}

/* Fields of the side that drift in this cycle, without those that may. */
static enum status find_drift(struct desk *desk, enum side side, field_set *ret)
{
    *ret = 0;
    for (int entity = 0; entity < ENTITY_ANNUAL; entity++) {
        struct watermark mark;
        enum status status = stage_watermark(desk->store, side, (enum entity)entity, &mark);
        if (status != STATUS_OK)
            return status;
        for (enum field field = field_first((enum entity)entity); field < field_end((enum entity)entity);
             field++) {
            if (guard_drifts(desk->drift.most[side][field], mark.full_count))
                *ret |= FIELD_BIT(field);
        }
    }
    return STATUS_OK;
}

/* Was all of the entity judged that is to be judged? */
static bool judged_whole(const struct desk *desk, enum entity entity)
{
    bool whole = !desk->scope.limited;
    for (enum side side = MUNICIPAL; side < SIDES; side++)
        whole = whole && !desk->side_failed[side] && !desk->entity_stopped[side][entity];
    return whole;
}

static enum status end_known(struct desk *desk, enum side side, enum field field,
                             const struct conflict *conflict)
{
    field_set drifting = 0;
    enum status status = find_drift(desk, side, &drifting);
    if (status != STATUS_OK || (drifting & FIELD_BIT(field)) != 0 ||
        !judged_whole(desk, field_row(field)->entity))
        return status;
    return finding_clear_one(desk, conflict);
}

static enum status hold_side(struct desk *desk, enum side side, field_set *ret_fresh)
{
    field_set drifting = 0;
    enum status status = find_drift(desk, side, &drifting);
    drifting &= ~desk->drift.passed[side];
    for (enum field field = 0; status == STATUS_OK && field < FIELDS; field++) {
        if ((drifting & FIELD_BIT(field)) != 0)
            status = hold_field(desk, side, field);
    }
    *ret_fresh |= drifting & ~desk->drift.held[side];
    desk->drift.held[side] |= drifting;
    return status;
}

static enum status carries(struct desk *desk, const struct write *write, bool *ret)
{
    struct record values = {.entity = write->entity};
    field_set fields = 0;
    *ret = write->operation == WRITE_UPDATE && (write->fields & drift_held(desk)) != 0;
    if (write->operation != WRITE_CREATE)
        return STATUS_OK;
    enum status status = record_unpack(write->values, &values, &fields);
    *ret = status == STATUS_OK && drift_carried(desk, &values);
    return status;
}

/* The next planned write of this run behind `after`. NOT_FOUND at the end. */
static enum status next_planned(struct desk *desk, struct write *write)
{
    arena_reset(&desk->arena);
    return journal_next_in_state(desk->store, WRITE_PLANNED, desk->run, write->number, &desk->arena, write);
}

/* Whose plan is judged again: both writes of a record go, since both are planned anew. */
static enum status find_subjects(struct desk *desk, struct hashset *ret)
{
    struct write write = {.number = 0};
    enum status status = STATUS_OK;
    while (status == STATUS_OK && (status = next_planned(desk, &write)) == STATUS_OK) {
        bool found = false;
        status = carries(desk, &write, &found);
        if (status == STATUS_OK && found)
            status = hashset_add(ret, write.subject);
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status drop_writes(struct desk *desk, const struct hashset *subjects)
{
    struct write write = {.number = 0};
    enum status status = STATUS_OK;
    while (status == STATUS_OK && (status = next_planned(desk, &write)) == STATUS_OK) {
        if (!hashset_has(subjects, write.subject))
            continue;
        planned_take_out(desk, write.subject);
        status = planned_drop(desk, &write, DRIFT_WAITS);
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status drift_judge(struct desk *desk, bool *ret_again)
{
    struct hashset subjects = {0};
    field_set fresh = 0;
    enum status status = STATUS_OK;
    *ret_again = false;
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++) {
        status = each_known(desk, side, end_known);
        if (status == STATUS_OK)
            status = hold_side(desk, side, &fresh);
    }
    if (status == STATUS_OK && fresh != 0)
        status = find_subjects(desk, &subjects);
    if (status == STATUS_OK && subjects.count > 0)
        status = drop_writes(desk, &subjects);
    *ret_again = subjects.count > 0;
    hashset_clear(&subjects);
    return status;
}
