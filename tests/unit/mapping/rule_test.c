/* The closed list of mapping functions, each forwards and backwards. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "mapping/decode.h"
#include "mapping/encode.h"
#include "mapping/rule.h"
#include "tests/unit/mapping/shipped.h"

#include <string.h>

static const struct {
    const char *functions; /* a JSON list */
    const char *read;
    const char *canonical; /* NULL: refused */
    const char *other;     /* the reason, or what is written back */
    bool number;
} CASES[] = {
    {"[\"trim\"]", " a b\t", "a b", "a b", false},
    {"[\"upper\"]", "ab1é", "AB1é", "AB1é", false},
    {"[\"text\"]", "　Ａ１ ", "A1", "A1", false},
    {"[\"text\"]", "a\x01", NULL, "character", false},
    {"[\"text\"]", "买买提•吐尔逊", "买买提•吐尔逊", "买买提•吐尔逊", false},
    {"[\"name\"]", "买买提•吐尔逊", "买买提·吐尔逊", "买买提·吐尔逊", false},
    {"[\"integer\"]", "007", "7", "7", false},
    {"[\"integer\"]", "7.0", NULL, "integer", false},
    {"[\"decimal2\"]", "12.5", "1250", "12.50", false},
    {"[\"decimal2\"]", "12.50", "1250", "12.5", true},
    {"[\"decimal2\"]", "12", "1200", "12", true},
    {"[\"decimal2\"]", "0.07", "7", "0.07", true},
    {"[\"decimal2\"]", ".5", NULL, "decimal", false},
    {"[\"decimal2\"]", "5.", NULL, "decimal", false},
    {"[\"decimal2\"]", "1,5", NULL, "decimal", false},
    {"[\"decimal2\"]", "1234567890", NULL, "length", false},
    {"[\"time(%Y-%m-%d %H:%M:%S, +08:00)\"]", "2023-12-31 24:00:00", "2023-12-31T16:00:00Z",
     "2024-01-01 00:00:00", false},
    {"[\"time(%Y%m%d%H%M%S, Z)\"]", "20230601121500", "2023-06-01T12:15:00Z", "20230601121500",
     false},
    {"[\"time('%d.%m.%Y, %H:%M:%S', +08:00)\"]", "01.06.2023, 20:15:00", "2023-06-01T12:15:00Z",
     "01.06.2023, 20:15:00", false},
    {"[\"time(%Y-%m-%dT%H:%M:%S%z, +08:00)\"]", "2023-06-01T20:15:00+0800", "2023-06-01T12:15:00Z",
     "2023-06-01T20:15:00+08:00", false},
    {"[\"time(%Y-%m-%d %H:%M:%S, +08:00)\"]", "2023-06-01 20:15", NULL, "time", false},
    {"[\"date\"]", "2023-06-01", "2023-06-01", "2023-06-01", false},
    {"[\"date(%Y%m%d, %Y-%m-%d)\"]", "2023-06-01", "2023-06-01", "20230601", false},
    {"[\"date\"]", "2023-06-31", NULL, "date", false},
    {"[\"dictionary(kind)\"]", "2", "two", "2", false},
    {"[\"dictionary(kind)\"]", "II", "two", "2", false},
    {"[\"dictionary(kind)\"]", "3", NULL, "dictionary", false},
    {"[\"flag(Y, N)\"]", "N", "false", "N", false},
    {"[\"flag(1, 0)\"]", "yes", NULL, "dictionary", false},
    {"[\"id18\"]", "371681700101901", "371681197001019019", "371681197001019019", false},
    {"[\"upper\", \"id18\"]", "37160219491001905x", "37160219491001905X", "37160219491001905X",
     false},
    {"[\"id18\"]", "371681197001019018", NULL, "check", false},
    {"[\"upper\", \"credit_code\"]", "91371681maxxxxxx76", "91371681MAXXXXXX76",
     "91371681MAXXXXXX76", false},
    {"[\"const(371600)\"]", "whatever", "371600", "371600", false},
    {"[\"const(x)\"]", "", "x", "x", false},
    {"[\"null_if('', '无', 'null')\", \"text\"]", "无", "", "", false},
    {"[\"null_if('', '无', 'null')\", \"text\"]", "有", "有", "有", false},
    {"[\"trim\", \"integer\"]", " ", "", "", false},
};

static const char DICTIONARY[] = "{\"one\": {\"municipal\": 1, \"provincial\": \"01\"}, "
                                 "\"two\": {\"municipal\": [2, \"II\"], \"provincial\": \"02\"}}";

static void load_chain(const char *functions, const struct dictionary *dictionary,
                       struct arena *arena, struct rule_chain *ret)
{
    struct fault fault = {0};
    struct jsonplace place = {.text = SLICE(""), .file = "some.json", .fault = &fault};
    json_t *json = json_loads(functions, 0, NULL);
    if (rule_load(&place, json, dictionary, 1, arena, ret) != STATUS_OK)
        fail_msg("%s: %s: %s", functions, fault.read, fault.allowed);
    json_decref(json);
}

static void check_case(size_t index, const struct dictionary *dictionary, struct arena *arena)
{
    struct rule_chain chain;
    struct rule_context context = {.side = MUNICIPAL, .now = SHIPPED_NOW, .arena = arena};
    struct slice value = {0};
    struct spelling back = {0};
    const char *reason = "";
    load_chain(CASES[index].functions, dictionary, arena, &chain);
    enum status status = rule_read(&chain, &context, slice_of(CASES[index].read), &value, &reason);
    if (CASES[index].canonical == NULL) {
        if (status != STATUS_INVALID || strcmp(reason, CASES[index].other) != 0)
            fail_msg("%s '%s': %s", CASES[index].functions, CASES[index].read, reason);
        return;
    }
    if (status != STATUS_OK || !slice_is(value, CASES[index].canonical))
        fail_msg("%s '%s': '%.*s' %s", CASES[index].functions, CASES[index].read, (int)value.size,
                 value.at, reason);
    if (slice_empty(value))
        return; /* empty values are written in the side's own spelling, past the functions */
    if (rule_write(&chain, &context, value, CASES[index].number, &back) != STATUS_OK ||
        !slice_is(back.text, CASES[index].other))
        fail_msg("%s back: '%.*s'", CASES[index].functions, (int)back.text.size, back.text.at);
}

static void each_function_reads_and_writes(void **state)
{
    (void)state;
    struct jsonplace place = {.text = SLICE(""), .file = "some.json"};
    struct dictionary *dictionary = calloc(1, sizeof *dictionary);
    json_t *json = json_loads(DICTIONARY, 0, NULL);
    struct arena arena;
    arena_init(&arena, 1 << 20);
    assert_int_equal(dictionary_load(&place, "kind", json, &arena, dictionary), STATUS_OK);
    for (size_t index = 0; index < sizeof CASES / sizeof *CASES; index++)
        check_case(index, dictionary, &arena);
    arena_free(&arena);
    json_decref(json);
    free(dictionary);
}

/* --- what is done where values are fetched: by a changed mapping file --- */

static void read_changed(const char *after, const char *find, const char *put, const char *json,
                         enum field field, const char *canonical, const char *written)
{
    struct mapping *mapping = NULL;
    struct fault fault = {0};
    struct arena arena;
    struct decoded decoded;
    json_t *back = NULL;
    char *text = shipped_text();
    char *made = shipped_changed(text, after, find, put);
    if (mapping_load(slice_of(made), "some.json", &mapping, &fault) != STATUS_OK)
        fail_msg("%s: %s", fault.key, fault.allowed);
    arena_init(&arena, 1 << 20);
    assert_int_equal(decode_record(mapping, MUNICIPAL, field_row(field)->entity, slice_of(json),
                                   SHIPPED_NOW, &arena, &decoded),
                     STATUS_OK);
    if (!slice_is(decoded.record.value[field], canonical))
        fail_msg("'%.*s'", (int)decoded.record.value[field].size, decoded.record.value[field].at);
    assert_int_equal(encode_fields(mapping, MUNICIPAL, &decoded.record, FIELD_BIT(field), &back),
                     STATUS_OK);
    char *dump = json_dumps(back, ENCODE_DUMP_FLAGS);
    assert_string_equal(dump, written);
    free(dump);
    json_decref(back);
    arena_free(&arena);
    mapping_free(mapping);
    free(made);
    free(text);
}

static void first_of_reads_the_first_that_is_filled(void **state)
{
    (void)state;
    static const char AT[] = "\"at\": \"/courseCode\", \"read\": [\"text\"]";
    static const char PUT[] =
        "\"at\": \"/courseCode\", \"read\": [\"first_of(/old/code, /code)\", \"text\"]";
    read_changed("\"course_code\"", AT, PUT, "{\"courseCode\":\"\",\"old\":{\"code\":\"A\"}}",
                 FIELD_HOURS_COURSE_CODE, "A", "{\"courseCode\":\"A\"}");
    read_changed("\"course_code\"", AT, PUT, "{\"code\":\"B\"}", FIELD_HOURS_COURSE_CODE, "B",
                 "{\"courseCode\":\"B\"}");
    read_changed("\"course_code\"", AT, PUT, "{\"code\":\"B\",\"courseCode\":7}",
                 FIELD_HOURS_COURSE_CODE, "7", "{\"courseCode\":\"7\"}");
}

static void a_pointer_may_go_deeper(void **state)
{
    (void)state;
    read_changed("\"course_code\"", "\"/courseCode\"", "\"/course/a~1b\"",
                 "{\"course\":{\"x\":1,\"a/b\":\"C\"}}", FIELD_HOURS_COURSE_CODE, "C",
                 "{\"course\":{\"a/b\":\"C\"}}");
}

static void split_takes_a_list_in_one_text(void **state)
{
    (void)state;
    read_changed("\"former_codes\"", "[\"text\", ", "[\"split(';')\", \"text\", ",
                 "{\"formerIdCards\":\"371681197001019027; 371681700101901;;\"}",
                 FIELD_ACCOUNT_FORMER_CODES, "371681197001019019 371681197001019027",
                 "{\"formerIdCards\":\"371681197001019019;371681197001019027\"}");
}

static void a_constant_needs_no_pointer(void **state)
{
    (void)state;
    read_changed("\"source\": {",
                 "\"at\": \"/source\", \"read\": [\"trim\", \"dictionary(source)\"]",
                 "\"read\": [\"const(online)\"]", "{}", FIELD_HOURS_SOURCE, "online", "{}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_function_reads_and_writes),
        cmocka_unit_test(first_of_reads_the_first_that_is_filled),
        cmocka_unit_test(a_pointer_may_go_deeper),
        cmocka_unit_test(split_takes_a_list_in_one_text),
        cmocka_unit_test(a_constant_needs_no_pointer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
