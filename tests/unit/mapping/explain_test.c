/* A raw record's way through the mapping, as `cebridge explain` shows it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "mapping/explain.h"
#include "tests/unit/mapping/shipped.h"

#include <string.h>

static const char HOURS[] =
    "{\"id\": 5500017, \"idCard\": \"371681700101901\", \"studyYear\": 2023, \"courseType\": 1, "
    "\"classHour\": 12.5, \"credit\": \"\", \"source\": 2, \"courseCode\": \" GX2023-0007\", "
    "\"courseName\": \"课\", \"evidenceNo\": \"Ｚ１\", \"finishTime\": \"2023-12-31 24:00:00\", "
    "\"auditStatus\": 9, \"deleted\": 0, \"updatedAt\": \"2023-06-02 08:00:00\", \"version\": 3, "
    "\"extra\": 1, \"originNo\": \"\"}";

static json_t *explained(struct mapping *mapping, const char *json)
{
    json_t *ret = NULL;
    assert_int_equal(
        explain_record(mapping, MUNICIPAL, ENTITY_HOURS, slice_of(json), SHIPPED_NOW, &ret),
        STATUS_OK);
    return ret;
}

static const json_t *field_of(const json_t *explained, const char *name)
{
    const json_t *fields = json_object_get(explained, "fields");
    for (size_t index = 0; index < json_array_size(fields); index++) {
        const json_t *field = json_array_get(fields, index);
        if (strcmp(json_string_value(json_object_get(field, "field")), name) == 0)
            return field;
    }
    fail_msg("no field %s", name);
    return NULL;
}

static void check_text(const json_t *object, const char *key, const char *expected)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_string(value) || strcmp(json_string_value(value), expected) != 0)
        fail_msg("%s: '%s'", key, json_is_string(value) ? json_string_value(value) : "no text");
}

static void the_record_as_a_whole(void **state)
{
    json_t *json = explained(*state, HOURS);
    check_text(json, "side", "municipal");
    check_text(json, "entity", "hours");
    assert_true(json_is_false(json_object_get(json, "ok")));
    check_text(json, "field", "review");
    check_text(json, "reason", "dictionary");
    check_text(json, "id", "5500017");
    check_text(json, "key", "hours:371600/5500017");
    check_text(json, "updated", "2023-06-02T00:00:00Z");
    assert_int_equal(json_integer_value(json_object_get(json, "version")), 3);
    const json_t *unknown = json_object_get(json, "unknown");
    assert_int_equal(json_array_size(unknown), 1);
    assert_string_equal(json_string_value(json_array_get(unknown, 0)), "extra");
    json_decref(json);
}

static const struct {
    const char *field, *at, *read, *normalised, *canonical;
} ROWS[] = {
    {"person", "/idCard", "371681700101901", "371681700101901", "371681197001019019"},
    {"amount", "/classHour", "12.5", "12.5", "1250"},
    {"unit", "", "", "", "hours"},
    {"source", "/source", "2", "2", "recognised"},
    {"course_code", "/courseCode", " GX2023-0007", "GX2023-0007", "GX2023-0007"},
    {"evidence", "/evidenceNo", "Ｚ１", "Z1", "Z1"},
    {"finished", "/finishTime", "2023-12-31 24:00:00", "2023-12-31 24:00:00",
     "2023-12-31T16:00:00Z"},
    {"origin_number", "/originNo", "", "", "5500017"},
    {"review", "/auditStatus", "9", "9", ""},
};

static void each_field_from_read_to_canonical(void **state)
{
    json_t *json = explained(*state, HOURS);
    for (size_t index = 0; index < sizeof ROWS / sizeof *ROWS; index++) {
        const json_t *field = field_of(json, ROWS[index].field);
        check_text(field, "at", ROWS[index].at);
        check_text(field, "read", ROWS[index].read);
        check_text(field, "normalised", ROWS[index].normalised);
        check_text(field, "canonical", ROWS[index].canonical);
        assert_true(json_is_true(json_object_get(field, "law")));
    }
    check_text(field_of(json, "review"), "reason", "dictionary");
    check_text(field_of(json, "course_code"), "policy", "newest");
    check_text(field_of(json, "course_code"), "write", "always");
    check_text(field_of(json, "origin_number"), "write", "create");
    json_decref(json);
}

static void each_field_as_it_would_be_written_back(void **state)
{
    json_t *json = explained(*state, HOURS);
    const json_t *written = json_object_get(field_of(json, "amount"), "written");
    assert_true(json_real_value(json_object_get(written, "classHour")) == 12.5);
    written = json_object_get(field_of(json, "finished"), "written");
    check_text(written, "finishTime", "2024-01-01 00:00:00");
    written = json_object_get(field_of(json, "evidence"), "written");
    check_text(written, "evidenceNo", "Z1");
    json_decref(json);
}

static void a_lossy_spelling_keeps_the_law_on_what_it_reads(void **state)
{
    (void)state;
    struct mapping *mapping = NULL;
    char *text = shipped_text();
    char *made = shipped_changed(text, "\"/finishTime\"", "%H:%M:%S", "%H:%M:00");
    assert_int_equal(mapping_load(slice_of(made), "some.json", &mapping, NULL), STATUS_OK);
    free(made);
    free(text);
    json_t *json = explained(mapping, HOURS);
    assert_true(json_is_true(json_object_get(field_of(json, "finished"), "law")));
    json_decref(json);
    assert_true(mapping_lossy(mapping, MUNICIPAL, ENTITY_HOURS) == FIELD_BIT(FIELD_HOURS_FINISHED));
    mapping_free(mapping);
}

static void what_is_no_object_is_refused(void **state)
{
    json_t *json = NULL;
    assert_int_equal(
        explain_record(*state, MUNICIPAL, ENTITY_HOURS, SLICE("[]"), SHIPPED_NOW, &json),
        STATUS_INVALID);
    assert_null(json);
}

static void an_empty_object_is_explained(void **state)
{
    json_t *json = explained(*state, "{}");
    check_text(json, "reason", "missing");
    assert_true(json_is_null(json_object_get(json, "key")));
    json_decref(json);
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
        cmocka_unit_test(the_record_as_a_whole),
        cmocka_unit_test(each_field_from_read_to_canonical),
        cmocka_unit_test(each_field_as_it_would_be_written_back),
        cmocka_unit_test(a_lossy_spelling_keeps_the_law_on_what_it_reads),
        cmocka_unit_test(what_is_no_object_is_refused),
        cmocka_unit_test(an_empty_object_is_explained),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
