#include "daemon/work/learner_check.h"

#include "daemon/store/learners.h"
#include "daemon/work/damage.h"
#include "daemon/work/finding.h"
#include "daemon/work/learner_of.h"
#include "mapping/base/civil.h"

#include <stdio.h>

/* One learner under check. */
struct check {
    struct desk *desk;
    struct person_case person;
    struct learner learner;
    struct slice code; /* by which she is named: the municipal present code */
    struct hash named;
    enum status status; /* of what was found so far */
};

void learner_check_begin(struct desk *desk)
{
    desk->learner = (struct hash){{0}};
}

static struct person_case case_at(struct desk *desk)
{
    return (struct person_case){.store = desk->store, .mapping = desk->mapping, .now = desk->now,
                                .arena = &desk->arena};
}

static enum status ask_annual(struct desk *desk, struct hash person)
{
    struct slice code = {0};
    bool asked = false;
    arena_reset(&desk->arena);
    struct person_case at = case_at(desk);
    enum status status = person_code_of(&at, person, &code);
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++) {
        if (!slice_empty(code))
            status = need_by_code(desk, side, ENTITY_ANNUAL, false, code, &asked);
    }
    return status;
}

enum status learner_check_ask(struct desk *desk)
{
    struct hash person = {{0}};
    enum status status = STATUS_OK;
    if (desk->scope.subjects.count == 0)
        return STATUS_OK;
    hashset_clear(&desk->asked); /* they were asked for before the writes: once more */
    while (status == STATUS_OK &&
           (status = learner_next(desk->store, person, &person)) == STATUS_OK) {
        if (hashset_has(&desk->scope.subjects, person))
            status = damage_pass_over(desk, ask_annual(desk, person));
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static bool still_open(const struct person_case *person)
{
    for (size_t index = 0; index < person->hour_count; index++) {
        for (enum side side = MUNICIPAL; side < SIDES; side++) {
            if (person->hours[index].side[side].here && person->hours[index].side[side].dirty)
                return true;
        }
    }
    return false;
}

static bool outside(const struct person_case *person)
{
    return person->account.side[MUNICIPAL].state == STAGED_OUTSIDE ||
           person->account.side[PROVINCIAL].state == STAGED_OUTSIDE;
}

static void fill_subject(const struct check *check, const struct learner_finding *finding,
                         struct finding_subject *ret)
{
    struct arena *arena = &check->desk->arena;
    const struct record *account = learner_account(&check->person);
    const struct slice none = {0};
    struct civil day =
        civil_from_instant(finding->day * CIVIL_DAY_SECONDS - CIVIL_CST_SECONDS, CIVIL_CST_SECONDS);
    *ret = (struct finding_subject){.entity = ENTITY_ANNUAL,
                                    .person = check->named,
                                    .year = finding->year != 0 ? finding->year : day.year};
    ret->text = finding->year != 0
                    ? arena_printf(arena, "annual:%.*s/%d", (int)check->code.size, check->code.at,
                                   finding->year)
                    : arena_printf(arena, "day:%.*s/%04d-%02d-%02d", (int)check->code.size,
                                   check->code.at, day.year, day.month, day.day);
    struct slice region = check->learner.region;
    ret->owner = account == NULL ? finding_owner(check->desk, none, none, region)
                                 : finding_owner(check->desk, account->value[FIELD_ACCOUNT_EMPLOYER],
                                                 account->value[FIELD_ACCOUNT_DEPARTMENT], region);
    (void)snprintf(ret->region, sizeof ret->region, "%.*s", (int)region.size, region.at);
}

static void found(void *context, const struct learner_finding *finding)
{
    struct check *check = context;
    struct findings findings = {.count = 0};
    if (check->status != STATUS_OK)
        return;
    fill_subject(check, finding, &findings.subject);
    if (findings.subject.text.at == NULL || findings.subject.owner.at == NULL) {
        check->status = STATUS_NO_MEMORY;
        return;
    }
    findings_add(&findings, conflict_kind_name(finding->kind), finding->severity, finding->field,
                 finding->value, finding->own.at == NULL ? NULL : &finding->own, finding->reason);
    check->status = findings_see(check->desk, &findings);
}

/* A yearly row that cannot be read is a conflict of its own, and counts as held back. */
static const struct record *annual_copy(struct check *check, const struct person_copy *copy,
                                        int year)
{
    if (!copy->here)
        return NULL;
    if (copy->decoded.ok)
        return &copy->decoded.record;
    struct learner_finding finding = {.kind = KIND_invalid_record, .year = year, .severity = -1,
                                      .field = copy->decoded.bad_name,
                                      .reason = copy->decoded.reason};
    found(check, &finding);
    return NULL;
}

static enum status check_years(struct check *check, int64_t *ret_due)
{
    for (size_t index = 0; index < check->person.annual_count; index++) {
        const struct person_pair *pair = check->person.annual[index];
        int year = check->person.annual_year[index];
        const struct record *annual[SIDES] = {
            annual_copy(check, &pair->side[MUNICIPAL], year),
            annual_copy(check, &pair->side[PROVINCIAL], year),
        };
        enum status status =
            learner_check_year(&check->learner, year, annual, found, check, ret_due);
        if (status != STATUS_OK)
            return status;
    }
    enum status status = learner_check_days(&check->learner, found, check);
    return status == STATUS_OK ? check->status : status;
}

/* What this check would have seen again, had it held. */
static enum status clear_unseen(struct desk *desk, struct hash person)
{
    struct conflict_filter filter = {.open_only = true, .state = -1, .severity = -1,
                                     .has_person = true, .person = person};
    return finding_clear_unseen(desk, &filter, ENTITY_ANNUAL);
}

static enum status keep_balance(struct check *check, int64_t due)
{
    struct learner_cell cells[LEARNER_CELLS];
    size_t count = outside(&check->person) ? 0 : learner_balance(&check->learner, cells);
    struct slice region = check->learner.region;
    struct buffer text;
    buffer_init(&text, 64 * 1024);
    for (size_t index = 0; index < count; index++)
        buffer_printf(&text, "%d %s %.*s %lld %lld %lld\n", cells[index].year,
                      cells[index].category, slice_empty(region) ? 1 : (int)region.size,
                      slice_empty(region) ? "0" : region.at,
                      (long long)cells[index].side_centi[MUNICIPAL],
                      (long long)cells[index].side_centi[PROVINCIAL],
                      (long long)cells[index].held_centi);
    enum status status = text.status;
    if (status == STATUS_OK)
        status = learner_checked(check->desk->store, check->named, due, buffer_slice(&text));
    buffer_free(&text);
    return status;
}

/* Under each other code of hers there is no row any more: she stands under the one that names her. */
static enum status fold_codes(struct check *check)
{
    enum status status = STATUS_OK;
    for (size_t index = 0; index < check->person.code_count && status == STATUS_OK; index++) {
        struct hash hash = desk_account_hash(check->desk, "person", check->person.codes[index]);
        if (!outside(&check->person))
            status = clear_unseen(check->desk, hash);
        if (status == STATUS_OK && !hash_equal(hash, check->named))
            status = learner_drop(check->desk->store, hash);
    }
    return status;
}

static enum status gather(struct check *check)
{
    struct desk *desk = check->desk;
    check->person.code = check->code;
    enum status status = person_gather(&check->person);
    const struct record *account = learner_account(&check->person);
    if (account != NULL && !slice_empty(account->value[FIELD_ACCOUNT_CODE]))
        check->code = account->value[FIELD_ACCOUNT_CODE];
    check->named = desk_account_hash(desk, "person", check->code);
    return status;
}

static bool annual_known(const struct desk *desk)
{
    return desk->scope.subjects.count > 0 ||
           (desk->known_whole[MUNICIPAL][ENTITY_ANNUAL] &&
            desk->known_whole[PROVINCIAL][ENTITY_ANNUAL]);
}

static enum status check_one(struct desk *desk, struct hash person)
{
    struct check check = {.desk = desk, .person = case_at(desk), .status = STATUS_OK};
    int64_t due = 0;
    arena_reset(&desk->arena);
    if (desk->scope.subjects.count > 0 && !hashset_has(&desk->scope.subjects, person))
        return STATUS_OK;
    enum status status = person_code_of(&check.person, person, &check.code);
    if (status != STATUS_OK)
        return status;
    if (slice_empty(check.code)) { /* nothing is left of her */
        status = clear_unseen(desk, person);
        return status == STATUS_OK ? learner_drop(desk->store, person) : status;
    }
    status = gather(&check);
    if (status == STATUS_OK && still_open(&check.person))
        return STATUS_OK;
    if (status == STATUS_OK)
        status = learner_of(&check.person, annual_known(desk), &check.learner);
    if (status == STATUS_OK && !outside(&check.person))
        status = check_years(&check, &due);
    if (status == STATUS_OK)
        status = fold_codes(&check);
    return status == STATUS_OK ? keep_balance(&check, due) : status;
}

static enum status walk(struct desk *desk, size_t most, bool *ret_more)
{
    enum status status = STATUS_OK;
    for (size_t count = 0; count < most && status == STATUS_OK; count++) {
        struct hash next = {{0}};
        status = learner_next(desk->store, desk->learner, &next);
        *ret_more = status == STATUS_OK;
        if (status != STATUS_OK)
            break;
        desk->learner = next;
        status = damage_pass_over(desk, check_one(desk, next)); /* she is looked at again */
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Both sides' hours must have been read whole, or those of the named. */
static bool readable(const struct desk *desk)
{
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        if (desk->side_failed[side] || desk->entity_stopped[side][ENTITY_HOURS] ||
            desk->entity_stopped[side][ENTITY_ANNUAL] ||
            (desk->scope.subjects.count == 0 && !desk->known_whole[side][ENTITY_HOURS]))
            return false;
    }
    return true;
}

enum status learner_check_some(struct desk *desk, size_t most, bool *ret_more)
{
    *ret_more = false;
    if (!readable(desk))
        return STATUS_OK;
    enum status status = store_begin(desk->store);
    if (status != STATUS_OK)
        return status;
    if (hash_is_zero(desk->learner)) /* the first piece */
        status = learner_mark_due(desk->store, desk->now);
    if (status == STATUS_OK)
        status = walk(desk, most, ret_more);
    if (status != STATUS_OK) {
        store_rollback(desk->store);
        return status;
    }
    return store_commit(desk->store);
}
