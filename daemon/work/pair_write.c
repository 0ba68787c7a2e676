#include "daemon/work/pair_inside.h"

#include "daemon/work/create.h"
#include "daemon/work/drift.h"
#include "daemon/work/planned.h"

/* The values of an update as the target takes them: persons by the code that the target knows. */
static void target_values(const struct pair *pair, enum side target, field_set fields,
                          struct record *ret)
{
    *ret = (struct record){.entity = pair->entity};
    for (enum field field = field_first(pair->entity); field < field_end(pair->entity); field++) {
        if ((fields & FIELD_BIT(field)) != 0)
            ret->value[field] = pair->judgement.merged[field];
    }
    if ((fields & FIELD_BIT(FIELD_HOURS_PERSON)) != 0) {
        struct slice code = pair->person[side_other(target)].code[target];
        if (!slice_empty(code))
            ret->value[FIELD_HOURS_PERSON] = code;
    }
    /* The unit decides where an amount stands, so it always goes along with it. */
    if ((fields & FIELD_BIT(FIELD_HOURS_AMOUNT)) != 0 &&
        (fields & FIELD_BIT(FIELD_HOURS_UNIT)) == 0)
        ret->value[FIELD_HOURS_UNIT] = pair_copy(pair, target)->value[FIELD_HOURS_UNIT];
    if (pair->entity == ENTITY_ACCOUNT)
        ret->value[FIELD_ACCOUNT_KIND] = pair_copy(pair, target)->value[FIELD_ACCOUNT_KIND];
}

/* Moves the conflicts whose decision these writes carry out. */
static enum status move_decisions(struct desk *desk, const struct pair *pair, field_set fields,
                                  enum conflict_state from, enum conflict_state to)
{
    for (size_t index = 0; index < pair->findings.open_count; index++) {
        const struct conflict *open = &pair->findings.open[index];
        enum field field = FIELDS;
        if (open->state != from || !field_find(pair->entity, slice_of(open->field), &field) ||
            (fields & pair->judgement.decided & FIELD_BIT(field)) == 0)
            continue;
        enum status status = conflict_set_state(desk->store, open->number, to, desk->now);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static void note_refused(struct pair *pair, struct slice code)
{
    findings_add(&pair->findings, conflict_kind_name(KIND_write_rejected), -1, "", NULL, NULL,
                 code.at == NULL ? "" : code.at);
}

static enum status plan_update(struct desk *desk, struct pair *pair, enum side target,
                               bool planning)
{
    field_set fields = pair->judgement.write[target];
    struct record values;
    bool asked = false;
    enum planned planned = PLANNED_NOW;
    struct slice code = {0};
    if (fields == 0)
        return STATUS_OK;
    target_values(pair, target, fields, &values);
    enum status status = create_hold_references(desk, target, &fields, values.value, &asked);
    if (status != STATUS_OK)
        return status;
    if (fields != pair->judgement.write[target] && !asked)
        pair->waits = "organisation";
    if (asked || !planning || fields == 0) {
        pair->unsettled = pair->unsettled || asked || fields != 0;
        return STATUS_OK;
    }
    enum field valid = record_valid_field(pair->entity);
    bool revokes = (fields & FIELD_BIT(valid)) != 0 && slice_is(values.value[valid], "false");
    status = planned_write(desk, pair, target, revokes ? WRITE_REVOKE : WRITE_UPDATE, fields,
                           &values, &planned, &code);
    if (status != STATUS_OK)
        return status;
    if (planned == PLANNED_REFUSED) { /* the clerk may decide another way */
        note_refused(pair, code);
        return move_decisions(desk, pair, fields, CONFLICT_APPLIED, CONFLICT_DECIDED);
    }
    /* on its way it is applied; it closes once both sides are seen to hold it */
    pair->unsettled = true;
    return desk->dry ? STATUS_OK
                     : move_decisions(desk, pair, fields, CONFLICT_DECIDED, CONFLICT_APPLIED);
}

static enum status plan_create_now(struct desk *desk, struct pair *pair, enum side target)
{
    struct record values = *pair_copy(pair, pair->side);
    enum planned planned = PLANNED_NOW;
    struct slice code = {0};
    field_set fields = 0;
    for (enum field field = field_first(pair->entity); field < field_end(pair->entity); field++)
        fields |= FIELD_BIT(field);
    if (pair->entity == ENTITY_HOURS) {
        const struct person *person = &pair->person[pair->side];
        values.value[FIELD_HOURS_PERSON] =
            slice_empty(person->code[target]) ? person->name_code : person->code[target];
        values.original[FIELD_HOURS_PERSON] = values.value[FIELD_HOURS_PERSON];
    } else {
        values.original[FIELD_ACCOUNT_CODE] = values.value[FIELD_ACCOUNT_CODE];
    }
    enum status status =
        planned_write(desk, pair, target, WRITE_CREATE, fields, &values, &planned, &code);
    if (status == STATUS_OK && planned == PLANNED_REFUSED)
        note_refused(pair, code);
    else
        pair->unsettled = true;
    return status;
}

bool pair_write_allowed(const struct desk *desk, enum entity entity, enum side target)
{
    enum direction direction = mapping_direction(desk->mapping, entity);
    return direction == DIRECTION_BOTH ||
           direction == (target == PROVINCIAL ? DIRECTION_TO_PROVINCIAL : DIRECTION_TO_MUNICIPAL);
}

static enum status plan_create(struct desk *desk, struct pair *pair, enum side target,
                               bool planning)
{
    enum eligibility eligible = ELIGIBLE;
    const char *reason = "";
    enum status status = create_eligible(desk, pair, target, &eligible, &reason);
    if (status != STATUS_OK)
        return status;
    /* planned as if both ways were open; what would be created is then missing and nothing else */
    if (eligible == ELIGIBLE && !pair_write_allowed(desk, pair->entity, target)) {
        findings_add(&pair->findings, conflict_kind_name(KIND_missing_counterpart),
                     create_severity(desk, pair), "", NULL, NULL, "direction");
        return STATUS_OK;
    }
    if (eligible == ELIGIBLE && drift_carried(desk, pair_copy(pair, pair->side))) {
        pair->waits = DRIFT_WAITS;
        pair->unsettled = true;
        return STATUS_OK;
    }
    if (eligible == ELIGIBLE && planning)
        return plan_create_now(desk, pair, target);
    if (eligible == ELIGIBLE || eligible == ELIGIBLE_ASKED) {
        pair->unsettled = true;
        return STATUS_OK;
    }
    pair->waits = reason;
    if (eligible == ELIGIBLE_NEVER || (eligible == ELIGIBLE_WAITS && create_overdue(desk, pair)))
        findings_add(&pair->findings, conflict_kind_name(KIND_missing_counterpart),
                     create_severity(desk, pair), "", NULL, NULL, reason);
    return STATUS_OK;
}

enum status pair_write_judged(struct desk *desk, struct pair *pair, bool planning)
{
    enum action action = pair->judgement.action;
    if (action == ACTION_CREATE_PROVINCIAL)
        return plan_create(desk, pair, PROVINCIAL, planning);
    if (action == ACTION_CREATE_MUNICIPAL)
        return plan_create(desk, pair, MUNICIPAL, planning);
    enum status status = plan_update(desk, pair, MUNICIPAL, planning);
    return status == STATUS_OK ? plan_update(desk, pair, PROVINCIAL, planning) : status;
}
