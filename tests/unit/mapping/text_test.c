/* Normalising, in the order of reconciliation.md: each rule alone, and every code point against the
 * library that knows them all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "mapping/text.h"

/* holds: model.names model.texts */
static void texts_become_comparable(void **state)
{
    (void)state;
    static const struct {
        bool name;
        struct slice raw;
        const char *expected;
    } rows[] = {
        {false, SLICE(""), ""},
        {false, SLICE(" \t "), ""},
        {false, SLICE("\xE3\x80\x80王\xE3\x80\x80"), "王"},      /* U+3000 at both ends */
        {false, SLICE("ＧＸ２０２３－０００７"), "GX2023-0007"}, /* full-width ASCII */
        {false, SLICE("王小明\r\n"), "王小明"},
        {true, SLICE("买买提．吐尔逊"), "买买提·吐尔逊"}, /* before it is made half-width */
        {false, SLICE("买买提．吐尔逊"), "买买提.吐尔逊"},
        {false, SLICE("买买提•吐尔逊"), "买买提•吐尔逊"},
        {true, SLICE("\xEE\xA1\xA3"), "\xE4\xB6\xAE"},    /* U+E863 */
        {false, SLICE("\xEE\xA0\x9E"), "\xE9\xBE\xB4"},   /* U+E81E */
        {true, SLICE("\xEE\xA0\x95"), "\xE2\xBA\x81"},    /* U+E815, the first */
        {true, SLICE("\xEE\xA1\xA4"), "\xE9\xBE\xBB"},    /* U+E864, the last */
        {true, SLICE("\xEE\xA1\xA5"), "\xEE\xA1\xA5"},    /* U+E865 became nothing */
        {false, SLICE("Cafe\xCC\x81"), "Caf\xC3\xA9"},    /* NFC */
        {false, SLICE("\xEF\xA4\x80"), "\xE8\xB1\x88"},   /* a compatibility ideograph */
        {false, SLICE("①㎡"), "①㎡"},                     /* not NFKC */
        {false, SLICE("ﾊ\xEF\xBE\x9E"), "ﾊ\xEF\xBE\x9E"}, /* half-width katakana stay */
        {false, SLICE("a  b"), "a  b"},
    };
    struct arena arena;
    arena_init(&arena, 64 * 1024);
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++) {
        struct slice clean = {0};
        assert_int_equal(text_normalise(rows[index].raw, rows[index].name, &arena, &clean),
                         STATUS_OK);
        if (!slice_is(clean, rows[index].expected))
            fail_msg("row %zu: \"%s\"", index, clean.at);
    }
    arena_free(&arena);
}

static void what_no_side_may_hold_is_refused(void **state)
{
    (void)state;
    static const struct slice damaged[] = {
        SLICE("a\nb"),     SLICE("王\x01"),           SLICE("a\0b"),
        SLICE("x\x7F"),    SLICE("王\xC2\x85"),       SLICE("王\xEF\xBF\xBD"),
        SLICE("\xFF"),     SLICE("\xC0\x80"),         SLICE("\xED\xA0\x80"),
        SLICE("\xE7\x8E"), SLICE("\xF4\x90\x80\x80"), SLICE("王\x80"),
    };
    struct arena arena;
    arena_init(&arena, 4096);
    for (size_t index = 0; index < sizeof damaged / sizeof *damaged; index++) {
        struct slice clean = {0};
        if (text_normalise(damaged[index], true, &arena, &clean) != STATUS_INVALID ||
            clean.at != NULL)
            fail_msg("row %zu", index);
    }
    arena_free(&arena);
}

static void a_text_without_end_is_no_text(void **state)
{
    (void)state;
    static char large[64 * 1024];
    struct arena arena;
    struct slice clean = {0};
    arena_init(&arena, 1024 * 1024);
    memset(large, 'x', sizeof large);
    assert_int_equal(text_normalise((struct slice){large, sizeof large}, false, &arena, &clean),
                     STATUS_TOO_LARGE);
    arena_free(&arena);
    arena_init(&arena, 8);
    assert_int_equal(text_normalise(SLICE("a longer text"), false, &arena, &clean),
                     STATUS_NO_MEMORY);
    arena_free(&arena);
}

/* Every code point that is written as it is, in a text of its own and behind another. */
/* holds: model.texts */
static void every_code_point_is_composed_as_the_library_does(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 4096);
    for (utf8proc_int32_t point = 0xA0; point < 0x30000; point++) {
        bool mapped = (point >= 0xE815 && point <= 0xE864) ||
                      (point >= 0xFF01 && point <= 0xFF5E) || point == 0x3000 || point == 0xFFFD ||
                      (point >= 0xD800 && point < 0xE000);
        utf8proc_uint8_t raw[16] = "\xE7\x8E\x8B"
                                   "e";
        if (mapped)
            continue;
        utf8proc_ssize_t size = 4 + utf8proc_encode_char(point, raw + 4);
        utf8proc_uint8_t *composed = utf8proc_NFC(raw);
        struct slice clean = {0};
        assert_non_null(composed);
        assert_int_equal(
            text_normalise((struct slice){(char *)raw, (size_t)size}, false, &arena, &clean),
            STATUS_OK);
        if (!slice_is(clean, (const char *)composed))
            fail_msg("U+%04X", (unsigned)point);
        free(composed);
        arena_reset(&arena);
    }
    arena_free(&arena);
}

static utf8proc_int32_t point_of(const json_t *text)
{
    return (utf8proc_int32_t)strtol(json_string_value(text) + 2, NULL, 16);
}

static void assert_becomes(utf8proc_int32_t from, utf8proc_int32_t into)
{
    utf8proc_uint8_t raw[8] = "";
    utf8proc_uint8_t expected[8] = "";
    struct slice clean = {0};
    struct arena arena;
    size_t size = (size_t)utf8proc_encode_char(from, raw);
    (void)utf8proc_encode_char(into, expected);
    arena_init(&arena, 4096);
    assert_int_equal(text_normalise((struct slice){(char *)raw, size}, true, &arena, &clean),
                     STATUS_OK);
    assert_string_equal(clean.at, (char *)expected);
    arena_free(&arena);
}

/* holds: model.names */
static void the_vectors_of_names_hold(void **state)
{
    (void)state;
    json_t *root = json_load_file("tests/unit/mapping/vectors/names.json", 0, NULL);
    json_t *row = NULL;
    size_t index = 0;
    assert_non_null(root);
    json_array_foreach(json_object_get(root, "from"), index, row)
    {
        assert_becomes(point_of(row), point_of(json_object_get(root, "to")));
    }
    assert_int_equal(index, 9);
    json_array_foreach(json_object_get(root, "pua"), index, row)
    {
        assert_becomes(point_of(json_array_get(row, 0)), point_of(json_array_get(row, 1)));
    }
    assert_int_equal(index, 2);
    json_decref(root);
}

static void damaged_texts_have_a_width_too(void **state)
{
    (void)state;
    assert_int_equal(text_columns(SLICE("")), 0);
    assert_int_equal(text_columns(SLICE("e\xCC\x81")), 1);
    assert_int_equal(text_columns(SLICE("a\xFFz")), 3);
    assert_int_equal(text_characters(SLICE("𠂇a王")), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_become_comparable),
        cmocka_unit_test(what_no_side_may_hold_is_refused),
        cmocka_unit_test(a_text_without_end_is_no_text),
        cmocka_unit_test(every_code_point_is_composed_as_the_library_does),
        cmocka_unit_test(the_vectors_of_names_hold),
        cmocka_unit_test(damaged_texts_have_a_width_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
