#include "daemon/work/pair.h"

#include "daemon/work/create.h"
#include "daemon/work/planned.h"
#include "daemon/work/since.h"

#include <stdio.h>
#include <string.h>

static const struct record *copy_record(const struct pair *pair, enum side side)
{
    return &pair->copy[side].decoded.record;
}

static enum status load_copy(struct desk *desk, struct pair *pair, enum side side,
                             struct slice remote_id)
{
    enum status status =
        slice_empty(remote_id) ? STATUS_NOT_FOUND
                               : desk_copy(desk, side, pair->entity, remote_id, &pair->copy[side]);
    pair->has[side] = status == STATUS_OK;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Persons are compared as the accounts they belong to, so each side's text becomes the name of that
 * account on both. */
static enum status resolve_view(struct desk *desk, struct pair *pair, enum side side)
{
    if (!pair->has[side])
        return STATUS_OK;
    pair->view[side] = *copy_record(pair, side);
    if (pair->entity != ENTITY_HOURS)
        return STATUS_OK;
    struct slice code = copy_record(pair, side)->value[FIELD_HOURS_PERSON];
    enum side other = side_other(side);
    if (pair->has[other] && pair->person[other].standing[side] != PERSON_UNKNOWN &&
        slice_equal(code, copy_record(pair, other)->value[FIELD_HOURS_PERSON])) {
        pair->person[side] = pair->person[other];
    } else {
        enum status status = person_resolve(desk, side, code, &pair->person[side]);
        if (status != STATUS_OK)
            return status;
    }
    pair->view[side].value[FIELD_HOURS_PERSON] = pair->person[side].name_code;
    return STATUS_OK;
}

static enum presence presence_of(const struct pair *pair, enum side side)
{
    if (!pair->has[side])
        return PRESENCE_ABSENT;
    switch (pair->copy[side].staged.state) {
    case STAGED_INVALID: return PRESENCE_INVALID;
    case STAGED_OUTSIDE: return PRESENCE_OUTSIDE;
    case STAGED_GONE: return PRESENCE_GONE;
    case STAGED_PRESENT:
    case STAGED_QUARANTINED:
    default: return PRESENCE_VALID;
    }
}

static enum status load_base(struct desk *desk, struct pair *pair)
{
    struct link *link = &pair->correlation.link;
    memset(pair->changed_at, 0, sizeof pair->changed_at);
    pair->base_fields = 0;
    if (link->number == 0 || !link->has_base)
        return STATUS_OK;
    enum status status = record_unpack(link->base, &pair->base, &pair->base_fields);
    if (status == STATUS_OK)
        since_unpack(link->since, pair->changed_at);
    if (status == STATUS_OK && (pair->base_fields & FIELD_BIT(FIELD_HOURS_PERSON)) != 0) {
        struct person person;
        status = person_resolve(desk, MUNICIPAL, pair->base.value[FIELD_HOURS_PERSON], &person);
        pair->base.value[FIELD_HOURS_PERSON] = person.name_code;
    }
    return status;
}

/* Whose conflicts these are: named by the municipal copy where there is one. */
static enum status name_subject(struct desk *desk, struct pair *pair)
{
    struct finding_subject *subject = &pair->findings.subject;
    enum side named = pair->has[MUNICIPAL] ? MUNICIPAL : PROVINCIAL;
    const struct record *record = copy_record(pair, named);
    struct buffer text;
    int64_t year = 0;
    struct slice region = record->value[FIELD_ACCOUNT_REGION];
    struct slice office = record->value[FIELD_ACCOUNT_DEPARTMENT];
    *subject = (struct finding_subject){.entity = pair->entity};
    buffer_init(&text, 1024);
    record_subject(record, &text);
    subject->text = arena_copy(&desk->arena, buffer_slice(&text));
    buffer_free(&text);
    if (subject->text.at == NULL)
        return STATUS_NO_MEMORY;
    if (pair->entity == ENTITY_HOURS) {
        const struct person *person = &pair->person[named];
        subject->person = desk_account_hash(desk, "person", person->name_code);
        region = person->region;
        office = slice_empty(person->employer) ? person->department : person->employer;
        (void)slice_integer(record->value[FIELD_HOURS_YEAR], &year);
    } else if (slice_is(record->value[FIELD_ACCOUNT_KIND], "person")) {
        subject->person = desk_account_hash(desk, "person", record->value[FIELD_ACCOUNT_CODE]);
    }
    subject->year = (int)year;
    subject->owner = slice_empty(office) ? arena_printf(&desk->arena, "hrss:%.*s", (int)region.size,
                                                        region.at)
                                         : office;
    (void)snprintf(subject->region, sizeof subject->region, "%.*s", (int)region.size, region.at);
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        if (pair->has[side])
            subject->remote_id[side] = copy_record(pair, side)->remote_id;
    }
    return STATUS_OK;
}

static enum status set_clean(struct desk *desk, const struct pair *pair)
{
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        if (!pair->has[side] || (!pair->copy[side].staged.dirty && !pair->unsettled))
            continue;
        enum status status = stage_set_dirty(desk->store, side, pair->entity,
                                             copy_record(pair, side)->remote_id, pair->unsettled);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

/* A record that has its one counterpart, or none, makes no group any more. */
static enum status end_group(struct desk *desk, const struct pair *pair)
{
    const struct desk_copy *copy = &pair->copy[pair->side];
    struct slice group = {0};
    if (!desk->ambiguous_open || pair->entity != ENTITY_HOURS || hash_is_zero(copy->staged.natural) ||
        pair->correlation.match == MATCH_AMBIGUOUS || pair->correlation.match == MATCH_DUPLICATE)
        return STATUS_OK;
    enum status status = correlate_group(desk, copy, &pair->person[pair->side], &group);
    if (status != STATUS_OK)
        return status;
    struct slice subject = arena_printf(&desk->arena, "group:%.*s", (int)group.size, group.at);
    return subject.at == NULL ? STATUS_NO_MEMORY : finding_clear(desk, subject);
}

static enum status finish(struct desk *desk, struct pair *pair)
{
    enum status status = findings_end(desk, &pair->findings);
    if (status == STATUS_OK)
        status = end_group(desk, pair);
    if (status == STATUS_OK)
        status = stage_set_waiting(desk->store, pair->side, pair->entity,
                                   copy_record(pair, pair->side)->remote_id, pair->waits);
    desk->counts.waiting += pair->waits != NULL;
    return status == STATUS_OK ? set_clean(desk, pair) : status;
}

/* A record that could not be mapped: one conflict that names field and reason; written nowhere. */
static enum status quarantine(struct desk *desk, struct pair *pair)
{
    const struct desk_copy *copy = &pair->copy[pair->side];
    struct finding_subject *subject = &pair->findings.subject;
    *subject = (struct finding_subject){.entity = pair->entity};
    subject->remote_id[pair->side] = copy->decoded.record.remote_id;
    if (copy->decoded.key_readable) {
        enum status status = name_subject(desk, pair);
        if (status != STATUS_OK)
            return status;
    } else {
        subject->text = arena_printf(&desk->arena, "record:%s/%s/%.*s", side_name(pair->side),
                                     entity_name(pair->entity),
                                     (int)copy->decoded.record.remote_id.size,
                                     copy->decoded.record.remote_id.at);
        if (subject->text.at == NULL)
            return STATUS_NO_MEMORY;
    }
    enum status status = findings_begin(desk, &pair->findings);
    findings_add(&pair->findings, conflict_kind_name(KIND_invalid_record), -1,
                 copy->decoded.bad_field < FIELDS ? field_row(copy->decoded.bad_field)->name
                                                  : "",
                 NULL, NULL, copy->decoded.reason);
    return status == STATUS_OK ? finish(desk, pair) : status;
}

static enum status several(struct desk *desk, struct pair *pair)
{
    struct finding_subject *subject = &pair->findings.subject;
    bool ambiguous = pair->correlation.match == MATCH_AMBIGUOUS;
    enum status status = name_subject(desk, pair);
    if (status == STATUS_OK && ambiguous) {
        subject->text = arena_printf(&desk->arena, "group:%.*s", (int)pair->correlation.group.size,
                                     pair->correlation.group.at);
        subject->remote_id[MUNICIPAL] = subject->remote_id[PROVINCIAL] = (struct slice){0};
    }
    if (status == STATUS_OK)
        status = findings_begin(desk, &pair->findings);
    findings_add(&pair->findings,
                 conflict_kind_name(ambiguous ? KIND_ambiguous_match : KIND_duplicate_record), -1, "",
                 NULL, NULL, ambiguous ? "natural_key" : side_name(pair->correlation.duplicate_side));
    return status == STATUS_OK ? finish(desk, pair) : status;
}

/* What the conflict log holds of this key's fields, as the core wants it. */
static size_t holds_of(const struct pair *pair, struct field_hold *ret)
{
    size_t count = 0;
    for (size_t index = 0; index < pair->findings.open_count; index++) {
        const struct conflict *open = &pair->findings.open[index];
        struct field_hold hold = {.open = open->state != CONFLICT_CLOSED};
        bool of_field = strcmp(open->kind, "field_mismatch") == 0 ||
                        strcmp(open->kind, "review_mismatch") == 0 ||
                        strcmp(open->kind, "revoked_or_changed") == 0 ||
                        strcmp(open->kind, "reinstated") == 0;
        if (!of_field || !field_find(pair->entity, slice_of(open->field), &hold.field))
            continue;
        hold.value[MUNICIPAL] = open->value[MUNICIPAL];
        hold.value[PROVINCIAL] = open->value[PROVINCIAL];
        if (hold.open && open->decision == DECISION_MUNICIPAL)
            hold.decided = VERDICT_TO_PROVINCIAL;
        else if (hold.open && open->decision == DECISION_PROVINCIAL)
            hold.decided = VERDICT_TO_MUNICIPAL;
        hold.by_value = hold.open && open->decision == DECISION_VALUE;
        hold.decided_value = open->decision_value;
        ret[count++] = hold;
    }
    return count;
}

static void find_id_change(struct pair *pair, bool *ret_blocked)
{
    struct slice code[SIDES];
    bool known = false;
    *ret_blocked = false;
    if (pair->entity != ENTITY_ACCOUNT || !pair->has[MUNICIPAL] || !pair->has[PROVINCIAL])
        return;
    for (enum side side = MUNICIPAL; side < SIDES; side++)
        code[side] = copy_record(pair, side)->value[FIELD_ACCOUNT_CODE];
    if (slice_equal(code[MUNICIPAL], code[PROVINCIAL]))
        return;
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        struct slice former = copy_record(pair, side)->value[FIELD_ACCOUNT_FORMER_CODES];
        struct slice word = {0};
        while (slice_next_word(&former, &word))
            known = known || slice_equal(word, code[side_other(side)]);
    }
    findings_add(&pair->findings,
                 conflict_kind_name(known ? KIND_id_changed : KIND_field_mismatch), -1, "code", code,
                 NULL, "");
    *ret_blocked = !known;
}

static void find_mismatches(struct pair *pair)
{
    const struct judgement *judgement = &pair->judgement;
    for (enum field field = field_first(pair->entity); field < field_end(pair->entity); field++) {
        bool review = (judgement->review_mismatch & FIELD_BIT(field)) != 0;
        struct slice values[SIDES] = {pair->view[MUNICIPAL].value[field],
                                      pair->view[PROVINCIAL].value[field]};
        bool based = (pair->base_fields & FIELD_BIT(field)) != 0;
        bool undecided = (judgement->decided & FIELD_BIT(field)) != 0;
        if (!review && !undecided && (judgement->mismatch & FIELD_BIT(field)) == 0)
            continue;
        enum conflict_kind kind = review ? KIND_review_mismatch : KIND_field_mismatch;
        if (undecided && field == record_review_field(pair->entity))
            kind = KIND_review_mismatch;
        findings_add(&pair->findings, conflict_kind_name(kind), -1, field_row(field)->name, values,
                     based ? &pair->base.value[field] : NULL, "");
    }
}

static void find_situation(struct pair *pair)
{
    const char *kind = NULL;
    enum situation situation = pair->judgement.situation;
    if (!judge_situation_kind(situation, &kind))
        return;
    bool of_valid = situation == SITUATION_revoked_or_changed || situation == SITUATION_reinstated;
    enum field valid = record_valid_field(pair->entity);
    struct slice values[SIDES] = {pair->view[MUNICIPAL].value[valid],
                                  pair->view[PROVINCIAL].value[valid]};
    if (situation == SITUATION_elsewhere) {
        values[MUNICIPAL] = pair->view[MUNICIPAL].value[FIELD_ACCOUNT_REGION];
        values[PROVINCIAL] = pair->view[PROVINCIAL].value[FIELD_ACCOUNT_REGION];
    }
    findings_add(&pair->findings, kind, -1,
                 of_valid ? "valid" : situation == SITUATION_elsewhere ? "region" : "",
                 of_valid || situation == SITUATION_elsewhere ? values : NULL, NULL, "");
}

/* The base moves only to what both sides are known to hold. */
static enum status keep_link(struct desk *desk, struct pair *pair)
{
    struct link *link = &pair->correlation.link;
    struct record base = pair->base;
    field_set fields = pair->base_fields | pair->judgement.agreed;
    struct buffer packed;
    struct buffer since;
    bool present = pair->has[MUNICIPAL] && pair->has[PROVINCIAL];
    if (pair->correlation.match != MATCH_LINKED && pair->correlation.match != MATCH_FOUND)
        return STATUS_OK;
    base.entity = pair->entity;
    for (enum field field = field_first(pair->entity); field < field_end(pair->entity); field++) {
        if ((pair->judgement.agreed & FIELD_BIT(field)) != 0)
            base.value[field] = pair->view[MUNICIPAL].value[field];
    }
    buffer_init(&packed, 64 * 1024);
    buffer_init(&since, 64 * 1024);
    record_pack(&base, fields, &packed);
    since_pack(pair->judgement.changed_at, &since);
    bool moved = link->number == 0 || !slice_equal(link->base, buffer_slice(&packed)) ||
                 (present && !slice_equal(link->since, buffer_slice(&since)));
    enum status status = packed.status != STATUS_OK ? packed.status : since.status;
    link->has_base = fields != 0;
    link->base = buffer_slice(&packed);
    if (present)
        link->since = buffer_slice(&since);
    link->state = pair->judgement.action == ACTION_SET_ASIDE ? LINK_ASIDE : LINK_HELD;
    if (link->number == 0)
        link->run = desk->run;
    if (status == STATUS_OK && moved)
        status = link_put(desk->store, link);
    buffer_free(&packed);
    buffer_free(&since);
    return status;
}

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
    if ((fields & FIELD_BIT(FIELD_HOURS_AMOUNT)) != 0 && (fields & FIELD_BIT(FIELD_HOURS_UNIT)) == 0)
        ret->value[FIELD_HOURS_UNIT] = copy_record(pair, target)->value[FIELD_HOURS_UNIT];
    if (pair->entity == ENTITY_ACCOUNT)
        ret->value[FIELD_ACCOUNT_KIND] = copy_record(pair, target)->value[FIELD_ACCOUNT_KIND];
}

/* A decision whose write is on its way is applied; it closes once both sides are seen to hold it. */
static enum status mark_applied(struct desk *desk, const struct pair *pair, field_set fields)
{
    for (size_t index = 0; index < pair->findings.open_count; index++) {
        const struct conflict *open = &pair->findings.open[index];
        enum field field = FIELDS;
        if (open->state != CONFLICT_DECIDED || !field_find(pair->entity, slice_of(open->field), &field) ||
            (fields & pair->judgement.decided & FIELD_BIT(field)) == 0)
            continue;
        enum status status = conflict_set_state(desk->store, open->number, CONFLICT_APPLIED, desk->now);
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

static enum status plan_update(struct desk *desk, struct pair *pair, enum side target, bool planning)
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
        pair->unsettled = asked || fields != 0;
        return STATUS_OK;
    }
    enum field valid = record_valid_field(pair->entity);
    bool revokes = (fields & FIELD_BIT(valid)) != 0 && slice_is(values.value[valid], "false");
    status = planned_write(desk, pair, target, revokes ? WRITE_REVOKE : WRITE_UPDATE, fields, &values,
                           &planned, &code);
    if (status == STATUS_OK && planned == PLANNED_REFUSED)
        note_refused(pair, code);
    else
        pair->unsettled = true;
    if (status == STATUS_OK && planned == PLANNED_NOW && !desk->dry)
        status = mark_applied(desk, pair, fields);
    return status;
}

static enum status plan_create_now(struct desk *desk, struct pair *pair, enum side target)
{
    struct record values = *copy_record(pair, pair->side);
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

static bool direction_allows(const struct desk *desk, enum entity entity, enum side target)
{
    enum direction direction = mapping_direction(desk->mapping, entity);
    return direction == DIRECTION_BOTH ||
           direction == (target == PROVINCIAL ? DIRECTION_TO_PROVINCIAL : DIRECTION_TO_MUNICIPAL);
}

static enum status plan_create(struct desk *desk, struct pair *pair, enum side target, bool planning)
{
    enum eligibility eligible = ELIGIBLE;
    const char *reason = "";
    if (!direction_allows(desk, pair->entity, target)) {
        findings_add(&pair->findings, conflict_kind_name(KIND_missing_counterpart),
                     create_severity(desk, pair), "", NULL, NULL, "direction");
        return STATUS_OK;
    }
    enum status status = create_eligible(desk, pair, target, &eligible, &reason);
    if (status != STATUS_OK)
        return status;
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

static enum status carry_out(struct desk *desk, struct pair *pair, bool planning)
{
    enum action action = pair->judgement.action;
    if (action == ACTION_CREATE_PROVINCIAL)
        return plan_create(desk, pair, PROVINCIAL, planning);
    if (action == ACTION_CREATE_MUNICIPAL)
        return plan_create(desk, pair, MUNICIPAL, planning);
    enum status status = plan_update(desk, pair, MUNICIPAL, planning);
    return status == STATUS_OK ? plan_update(desk, pair, PROVINCIAL, planning) : status;
}

static bool clocks_trusted(const struct desk *desk)
{
    return desk->clock_trusted[MUNICIPAL] && desk->clock_trusted[PROVINCIAL];
}

static enum status judge_loaded(struct desk *desk, struct pair *pair, bool planning)
{
    struct field_hold holds[OPEN_MOST];
    bool blocked = false;
    enum status status = load_base(desk, pair);
    if (status == STATUS_OK)
        status = name_subject(desk, pair);
    if (status == STATUS_OK)
        status = findings_begin(desk, &pair->findings);
    if (status != STATUS_OK)
        return status;
    struct judge_case at = {
        .entity = pair->entity,
        .mapping = desk->mapping,
        .presence = {pair->presence[MUNICIPAL], pair->presence[PROVINCIAL]},
        .copy = {pair->has[MUNICIPAL] ? &pair->view[MUNICIPAL] : NULL,
                 pair->has[PROVINCIAL] ? &pair->view[PROVINCIAL] : NULL},
        .linked = pair->correlation.link.number != 0,
        .has_base = pair->base_fields != 0,
        .base = &pair->base,
        .base_fields = pair->base_fields,
        .changed_at = {pair->changed_at[MUNICIPAL], pair->changed_at[PROVINCIAL]},
        .clock_offset = {desk->clock_offset_ms[MUNICIPAL] / 1000,
                         desk->clock_offset_ms[PROVINCIAL] / 1000},
        .clocks_trusted = clocks_trusted(desk),
        .holds = holds,
        .hold_count = holds_of(pair, holds),
    };
    judge(&at, &pair->judgement);
    desk->counts.judged++;
    find_id_change(pair, &blocked);
    find_situation(pair);
    if (!blocked) {
        find_mismatches(pair);
        status = carry_out(desk, pair, planning);
    }
    if (status == STATUS_OK)
        status = keep_link(desk, pair);
    return status == STATUS_OK ? finish(desk, pair) : status;
}

static bool person_outside(const struct pair *pair)
{
    if (pair->entity != ENTITY_HOURS)
        return false;
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        const struct person *person = &pair->person[side];
        if (pair->has[side] && person->linked &&
            (person->standing[MUNICIPAL] == PERSON_OUTSIDE ||
             person->standing[PROVINCIAL] == PERSON_OUTSIDE))
            return true;
    }
    return false;
}

/* Before a side is said to lack a record it must have been read whole; what the region prefix hides is
 * asked for by code. */
static enum status absence_known(struct desk *desk, struct pair *pair, bool *ret)
{
    enum side other = side_other(pair->side);
    const struct record *record = copy_record(pair, pair->side);
    bool asked = false;
    *ret = desk->known_whole[other][pair->entity];
    if (!*ret || pair->entity != ENTITY_ACCOUNT || pair->presence[pair->side] == PRESENCE_OUTSIDE)
        return STATUS_OK;
    bool organisation = !slice_is(record->value[FIELD_ACCOUNT_KIND], "person");
    enum status status = need_by_code(desk, other, ENTITY_ACCOUNT, organisation,
                                      record->value[FIELD_ACCOUNT_CODE], &asked);
    *ret = !asked;
    return status;
}

static enum status judge_matched(struct desk *desk, struct pair *pair, bool planning)
{
    enum side other = side_other(pair->side);
    bool known = true;
    enum status status =
        load_copy(desk, pair, other, pair->correlation.remote_id[other]);
    if (status == STATUS_OK)
        status = resolve_view(desk, pair, other);
    if (status != STATUS_OK)
        return status;
    pair->presence[other] = presence_of(pair, other);
    if (pair->has[other] && pair->copy[other].staged.state == STAGED_QUARANTINED)
        return set_clean(desk, pair); /* frozen: the record at fault has its own conflict */
    if (!pair->has[other] && pair->correlation.match == MATCH_LINKED) {
        bool asked = false;
        pair->unsettled = true; /* unread: nothing is decided */
        return need_by_id(desk, other, pair->entity, pair->correlation.remote_id[other], &asked);
    }
    if (!pair->has[other])
        status = absence_known(desk, pair, &known);
    if (status != STATUS_OK || !known)
        return status;
    if (person_outside(pair)) {
        pair->waits = "region";
        status = stage_set_waiting(desk->store, pair->side, pair->entity,
                                   copy_record(pair, pair->side)->remote_id, pair->waits);
        return status == STATUS_OK ? set_clean(desk, pair) : status;
    }
    return judge_loaded(desk, pair, planning);
}

enum status pair_judge(struct desk *desk, enum side side, enum entity entity, struct slice remote_id,
                       bool planning)
{
    struct pair pair = {.entity = entity, .side = side};
    arena_reset(&desk->arena);
    struct slice own_id = arena_copy(&desk->arena, remote_id);
    enum status status = own_id.at == NULL ? STATUS_NO_MEMORY : load_copy(desk, &pair, side, own_id);
    if (status != STATUS_OK || !pair.has[side])
        return status;
    pair.presence[side] = presence_of(&pair, side);
    if (pair.copy[side].staged.state == STAGED_QUARANTINED)
        return quarantine(desk, &pair);
    status = resolve_view(desk, &pair, side);
    if (status == STATUS_OK)
        status = correlate(desk, &pair.copy[side], &pair.person[side], &pair.correlation);
    if (status != STATUS_OK)
        return status;
    switch (pair.correlation.match) {
    case MATCH_DUPLICATE:
    case MATCH_AMBIGUOUS: return several(desk, &pair);
    case MATCH_TWIN:
    case MATCH_FROZEN: return set_clean(desk, &pair);
    case MATCH_LINKED:
    case MATCH_FOUND:
    case MATCH_ALONE:
    default: return judge_matched(desk, &pair, planning);
    }
}
