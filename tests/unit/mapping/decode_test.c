/* Records as the two platforms send them: what they become, and for each kind of bad record the
 * field and the reason that its conflict names. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "mapping/decode.h"
#include "tests/unit/mapping/shipped.h"

#include <string.h>

static const char M_ACCOUNT[] =
    "{\"id\": 100231, \"accountType\": 1, \"idCard\": \"371681197001019019\", \"formerIdCards\": "
    "[], \"creditCode\": \"\", \"realName\": \"王小明\", \"orgName\": \"\", \"mobile\": "
    "\"13800000001\", \"areaCode\": \"371681\", \"orgCreditCode\": \"91371681MAXXXXXX76\", "
    "\"deptCreditCode\": \"11371681MBXXXXXX0T\", \"titleLevel\": 2, \"auditStatus\": 1, "
    "\"deleted\": 0, \"originSystem\": \"371600\", \"originNo\": \"100231\", \"createdAt\": "
    "\"2023-04-18 09:12:33\", \"updatedAt\": \"2023-04-18 09:12:34\", \"version\": \"1\"}";
static const char M_HOURS[] =
    "{\"id\": 5500017, \"idCard\": \"371681197001019019\", \"studyYear\": 2023, \"courseType\": 1, "
    "\"classHour\": 12.5, \"credit\": \"\", \"source\": 1, \"courseCode\": \"GX2023-0007\", "
    "\"courseName\": \"专业技术人员职业道德和能力建设\", \"evidenceNo\": \"\", \"finishTime\": "
    "\"2023-06-01 20:15:00\", \"auditStatus\": 4, \"deleted\": 0, \"originSystem\": \"371600\", "
    "\"originNo\": \"5500017\", \"updatedAt\": \"2023-06-02 08:00:00\", \"version\": 3}";
static const char M_ANNUAL[] =
    "{\"idCard\": \"371681197001019019\", \"studyYear\": 2023, \"publicHours\": 30, "
    "\"professionalHours\": 60.25, \"credits\": \"\", \"qualified\": 1, \"auditStatus\": 4, "
    "\"certNo\": \"ZS-1\", \"certIssuedAt\": \"2024-01-10 09:00:00\", \"updatedAt\": "
    "\"2024-01-10 09:00:00\", \"version\": 2}";
static const char P_ACCOUNT[] =
    "{\"ryid\": \"0b5b6e1c-0000-4000-8000-000000000001\", \"rylb\": \"01\", \"sfzjhm\": "
    "\"371681197001019019\", \"ls_sfzjhm\": [], \"tyshxydm\": null, \"mc\": \"王小明\", \"lxdh\": "
    "null, \"xzqh\": \"371681\", \"dwxydm\": \"91371681MAXXXXXX76\", \"bmxydm\": null, \"zcjb\": "
    "\"02\", \"shzt\": \"20\", \"yxbz\": \"1\", \"lyxtbm\": \"371600\", \"lyxh\": \"100231\", "
    "\"cjsj\": \"2023-04-18T09:12:33+08:00\", \"gxsj\": \"2023-04-18T09:12:34+08:00\", \"bbh\": 1}";
static const char P_HOURS[] =
    "{\"xsid\": \"0b5b6e1c-0000-4000-8000-000000000002\", \"sfzjhm\": \"371681197001019019\", "
    "\"nd\": \"2023\", \"kmlb\": \"GX\", \"jldw\": \"XS\", \"sl\": \"12.50\", \"rdfs\": \"01\", "
    "\"kcdm\": \"GX2023-0007\", \"kcmc\": \"专业技术人员职业道德和能力建设\", \"zmclh\": null, "
    "\"wcsj\": \"2023-06-01T20:15:00+08:00\", \"shzt\": \"40\", \"yxbz\": \"1\", \"lyxtbm\": "
    "\"371600\", \"lyxh\": \"5500017\", \"gxsj\": \"2023-06-02T08:00:00+08:00\", \"bbh\": 3}";
static const char P_ANNUAL[] =
    "{\"sfzjhm\": \"371681197001019019\", \"nd\": \"2023\", \"gxxs\": \"30.00\", \"zyxs\": "
    "\"60.25\", \"xf\": null, \"hgbz\": \"1\", \"shzt\": \"40\", \"zsbh\": null, \"fzsj\": null, "
    "\"gxsj\": \"2024-01-10T09:00:00+08:00\", \"bbh\": 2}";

static const char *const EXAMPLES[ENTITIES][SIDES] = {
    {M_ACCOUNT, P_ACCOUNT}, {M_HOURS, P_HOURS}, {M_ANNUAL, P_ANNUAL}};

struct bench {
    struct mapping *mapping;
    struct arena arena;
};

static void decode(struct bench *bench, enum side side, enum entity entity, const char *json,
                   struct decoded *ret)
{
    enum status status = decode_record(bench->mapping, side, entity, slice_of(json), SHIPPED_NOW,
                                       &bench->arena, ret);
    if (status != STATUS_OK)
        fail_msg("%s: %s", json, status_text(status));
}

/* `find` replaced once; in the bench's arena. */
static const char *with(struct bench *bench, const char *json, const char *find, const char *put)
{
    const char *at = strstr(json, find);
    if (at == NULL)
        fail_msg("'%s' is not in the record", find);
    return arena_printf(&bench->arena, "%.*s%s%s", (int)(at - json), json, put, at + strlen(find))
        .at;
}

struct expected {
    enum field field;
    const char *value;
};

static void check_values(const struct decoded *decoded, const struct expected *expected,
                         size_t count)
{
    if (!decoded->ok)
        fail_msg("not ok: %s %s", decoded->bad_name, decoded->reason);
    for (size_t index = 0; index < count; index++) {
        struct slice value = decoded->record.value[expected[index].field];
        if (!slice_is(value, expected[index].value))
            fail_msg("%s: '%.*s'", field_row(expected[index].field)->name, (int)value.size,
                     value.at);
    }
}

static void an_account_reads_alike_on_both_sides(void **state)
{
    static const struct expected EXPECTED[] = {
        {FIELD_ACCOUNT_KIND, "person"},
        {FIELD_ACCOUNT_CODE, "371681197001019019"},
        {FIELD_ACCOUNT_FORMER_CODES, ""},
        {FIELD_ACCOUNT_NAME, "王小明"},
        {FIELD_ACCOUNT_REGION, "371681"},
        {FIELD_ACCOUNT_EMPLOYER, "91371681MAXXXXXX76"},
        {FIELD_ACCOUNT_TITLE, "2"},
        {FIELD_ACCOUNT_REVIEW, "approved"},
        {FIELD_ACCOUNT_VALID, "true"},
        {FIELD_ACCOUNT_ORIGIN_SYSTEM, "371600"},
        {FIELD_ACCOUNT_ORIGIN_NUMBER, "100231"},
        {FIELD_ACCOUNT_CREATED, "2023-04-18T01:12:33Z"},
    };
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        struct decoded decoded;
        decode(*state, side, ENTITY_ACCOUNT, EXAMPLES[ENTITY_ACCOUNT][side], &decoded);
        check_values(&decoded, EXPECTED, sizeof EXPECTED / sizeof *EXPECTED);
        assert_int_equal(decoded.record.version, 1);
        assert_int_equal(decoded.record.updated, 1681780354);
        assert_false(decoded.unknown_member);
        assert_true(decoded.key_readable);
    }
}

static void hours_read_alike_on_both_sides(void **state)
{
    static const struct expected EXPECTED[] = {
        {FIELD_HOURS_ORIGIN_SYSTEM, "371600"},
        {FIELD_HOURS_ORIGIN_NUMBER, "5500017"},
        {FIELD_HOURS_PERSON, "371681197001019019"},
        {FIELD_HOURS_YEAR, "2023"},
        {FIELD_HOURS_CATEGORY, "public"},
        {FIELD_HOURS_UNIT, "hours"},
        {FIELD_HOURS_AMOUNT, "1250"},
        {FIELD_HOURS_SOURCE, "online"},
        {FIELD_HOURS_COURSE_CODE, "GX2023-0007"},
        {FIELD_HOURS_COURSE_NAME, "专业技术人员职业道德和能力建设"},
        {FIELD_HOURS_EVIDENCE, ""},
        {FIELD_HOURS_FINISHED, "2023-06-01T12:15:00Z"},
        {FIELD_HOURS_REVIEW, "hrss"},
        {FIELD_HOURS_VALID, "true"},
    };
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        struct decoded decoded;
        decode(*state, side, ENTITY_HOURS, EXAMPLES[ENTITY_HOURS][side], &decoded);
        check_values(&decoded, EXPECTED, sizeof EXPECTED / sizeof *EXPECTED);
        assert_int_equal(decoded.record.version, 3);
    }
}

static void yearly_results_read_alike_and_are_named_by_their_key(void **state)
{
    static const struct expected EXPECTED[] = {
        {FIELD_ANNUAL_PERSON, "371681197001019019"},
        {FIELD_ANNUAL_YEAR, "2023"},
        {FIELD_ANNUAL_PUBLIC, "3000"},
        {FIELD_ANNUAL_PROFESSIONAL, "6025"},
        {FIELD_ANNUAL_CREDITS, ""},
        {FIELD_ANNUAL_QUALIFIED, "true"},
        {FIELD_ANNUAL_REVIEW, "hrss"},
    };
    struct bench *bench = *state;
    struct decoded decoded;
    struct decoded_head head;
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        const char *json = EXAMPLES[ENTITY_ANNUAL][side];
        decode(bench, side, ENTITY_ANNUAL, json, &decoded);
        check_values(&decoded, EXPECTED, sizeof EXPECTED / sizeof *EXPECTED);
        assert_int_equal(decode_head(bench->mapping, side, ENTITY_ANNUAL, slice_of(json),
                                     &bench->arena, &head),
                         STATUS_OK);
        assert_true(slice_is(head.remote_id, "371681197001019019/2023"));
        assert_true(slice_equal(head.remote_id, decoded.record.remote_id));
    }
    decode(bench, MUNICIPAL, ENTITY_ANNUAL, M_ANNUAL, &decoded);
    assert_true(slice_is(decoded.record.value[FIELD_ANNUAL_CERT_DATE], "2024-01-10"));
}

/* A change of one member that is another spelling of a value. */
static const struct {
    enum side side;
    enum entity entity;
    const char *find, *put;
    enum field field;
    const char *value;
} SPELLINGS[] = {
    {MUNICIPAL, ENTITY_ACCOUNT, "\"accountType\": 1", "\"accountType\": \"1\"", FIELD_ACCOUNT_KIND,
     "person"},
    {MUNICIPAL, ENTITY_ACCOUNT, "371681197001019019", "371681700101901", FIELD_ACCOUNT_CODE,
     "371681197001019019"},
    {MUNICIPAL, ENTITY_ACCOUNT, "\"formerIdCards\": []",
     "\"formerIdCards\": [\"371681197001019027\", \"37168119700101906x\", \"3716810000x\"]",
     FIELD_ACCOUNT_FORMER_CODES, "3716810000X 371681197001019027 37168119700101906X"},
    {MUNICIPAL, ENTITY_ACCOUNT, "\"formerIdCards\": []", "\"formerIdCards\": null",
     FIELD_ACCOUNT_FORMER_CODES, ""},
    {MUNICIPAL, ENTITY_ACCOUNT, "王小明", "　王小明 ", FIELD_ACCOUNT_NAME, "王小明"},
    {MUNICIPAL, ENTITY_ACCOUNT, "王小明", "买买提•吐尔逊", FIELD_ACCOUNT_NAME, "买买提·吐尔逊"},
    {MUNICIPAL, ENTITY_ACCOUNT, "王小明", "\\u738b\\u5c0f\\u660e", FIELD_ACCOUNT_NAME, "王小明"},
    {MUNICIPAL, ENTITY_ACCOUNT, "91371681MAXXXXXX76", "91371681maxxxxxx76", FIELD_ACCOUNT_EMPLOYER,
     "91371681MAXXXXXX76"},
    {MUNICIPAL, ENTITY_ACCOUNT, "\"deleted\": 0", "\"deleted\": \"1\"", FIELD_ACCOUNT_VALID,
     "false"},
    {MUNICIPAL, ENTITY_ACCOUNT, "\"originNo\": \"100231\"", "\"originNo\": \"\"",
     FIELD_ACCOUNT_ORIGIN_NUMBER, "100231"},
    {MUNICIPAL, ENTITY_ACCOUNT, "09:12:33", "24:00:00", FIELD_ACCOUNT_CREATED,
     "2023-04-18T16:00:00Z"},
    {PROVINCIAL, ENTITY_ACCOUNT, "\"lxdh\": null", "\"lxdh\": \"13800000001\"",
     FIELD_ACCOUNT_MOBILE, "13800000001"},
    {PROVINCIAL, ENTITY_ACCOUNT, "\"lyxtbm\": \"371600\", \"lyxh\": \"100231\"",
     "\"lyxtbm\": null, \"lyxh\": null", FIELD_ACCOUNT_ORIGIN_NUMBER,
     "0b5b6e1c-0000-4000-8000-000000000001"},
    {PROVINCIAL, ENTITY_ACCOUNT, "\"yxbz\": \"1\"", "\"yxbz\": \"0\"", FIELD_ACCOUNT_VALID,
     "false"},
    {MUNICIPAL, ENTITY_HOURS, "12.5", "2.10", FIELD_HOURS_AMOUNT, "210"},
    {MUNICIPAL, ENTITY_HOURS, "12.5", "\"2.1\"", FIELD_HOURS_AMOUNT, "210"},
    {MUNICIPAL, ENTITY_HOURS, "12.5", "0.07", FIELD_HOURS_AMOUNT, "7"},
    {MUNICIPAL, ENTITY_HOURS, "12.5", "0", FIELD_HOURS_AMOUNT, "0"},
    {MUNICIPAL, ENTITY_HOURS, "12.5", "366", FIELD_HOURS_AMOUNT, "36600"},
    {MUNICIPAL, ENTITY_HOURS, "\"classHour\": 12.5, \"credit\": \"\"",
     "\"classHour\": \"\", \"credit\": \"5\"", FIELD_HOURS_UNIT, "credits"},
    {MUNICIPAL, ENTITY_HOURS, "\"classHour\": 12.5, \"credit\": \"\"",
     "\"classHour\": null, \"credit\": 5", FIELD_HOURS_AMOUNT, "500"},
    {MUNICIPAL, ENTITY_HOURS, "\"courseType\": 1", "\"courseType\": 0", FIELD_HOURS_CATEGORY,
     "credit"},
    {MUNICIPAL, ENTITY_HOURS, "\"studyYear\": 2023", "\"studyYear\": \"2019\"", FIELD_HOURS_YEAR,
     "2019"},
    {MUNICIPAL, ENTITY_HOURS, "\"auditStatus\": 4", "\"auditStatus\": -1", FIELD_HOURS_REVIEW,
     "rejected"},
    {MUNICIPAL, ENTITY_HOURS, "2023-06-01 20:15:00", "2023-12-31 24:00:00", FIELD_HOURS_FINISHED,
     "2023-12-31T16:00:00Z"},
    {MUNICIPAL, ENTITY_HOURS, "371681197001019019", "37160219491001905x", FIELD_HOURS_PERSON,
     "37160219491001905X"},
    {MUNICIPAL, ENTITY_HOURS, ", \"originSystem\": \"371600\", \"originNo\": \"5500017\"", "",
     FIELD_HOURS_ORIGIN_SYSTEM, "371600"},
    {MUNICIPAL, ENTITY_HOURS, "\"id\": 5500017", "\"id\": 9223372036854775899",
     FIELD_HOURS_ORIGIN_NUMBER, "5500017"},
    {PROVINCIAL, ENTITY_HOURS, "\"lyxtbm\": \"371600\"", "\"lyxtbm\": \"\"",
     FIELD_HOURS_ORIGIN_SYSTEM, "370000"},
    {PROVINCIAL, ENTITY_HOURS, "\"12.50\"", "12.5", FIELD_HOURS_AMOUNT, "1250"},
    {PROVINCIAL, ENTITY_HOURS, "\"jldw\": \"XS\"", "\"jldw\": \"XF\"", FIELD_HOURS_UNIT, "credits"},
    {PROVINCIAL, ENTITY_HOURS, "\"kmlb\": \"GX\"", "\"kmlb\": \"XF\"", FIELD_HOURS_CATEGORY,
     "credit"},
    {PROVINCIAL, ENTITY_HOURS, "20:15:00+08:00", "12:15:00Z", FIELD_HOURS_FINISHED,
     "2023-06-01T12:15:00Z"},
    {PROVINCIAL, ENTITY_HOURS, "\"zmclh\": null", "\"zmclh\": \"Ｚ１\"", FIELD_HOURS_EVIDENCE,
     "Z1"},
    {PROVINCIAL, ENTITY_ANNUAL, "\"hgbz\": \"1\"", "\"hgbz\": \"0\"", FIELD_ANNUAL_QUALIFIED,
     "false"},
    {PROVINCIAL, ENTITY_ANNUAL, "\"fzsj\": null", "\"fzsj\": \"2024-01-10\"",
     FIELD_ANNUAL_CERT_DATE, "2024-01-10"},
    {PROVINCIAL, ENTITY_ANNUAL, "\"fzsj\": null", "\"fzsj\": \"2024-01-09T16:00:00Z\"",
     FIELD_ANNUAL_CERT_DATE, "2024-01-10"},
};

static void other_spellings_are_the_same_value(void **state)
{
    struct bench *bench = *state;
    for (size_t index = 0; index < sizeof SPELLINGS / sizeof *SPELLINGS; index++) {
        struct decoded decoded;
        const char *json = EXAMPLES[SPELLINGS[index].entity][SPELLINGS[index].side];
        json = with(bench, json, SPELLINGS[index].find, SPELLINGS[index].put);
        decode(bench, SPELLINGS[index].side, SPELLINGS[index].entity, json, &decoded);
        struct slice value = decoded.record.value[SPELLINGS[index].field];
        if (!decoded.ok || !slice_is(value, SPELLINGS[index].value))
            fail_msg("%s: '%.*s' %s %s", SPELLINGS[index].put, (int)value.size, value.at,
                     decoded.ok ? "" : decoded.bad_name, decoded.ok ? "" : decoded.reason);
    }
}

/* A change of one member that makes the record bad. */
static const struct {
    enum side side;
    enum entity entity;
    const char *find, *put;
    const char *name, *reason;
    bool key_readable;
} BAD[] = {
    {MUNICIPAL, ENTITY_ACCOUNT, "\"accountType\": 1", "\"accountType\": 4", "kind", "dictionary",
     false},
    {MUNICIPAL, ENTITY_ACCOUNT, "\"accountType\": 1, ", "", "kind", "missing", false},
    {MUNICIPAL, ENTITY_ACCOUNT, "371681197001019019", "371681197001019018", "code", "check", false},
    {MUNICIPAL, ENTITY_ACCOUNT, "371681197001019019", "", "code", "missing", false},
    {MUNICIPAL, ENTITY_ACCOUNT, "\"accountType\": 1", "\"accountType\": 2", "code", "missing",
     false},
    {MUNICIPAL, ENTITY_ACCOUNT, "\"王小明\"", "\"  \"", "name", "missing", true},
    {MUNICIPAL, ENTITY_ACCOUNT, "\"王小明\"", "null", "name", "missing", true},
    {MUNICIPAL, ENTITY_ACCOUNT, "\"王小明\"", "{}", "name", "type", true},
    {MUNICIPAL, ENTITY_ACCOUNT, "王小明", "王\\u0007明", "name", "character", true},
    {MUNICIPAL, ENTITY_ACCOUNT, "王小明", "王\\u0000明", "name", "character", true},
    {MUNICIPAL, ENTITY_ACCOUNT, "王小明", "王\\ufffd明", "name", "character", true},
    {MUNICIPAL, ENTITY_ACCOUNT, "王小明", "王\xFF明", "name", "character", true},
    {MUNICIPAL, ENTITY_ACCOUNT, "\"areaCode\": \"371681\"", "\"areaCode\": \"\"", "region",
     "missing", true},
    {MUNICIPAL, ENTITY_ACCOUNT, "\"areaCode\": \"371681\"", "\"areaCode\": \"3716811\"", "region",
     "length", true},
    {MUNICIPAL, ENTITY_ACCOUNT, "91371681MAXXXXXX76", "91371681MAXXXXXX77", "employer", "check",
     true},
    {MUNICIPAL, ENTITY_ACCOUNT, "\"titleLevel\": 2", "\"titleLevel\": 5", "title", "dictionary",
     true},
    {MUNICIPAL, ENTITY_ACCOUNT, "\"auditStatus\": 1", "\"auditStatus\": 3", "review", "dictionary",
     true},
    {MUNICIPAL, ENTITY_ACCOUNT, "\"deleted\": 0", "\"deleted\": 2", "valid", "dictionary", true},
    {MUNICIPAL, ENTITY_ACCOUNT, "\"deleted\": 0, ", "", "valid", "missing", true},
    {MUNICIPAL, ENTITY_ACCOUNT, "2023-04-18 09:12:33", "2023-02-29 09:12:33", "created", "time",
     true},
    {MUNICIPAL, ENTITY_ACCOUNT, "\"id\": 100231, ", "", "id", "missing", true},
    {MUNICIPAL, ENTITY_ACCOUNT, "\"version\": \"1\"", "\"version\": \"\"", "version", "missing",
     true},
    {MUNICIPAL, ENTITY_ACCOUNT, "\"version\": \"1\"", "\"version\": 0", "version", "integer", true},
    {MUNICIPAL, ENTITY_ACCOUNT, "\"version\": \"1\"", "\"version\": 1.5", "version", "integer",
     true},
    {MUNICIPAL, ENTITY_ACCOUNT, "2023-04-18 09:12:34", "yesterday", "updated", "time", true},
    {MUNICIPAL, ENTITY_ACCOUNT, "\"titleLevel\": 2", "\"titleLevel\": 2, \"titleLevel\": 3",
     "title", "duplicate", true},
    {MUNICIPAL, ENTITY_ACCOUNT, "\"version\": \"1\"", "\"version\": 1, \"version\": 2", "version",
     "duplicate", true},
    {PROVINCIAL, ENTITY_ACCOUNT, "\"rylb\": \"01\"", "\"rylb\": \"1\"", "kind", "dictionary",
     false},
    {PROVINCIAL, ENTITY_ACCOUNT, "\"mc\": \"王小明\"", "\"mc\": null", "name", "missing", true},
    {PROVINCIAL, ENTITY_ACCOUNT, "\"bbh\": 1", "\"bbh\": null", "version", "missing", true},
    {PROVINCIAL, ENTITY_ACCOUNT, "09:12:33+08:00", "09:12:33", "created", "time", true},
    {MUNICIPAL, ENTITY_HOURS, "\"credit\": \"\"", "\"credit\": 5", "amount", "both_amounts", true},
    {MUNICIPAL, ENTITY_HOURS, "\"classHour\": 12.5", "\"classHour\": \"\"", "amount", "missing",
     true},
    {MUNICIPAL, ENTITY_HOURS, "12.5", "12.125", "amount", "decimal", true},
    {MUNICIPAL, ENTITY_HOURS, "12.5", "12.500", "amount", "decimal", true},
    {MUNICIPAL, ENTITY_HOURS, "12.5", "1e1", "amount", "decimal", true},
    {MUNICIPAL, ENTITY_HOURS, "12.5", "\"many\"", "amount", "decimal", true},
    {MUNICIPAL, ENTITY_HOURS, "12.5", "-1", "amount", "negative", true},
    {MUNICIPAL, ENTITY_HOURS, "12.5", "12345678901", "amount", "length", true},
    {MUNICIPAL, ENTITY_HOURS, "12.5", "true", "amount", "decimal", true},
    {MUNICIPAL, ENTITY_HOURS, "12.5", "[12]", "amount", "type", true},
    {MUNICIPAL, ENTITY_HOURS, "\"studyYear\": 2023", "\"studyYear\": 23", "year", "year", true},
    {MUNICIPAL, ENTITY_HOURS, "\"studyYear\": 2023", "\"studyYear\": \"2o23\"", "year", "integer",
     true},
    {MUNICIPAL, ENTITY_HOURS, "\"courseType\": 1", "\"courseType\": 9", "category", "dictionary",
     true},
    {MUNICIPAL, ENTITY_HOURS, "\"source\": 1", "\"source\": \"\"", "source", "missing", true},
    {MUNICIPAL, ENTITY_HOURS, "2023-06-01 20:15:00", "2023-06-01 25:00:00", "finished", "time",
     true},
    {MUNICIPAL, ENTITY_HOURS, "2023-06-01 20:15:00", "", "finished", "missing", true},
    {MUNICIPAL, ENTITY_HOURS, "371681197001019019", "371681197002309019", "person", "date", true},
    {MUNICIPAL, ENTITY_HOURS, "371681197001019019", "3716811970", "person", "length", true},
    {PROVINCIAL, ENTITY_HOURS, "\"jldw\": \"XS\"", "\"jldw\": \"KS\"", "unit", "dictionary", true},
    {PROVINCIAL, ENTITY_HOURS, "\"jldw\": \"XS\", ", "", "unit", "missing", true},
    {PROVINCIAL, ENTITY_HOURS, "\"sl\": \"12.50\"", "\"sl\": null", "amount", "missing", true},
    {PROVINCIAL, ENTITY_HOURS, "\"shzt\": \"40\"", "\"shzt\": \"50\"", "review", "dictionary",
     true},
    {PROVINCIAL, ENTITY_HOURS, "\"yxbz\": \"1\"", "\"yxbz\": \"Y\"", "valid", "dictionary", true},
    {PROVINCIAL, ENTITY_ANNUAL, "\"nd\": \"2023\"", "\"nd\": null", "year", "missing", false},
    {PROVINCIAL, ENTITY_ANNUAL, "\"hgbz\": \"1\"", "\"hgbz\": \"yes\"", "qualified", "dictionary",
     true},
    {MUNICIPAL, ENTITY_ANNUAL, "2024-01-10 09:00:00", "10.1.2024", "cert_date", "date", true},
};

/* holds: model.required model.amounts model.decimals quarantine.told */
static void a_bad_record_names_its_field_and_reason(void **state)
{
    struct bench *bench = *state;
    for (size_t index = 0; index < sizeof BAD / sizeof *BAD; index++) {
        struct decoded decoded;
        const char *json = EXAMPLES[BAD[index].entity][BAD[index].side];
        json = with(bench, json, BAD[index].find, BAD[index].put);
        decode(bench, BAD[index].side, BAD[index].entity, json, &decoded);
        if (decoded.ok)
            fail_msg("%s was taken", BAD[index].put);
        if (strcmp(decoded.bad_name, BAD[index].name) != 0 ||
            strcmp(decoded.reason, BAD[index].reason) != 0 ||
            decoded.missing != (strcmp(decoded.reason, "missing") == 0) ||
            decoded.key_readable != BAD[index].key_readable)
            fail_msg("%s: %s %s%s", BAD[index].put, decoded.bad_name, decoded.reason,
                     decoded.key_readable ? ", key readable" : "");
    }
}

static void a_bad_record_still_says_who_it_is(void **state)
{
    struct bench *bench = *state;
    struct decoded decoded;
    decode(bench, MUNICIPAL, ENTITY_HOURS, with(bench, M_HOURS, "12.5", "-1"), &decoded);
    assert_false(decoded.ok);
    assert_int_equal(decoded.bad_field, FIELD_HOURS_AMOUNT);
    assert_true(slice_is(decoded.record.remote_id, "5500017"));
    assert_int_equal(decoded.record.version, 3);
    assert_true(decoded.record.updated > 0);
    assert_true(slice_is(decoded.record.value[FIELD_HOURS_REVIEW], "hrss"));
    assert_true(slice_empty(decoded.record.value[FIELD_HOURS_AMOUNT]));
}

static char *repeated(const char *what, size_t times)
{
    struct buffer text;
    buffer_init(&text, 4096);
    for (size_t at = 0; at < times; at++)
        buffer_text(&text, what);
    return text.at;
}

static void lengths_are_counted_in_characters(void **state)
{
    static const struct {
        enum entity entity;
        const char *find, *what;
        size_t times;
        const char *name; /* NULL: taken */
    } CASES[] = {
        {ENTITY_ACCOUNT, "王小明", "王", 100, NULL},
        {ENTITY_ACCOUNT, "王小明", "王", 101, "name"},
        {ENTITY_ACCOUNT, "13800000001", "1", 33, "mobile"},
        {ENTITY_HOURS, "专业技术人员职业道德和能力建设", "课", 200, NULL},
        {ENTITY_HOURS, "专业技术人员职业道德和能力建设", "课", 201, "course_name"},
        {ENTITY_HOURS, "GX2023-0007", "G", 65, "course_code"},
    };
    struct bench *bench = *state;
    for (size_t index = 0; index < sizeof CASES / sizeof *CASES; index++) {
        struct decoded decoded;
        char *put = repeated(CASES[index].what, CASES[index].times);
        decode(bench, MUNICIPAL, CASES[index].entity,
               with(bench, EXAMPLES[CASES[index].entity][MUNICIPAL], CASES[index].find, put),
               &decoded);
        free(put);
        assert_int_equal(decoded.ok, CASES[index].name == NULL);
        if (!decoded.ok) {
            assert_string_equal(decoded.bad_name, CASES[index].name);
            assert_string_equal(decoded.reason, "length");
        }
    }
}

/* holds: guard.unknown_field */
static void an_unknown_member_is_told_and_harmless(void **state)
{
    struct bench *bench = *state;
    struct decoded decoded;
    decode(bench, MUNICIPAL, ENTITY_HOURS,
           with(bench, M_HOURS, "\"source\": 1", "\"source\": 1, \"extra\": {\"id\": [1, \"}\"]}"),
           &decoded);
    assert_true(decoded.ok);
    assert_true(decoded.unknown_member);
    assert_true(slice_is(decoded.record.remote_id, "5500017"));
}

static void the_trimmed_original_is_kept(void **state)
{
    struct bench *bench = *state;
    struct decoded decoded;
    decode(bench, MUNICIPAL, ENTITY_ACCOUNT, with(bench, M_ACCOUNT, "王小明", "　买买提•吐尔逊 "),
           &decoded);
    assert_true(slice_is(decoded.record.original[FIELD_ACCOUNT_NAME], "买买提•吐尔逊"));
    assert_true(slice_is(decoded.record.value[FIELD_ACCOUNT_NAME], "买买提·吐尔逊"));
}

static void what_is_no_object_is_refused(void **state)
{
    static const char *const TEXTS[] = {
        "",           "[]",          "null",          "12",
        "{",          "{\"id\"",     "{\"id\":",      "{\"id\":1",
        "{\"id\":1,", "{\"id\":1}}", "{\"id\":1} {}", "{\"id\" 1}",
        "{id:1}",     "{\"a\":[1}",  "{\"a\":\"x}",   "{\"a\":\"x\\",
    };
    struct bench *bench = *state;
    for (size_t index = 0; index < sizeof TEXTS / sizeof *TEXTS; index++) {
        struct decoded decoded;
        struct decoded_head head;
        struct slice json = slice_of(TEXTS[index]);
        if (decode_record(bench->mapping, MUNICIPAL, ENTITY_HOURS, json, SHIPPED_NOW, &bench->arena,
                          &decoded) != STATUS_INVALID ||
            decode_head(bench->mapping, MUNICIPAL, ENTITY_HOURS, json, &bench->arena, &head) !=
                STATUS_INVALID)
            fail_msg("'%s' was taken", TEXTS[index]);
    }
}

static void ids_and_times_can_be_read_alone(void **state)
{
    struct bench *bench = *state;
    struct decoded_head head = {.updated = 0};
    assert_int_equal(decode_head(bench->mapping, PROVINCIAL, ENTITY_HOURS, slice_of(P_HOURS),
                                 &bench->arena, &head),
                     STATUS_OK);
    assert_true(slice_is(head.remote_id, "0b5b6e1c-0000-4000-8000-000000000002"));
    assert_int_equal(head.updated, 1685664000);
    assert_int_equal(decode_head(bench->mapping, MUNICIPAL, ENTITY_HOURS,
                                 SLICE("{\"id\":\"\",\"updatedAt\":\"2023-06-02 08:00:01\"}"),
                                 &bench->arena, &head),
                     STATUS_OK);
    assert_true(slice_empty(head.remote_id));
    assert_int_equal(head.updated, 1685664001);
    assert_int_equal(decode_head(bench->mapping, MUNICIPAL, ENTITY_HOURS,
                                 SLICE("{\"id\":\"7\",\"updatedAt\":\"soon\"}"), &bench->arena,
                                 &head),
                     STATUS_OK);
    assert_true(slice_is(head.remote_id, "7"));
    assert_int_equal(head.updated, 0);
}

static void too_little_memory_is_a_status(void **state)
{
    struct bench *bench = *state;
    size_t enough = 0;
    for (size_t limit = 0; limit < 4096 && enough == 0; limit += 16) {
        struct arena arena;
        struct decoded decoded;
        arena_init(&arena, limit);
        enum status status = decode_record(bench->mapping, MUNICIPAL, ENTITY_ACCOUNT,
                                           slice_of(M_ACCOUNT), SHIPPED_NOW, &arena, &decoded);
        if (status == STATUS_OK && decoded.ok)
            enough = limit + 1;
        else if (status != STATUS_NO_MEMORY)
            fail_msg("limit %zu: %s", limit, status_text(status));
        arena_free(&arena);
    }
    assert_true(enough > 0);
}

static struct bench the_bench;

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
        cmocka_unit_test(an_account_reads_alike_on_both_sides),
        cmocka_unit_test(hours_read_alike_on_both_sides),
        cmocka_unit_test(yearly_results_read_alike_and_are_named_by_their_key),
        cmocka_unit_test(other_spellings_are_the_same_value),
        cmocka_unit_test(a_bad_record_names_its_field_and_reason),
        cmocka_unit_test(a_bad_record_still_says_who_it_is),
        cmocka_unit_test(lengths_are_counted_in_characters),
        cmocka_unit_test(an_unknown_member_is_told_and_harmless),
        cmocka_unit_test(the_trimmed_original_is_kept),
        cmocka_unit_test(what_is_no_object_is_refused),
        cmocka_unit_test(ids_and_times_can_be_read_alone),
        cmocka_unit_test(too_little_memory_is_a_status),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
