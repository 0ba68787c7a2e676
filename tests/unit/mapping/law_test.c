/* The mapping law on generated records of every entity and side: written as that side writes it and
 * read again, a record is the same; and so it is when it crosses to the other side by a create. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "mapping/base/civil.h"
#include "mapping/decode.h"
#include "mapping/encode.h"
#include "mapping/explain.h"
#include "mapping/word.h"
#include "tests/unit/mapping/shipped.h"

#include <stdio.h>
#include <string.h>

enum { RECORDS = 400 };

static const char *const PERSONS[] = {"371681197001019019", "37160219491001905X",
                                      "371621195505059174", "37162619500131951X"};
static const char *const ORGANISATIONS[] = {"91371681MAXXXXXX76", "11371681MBXXXXXX0T",
                                            "12371600999999998Q", "51371600MJXXXXXXXL"};
static const char *const TEXTS[] = {"王小明", "买买提·吐尔逊", "Li Ming", "\"quoted\\\"",
                                    "𠮷田",   "a/b~c",         "é",       "公需课 2023",
                                    "<&>'%"};

struct bench {
    struct mapping *mapping;
    struct arena arena;
    uint64_t random;
};

/* xorshift64: the same records at each run. */
static unsigned pick(struct bench *bench, unsigned count)
{
    bench->random ^= bench->random << 13;
    bench->random ^= bench->random >> 7;
    bench->random ^= bench->random << 17;
    return count == 0 ? 0 : (unsigned)(bench->random % count);
}

static struct slice instant_text(struct bench *bench)
{
    char text[21];
    civil_utc_text(1262275200 + (int64_t)pick(bench, 500000000), text);
    return arena_copy(&bench->arena, slice_of(text));
}

static struct slice any_code(struct bench *bench, const struct record *record, enum field field)
{
    bool person =
        field == FIELD_HOURS_PERSON || field == FIELD_ANNUAL_PERSON ||
        field == FIELD_ACCOUNT_FORMER_CODES ||
        (field == FIELD_ACCOUNT_CODE && slice_is(record->value[FIELD_ACCOUNT_KIND], "person"));
    return slice_of(person ? PERSONS[pick(bench, 4)] : ORGANISATIONS[pick(bench, 4)]);
}

static struct slice any_word(struct bench *bench, enum field field)
{
    const char *const *words = word_list(field);
    unsigned count = 0;
    while (words[count] != NULL)
        count++;
    return slice_of(words[pick(bench, count)]);
}

static struct slice any_text(struct bench *bench, enum field field)
{
    if (field == FIELD_ACCOUNT_REGION)
        return SLICE("371681");
    return slice_of(TEXTS[pick(bench, sizeof TEXTS / sizeof *TEXTS)]);
}

static struct slice any_value(struct bench *bench, const struct record *record, enum field field)
{
    struct civil day = civil_from_instant(1262275200 + (int64_t)pick(bench, 500000000), 0);
    switch (field_row(field)->form) {
    case FORM_TEXT: return any_text(bench, field);
    case FORM_CODE:
    case FORM_CODES: return any_code(bench, record, field);
    case FORM_WORD:
    case FORM_FLAG:
    case FORM_COUNT: return any_word(bench, field);
    case FORM_YEAR: return arena_printf(&bench->arena, "%u", 2015 + pick(bench, 12));
    case FORM_AMOUNT: return arena_printf(&bench->arena, "%u", pick(bench, 40000));
    case FORM_INSTANT: return instant_text(bench);
    case FORM_DATE:
        return arena_printf(&bench->arena, "%04d-%02d-%02d", day.year, day.month, day.day);
    default: return (struct slice){0};
    }
}

static bool may_be_empty(enum field field)
{
    static const enum field FILLED[] = {
        FIELD_ACCOUNT_KIND,          FIELD_ACCOUNT_CODE,
        FIELD_ACCOUNT_NAME,          FIELD_ACCOUNT_REGION,
        FIELD_ACCOUNT_REVIEW,        FIELD_ACCOUNT_VALID,
        FIELD_ACCOUNT_ORIGIN_SYSTEM, FIELD_ACCOUNT_ORIGIN_NUMBER,
        FIELD_HOURS_ORIGIN_SYSTEM,   FIELD_HOURS_ORIGIN_NUMBER,
        FIELD_HOURS_PERSON,          FIELD_HOURS_YEAR,
        FIELD_HOURS_CATEGORY,        FIELD_HOURS_UNIT,
        FIELD_HOURS_AMOUNT,          FIELD_HOURS_SOURCE,
        FIELD_HOURS_FINISHED,        FIELD_HOURS_REVIEW,
        FIELD_HOURS_VALID,           FIELD_ANNUAL_PERSON,
        FIELD_ANNUAL_YEAR,
    };
    for (size_t index = 0; index < sizeof FILLED / sizeof *FILLED; index++) {
        if (FILLED[index] == field)
            return false;
    }
    return true;
}

static struct record any_record(struct bench *bench, enum entity entity)
{
    struct record record = {.entity = entity};
    for (enum field field = field_first(entity); field < field_end(entity); field++) {
        if (!may_be_empty(field) || pick(bench, 4) != 0)
            record.value[field] = any_value(bench, &record, field);
    }
    record.version = 1 + pick(bench, 1000);
    record.updated = 1262275200 + (int64_t)pick(bench, 500000000);
    record.remote_id =
        entity == ENTITY_ANNUAL
            ? arena_printf(&bench->arena, "%s/%s", record.value[FIELD_ANNUAL_PERSON].at,
                           record.value[FIELD_ANNUAL_YEAR].at)
            : arena_printf(&bench->arena, "92233720368547%05u", pick(bench, 99999));
    return record;
}

static struct decoded written_and_read(struct bench *bench, enum side side, json_t *json,
                                       enum entity entity)
{
    struct decoded decoded;
    char *text = json_dumps(json, ENCODE_DUMP_FLAGS);
    json_decref(json);
    struct slice copy = arena_copy(&bench->arena, slice_of(text));
    free(text);
    enum status status =
        decode_record(bench->mapping, side, entity, copy, SHIPPED_NOW, &bench->arena, &decoded);
    if (status != STATUS_OK)
        fail_msg("%s: %s", copy.at, status_text(status));
    if (!decoded.ok)
        fail_msg("%s: %s %s", copy.at, decoded.bad_name, decoded.reason);
    if (decoded.unknown_member)
        fail_msg("%s: an unknown member", copy.at);
    return decoded;
}

static void same_values(const struct record *one, const struct record *other, field_set set)
{
    for (enum field field = field_first(one->entity); field < field_end(one->entity); field++) {
        if ((set & FIELD_BIT(field)) != 0 && !slice_equal(one->value[field], other->value[field]))
            fail_msg("%s.%s: '%.*s' became '%.*s'", entity_name(one->entity),
                     field_row(field)->name, (int)one->value[field].size, one->value[field].at,
                     (int)other->value[field].size, other->value[field].at);
    }
}

static void a_record_survives_the_way_back_and_forth(void **state)
{
    struct bench *bench = *state;
    for (unsigned at = 0; at < RECORDS * ENTITIES * SIDES; at++) {
        enum entity entity = (enum entity)(at % ENTITIES);
        enum side side = (enum side)(at / ENTITIES % SIDES);
        json_t *json = NULL;
        arena_reset(&bench->arena);
        struct record record = any_record(bench, entity);
        assert_int_equal(encode_whole(bench->mapping, side, &record, &json), STATUS_OK);
        struct decoded decoded = written_and_read(bench, side, json, entity);
        same_values(&record, &decoded.record, ~(field_set)0);
        assert_true(slice_equal(record.remote_id, decoded.record.remote_id));
        assert_int_equal(record.version, decoded.record.version);
        assert_int_equal(record.updated, decoded.record.updated);
    }
}

static void the_law_holds_on_what_was_read(void **state)
{
    struct bench *bench = *state;
    for (unsigned at = 0; at < RECORDS; at++) {
        enum entity entity = (enum entity)(at % ENTITIES);
        enum side side = (enum side)(at / ENTITIES % SIDES);
        json_t *json = NULL;
        field_set lossy = ~(field_set)0;
        arena_reset(&bench->arena);
        struct record record = any_record(bench, entity);
        assert_int_equal(encode_whole(bench->mapping, side, &record, &json), STATUS_OK);
        char *text = json_dumps(json, ENCODE_DUMP_FLAGS);
        assert_int_equal(explain_law(bench->mapping, side, entity, slice_of(text), SHIPPED_NOW,
                                     &bench->arena, &lossy),
                         STATUS_OK);
        assert_true(lossy == 0);
        json_decref(json);
        free(text);
    }
}

/* What the target adds by itself to a new record. */
static void add_control(json_t *json, enum side side)
{
    (void)json_object_set_new(json, side == MUNICIPAL ? "id" : "ryid", json_string("7"));
    if (side == PROVINCIAL)
        (void)json_object_set_new(json, "xsid", json_string("7"));
    (void)json_object_set_new(json, side == MUNICIPAL ? "version" : "bbh", json_integer(1));
    (void)json_object_set_new(
        json, side == MUNICIPAL ? "updatedAt" : "gxsj",
        json_string(side == MUNICIPAL ? "2023-04-18 09:12:33" : "2023-04-18T09:12:33+08:00"));
}

static void a_create_carries_the_record_over(void **state)
{
    struct bench *bench = *state;
    for (unsigned at = 0; at < RECORDS; at++) {
        enum entity entity = at % 2 == 0 ? ENTITY_ACCOUNT : ENTITY_HOURS;
        enum side target = (enum side)(at / 2 % SIDES);
        json_t *json = NULL;
        arena_reset(&bench->arena);
        struct record record = any_record(bench, entity);
        field_set same = ~(field_set)0 & ~FIELD_BIT(FIELD_ACCOUNT_FORMER_CODES) &
                         ~FIELD_BIT(FIELD_ACCOUNT_CREATED);
        assert_int_equal(encode_record(bench->mapping, target, &record, ~(field_set)0, true, &json),
                         STATUS_OK);
        assert_null(json_object_get(json, target == MUNICIPAL ? "version" : "bbh"));
        assert_null(json_object_get(json, target == MUNICIPAL ? "createdAt" : "cjsj"));
        if (entity == ENTITY_ACCOUNT && target == PROVINCIAL) {
            /* derived from the employer's for a person; required of the account that is read */
            if (slice_is(record.value[FIELD_ACCOUNT_KIND], "person"))
                assert_null(json_object_get(json, "xzqh"));
            (void)json_object_set_new(json, "xzqh", json_string("371681"));
        }
        add_control(json, target);
        if (target == PROVINCIAL)
            (void)json_object_del(json, entity == ENTITY_ACCOUNT ? "xsid" : "ryid");
        struct decoded decoded = written_and_read(bench, target, json, entity);
        same_values(&record, &decoded.record, same);
    }
}

/* --- what exactly is written --- */

struct value {
    enum field field;
    const char *value;
};

static const struct {
    const char *what;
    enum side target;
    enum entity entity;
    bool create;
    struct value values[8];
    enum field set[4];
    const char *json; /* keys sorted */
} WRITES[] = {
    {"hours, amount only",
     MUNICIPAL,
     ENTITY_HOURS,
     false,
     {{FIELD_HOURS_UNIT, "hours"}, {FIELD_HOURS_AMOUNT, "1250"}},
     {FIELD_HOURS_AMOUNT, FIELDS},
     "{\"classHour\":12.5}"},
    {"credits, amount only",
     MUNICIPAL,
     ENTITY_HOURS,
     false,
     {{FIELD_HOURS_UNIT, "credits"}, {FIELD_HOURS_AMOUNT, "210"}},
     {FIELD_HOURS_AMOUNT, FIELDS},
     "{\"credit\":2.1}"},
    {"another unit",
     MUNICIPAL,
     ENTITY_HOURS,
     false,
     {{FIELD_HOURS_UNIT, "credits"}, {FIELD_HOURS_AMOUNT, "500"}},
     {FIELD_HOURS_UNIT, FIELD_HOURS_AMOUNT, FIELDS},
     "{\"classHour\":\"\",\"credit\":5}"},
    {"another unit alone",
     MUNICIPAL,
     ENTITY_HOURS,
     false,
     {{FIELD_HOURS_UNIT, "hours"}, {FIELD_HOURS_AMOUNT, "7"}},
     {FIELD_HOURS_UNIT, FIELDS},
     "{\"classHour\":0.07,\"credit\":\"\"}"},
    {"decimals as text",
     PROVINCIAL,
     ENTITY_HOURS,
     false,
     {{FIELD_HOURS_UNIT, "hours"}, {FIELD_HOURS_AMOUNT, "7"}, {FIELD_HOURS_YEAR, "2023"}},
     {FIELD_HOURS_AMOUNT, FIELD_HOURS_YEAR, FIELDS},
     "{\"nd\":\"2023\",\"sl\":\"0.07\"}"},
    {"number of a year",
     MUNICIPAL,
     ENTITY_HOURS,
     false,
     {{FIELD_HOURS_YEAR, "2023"}},
     {FIELD_HOURS_YEAR, FIELDS},
     "{\"studyYear\":2023}"},
    {"emptied, municipal",
     MUNICIPAL,
     ENTITY_HOURS,
     false,
     {{FIELDS, NULL}},
     {FIELD_HOURS_EVIDENCE, FIELDS},
     "{\"evidenceNo\":\"\"}"},
    {"emptied, provincial",
     PROVINCIAL,
     ENTITY_HOURS,
     false,
     {{FIELDS, NULL}},
     {FIELD_HOURS_EVIDENCE, FIELDS},
     "{\"zmclh\":null}"},
    {"revoked, municipal",
     MUNICIPAL,
     ENTITY_ACCOUNT,
     false,
     {{FIELD_ACCOUNT_VALID, "false"}},
     {FIELD_ACCOUNT_VALID, FIELDS},
     "{\"deleted\":1}"},
    {"revoked, provincial",
     PROVINCIAL,
     ENTITY_HOURS,
     false,
     {{FIELD_HOURS_VALID, "false"}},
     {FIELD_HOURS_VALID, FIELDS},
     "{\"yxbz\":\"0\"}"},
    {"name of a person",
     MUNICIPAL,
     ENTITY_ACCOUNT,
     false,
     {{FIELD_ACCOUNT_KIND, "person"}, {FIELD_ACCOUNT_NAME, "王小明"}},
     {FIELD_ACCOUNT_NAME, FIELDS},
     "{\"realName\":\"王小明\"}"},
    {"name of an employer",
     MUNICIPAL,
     ENTITY_ACCOUNT,
     false,
     {{FIELD_ACCOUNT_KIND, "employer"}, {FIELD_ACCOUNT_NAME, "某公司"}},
     {FIELD_ACCOUNT_NAME, FIELDS},
     "{\"orgName\":\"某公司\"}"},
    {"a fixed field is no update",
     MUNICIPAL,
     ENTITY_ACCOUNT,
     false,
     {{FIELD_ACCOUNT_KIND, "person"}, {FIELD_ACCOUNT_CODE, "371681197001019019"}},
     {FIELD_ACCOUNT_KIND, FIELD_ACCOUNT_CODE, FIELD_ACCOUNT_ORIGIN_NUMBER, FIELDS},
     "{}"},
    {"region of a person at the province",
     PROVINCIAL,
     ENTITY_ACCOUNT,
     false,
     {{FIELD_ACCOUNT_KIND, "person"}, {FIELD_ACCOUNT_REGION, "371681"}},
     {FIELD_ACCOUNT_REGION, FIELDS},
     "{}"},
    {"region of an employer at the province",
     PROVINCIAL,
     ENTITY_ACCOUNT,
     false,
     {{FIELD_ACCOUNT_KIND, "employer"}, {FIELD_ACCOUNT_REGION, "371681"}},
     {FIELD_ACCOUNT_REGION, FIELDS},
     "{\"xzqh\":\"371681\"}"},
    {"a new employer",
     MUNICIPAL,
     ENTITY_ACCOUNT,
     true,
     {{FIELD_ACCOUNT_KIND, "employer"},
      {FIELD_ACCOUNT_CODE, "91371681MAXXXXXX76"},
      {FIELD_ACCOUNT_NAME, "某公司"}},
     {FIELD_ACCOUNT_KIND, FIELD_ACCOUNT_CODE, FIELD_ACCOUNT_NAME, FIELDS},
     "{\"accountType\":2,\"creditCode\":\"91371681MAXXXXXX76\",\"idCard\":\"\","
     "\"orgName\":\"某公司\",\"realName\":\"\"}"},
    {"a new person, provincial",
     PROVINCIAL,
     ENTITY_ACCOUNT,
     true,
     {{FIELD_ACCOUNT_KIND, "person"},
      {FIELD_ACCOUNT_CODE, "371681197001019019"},
      {FIELD_ACCOUNT_NAME, "王小明"}},
     {FIELD_ACCOUNT_KIND, FIELD_ACCOUNT_CODE, FIELD_ACCOUNT_NAME, FIELDS},
     "{\"mc\":\"王小明\",\"rylb\":\"01\",\"sfzjhm\":\"371681197001019019\",\"tyshxydm\":null}"},
    {"origin of a new record",
     PROVINCIAL,
     ENTITY_HOURS,
     true,
     {{FIELD_HOURS_ORIGIN_SYSTEM, "371600"}, {FIELD_HOURS_ORIGIN_NUMBER, "5500017"}},
     {FIELD_HOURS_ORIGIN_SYSTEM, FIELD_HOURS_ORIGIN_NUMBER, FIELDS},
     "{\"lyxh\":\"5500017\",\"lyxtbm\":\"371600\"}"},
    {"yearly results are never written",
     MUNICIPAL,
     ENTITY_ANNUAL,
     true,
     {{FIELD_ANNUAL_PUBLIC, "3000"}},
     {FIELD_ANNUAL_PUBLIC, FIELD_ANNUAL_YEAR, FIELDS},
     "{}"},
};

static void the_writes_are_as_the_platforms_spell_them(void **state)
{
    struct bench *bench = *state;
    for (size_t index = 0; index < sizeof WRITES / sizeof *WRITES; index++) {
        struct record record = {.entity = WRITES[index].entity};
        field_set set = 0;
        json_t *json = NULL;
        for (const struct value *at = WRITES[index].values; at->value != NULL; at++)
            record.value[at->field] = slice_of(at->value);
        for (const enum field *at = WRITES[index].set; *at != FIELDS; at++)
            set |= FIELD_BIT(*at);
        assert_int_equal(encode_record(bench->mapping, WRITES[index].target, &record, set,
                                       WRITES[index].create, &json),
                         STATUS_OK);
        char *text = json_dumps(json, ENCODE_DUMP_FLAGS | JSON_SORT_KEYS);
        if (strcmp(text, WRITES[index].json) != 0)
            fail_msg("%s: %s", WRITES[index].what, text);
        free(text);
        json_decref(json);
    }
}

/* holds: model.original */
static void a_create_carries_the_original_and_an_update_the_value(void **state)
{
    struct bench *bench = *state;
    struct record record = {.entity = ENTITY_ACCOUNT};
    record.value[FIELD_ACCOUNT_KIND] = SLICE("person");
    record.value[FIELD_ACCOUNT_NAME] = SLICE("买买提·吐尔逊");
    record.original[FIELD_ACCOUNT_NAME] = SLICE("买买提•吐尔逊");
    for (int create = 0; create < 2; create++) {
        json_t *json = NULL;
        assert_int_equal(encode_record(bench->mapping, PROVINCIAL, &record,
                                       FIELD_BIT(FIELD_ACCOUNT_NAME), create != 0, &json),
                         STATUS_OK);
        assert_string_equal(json_string_value(json_object_get(json, "mc")),
                            create != 0 ? "买买提•吐尔逊" : "买买提·吐尔逊");
        json_decref(json);
    }
}

static void a_value_without_a_spelling_is_refused(void **state)
{
    static const struct value CASES[] = {{FIELD_HOURS_REVIEW, "waiting"},
                                         {FIELD_HOURS_AMOUNT, "-5"},
                                         {FIELD_HOURS_AMOUNT, "12.5"},
                                         {FIELD_HOURS_FINISHED, "yesterday"},
                                         {FIELD_HOURS_VALID, "1"}};
    struct bench *bench = *state;
    for (size_t index = 0; index < sizeof CASES / sizeof *CASES; index++) {
        struct record record = {.entity = ENTITY_HOURS};
        json_t *json = NULL;
        record.value[FIELD_HOURS_UNIT] = SLICE("hours");
        record.value[CASES[index].field] = slice_of(CASES[index].value);
        for (enum side side = MUNICIPAL; side < SIDES; side++)
            assert_int_equal(encode_record(bench->mapping, side, &record,
                                           FIELD_BIT(CASES[index].field), false, &json),
                             STATUS_INVALID);
        assert_null(json);
    }
}

static struct bench the_bench = {.random = 0x9E3779B97F4A7C15U};

static int load(void **state)
{
    the_bench.mapping = shipped_mapping();
    arena_init(&the_bench.arena, 8 * 1024 * 1024);
    *state = &the_bench;
    return the_bench.mapping == NULL ? -1 : 0;
}

static int unload(void **state)
{
    (void)state;
    mapping_free(the_bench.mapping);
    arena_free(&the_bench.arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_survives_the_way_back_and_forth),
        cmocka_unit_test(the_law_holds_on_what_was_read),
        cmocka_unit_test(a_create_carries_the_record_over),
        cmocka_unit_test(the_writes_are_as_the_platforms_spell_them),
        cmocka_unit_test(a_create_carries_the_original_and_an_update_the_value),
        cmocka_unit_test(a_value_without_a_spelling_is_refused),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
