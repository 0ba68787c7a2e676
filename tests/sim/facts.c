#include "tests/sim/world.h"

#include "mapping/base/civil.h"
#include "tests/platform/codes.h"
#include "tests/sim/world_inside.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char *const account_names[ACCOUNT_FIELDS] = {
    "kind", "code", "former_codes", "name", "mobile", "region",
    "employer", "department", "title", "review", "valid"};
static const char *const hours_names[HOURS_FIELDS] = {
    "origin", "person", "year", "category", "unit", "amount", "source",
    "course_code", "course_name", "evidence", "finished", "review", "valid"};
static const char *const kinds[] = {"", "person", "employer", "department"};
static const char *const reviews[] = {"draft", "submitted", "employer", "department",
                                      "hrss",  "rejected",  "waiting",  "approved"};
static const char *const categories[] = {"public", "professional", "credit"};

const char *fact_name(int entity, int field)
{
    return entity == WORLD_ACCOUNT ? account_names[field] : hours_names[field];
}

int fact_fields(int entity)
{
    return entity == WORLD_ACCOUNT ? ACCOUNT_FIELDS : HOURS_FIELDS;
}

static void put(struct fact *fact, int field, const char *text)
{
    (void)snprintf(fact->value[field], FACT_TEXT, "%s", text == NULL ? "" : text);
}

static void put_number(struct fact *fact, int field, int64_t number)
{
    (void)snprintf(fact->value[field], FACT_TEXT, "%lld", (long long)number);
}

static void put_code(struct fact *fact, int field, const char *code)
{
    char normal[CODES_SIZE] = "";
    if (code != NULL)
        (void)codes_normal(code, normal);
    put(fact, field, normal);
}

static void read_account(const struct row *row, struct fact *ret)
{
    const struct platform_account *account = row_account(row);
    ret->valid = account->valid;
    put(ret, ACCOUNT_KIND, kinds[account->kind]);
    put_code(ret, ACCOUNT_CODE, account->code);
    put(ret, ACCOUNT_FORMER, account->former_codes);
    put(ret, ACCOUNT_NAME, account->name);
    put(ret, ACCOUNT_MOBILE, account->mobile);
    put(ret, ACCOUNT_REGION, account->region);
    put_code(ret, ACCOUNT_EMPLOYER, account->employer);
    put_code(ret, ACCOUNT_DEPARTMENT, account->department);
    put_number(ret, ACCOUNT_TITLE, account->title);
    put(ret, ACCOUNT_REVIEW, reviews[account->review]);
    put(ret, ACCOUNT_VALID, account->valid ? "true" : "false");
}

static void read_hours(const struct store *store, const struct row *row, struct fact *ret)
{
    const struct platform_hours *hours = row_hours(row);
    const struct row *person = store_person(store, row);
    char text[21];
    ret->valid = hours->valid;
    (void)snprintf(ret->value[HOURS_ORIGIN], FACT_TEXT, "%s/%s",
                   store_origin_system(store, hours->origin_system),
                   hours->origin_system[0] == '\0' ? hours->id : hours->origin_number);
    put_code(ret, HOURS_PERSON, hours->person);
    if (person != NULL)
        (void)snprintf(ret->person_id, sizeof ret->person_id, "%s", row_account(person)->id);
    put_number(ret, HOURS_YEAR, hours->year);
    put(ret, HOURS_CATEGORY, categories[hours->category]);
    put(ret, HOURS_UNIT, hours->credits ? "credits" : "hours");
    put_number(ret, HOURS_AMOUNT, hours->amount_centi);
    put(ret, HOURS_SOURCE, hours->recognised ? "recognised" : "online");
    put(ret, HOURS_COURSE_CODE, hours->course_code);
    put(ret, HOURS_COURSE_NAME, hours->course_name);
    put(ret, HOURS_EVIDENCE, hours->evidence);
    civil_utc_text(hours->finished, text);
    put(ret, HOURS_FINISHED, text);
    put(ret, HOURS_REVIEW, reviews[hours->review]);
    put(ret, HOURS_VALID, hours->valid ? "true" : "false");
}

void facts_read(int side, int entity, struct facts *ret)
{
    const struct store *store = world_service.platforms[side].store;
    ret->count = store_count(store, (enum entity)entity);
    assert(ret->count <= FACTS_MOST);
    for (size_t place = 0; place < ret->count; place++) {
        const struct row *row = store_row(store, (enum entity)entity, (uint32_t)place);
        struct fact *fact = &ret->of[place];
        memset(fact, 0, sizeof *fact);
        (void)snprintf(fact->id, sizeof fact->id, "%s", row_id((enum entity)entity, row));
        fact->version = row_version((enum entity)entity, row);
        fact->updated = row_updated((enum entity)entity, row);
        if (entity == WORLD_ACCOUNT)
            read_account(row, fact);
        else
            read_hours(store, row, fact);
    }
}
