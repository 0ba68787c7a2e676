#include "tests/platform/writes.h"

#include "mapping/base/civil.h"
#include "tests/platform/annual.h"
#include "tests/platform/validate.h"

#include <stdlib.h>
#include <string.h>

void outcome_free(struct outcome *outcome)
{
    draft_free(&outcome->draft);
}

bool write_version(const json_t *object, const char *member, int64_t *ret)
{
    char room[48];
    const char *text;
    return fields_scalar(json_object_get(object, member), room, &text) &&
           slice_integer(slice_of(text), ret);
}

/* The same learning as another valid record, judged by content (reconciliation.md, natural key). */
struct natural {
    const struct platform_hours *hours;
    bool found;
};

static int64_t day_of(int64_t instant)
{
    return (instant + CIVIL_CST_SECONDS) / CIVIL_DAY_SECONDS;
}

static void natural_look(void *context, const struct row *row)
{
    struct natural *natural = context;
    const struct platform_hours *one = natural->hours, *other = row_hours(row);
    const char *code = one->course_code == NULL ? "" : one->course_code;
    const char *evidence = one->evidence == NULL ? "" : one->evidence;
    if (!other->valid || one->year != other->year || one->category != other->category ||
        day_of(one->finished) != day_of(other->finished))
        return;
    bool same_course = code[0] != '\0' && strcmp(code, other->course_code) == 0;
    bool same_proof = code[0] == '\0' && evidence[0] != '\0' && other->course_code[0] == '\0' &&
                      strcmp(evidence, other->evidence) == 0;
    natural->found = natural->found || same_course || same_proof;
}

static void count_duplicate(struct platform *platform, const struct draft *draft)
{
    struct natural natural = {.hours = &draft->is.hours};
    if (natural.hours->valid)
        store_find_person(platform->store, ENTITY_HOURS, natural.hours->person, natural_look,
                          &natural);
    platform->counters.duplicate_creates += natural.found;
}

static const struct row *existing(const struct store *store, enum entity entity,
                                  const struct draft *draft)
{
    if (entity == ENTITY_ACCOUNT)
        return store_account(store, (int)draft->is.account.kind, draft->is.account.code);
    const struct platform_hours *hours = &draft->is.hours;
    if (hours->origin_system == NULL || hours->origin_system[0] == '\0')
        return NULL;
    return store_hours(store, hours->origin_system, hours->origin_number);
}

static enum status draft_put(struct store *store, enum entity entity, const struct draft *draft)
{
    enum status status = entity == ENTITY_ACCOUNT ? store_put_account(store, &draft->is.account)
                         : entity == ENTITY_HOURS ? store_put_hours(store, &draft->is.hours)
                                                  : store_put_annual(store, &draft->is.annual);
    char *extra = draft_extra(draft);
    if (status == STATUS_OK && extra != NULL)
        status = store_put_extra(store, extra);
    free(extra);
    return status;
}

static enum status draft_change(struct store *store, enum entity entity, uint32_t place,
                                const struct draft *draft)
{
    char *extra = draft_extra(draft);
    enum status status =
        entity == ENTITY_ACCOUNT ? store_change_account(store, place, &draft->is.account, extra)
        : entity == ENTITY_HOURS ? store_change_hours(store, place, &draft->is.hours, extra)
                                 : store_change_annual(store, place, &draft->is.annual, extra);
    free(extra);
    return status;
}

static void draft_stamp(struct draft *draft, enum entity entity, int64_t version, int64_t updated)
{
    union record *is = &draft->is;
    if (entity == ENTITY_ACCOUNT) {
        is->account.version = version;
        is->account.updated = updated;
    } else if (entity == ENTITY_HOURS) {
        is->hours.version = version;
        is->hours.updated = updated;
    } else {
        is->annual.version = version;
        is->annual.updated = updated;
    }
}

/* Yearly results follow the hour records; a record that moved to another year or person touches
 * two. */
static void results_follow(struct platform *platform, enum entity entity, const struct row *row)
{
    if (entity != ENTITY_HOURS || !platform->annual_recompute)
        return;
    int64_t now = platform_now(platform);
    const struct platform_hours *hours = row_hours(row);
    annual_recompute(platform->store, hours->person, hours->year, now);
    if (row->before == NULL)
        return;
    const struct platform_hours *before = row_hours(row->before);
    if (before->year != hours->year || strcmp(before->person, hours->person) != 0)
        annual_recompute(platform->store, before->person, before->year, now);
}

/* Persons of an employer that moved move with it (provincial platform). */
static void persons_follow(struct platform *platform, enum entity entity, const struct row *row)
{
    if (platform->side != PLATFORM_PROVINCIAL || entity != ENTITY_ACCOUNT || row->before == NULL)
        return;
    const struct platform_account *employer = row_account(row);
    if (employer->kind != KIND_EMPLOYER ||
        strcmp(employer->region, row_account(row->before)->region) == 0)
        return;
    struct store *store = platform->store;
    for (uint32_t place = 0; place < store_count(store, ENTITY_ACCOUNT); place++) {
        const struct row *other = store_row(store, ENTITY_ACCOUNT, place);
        struct platform_account account = *row_account(other);
        if (account.kind != KIND_PERSON || strcmp(account.employer, employer->code) != 0 ||
            strcmp(account.region, employer->region) == 0)
            continue;
        account.region = employer->region;
        account.version++;
        account.updated = platform_now(platform);
        store_change_account(store, place, &account, other->extra);
    }
}

/* What would be stored, for an answer that says it was: valid until the next one. */
static const struct row *pretended(const struct platform *platform, enum entity entity, const struct row *row,
                                   const struct draft *draft)
{
    static union {
        struct account_row account;
        struct hours_row hours;
    } would;
    memset(&would, 0, sizeof would);
    const char *id = platform->side == PLATFORM_MUNICIPAL
                         ? "999999999" : "99999999-9999-4999-8999-999999999999";
    if (entity == ENTITY_ACCOUNT) {
        would.account.is = draft->is.account;
        would.account.is.id = would.account.is.id == NULL ? id : would.account.is.id;
    } else {
        would.hours.is = draft->is.hours;
        would.hours.is.id = would.hours.is.id == NULL ? id : would.hours.is.id;
    }
    if (row != NULL)
        would.account.row = *row;
    return &would.account.row;
}

static const struct row *last_row(const struct store *store, enum entity entity)
{
    return store_row(store, entity, store_count(store, entity) - 1);
}

void write_create(struct platform *platform, enum entity entity, const json_t *object,
                  struct outcome *ret)
{
    struct store *store = platform->store;
    const struct schema *schema = schema_of(platform->side, entity);
    struct draft *draft = &ret->draft;
    draft_begin(draft, schema, NULL);
    fields_read(schema, object, FIELDS_CREATE, draft);
    ret->row = NULL;
    if (draft->error_count == 0)
        validate_draft(store, entity, NULL, draft);
    ret->kind = OUTCOME_INVALID;
    if (draft->error_count > 0)
        return;
    ret->kind = OUTCOME_DUPLICATE;
    ret->row = existing(store, entity, draft);
    if (ret->row != NULL)
        return;
    if (entity == ENTITY_HOURS)
        count_duplicate(platform, draft);
    int64_t now = platform_now(platform);
    draft_stamp(draft, entity, 1, now);
    if (entity == ENTITY_ACCOUNT && draft->is.account.created == 0)
        draft->is.account.created = now;
    if (platform->pretends) {
        ret->kind = OUTCOME_DONE;
        ret->row = pretended(platform, entity, NULL, draft);
        return;
    }
    store_set_now(store, clock_seconds());
    ret->kind = OUTCOME_FAILED;
    if (draft_put(store, entity, draft) != STATUS_OK)
        return;
    ret->kind = OUTCOME_DONE;
    ret->row = last_row(store, entity);
    platform->counters.creates++;
    results_follow(platform, entity, ret->row);
}

static bool no_change(const struct platform *platform, enum entity entity, const struct row *row,
                      const struct draft *draft)
{
    const void *before =
        entity == ENTITY_ACCOUNT ? (const void *)row_account(row) : (const void *)row_hours(row);
    char *extra = draft_extra(draft);
    const char *stood = row->extra == NULL ? "{}" : row->extra;
    bool same = fields_same(schema_of(platform->side, entity), before, &draft->is) &&
                strlen(extra == NULL ? "{}" : extra) == strlen(stood);
    free(extra);
    return same;
}

void write_update(struct platform *platform, enum entity entity, const struct row *row,
                  const json_t *object, struct outcome *ret)
{
    struct store *store = platform->store;
    const struct schema *schema = schema_of(platform->side, entity);
    struct draft *draft = &ret->draft;
    draft_begin(draft, schema, row);
    fields_read(schema, object, FIELDS_UPDATE, draft);
    ret->row = row;
    if (draft->error_count == 0)
        validate_draft(store, entity, row, draft);
    ret->kind = OUTCOME_INVALID;
    if (draft->error_count > 0)
        return;
    if (no_change(platform, entity, row, draft))
        platform->counters.noop_updates++;
    int64_t updated = platform->frozen_time ? row_updated(entity, row) : platform_now(platform);
    draft_stamp(draft, entity, row_version(entity, row) + 1, updated);
    if (platform->pretends) {
        ret->kind = OUTCOME_DONE;
        ret->row = pretended(platform, entity, row, draft);
        return;
    }
    store_set_now(store, clock_seconds());
    ret->kind = OUTCOME_FAILED;
    if (draft_change(store, entity, row->place, draft) != STATUS_OK)
        return;
    ret->kind = OUTCOME_DONE;
    ret->row = store_row(store, entity, row->place);
    platform->counters.updates++;
    persons_follow(platform, entity, ret->row);
    results_follow(platform, entity, ret->row);
}

/* A corrected ID is listed as a former one, unless the correction says otherwise. */
static enum status keep_former(struct platform *platform, const struct row *row,
                               struct draft *draft)
{
    struct platform_account *account = &draft->is.account;
    const struct platform_account *before = row_account(row);
    const char *list = platform->side == PLATFORM_MUNICIPAL ? "formerIdCards" : "ls_sfzjhm";
    const struct schema *schema = schema_of(platform->side, ENTITY_ACCOUNT);
    if (account->kind != KIND_PERSON || strcmp(account->code, before->code) == 0 ||
        draft_given(draft, schema, list))
        return STATUS_OK;
    struct buffer all;
    buffer_init(&all, FORMERS_SIZE);
    buffer_text(&all, before->former_codes);
    buffer_text(&all, before->former_codes[0] == '\0' ? "" : " ");
    buffer_text(&all, before->code);
    enum status status = all.status;
    account->former_codes = status == STATUS_OK ? store_text(platform->store, all.at) : NULL;
    buffer_free(&all);
    return account->former_codes == NULL ? STATUS_NO_MEMORY : status;
}

static void staff_defaults(struct platform *platform, enum entity entity, const struct row *row,
                           struct draft *draft)
{
    const struct schema *schema = schema_of(platform->side, entity);
    bool municipal = platform->side == PLATFORM_MUNICIPAL;
    bool version = draft_given(draft, schema, municipal ? "version" : "bbh");
    bool updated = draft_given(draft, schema, municipal ? "updatedAt" : "gxsj");
    union record kept = draft->is;
    int64_t now = platform_now(platform);
    draft_stamp(draft, entity, row == NULL ? 1 : row_version(entity, row) + 1, now);
    if (entity == ENTITY_ACCOUNT) {
        struct platform_account *account = &draft->is.account;
        account->version = version ? kept.account.version : account->version;
        account->updated = updated ? kept.account.updated : account->updated;
        account->created = account->created == 0 ? now : account->created;
        if (!municipal && !draft_given(draft, schema, "xzqh") &&
            (row == NULL || draft_given(draft, schema, "dwxydm")))
            validate_derive_region(platform->store, account);
    } else if (entity == ENTITY_HOURS) {
        draft->is.hours.version = version ? kept.hours.version : draft->is.hours.version;
        draft->is.hours.updated = updated ? kept.hours.updated : draft->is.hours.updated;
    } else {
        draft->is.annual.version = version ? kept.annual.version : draft->is.annual.version;
        draft->is.annual.updated = updated ? kept.annual.updated : draft->is.annual.updated;
    }
}

/* The id that is handed in, as text. */
static void staff_id(const struct schema *schema, const json_t *object, char room[48],
                     struct draft *draft)
{
    const char *text = NULL;
    if (schema->entity == ENTITY_ANNUAL ||
        !fields_scalar(json_object_get(object, schema->fields[0].name), room, &text))
        text = NULL;
    if (schema->entity == ENTITY_ACCOUNT)
        draft->is.account.id = text;
    else if (schema->entity == ENTITY_HOURS)
        draft->is.hours.id = text;
}

enum status write_staff(struct platform *platform, enum entity entity, const struct row *row,
                        const json_t *object, const struct row **ret_row)
{
    const struct schema *schema = schema_of(platform->side, entity);
    struct draft draft;
    char room[48];
    draft_begin(&draft, schema, row);
    fields_read(schema, object, FIELDS_STAFF, &draft);
    enum status status = STATUS_OK;
    if (row == NULL)
        staff_id(schema, object, room, &draft);
    else if (entity == ENTITY_ACCOUNT)
        status = keep_former(platform, row, &draft);
    staff_defaults(platform, entity, row, &draft);
    store_set_now(platform->store, clock_seconds());
    if (status == STATUS_OK)
        status = row == NULL ? draft_put(platform->store, entity, &draft)
                             : draft_change(platform->store, entity, row->place, &draft);
    draft_free(&draft);
    if (status != STATUS_OK)
        return status;
    *ret_row = row == NULL ? last_row(platform->store, entity)
                           : store_row(platform->store, entity, row->place);
    persons_follow(platform, entity, *ret_row);
    results_follow(platform, entity, *ret_row);
    return STATUS_OK;
}
