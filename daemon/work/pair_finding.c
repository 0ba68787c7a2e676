#include "daemon/work/pair_inside.h"

#include "daemon/sync/hours_check.h"
#include "daemon/work/flips.h"

#include <stdio.h>
#include <string.h>

/* Whose conflicts these are: named by the municipal copy where there is one. */
enum status pair_finding_subject(struct desk *desk, struct pair *pair)
{
    struct finding_subject *subject = &pair->findings.subject;
    enum side named = pair->has[MUNICIPAL] ? MUNICIPAL : PROVINCIAL;
    const struct record *record = pair_copy(pair, named);
    struct buffer text;
    int64_t year = 0;
    struct slice region = record->value[FIELD_ACCOUNT_REGION];
    struct slice employer = record->value[FIELD_ACCOUNT_EMPLOYER];
    struct slice department = record->value[FIELD_ACCOUNT_DEPARTMENT];
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
        employer = person->employer;
        department = person->department;
        (void)slice_integer(record->value[FIELD_HOURS_YEAR], &year);
    } else if (slice_is(record->value[FIELD_ACCOUNT_KIND], "person")) {
        subject->person = desk_account_hash(desk, "person", record->value[FIELD_ACCOUNT_CODE]);
    }
    subject->year = (int)year;
    subject->owner = finding_owner(desk, employer, department, region);
    (void)snprintf(subject->region, sizeof subject->region, "%.*s", (int)region.size, region.at);
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        if (pair->has[side])
            subject->remote_id[side] = pair_copy(pair, side)->remote_id;
    }
    for (enum side side = MUNICIPAL; side < SIDES; side++)
        subject->content[side] = pair->copy[side].staged.content;
    return STATUS_OK;
}

/* A record that could not be mapped: one conflict that names field and reason; written nowhere. */
enum status pair_finding_invalid(struct desk *desk, struct pair *pair)
{
    const struct desk_copy *copy = &pair->copy[pair->side];
    struct finding_subject *subject = &pair->findings.subject;
    *subject = (struct finding_subject){.entity = pair->entity};
    subject->remote_id[pair->side] = copy->decoded.record.remote_id;
    if (copy->decoded.key_readable) {
        enum status status = pair_finding_subject(desk, pair);
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
    pair->findings.frozen = true;
    findings_add(&pair->findings, conflict_kind_name(KIND_invalid_record), -1,
                 copy->decoded.bad_field < FIELDS ? field_row(copy->decoded.bad_field)->name
                                                  : "",
                 NULL, NULL, copy->decoded.reason);
    return status;
}

enum status pair_finding_several(struct desk *desk, struct pair *pair)
{
    struct finding_subject *subject = &pair->findings.subject;
    bool group = pair->correlation.match == MATCH_AMBIGUOUS;
    bool apart = pair->correlation.match == MATCH_APART;
    enum status status = pair_finding_subject(desk, pair);
    if (apart) { /* named once, from whichever side it is seen */
        subject->remote_id[MUNICIPAL] = pair->correlation.remote_id[MUNICIPAL];
        subject->remote_id[PROVINCIAL] = pair->correlation.remote_id[PROVINCIAL];
    }
    if (status == STATUS_OK && group) {
        subject->text = arena_printf(&desk->arena, "group:%.*s", (int)pair->correlation.group.size,
                                     pair->correlation.group.at);
        subject->remote_id[MUNICIPAL] = subject->remote_id[PROVINCIAL] = (struct slice){0};
    }
    if (status == STATUS_OK)
        status = findings_begin(desk, &pair->findings);
    pair->findings.frozen = true;
    pair->findings.apart = apart;
    memset(subject->content, 0, sizeof subject->content); /* seen from several records */
    pair->unsettled = true; /* it ends by what happens to another record: looked at each cycle */
    findings_add(&pair->findings,
                 conflict_kind_name(group || apart ? KIND_ambiguous_match : KIND_duplicate_record), -1,
                 "", NULL, NULL,
                 group   ? "natural_key"
                 : apart ? "kept_apart"
                         : side_name(pair->correlation.duplicate_side));
    return status;
}

/* What the conflict log holds of this key's fields, as the core wants it. */
size_t pair_finding_holds(const struct pair *pair, struct field_hold *ret)
{
    size_t count = 0;
    for (size_t index = 0; index < pair->findings.open_count; index++) {
        const struct conflict *open = &pair->findings.open[index];
        struct field_hold hold = {.open = open->state != CONFLICT_CLOSED};
        bool of_field = strcmp(open->kind, "field_mismatch") == 0 ||
                        strcmp(open->kind, "review_mismatch") == 0 ||
                        strcmp(open->kind, "revoked_or_changed") == 0 ||
                        strcmp(open->kind, "reinstated") == 0 || strcmp(open->kind, "oscillation") == 0;
        if (!of_field || !field_find(pair->entity, slice_of(open->field), &hold.field))
            continue;
        if (strcmp(open->kind, "field_mismatch") == 0)
            hold.found = VERDICT_FIELD_MISMATCH;
        else if (strcmp(open->kind, "review_mismatch") == 0)
            hold.found = VERDICT_REVIEW_MISMATCH;
        hold.value[MUNICIPAL] = open->value[MUNICIPAL];
        hold.value[PROVINCIAL] = open->value[PROVINCIAL];
        if (hold.open && open->decision == DECISION_MUNICIPAL)
            hold.decided = VERDICT_TO_PROVINCIAL;
        else if (hold.open && open->decision == DECISION_PROVINCIAL)
            hold.decided = VERDICT_TO_MUNICIPAL;
        hold.undone = slice_is(open->reason, FINDING_UNDONE);
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
        code[side] = pair_copy(pair, side)->value[FIELD_ACCOUNT_CODE];
    if (slice_equal(code[MUNICIPAL], code[PROVINCIAL]))
        return;
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        struct slice former = pair_copy(pair, side)->value[FIELD_ACCOUNT_FORMER_CODES];
        struct slice word = {0};
        while (slice_next_word(&former, &word))
            known = known || slice_equal(word, code[side_other(side)]);
    }
    findings_add(&pair->findings,
                 conflict_kind_name(known ? KIND_id_changed : KIND_field_mismatch), -1, "code", code,
                 NULL, "");
    *ret_blocked = !known;
}

static const char *why_held(const struct pair *pair, enum field field)
{
    return (pair->judgement.undone & FIELD_BIT(field)) != 0 ? FINDING_UNDONE : "";
}

static void find_mismatches(struct pair *pair)
{
    const struct judgement *judgement = &pair->judgement;
    field_set frozen = flips_held(pair) | pair->oscillating;
    for (enum field field = field_first(pair->entity); field < field_end(pair->entity); field++) {
        bool review = (judgement->review_mismatch & FIELD_BIT(field)) != 0;
        struct slice values[SIDES] = {pair->view[MUNICIPAL].value[field],
                                      pair->view[PROVINCIAL].value[field]};
        bool based = (pair->base_fields & FIELD_BIT(field)) != 0;
        bool undecided = (judgement->decided & FIELD_BIT(field)) != 0;
        bool undone = (judgement->undone & FIELD_BIT(field)) != 0;
        if ((judgement->frozen & frozen & FIELD_BIT(field)) != 0 || (undecided && flips_open(pair, field))) {
            findings_add(&pair->findings, conflict_kind_name(KIND_oscillation), -1, field_row(field)->name,
                         values, based ? &pair->base.value[field] : NULL, FLIPS_WRITERS);
            continue;
        }
        if (!review && !undecided && (judgement->mismatch & FIELD_BIT(field)) == 0)
            continue;
        enum conflict_kind kind = review ? KIND_review_mismatch : KIND_field_mismatch;
        if ((undecided || undone) && field == record_review_field(pair->entity))
            kind = KIND_review_mismatch;
        findings_add(&pair->findings, conflict_kind_name(kind), -1, field_row(field)->name, values,
                     based ? &pair->base.value[field] : NULL, why_held(pair, field));
    }
}

static void find_situation(struct pair *pair)
{
    const char *kind = NULL;
    enum situation situation = pair->judgement.situation;
    if (!judge_situation_kind(situation, &kind))
        return;
    bool of_region = situation == SITUATION_elsewhere || pair->hours_wait;
    if (pair->hours_wait)
        kind = conflict_kind_name(KIND_region_mismatch);
    bool of_valid = situation == SITUATION_revoked_or_changed || situation == SITUATION_reinstated;
    enum field valid = record_valid_field(pair->entity);
    struct slice values[SIDES] = {pair->view[MUNICIPAL].value[valid],
                                  pair->view[PROVINCIAL].value[valid]};
    if (of_region) {
        values[MUNICIPAL] = pair->view[MUNICIPAL].value[FIELD_ACCOUNT_REGION];
        values[PROVINCIAL] = pair->view[PROVINCIAL].value[FIELD_ACCOUNT_REGION];
    }
    findings_add(&pair->findings, kind, -1,
                 of_valid ? "valid" : of_region ? "region" : "", of_valid || of_region ? values : NULL, NULL,
                 why_held(pair, valid));
}

/* What the notice demands of the record by itself. */
static void find_checks(const struct desk *desk, struct pair *pair)
{
    struct hours_check found[HOURS_CHECKS];
    const struct record *copies[SIDES] = {
        pair->has[MUNICIPAL] ? &pair->view[MUNICIPAL] : NULL,
        pair->has[PROVINCIAL] ? &pair->view[PROVINCIAL] : NULL,
    };
    size_t count = pair->entity != ENTITY_HOURS
                       ? 0
                       : hours_check(mapping_notice(desk->mapping), hours_merged(copies),
                                     pair->person[pair->side].region, found);
    for (size_t index = 0; index < count; index++) {
        enum field field = found[index].field;
        struct slice values[SIDES] = {pair->view[MUNICIPAL].value[field],
                                      pair->view[PROVINCIAL].value[field]};
        findings_add(&pair->findings, conflict_kind_name(found[index].kind), -1,
                     field_row(field)->name, values, NULL, "");
    }
}

bool pair_finding_judged(const struct desk *desk, struct pair *pair)
{
    bool blocked = false;
    find_id_change(pair, &blocked);
    find_situation(pair);
    pair->findings.frozen = blocked;
    pair->findings.settled = pair->judgement.settled;
    if (!blocked)
        find_mismatches(pair);
    find_checks(desk, pair);
    return !blocked;
}

/* A record that has its one counterpart, or none, makes no group any more. */
static enum status end_group(struct desk *desk, const struct pair *pair)
{
    const struct desk_copy *copy = &pair->copy[pair->side];
    struct slice group = {0};
    if (!desk->ambiguous_open || pair->entity != ENTITY_HOURS || hash_is_zero(copy->staged.natural) ||
        pair->correlation.match == MATCH_AMBIGUOUS || pair->correlation.match == MATCH_APART ||
        pair->correlation.match == MATCH_DUPLICATE)
        return STATUS_OK;
    enum status status = correlate_group(desk, copy, &pair->person[pair->side], &group);
    if (status != STATUS_OK)
        return status;
    struct slice subject = arena_printf(&desk->arena, "group:%.*s", (int)group.size, group.at);
    return subject.at == NULL ? STATUS_NO_MEMORY : finding_clear(desk, subject);
}

enum status pair_finding_end(struct desk *desk, struct pair *pair)
{
    enum status status = findings_end(desk, &pair->findings);
    return status == STATUS_OK ? end_group(desk, pair) : status;
}
