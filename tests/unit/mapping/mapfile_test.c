/* Each kind of wrong mapping file is refused with its line, key, and what is allowed; the shipped
 * one says what the specification says. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "mapping/jsonplace.h"
#include "mapping/mapfile.h"
#include "tests/unit/mapping/shipped.h"

#include <string.h>

/* Replaces the first `find` behind the first `after`; line_of: a text on the line that the fault
 * must name (in the changed file, behind `after`). */
struct wrong {
    const char *what;
    const char *after, *find, *put;
    const char *line_of;
    const char *key;
    const char *allowed; /* a part of it */
};

static const struct wrong WRONGS[] = {
    {"not JSON", "", "\"format\": 1,", "\"format\" 1,", "\"format\" 1", "", "JSON"},
    {"duplicate key", "", "\"format\": 1,", "\"format\": 1, \"format\": 1,", "\"format\"", "",
     "each key once"},
    {"duplicate key deep inside", "\"/accountType\"", "\"required\": true",
     "\"required\": true, \"required\": true", "required", "", "each key once"},
    {"unknown key at the top", "", "\"notice\": {", "\"notise\": {", "\"notise\"", "/notise",
     "notice is the nearest"},
    {"unknown key in a place", "\"/mobile\"", "\"write\"", "\"wite\"", "wite",
     "/entities/account/fields/mobile/municipal/wite", "write is the nearest"},
    {"unknown entity", "", "\"account\": {", "\"acount\": {", "acount", "/entities/acount",
     "account is the nearest"},
    {"unknown field", "\"entities\"", "\"mobile\":", "\"mobil\":", "mobil",
     "/entities/account/fields/mobil", "mobile is the nearest"},
    {"another format", "", "\"format\": 1", "\"format\": 2", "format", "/format", "1"},
    {"no name", "", "\"name\": \"continuing-education\"", "\"name\": \"\"", "\"name\"", "/name",
     "a text of 1"},
    {"no notice", "", "\"notice\"", "\"about\"", "", "", "each key once"},
    {"empty spelling is neither", "", "\"empty\": null", "\"empty\": 0", "\"empty\": 0",
     "/sides/provincial/empty", "\"\" or null"},
    {"one system code for both", "", "\"370000\"", "\"371600\"", "\"sides\"", "/sides",
     "another system code"},
    {"region code with a letter", "", "\"371602\": \"", "\"37160x\": \"", "37160x",
     "/regions/37160x", "GB/T 2260"},
    {"unknown direction", "\"entities\"", "\"both\"", "\"forth\"", "forth",
     "/entities/account/direction", "to_provincial"},
    {"pointer without a slash", "\"entities\"", "\"/id\"", "\"id\"", "\"id\": \"id\"",
     "/entities/account/municipal/id", "JSON Pointer"},
    {"update time without time()", "\"/updatedAt\"", "time(%Y-%m-%d %H:%M:%S, +08:00)", "text", "",
     "/entities/account/municipal/updated/read", "time(format, zone)"},
    {"unknown function", "\"/mobile\"", "[\"text\"]", "[\"txt\"]", "txt",
     "/entities/account/fields/mobile/municipal/read/0", "text is the nearest"},
    {"unknown dictionary", "\"/accountType\"", "dictionary(account_kind)",
     "dictionary(account_kinds)", "account_kinds", "/entities/account/fields/kind/municipal/read/1",
     "account_kind"},
    {"function without its argument", "\"/accountType\"", "dictionary(account_kind)",
     "dictionary()", "dictionary()", "/entities/account/fields/kind/municipal/read/1",
     "1 to 1 arguments"},
    {"function not closed", "\"/accountType\"", "dictionary(account_kind)",
     "dictionary(account_kind", "dictionary(account_kind",
     "/entities/account/fields/kind/municipal/read/1", "name(one"},
    {"quote not closed", "\"/yxbz\"", "flag('1', '0')", "flag('1', '0)", "'0)",
     "/entities/account/fields/valid/provincial/read/1", "name(one"},
    {"both spellings of a flag alike", "\"/deleted\"", "flag(0, 1)", "flag(1, 1)", "flag(1, 1)",
     "/entities/account/fields/valid/municipal/read/1", "different"},
    {"no zone", "\"/createdAt\"", "+08:00", "CST", "CST",
     "/entities/account/fields/created/municipal/read/1", "zone"},
    {"time format that names no day", "\"/createdAt\"", "%Y-%m-%d ", "%Y-%m ", "%Y-%m ",
     "/entities/account/fields/created/municipal/read/1", "%Y %m %d"},
    {"function of another form", "\"/sl\"", "decimal2", "integer", "\"/sl\"",
     "/entities/hours/fields/amount/provincial/read", "decimal2"},
    {"text without a normalising function", "\"/mobile\"", "[\"text\"]", "[\"trim\"]", "trim",
     "/entities/account/fields/mobile/municipal/read", "text or name"},
    {"required said to be optional", "\"/accountType\"", "\"required\": true",
     "\"required\": false", "false", "/entities/account/fields/kind/municipal/required", "true"},
    {"required field not mapped at a side", "\"/mc\"", "\"region\": {", "\"region_\": {", "region_",
     "/entities/account/fields/region_", "region is the nearest"},
    {"unknown writing", "\"/mobile\"", "\"always\"", "\"sometimes\"", "sometimes",
     "/entities/account/fields/mobile/municipal/write", "always, create, never"},
    {"yearly result to be written", "\"/publicHours\"", "\"as\": \"number\"",
     "\"as\": \"number\", \"write\": \"always\"", "publicHours",
     "/entities/annual/fields/public/municipal/write", "never"},
    {"unknown policy", "\"entities\"", "\"policy\": \"newest\"", "\"policy\": \"latest\"", "latest",
     "/entities/account/fields/mobile/policy", "newest"},
    {"policy of a field that has none", "\"entities\"", "\"kind\": {",
     "\"kind\": {\"policy\": \"newest\",", "\"kind\": {", "/entities/account/fields/kind/policy",
     "not merged"},
    {"chain for no review", "\"entities\"", "\"policy\": \"newest\"", "\"policy\": \"chain\"",
     "\"mobile\"", "/entities/account/fields/mobile/policy", "chain for a review"},
    {"larger for no amount", "\"entities\"", "\"policy\": \"newest\"", "\"policy\": \"larger\"",
     "\"mobile\"", "/entities/account/fields/mobile/policy", "larger for an amount"},
    {"no length at all", "\"entities\"", "\"characters\": 100", "\"characters\": 0",
     "\"characters\": 0", "/entities/account/fields/name/characters", "1 to 4096"},
    {"condition on an unknown word", "\"entities\"", "{\"kind\": \"person\"}",
     "{\"kind\": \"persons\"}", "persons", "/entities/account/fields/code/municipal/ways/0/when",
     "a word of that field"},
    {"way without a condition", "\"entities\"", "\"when\": {\"kind\": \"person\"}, ", "", "/idCard",
     "/entities/account/fields/code/municipal/ways/0/when", "condition"},
    {"word without a spelling", "", "{\"municipal\": 1, \"provincial\": \"01\"}",
     "{\"municipal\": 1}", "\"person\":", "/dictionaries/account_kind/person/provincial",
     "total both ways"},
    {"two words of one spelling", "", "\"provincial\": \"02\"", "\"provincial\": \"01\"",
     "\"employer\":", "/dictionaries/account_kind/employer/provincial", "one-to-one"},
    {"word that the field does not have", "", "\"employer\":", "\"employers\":", "\"employers\"",
     "/dictionaries/account_kind/employers", "employer is the nearest"},
    {"word missing", "\"account_review\"",
     ",\n      \"rejected\": {\"municipal\": 2, \"provincial\": \"90\"}", "",
     "\"account_review\": {", "/dictionaries/account_review", "\"rejected\" too"},
    {"threshold that is no number", "\"thresholds\"", "\"credits\": 20", "\"credits\": \"many\"",
     "many", "/notice/thresholds/0/credits", "22.5"},
    {"third decimal in a threshold", "\"thresholds\"", "\"credits\": 20", "\"credits\": \"20.125\"",
     "20.125", "/notice/thresholds/0/credits", "22.5"},
    {"last year before the first", "\"thresholds\"", "\"first_year\": 2020",
     "\"first_year\": 2020, \"last_year\": 2019", "2020", "/notice/thresholds/1/last_year",
     "not before"},
    {"cut-off that is no day", "\"cutoffs\"", "\"12-31\"", "\"12-32\"", "12-32",
     "/notice/cutoffs/0/day", "12-31"},
    {"make-up window that ends before it begins", "\"cutoffs\"", "\"windows\": []",
     "\"windows\": [{\"from\": \"2023-05-02\", \"until\": \"2023-05-01\"}]", "windows",
     "/notice/windows/0/until", "not before from"},
    {"region of a row with letters", "\"thresholds\"", "\"credits\": 20",
     "\"credits\": 20, \"region\": \"x\"", "\"x\"", "/notice/thresholds/0/region", "region code"},
    {"unknown category", "\"cutoffs\"", "\"12-31\"", "\"12-31\", \"category\": \"all\"", "12-31",
     "/notice/cutoffs/0/category", "public, professional"},
    {"no date of registration", "\"cutoffs\"", "\"2023-04-17\"", "\"17.4.2023\"", "17.4.2023",
     "/notice/registered_since", "2023-04-17"},
};

static int line_at(const char *text, const char *at)
{
    int line = 1;
    for (; text < at; text++)
        line += *text == '\n';
    return line;
}

static void check_wrong(const char *text, const struct wrong *wrong)
{
    struct mapping *mapping = NULL;
    struct fault fault = {0};
    char *made = shipped_changed(text, wrong->after, wrong->find, wrong->put);
    if (mapping_load(slice_of(made), "some.json", &mapping, &fault) != STATUS_INVALID)
        fail_msg("%s: was taken", wrong->what);
    const char *marker = strstr(strstr(text, wrong->after) - text + made, wrong->line_of);
    if (strcmp(fault.file, "some.json") != 0 || strcmp(fault.key, wrong->key) != 0 ||
        strstr(fault.allowed, wrong->allowed) == NULL ||
        (wrong->line_of[0] != '\0' && (marker == NULL || fault.line != line_at(made, marker))))
        fail_msg("%s: %s:%d key '%s' read '%s' allowed '%s'", wrong->what, fault.file, fault.line,
                 fault.key, fault.read, fault.allowed);
    assert_null(mapping);
    free(made);
}

/* holds: model.dictionaries */
static void a_wrong_file_is_refused_with_its_place(void **state)
{
    (void)state;
    char *text = shipped_text();
    for (size_t index = 0; index < sizeof WRONGS / sizeof *WRONGS; index++)
        check_wrong(text, &WRONGS[index]);
    free(text);
}

static void a_file_cut_anywhere_is_refused(void **state)
{
    (void)state;
    char *text = shipped_text();
    size_t size = strlen(text);
    for (size_t cut = 0; cut + 2 < size; cut += 97) {
        struct mapping *mapping = NULL;
        struct fault fault;
        assert_int_equal(mapping_load((struct slice){text, cut}, "some.json", &mapping, &fault),
                         STATUS_INVALID);
    }
    free(text);
}

static void no_fault_is_needed_to_refuse(void **state)
{
    (void)state;
    struct mapping *mapping = NULL;
    assert_int_equal(mapping_load(SLICE("{}"), "some.json", &mapping, NULL), STATUS_INVALID);
    assert_int_equal(mapping_load(SLICE("[]"), "some.json", &mapping, NULL), STATUS_INVALID);
}

/* holds: merge.defaults */
static void policies_are_those_of_the_specification(void **state)
{
    struct mapping *mapping = *state;
    for (enum field field = 0; field < FIELDS; field++)
        assert_int_equal(mapping_policy(mapping, field), field_row(field)->policy);
}

/* holds: merge.chosen */
static void a_policy_is_the_operators_to_change(void **state)
{
    (void)state;
    struct mapping *mapping = NULL;
    char *text = shipped_text();
    char *made =
        shipped_changed(text, "\"entities\"", "\"policy\": \"newest\"", "\"policy\": \"ignore\"");
    assert_int_equal(mapping_load(slice_of(made), "some.json", &mapping, NULL), STATUS_OK);
    assert_int_equal(mapping_policy(mapping, FIELD_ACCOUNT_MOBILE), POLICY_IGNORE);
    struct mapping *shipped = *state;
    assert_true(mapping_digest(mapping) != mapping_digest(shipped));
    mapping_free(mapping);
    free(made);
    free(text);
}

static void a_field_of_one_side_only_is_not_compared(void **state)
{
    (void)state;
    struct mapping *mapping = NULL;
    char *text = shipped_text();
    char *made = shipped_changed(text, "\"/mobile\"",
                                 ",\n          \"provincial\": {\"at\": \"/lxdh\", \"read\": "
                                 "[\"text\"], \"write\": \"always\"}",
                                 "");
    assert_int_equal(mapping_load(slice_of(made), "some.json", &mapping, NULL), STATUS_OK);
    assert_int_equal(mapping_policy(mapping, FIELD_ACCOUNT_MOBILE), POLICY_IGNORE);
    assert_false(mapping_writable(mapping, PROVINCIAL, FIELD_ACCOUNT_MOBILE, NULL, true));
    mapping_free(mapping);
    free(made);
    free(text);
}

static const struct {
    enum side side;
    enum field field;
    const char *kind;
    bool update, create;
} WRITABLE[] = {
    {MUNICIPAL, FIELD_ACCOUNT_KIND, "person", false, true},
    {MUNICIPAL, FIELD_ACCOUNT_CODE, "person", false, true},
    {MUNICIPAL, FIELD_ACCOUNT_FORMER_CODES, "person", false, false},
    {MUNICIPAL, FIELD_ACCOUNT_NAME, "person", true, true},
    {MUNICIPAL, FIELD_ACCOUNT_REGION, "person", true, true},
    {PROVINCIAL, FIELD_ACCOUNT_REGION, "person", false, false},
    {PROVINCIAL, FIELD_ACCOUNT_REGION, "employer", true, true},
    {PROVINCIAL, FIELD_ACCOUNT_REGION, "department", true, true},
    {PROVINCIAL, FIELD_ACCOUNT_REGION, NULL, true, true},
    {PROVINCIAL, FIELD_ACCOUNT_CREATED, "person", false, false},
    {PROVINCIAL, FIELD_ACCOUNT_ORIGIN_NUMBER, "person", false, true},
    {MUNICIPAL, FIELD_HOURS_ORIGIN_SYSTEM, NULL, false, true},
    {MUNICIPAL, FIELD_HOURS_UNIT, NULL, true, true},
    {PROVINCIAL, FIELD_HOURS_PERSON, NULL, true, true},
    {PROVINCIAL, FIELD_HOURS_VALID, NULL, true, true},
    {MUNICIPAL, FIELD_ANNUAL_PUBLIC, NULL, false, false},
    {PROVINCIAL, FIELD_ANNUAL_CERT_NO, NULL, false, false},
};

static void what_may_be_written_is_as_the_platforms_take_it(void **state)
{
    struct mapping *mapping = *state;
    for (size_t index = 0; index < sizeof WRITABLE / sizeof *WRITABLE; index++) {
        struct record record = {.entity = ENTITY_ACCOUNT};
        record.value[FIELD_ACCOUNT_KIND] = slice_of(WRITABLE[index].kind);
        const struct record *of = WRITABLE[index].kind == NULL ? NULL : &record;
        assert_int_equal(
            mapping_writable(mapping, WRITABLE[index].side, WRITABLE[index].field, of, false),
            WRITABLE[index].update);
        assert_int_equal(
            mapping_writable(mapping, WRITABLE[index].side, WRITABLE[index].field, of, true),
            WRITABLE[index].create);
    }
}

static void regions_know_their_retired_codes(void **state)
{
    struct mapping *mapping = *state;
    struct slice code = {0};
    struct slice name = {0};
    size_t count = 0;
    assert_true(slice_is(mapping_region_name(mapping, SLICE("371681")), "邹平市"));
    assert_true(slice_is(mapping_region_name(mapping, SLICE("371626")), "邹平县"));
    assert_true(slice_is(mapping_region_now(mapping, SLICE("371626")), "371681"));
    assert_true(slice_is(mapping_region_now(mapping, SLICE("371602")), "371602"));
    assert_true(slice_empty(mapping_region_name(mapping, SLICE("110000"))));
    while (mapping_region_at(mapping, count, &code, &name))
        count++;
    assert_int_equal(count, 8);
}

static void a_time_without_seconds_is_lossy(void **state)
{
    (void)state;
    struct mapping *mapping = NULL;
    char *text = shipped_text();
    char *made = shipped_changed(text, "\"/finishTime\"", "%H:%M:%S", "%H:%M");
    struct mapping *shipped = *state;
    assert_int_equal(mapping_lossy(shipped, MUNICIPAL, ENTITY_HOURS), 0);
    assert_int_equal(mapping_load(slice_of(made), "some.json", &mapping, NULL), STATUS_OK);
    assert_true(mapping_lossy(mapping, MUNICIPAL, ENTITY_HOURS) == FIELD_BIT(FIELD_HOURS_FINISHED));
    assert_int_equal(mapping_lossy(mapping, PROVINCIAL, ENTITY_HOURS), 0);
    mapping_free(mapping);
    free(made);
    free(text);
}

static void a_pointer_finds_its_line(void **state)
{
    static const char TEXT[] = "{\n \"a\": {\n  \"b\\\"\": [1,\n   {\"c/d\": 2}],\n"
                               "  \"e\": \"}\\\\\"\n },\n \"f\": 3\n}\n";
    static const struct {
        const char *pointer;
        int line;
    } CASES[] = {{"", 1},        {"/a", 2},         {"/a/e", 5},
                 {"/f", 7},      {"/a/b\\\"/0", 3}, {"/a/b\\\"/1/c~1d", 4},
                 {"/a/none", 2}, {"/none", 1}};
    (void)state;
    for (size_t index = 0; index < sizeof CASES / sizeof *CASES; index++) {
        int line = jsonplace_line(slice_of(TEXT), CASES[index].pointer);
        if (line != CASES[index].line)
            fail_msg("%s: line %d", CASES[index].pointer, line);
    }
}

static int load(void **state)
{
    *state = shipped_mapping();
    return *state == NULL ? -1 : 0;
}

static int unload(void **state)
{
    mapping_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_file_is_refused_with_its_place),
        cmocka_unit_test(a_file_cut_anywhere_is_refused),
        cmocka_unit_test(no_fault_is_needed_to_refuse),
        cmocka_unit_test(policies_are_those_of_the_specification),
        cmocka_unit_test(a_policy_is_the_operators_to_change),
        cmocka_unit_test(a_field_of_one_side_only_is_not_compared),
        cmocka_unit_test(what_may_be_written_is_as_the_platforms_take_it),
        cmocka_unit_test(regions_know_their_retired_codes),
        cmocka_unit_test(a_time_without_seconds_is_lossy),
        cmocka_unit_test(a_pointer_finds_its_line),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
