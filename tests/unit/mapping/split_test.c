/* The splitter accepts and refuses what jansson does, and gives the same values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "mapping/split.h"

static const struct slice texts[] = {
    SLICE("{}"), SLICE("[]"), SLICE("null"), SLICE(" true "), SLICE("tru"), SLICE("-0.5e+10"),
    SLICE("01"), SLICE("1."), SLICE(".5"), SLICE("-"), SLICE("+1"), SLICE("1e"), SLICE("\"a\""),
    SLICE("\"\\u0041\\n\\\"\""), SLICE("\"\\u0000\""), SLICE("\"\\ud800\""), SLICE("\"\\ud83d\\ude00\""),
    SLICE("\"\\udc00\""), SLICE("\"\\x\""), SLICE("\"a\nb\""), SLICE("\"\xFF\""), SLICE("\"\xC0\x80\""),
    SLICE("\"\xED\xA0\x80\""), SLICE("\"\xF4\x90\x80\x80\""), SLICE("\"王\""), SLICE("{\"a\":1,}"),
    SLICE("{\"a\" 1}"), SLICE("{a:1}"), SLICE("[1,2"), SLICE("[1 2]"), SLICE("[1,]"), SLICE("[,1]"),
    SLICE("{\"a\":{\"b\":[1,{\"c\":null}]}}"), SLICE("[] x"), SLICE(""), SLICE(" "), SLICE("\"open"),
    SLICE("{\"a\":1}}"), SLICE("[[[[]]]]"), SLICE("\"\\"), SLICE("nul"), SLICE("[true,false,null]"),
};

static bool jansson_takes(struct slice text)
{
    json_t *root = json_loadb(text.at, text.size, JSON_DECODE_ANY, NULL);
    json_decref(root);
    return root != NULL;
}

static bool splitter_takes(struct slice text)
{
    struct slice value = {0};
    return split_value(text, SLICE(""), &value) == STATUS_OK;
}

static void both_accept_and_refuse_the_same(void **state)
{
    (void)state;
    for (size_t index = 0; index < sizeof texts / sizeof *texts; index++) {
        if (jansson_takes(texts[index]) != splitter_takes(texts[index]))
            fail_msg("text %zu: jansson %d, splitter %d", index, jansson_takes(texts[index]),
                     splitter_takes(texts[index]));
    }
}

/* Each text with each byte replaced, removed and doubled. */
static void both_judge_damaged_texts_alike(void **state)
{
    (void)state;
    static const char bytes[] = "\"\\{}[]:,0e-. nu\x80\xE7\x01";
    static const char sample[] = "{\"a\":[1.5e3,\"x\\u4e2d\\n王\",null],\"b\":{\"c\":true}, \"d\": -0}";
    size_t size = sizeof sample - 1;
    for (size_t at = 0; at < size; at++) {
        for (size_t with = 0; with < sizeof bytes; with++) {
            char damaged[sizeof sample + 1];
            memcpy(damaged, sample, size);
            damaged[at] = bytes[with];
            struct slice text = {damaged, size};
            /* a number that overflows a double is jansson's affair */
            if (jansson_takes(text) != splitter_takes(text))
                fail_msg("byte %zu replaced by %d", at, bytes[with]);
        }
        char shorter[sizeof sample];
        memcpy(shorter, sample, at);
        memcpy(shorter + at, sample + at + 1, size - at - 1);
        struct slice text = {shorter, size - 1};
        assert_true(jansson_takes(text) == splitter_takes(text));
        text.size = at;
        text.at = sample;
        assert_true(jansson_takes(text) == splitter_takes(text));
    }
}

static void values_are_found_by_pointer(void **state)
{
    (void)state;
    struct arena arena;
    struct slice text = {0};
    struct slice page = SLICE("{\"code\":0,\"a/b\":7,\"data\":{\"total\":\"12\",\"records\":[{\"id\":9007199254740993123,"
                              "\"n\":\"\\u738b\\\"\"}, {\"id\":2}]},\"x\":null,\"h\":12.50}");
    struct split_page rows = {0};
    arena_init(&arena, 64 * 1024);
    assert_int_equal(split_rows(page, SLICE("/data/records"), &arena, &rows), STATUS_OK);
    assert_int_equal(rows.count, 2);
    assert_true(slice_is(rows.rows[1], "{\"id\":2}"));
    assert_int_equal(split_text(rows.rows[0], SLICE("/id"), &arena, &text), STATUS_OK);
    assert_true(slice_is(text, "9007199254740993123"));
    assert_int_equal(split_text(rows.rows[0], SLICE("/n"), &arena, &text), STATUS_OK);
    assert_true(slice_is(text, "王\""));
    assert_int_equal(split_text(page, SLICE("/h"), &arena, &text), STATUS_OK);
    assert_true(slice_is(text, "12.50"));
    assert_int_equal(split_text(page, SLICE("/x"), &arena, &text), STATUS_OK);
    assert_true(slice_empty(text));
    assert_int_equal(split_text(page, SLICE("/a~1b"), &arena, &text), STATUS_OK);
    assert_true(slice_is(text, "7"));
    assert_int_equal(split_text(page, SLICE("/data/records/1/id"), &arena, &text), STATUS_OK);
    assert_true(slice_is(text, "2"));
    assert_int_equal(split_text(page, SLICE("/data/missing"), &arena, &text), STATUS_NOT_FOUND);
    assert_int_equal(split_text(page, SLICE("/code/more"), &arena, &text), STATUS_NOT_FOUND);
    assert_int_equal(split_text(page, SLICE("/data"), &arena, &text), STATUS_INVALID);
    assert_int_equal(split_rows(page, SLICE("/data"), &arena, &rows), STATUS_INVALID);
    assert_int_equal(split_rows(page, SLICE("/rows"), &arena, &rows), STATUS_NOT_FOUND);
    arena_free(&arena);
}

static void a_hundred_thousand_levels_are_refused(void **state)
{
    (void)state;
    enum { LEVELS = 100000 };
    char *deep = malloc(LEVELS);
    assert_non_null(deep);
    memset(deep, '[', LEVELS);
    assert_false(splitter_takes((struct slice){deep, LEVELS}));
    free(deep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_accept_and_refuse_the_same),
        cmocka_unit_test(both_judge_damaged_texts_alike),
        cmocka_unit_test(values_are_found_by_pointer),
        cmocka_unit_test(a_hundred_thousand_levels_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
