/* Pseudonyms of a recording: stable, of the same class, and nothing of the original left. */
#include "mapping/pseudonym.h"

#include "mapping/identity.h"
#include "mapping/record.h"
#include "mapping/text.h"
#include "tests/unit/mapping/shipped.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TEXT_BYTES = 64 * 1024, TODAY = 20000 };

static struct pseudonym *pseudonym;
static struct mapping *mapping;
static struct arena arena;

static int begin(void **state)
{
    (void)state;
    arena_init(&arena, 1024 * 1024);
    mapping = shipped_mapping();
    return pseudonym_new(SLICE("a key of 32 bytes, more or less."), &pseudonym) == STATUS_OK ? 0 : 1;
}

static int end(void **state)
{
    (void)state;
    pseudonym_free(pseudonym);
    mapping_free(mapping);
    arena_free(&arena);
    return 0;
}

typedef void replaces(struct pseudonym *pseudonym, struct slice raw, struct buffer *ret);

static struct slice by(replaces *way, const char *raw)
{
    struct buffer text;
    buffer_init(&text, TEXT_BYTES);
    way(pseudonym, slice_of(raw), &text);
    assert_int_equal(text.status, STATUS_OK);
    struct slice kept = arena_copy(&arena, buffer_slice(&text));
    buffer_free(&text);
    return kept;
}

static struct slice normal(struct slice raw, bool name)
{
    struct slice text = {0};
    assert_int_equal(text_normalise(raw, name, &arena, &text), STATUS_OK);
    return text;
}

static void assert_same(struct slice one, struct slice other)
{
    assert_int_equal(one.size, other.size);
    if (one.size > 0)
        assert_memory_equal(one.at, other.at, one.size);
}

/* --- resident IDs ------------------------------------------------------------------------------ */

static struct slice canonical(struct slice text)
{
    char code[19];
    struct buffer upper;
    buffer_init(&upper, 64);
    text = normal(text, false);
    for (size_t index = 0; index < text.size; index++)
        buffer_append(&upper, text.at[index] == 'x' ? SLICE("X") : (struct slice){text.at + index, 1});
    assert_int_equal(identity_person(buffer_slice(&upper), TODAY, code), IDENTITY_OK);
    buffer_free(&upper);
    return arena_copy(&arena, slice_of(code));
}

static void test_a_valid_id_stays_one_and_names_nobody(void **state)
{
    static const char *const codes[] = {"371602199003079027", "37160219900307906X", "371602185003079978",
                                        "371602200505059013"};
    (void)state;
    for (size_t index = 0; index < sizeof codes / sizeof *codes; index++) {
        char code[19];
        char original[19];
        enum identity_fault fault = identity_person(slice_of(codes[index]), TODAY, original);
        struct slice pseudo = by(pseudonym_code, codes[index]);
        assert_int_equal(identity_person(pseudo, TODAY, code), fault);
        assert_int_equal(pseudo.size, 18);
        assert_true(memcmp(pseudo.at + 14, "9", 1) == 0);
        assert_true(memcmp(pseudo.at, codes[index], 14) != 0);
        assert_true(memcmp(pseudo.at + 6, codes[index] + 6, 2) == 0); /* the century */
        assert_int_equal(pseudo.at[17] == 'X', codes[index][17] == 'X');
        assert_same(pseudo, by(pseudonym_code, codes[index]));
    }
}

static void test_all_spellings_of_an_id_are_spellings_of_one_pseudonym(void **state)
{
    static const char *const spelled[] = {
        "37160219900307906X", "37160219900307906x",  " 37160219900307906X", "371602900307906",
        "３７１６０２１９９００３０７９０６Ｘ", "37160219900307906X\t"};
    (void)state;
    struct slice one = canonical(by(pseudonym_code, spelled[0]));
    for (size_t index = 0; index < sizeof spelled / sizeof *spelled; index++) {
        struct slice pseudo = by(pseudonym_code, spelled[index]);
        assert_same(canonical(pseudo), one);
        for (size_t other = 0; other < index; other++)
            assert_false(slice_equal(pseudo, by(pseudonym_code, spelled[other])));
    }
    assert_int_equal(by(pseudonym_code, spelled[3]).size, 15);
    assert_int_equal(by(pseudonym_code, spelled[1]).at[17], 'x');
}

static void test_an_invalid_code_stays_invalid_for_the_same_reason(void **state)
{
    static const char *const codes[] = {"371602199003079023", "371602199013409022", "371699199003079022",
                                        "37160219900307902",  "37160219900307902A", "3716O2199003079022",
                                        "372399199003079022", "371602209903079022", "abc", "王五"};
    (void)state;
    for (size_t index = 0; index < sizeof codes / sizeof *codes; index++) {
        char code[19];
        struct slice pseudo = by(pseudonym_code, codes[index]);
        assert_int_equal(identity_person(pseudo, TODAY, code), identity_person(slice_of(codes[index]), TODAY, code));
        assert_false(slice_is(pseudo, codes[index]));
    }
}

static void test_an_organisation_is_named_and_an_id_in_any_text_is_not(void **state)
{
    (void)state;
    assert_true(slice_is(by(pseudonym_code, "91371602MA9000011U"), "91371602MA9000011U"));
    assert_true(slice_is(by(pseudonym_kept, "课程 K-1, 20230506"), "课程 K-1, 20230506"));
    struct slice text = by(pseudonym_kept, "cursor/371602199003079035/2023");
    assert_null(memmem(text.at, text.size, "19900307", 8));
    assert_true(slice_starts(text, SLICE("cursor/")));
    assert_int_equal(text.size, strlen("cursor/371602199003079035/2023"));
}

/* --- texts ------------------------------------------------------------------------------------- */

static void test_names_are_equal_when_normalised_just_when_they_were(void **state)
{
    static const char *const names[] = {"买买提·艾山", "买买提•艾山", "买买提．艾山", " 买买提·艾山", "买买提·艾山　",
                                        "王五",        "王 五",       "王六",          "ＡＢ",        "AB"};
    (void)state;
    for (size_t one = 0; one < sizeof names / sizeof *names; one++) {
        struct slice pseudo = by(pseudonym_text, names[one]);
        assert_false(slice_is(pseudo, names[one]));
        assert_int_equal(text_characters(normal(pseudo, true)), text_characters(normal(slice_of(names[one]), true)));
        for (size_t other = 0; other < one; other++) {
            struct slice its = by(pseudonym_text, names[other]);
            struct slice raw[] = {slice_of(names[one]), slice_of(names[other])};
            for (int name = 0; name < 2; name++)
                assert_int_equal(slice_equal(normal(pseudo, name), normal(its, name)),
                                 slice_equal(normal(raw[0], name), normal(raw[1], name)));
            assert_false(slice_equal(pseudo, its));
        }
    }
}

static void test_what_is_normal_has_a_normal_pseudonym(void **state)
{
    static const char *const texts[] = {"13800000001", "王明", "证-2023-0007", "a b", "0"};
    (void)state;
    for (size_t index = 0; index < sizeof texts / sizeof *texts; index++) {
        struct slice pseudo = by(pseudonym_text, texts[index]);
        assert_same(normal(pseudo, true), pseudo);
        assert_int_equal(pseudo.size, strlen(texts[index]));
    }
    assert_true(slice_empty(by(pseudonym_text, "")));
    assert_true(slice_is(by(pseudonym_text, "  "), "  "));
}

static void test_a_text_that_cannot_be_normalised_still_cannot(void **state)
{
    static const char *const texts[] = {"王\x01五", "王\n五", "\xEF\xBF\xBD"};
    (void)state;
    for (size_t index = 0; index < sizeof texts / sizeof *texts; index++) {
        struct slice text = {0};
        struct slice pseudo = by(pseudonym_text, texts[index]);
        assert_int_equal(text_normalise(pseudo, true, &arena, &text), STATUS_INVALID);
    }
}

static void test_subjects_are_replaced_where_they_name_people(void **state)
{
    struct buffer text;
    (void)state;
    struct slice code = by(pseudonym_code, "371602199003079035");
    struct {
        const char *subject, *head, *tail;
    } rows[] = {{"person:371602199003079035", "person:", ""},
                {"annual:371602199003079035/2023", "annual:", "/2023"},
                {"hours:371600/371602199003079035", "hours:371600/", ""},
                {"day:371602199003079035/2023-05-06", "day:", "/2023-05-06"}};
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++) {
        char wanted[64];
        buffer_init(&text, TEXT_BYTES);
        pseudonym_subject(pseudonym, slice_of(rows[index].subject), &text);
        (void)snprintf(wanted, sizeof wanted, "%s%.18s%s", rows[index].head, code.at, rows[index].tail);
        assert_string_equal(text.at, wanted);
        buffer_free(&text);
    }
    buffer_init(&text, TEXT_BYTES);
    pseudonym_subject(pseudonym, SLICE("employer:91371602MA9000011U"), &text);
    assert_string_equal(text.at, "employer:91371602MA9000011U");
    buffer_free(&text);
}

/* --- JSON -------------------------------------------------------------------------------------- */

static void assert_json(const char *json, const char *keeps, const char *hides)
{
    struct slice names[] = {SLICE("code"), SLICE("data"), SLICE("total")};
    const struct pseudonym_frame frame = {names, 3};
    struct buffer text;
    buffer_init(&text, TEXT_BYTES);
    assert_int_equal(pseudonym_json(pseudonym, mapping, MUNICIPAL, &frame, slice_of(json), &text), STATUS_OK);
    if (keeps[0] != '\0')
        assert_non_null(strstr(text.at, keeps));
    if (hides[0] != '\0')
        assert_null(strstr(text.at, hides));
    buffer_free(&text);
}

static void test_of_json_what_decides_stays_and_what_names_goes(void **state)
{
    (void)state;
    assert_json("{\"code\": 0, \"msg\": \"李四\"}", "{\"code\":0,\"msg\":\"", "李四");
    assert_json("{\"realName\":\"李四\",\"areaCode\":\"371602\"}", "\"areaCode\":\"371602\"", "李四");
    assert_json("{\"idCard\":371602199003079027}", "{\"idCard\":", "19900307");
    assert_json("{\"id\":9007199254740993,\"classHour\":2.10}", "{\"id\":9007199254740993,\"classHour\":2.10}", "");
    assert_json("{\"weight\":71.25,\"list\":[\"李四\",{\"a\":\"b李四\"}]}", "\"weight\":", "李四");
    assert_json("{\"weight\":71.25}", "\"weight\":", "71.25");
    assert_json("{\"data\":[\"李四 is too long\"],\"code\":\"A1\"}", "\"code\":\"A1\"", "李四");
    assert_json("{\"errors\":[\"areaCode\"],\"nothing\":null}", "{\"errors\":[\"areaCode\"],\"nothing\":null}", "");
}

static void test_what_is_no_json_is_refused(void **state)
{
    const struct pseudonym_frame frame = {NULL, 0};
    struct buffer text;
    (void)state;
    buffer_init(&text, TEXT_BYTES);
    assert_int_equal(pseudonym_json(pseudonym, mapping, MUNICIPAL, &frame, SLICE("<html>"), &text), STATUS_INVALID);
    assert_int_equal(pseudonym_json(pseudonym, mapping, MUNICIPAL, &frame, SLICE("{} x"), &text), STATUS_INVALID);
    assert_int_equal(pseudonym_json(pseudonym, mapping, MUNICIPAL, &frame, SLICE(""), &text), STATUS_INVALID);
    buffer_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_valid_id_stays_one_and_names_nobody),
        cmocka_unit_test(test_all_spellings_of_an_id_are_spellings_of_one_pseudonym),
        cmocka_unit_test(test_an_invalid_code_stays_invalid_for_the_same_reason),
        cmocka_unit_test(test_an_organisation_is_named_and_an_id_in_any_text_is_not),
        cmocka_unit_test(test_names_are_equal_when_normalised_just_when_they_were),
        cmocka_unit_test(test_what_is_normal_has_a_normal_pseudonym),
        cmocka_unit_test(test_a_text_that_cannot_be_normalised_still_cannot),
        cmocka_unit_test(test_subjects_are_replaced_where_they_name_people),
        cmocka_unit_test(test_of_json_what_decides_stays_and_what_names_goes),
        cmocka_unit_test(test_what_is_no_json_is_refused),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
