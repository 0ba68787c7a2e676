/* The check vectors: every valid, normalised and refused code with its reason, and names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <string.h>

#include "mapping/base/civil.h"
#include "mapping/identity.h"
#include "mapping/text.h"

static json_t *vectors(const char *name)
{
    char path[128];
    (void)snprintf(path, sizeof path, "tests/unit/mapping/vectors/%s", name);
    json_t *root = json_load_file(path, 0, NULL);
    assert_non_null(root);
    return root;
}

static enum identity_fault normalised(const char *text, bool person, char code[19])
{
    struct arena arena;
    struct slice clean = {0};
    arena_init(&arena, 4096);
    assert_int_equal(text_normalise(slice_of(text), false, &arena, &clean), STATUS_OK);
    enum identity_fault fault = person ? identity_person(clean, civil_days(2026, 11, 24), code)
                                       : identity_organisation(clean, code);
    arena_free(&arena);
    return fault;
}

static void check_file(const char *name, bool person)
{
    json_t *root = vectors(name);
    json_t *row = NULL;
    size_t index = 0;
    char code[19] = "";
    json_array_foreach(json_object_get(root, "valid"), index, row)
    {
        if (normalised(json_string_value(row), person, code) != IDENTITY_OK ||
            strcmp(code, json_string_value(row)) != 0)
            fail_msg("valid row %zu of %s refused", index, name);
    }
    json_array_foreach(json_object_get(root, "normalised"), index, row)
    {
        enum identity_fault fault =
            normalised(json_string_value(json_array_get(row, 0)), person, code);
        if (fault != IDENTITY_OK || strcmp(code, json_string_value(json_array_get(row, 1))) != 0)
            fail_msg("normalised row %zu of %s: %s", index, name, identity_fault_name(fault));
    }
    json_array_foreach(json_object_get(root, "invalid"), index, row)
    {
        const char *expected = json_string_value(json_array_get(row, 1));
        enum identity_fault fault =
            normalised(json_string_value(json_array_get(row, 0)), person, code);
        if (strcmp(identity_fault_name(fault), expected) != 0)
            fail_msg("invalid row %zu of %s: %s, expected %s", index, name,
                     identity_fault_name(fault), expected);
    }
    json_decref(root);
}

static void resident_ids_are_judged_as_the_vectors_say(void **state)
{
    (void)state;
    check_file("resident_ids.json", true);
}

static void credit_codes_are_judged_as_the_vectors_say(void **state)
{
    (void)state;
    check_file("credit_codes.json", false);
}

/* What is said of a code from this region that has the right check character. */
static enum identity_fault judged_region(const char *region)
{
    enum identity_fault fault = IDENTITY_CHECK;
    for (const char *check = "0123456789X"; *check != '\0' && fault == IDENTITY_CHECK; check++) {
        char text[32];
        char code[19] = "";
        (void)snprintf(text, sizeof text, "%s19700101901%c", region, *check);
        fault = normalised(text, true, code);
    }
    return fault;
}

/* holds: model.region_not_by_id */
static void assigned_regions_are_valid_even_when_retired(void **state)
{
    (void)state;
    static const char *const elsewhere[] = {"110105", "440524", "650102", "710000",
                                            "810000", "820000", "830000"};
    static const char *const never[] = {"371604", "371699", "372399", "372302",
                                        "000000", "100000", "380101", "990101"};
    json_t *root = vectors("regions.json");
    const char *region = NULL;
    json_t *row = NULL;
    json_object_foreach(json_object_get(root, "current"), region, row)
    {
        assert_int_equal(judged_region(region), IDENTITY_OK);
    }
    json_object_foreach(json_object_get(root, "retired"), region, row)
    {
        assert_int_equal(judged_region(region), IDENTITY_OK);
    }
    json_decref(root);
    for (size_t index = 0; index < sizeof elsewhere / sizeof *elsewhere; index++)
        assert_int_equal(judged_region(elsewhere[index]), IDENTITY_OK);
    for (size_t index = 0; index < sizeof never / sizeof *never; index++)
        assert_int_equal(judged_region(never[index]), IDENTITY_REGION);
}

static void the_first_fault_is_named(void **state)
{
    (void)state;
    static const struct {
        bool person;
        const char *text;
        enum identity_fault fault;
    } rows[] = {
        {true, "37168119700101901X ", IDENTITY_CHECK},
        {true, "X71681197001019019", IDENTITY_CHARSET},
        {true, "3716811970010190192", IDENTITY_LENGTH},
        {true, "37233065022890", IDENTITY_LENGTH},
        {true, "37233065022890X", IDENTITY_CHARSET},
        {true, "372330650230901", IDENTITY_DATE},
        {true, "371681177001019019", IDENTITY_DATE},
        {true, "371681202611259019", IDENTITY_FUTURE},
        {false, "", IDENTITY_EMPTY},
        {false, "91371681MASXXXXX76", IDENTITY_CHARSET},
        {false, "91371681MA-XXXXX76", IDENTITY_CHARSET},
        {false, "91371681MAXXXXXX6X", IDENTITY_ORGANISATION_CHECK},
    };
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++) {
        char code[19] = "kept";
        enum identity_fault fault = normalised(rows[index].text, rows[index].person, code);
        if (fault != rows[index].fault || strcmp(code, "kept") != 0)
            fail_msg("row %zu: %s", index, identity_fault_name(fault));
    }
}

/* holds: model.codes read.spellings */
static void every_spelling_comes_back_to_the_code(void **state)
{
    (void)state;
    static const char *const codes[] = {"371681197001019019", "37160219491001905X",
                                        "372321189909099977"};
    static const size_t spelled[] = {2, 3, 2};
    for (size_t index = 0; index < sizeof codes / sizeof *codes; index++) {
        char spellings[4][19];
        char code[19] = "";
        size_t count = identity_spellings(codes[index], spellings);
        assert_int_equal(count, spelled[index]);
        for (size_t at = 0; at < count; at++) {
            assert_int_equal(normalised(spellings[at], true, code), IDENTITY_OK);
            assert_string_equal(code, codes[index]);
        }
    }
}

static void names_are_normalised_as_the_vectors_say(void **state)
{
    (void)state;
    json_t *root = vectors("names.json");
    json_t *row = NULL;
    size_t index = 0;
    struct arena arena;
    arena_init(&arena, 64 * 1024);
    json_array_foreach(json_object_get(root, "names"), index, row)
    {
        struct slice name = {0};
        const char *expected = json_string_value(json_array_get(row, 1));
        assert_int_equal(text_normalise(slice_of(json_string_value(json_array_get(row, 0))), true,
                                        &arena, &name),
                         STATUS_OK);
        if (!slice_is(name, expected))
            fail_msg("names row %zu", index);
    }
    assert_int_equal(index, 5);
    arena_free(&arena);
    json_decref(root);
}

static void damaged_texts_are_refused(void **state)
{
    (void)state;
    static const struct slice damaged[] = {SLICE("a\xFFz"),   SLICE("\xC3\x28"),
                                           SLICE("王\x01明"), SLICE("王\xEF\xBF\xBD明"),
                                           SLICE("a\0z"),     SLICE("\x7F")};
    struct arena arena;
    arena_init(&arena, 4096);
    for (size_t index = 0; index < sizeof damaged / sizeof *damaged; index++) {
        struct slice clean = {0};
        assert_int_equal(text_normalise(damaged[index], true, &arena, &clean), STATUS_INVALID);
    }
    arena_free(&arena);
}

static void chinese_takes_two_columns(void **state)
{
    (void)state;
    assert_int_equal(text_columns(SLICE("王小明")), 6);
    assert_int_equal(text_columns(SLICE("Li 明")), 5);
    assert_int_equal(text_characters(SLICE("王·x")), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resident_ids_are_judged_as_the_vectors_say),
        cmocka_unit_test(credit_codes_are_judged_as_the_vectors_say),
        cmocka_unit_test(assigned_regions_are_valid_even_when_retired),
        cmocka_unit_test(the_first_fault_is_named),
        cmocka_unit_test(every_spelling_comes_back_to_the_code),
        cmocka_unit_test(names_are_normalised_as_the_vectors_say),
        cmocka_unit_test(damaged_texts_are_refused),
        cmocka_unit_test(chinese_takes_two_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
