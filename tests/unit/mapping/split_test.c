/* The splitter accepts and refuses what jansson does, and gives the same values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "mapping/digest.h"
#include "mapping/split.h"

static const struct slice texts[] = {
    SLICE("{}"),
    SLICE("[]"),
    SLICE("null"),
    SLICE(" true "),
    SLICE("tru"),
    SLICE("-0.5e+10"),
    SLICE("01"),
    SLICE("1."),
    SLICE(".5"),
    SLICE("-"),
    SLICE("+1"),
    SLICE("1e"),
    SLICE("\"a\""),
    SLICE("\"\\u0041\\n\\\"\""),
    SLICE("\"\\u0000\""),
    SLICE("\"\\ud800\""),
    SLICE("\"\\ud83d\\ude00\""),
    SLICE("\"\\udc00\""),
    SLICE("\"\\x\""),
    SLICE("\"a\nb\""),
    SLICE("\"\xFF\""),
    SLICE("\"\xC0\x80\""),
    SLICE("\"\xED\xA0\x80\""),
    SLICE("\"\xF4\x90\x80\x80\""),
    SLICE("\"王\""),
    SLICE("{\"a\":1,}"),
    SLICE("{\"a\" 1}"),
    SLICE("{a:1}"),
    SLICE("[1,2"),
    SLICE("[1 2]"),
    SLICE("[1,]"),
    SLICE("[,1]"),
    SLICE("{\"a\":{\"b\":[1,{\"c\":null}]}}"),
    SLICE("[] x"),
    SLICE(""),
    SLICE(" "),
    SLICE("\"open"),
    SLICE("{\"a\":1}}"),
    SLICE("[[[[]]]]"),
    SLICE("\"\\"),
    SLICE("nul"),
    SLICE("[true,false,null]"),
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
    static const char sample[] =
        "{\"a\":[1.5e3,\"x\\u4e2d\\n王\",null],\"b\":{\"c\":true}, \"d\": -0}";
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
    struct slice page = SLICE(
        "{\"code\":0,\"a/b\":7,\"data\":{\"total\":\"12\",\"records\":[{\"id\":9007199254740993123,"
        "\"n\":\"\\u738b\\\"\"}, {\"id\":2}]},\"x\":null,\"h\":12.50}");
    struct split_page rows = {0};
    arena_init(&arena, 64 * 1024);
    assert_int_equal(split_rows(page, SLICE("/data/records"), NULL, &arena, &rows), STATUS_OK);
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
    assert_int_equal(split_rows(page, SLICE("/data"), NULL, &arena, &rows), STATUS_INVALID);
    assert_int_equal(split_rows(page, SLICE("/rows"), NULL, &arena, &rows), STATUS_NOT_FOUND);
    arena_free(&arena);
}

static void array_that_came_before_is_not_taken_apart_again(void **state)
{
    (void)state;
    static const char page[] = "{\"asof\":1,\"rows\":[{\"id\":1}, {\"id\":2}],\"next\":null}";
    static const char *const others[] = {
        "{\"asof\":2,\"rows\":[{\"id\":1}, {\"id\":3}],\"next\":null}",
        "{\"asof\":2,\"rows\":[{\"id\":1}],\"next\":null}",
        "{\"rows\":[{\"id\":1}, {\"id\":2}],\"rows\":[{\"id\":7}]}",
    };
    struct arena arena;
    struct split_page first = {0}, again = {0};
    arena_init(&arena, 64 * 1024);
    assert_int_equal(split_rows(slice_of(page), SLICE("/rows"), NULL, &arena, &first), STATUS_OK);
    assert_true(slice_is(first.array, "[{\"id\":1}, {\"id\":2}]"));
    assert_false(first.same);
    struct split_expected expected = {.size = first.array.size};
    digest_quick(first.array, expected.digest);
    assert_int_equal(split_rows(slice_of(page), SLICE("/rows"), &expected, &arena, &again), STATUS_OK);
    assert_true(again.same && again.count == 0 && slice_equal(again.array, first.array));
    struct slice cut = {page, sizeof page - 2}; /* what stands behind it is checked all the same */
    assert_int_equal(split_rows(cut, SLICE("/rows"), &expected, &arena, &again), STATUS_INVALID);
    for (size_t index = 0; index < sizeof others / sizeof *others; index++) {
        assert_int_equal(split_rows(slice_of(others[index]), SLICE("/rows"), &expected, &arena, &again),
                         STATUS_OK);
        assert_false(again.same);
        assert_int_equal(again.count, index == 0 ? 2 : 1);
    }
    arena_free(&arena);
}

/* Each prefix in memory of its own size: a byte read behind it is seen by the sanitizer. */
static void no_prefix_is_read_behind_its_end(void **state)
{
    (void)state;
    static const char whole[] =
        "{\"rows\":[{\"a\":\"王\\ud83d\\ude00 and eight more\",\"b\":-1.5e+3},"
        "[true,false,null]],\"next\":\"\\u738b\"}";
    for (size_t size = 0; size < sizeof whole; size++) {
        char *prefix = malloc(size + (size == 0));
        struct arena arena;
        struct split_page page = {0};
        assert_non_null(prefix);
        memcpy(prefix, whole, size);
        arena_init(&arena, 64 * 1024);
        enum status status =
            split_rows((struct slice){prefix, size}, SLICE("/rows"), NULL, &arena, &page);
        assert_int_equal(status, size + 1 == sizeof whole ? STATUS_OK : STATUS_INVALID);
        arena_free(&arena);
        free(prefix);
    }
}

static void keys_are_found_however_they_are_written(void **state)
{
    (void)state;
    static const struct {
        struct slice json;
        const char *pointer, *expected; /* NULL: not found */
    } rows[] = {
        {SLICE("{\"\\u0061\":1}"), "/a", "1"},
        {SLICE("{\"王\":1}"), "/王", "1"},
        {SLICE("{\"\\u738b\":1}"), "/王", "1"},
        {SLICE("{\"\\ud83d\\ude00\":1}"), "/\xF0\x9F\x98\x80", "1"},
        {SLICE("{\"a~b/c\":1}"), "/a~0b~1c", "1"},
        {SLICE("{\"a\\\"b\":1}"), "/a\"b", "1"},
        {SLICE("{\"\":{\"\":1}}"), "//", "1"},
        {SLICE("{\"ab\":1}"), "/a", NULL},
        {SLICE("{\"a\":1}"), "/ab", NULL},
        {SLICE("{\"a\":1,\"a\":2}"), "/a", "2"},             /* the last counts */
        {SLICE("{\"a\":{\"b\":1},\"a\":{}}"), "/a/b", NULL}, /* also when it lacks the rest */
        {SLICE("[[1],[2,3]]"), "/1/1", "3"},
        {SLICE("[1,2]"), "/01", NULL},
        {SLICE("[1,2]"), "/-", NULL},
        {SLICE("[1,2]"), "/2", NULL},
        {SLICE("[1,2]"), "/-1", NULL},
        {SLICE(" { \"a\" : [ 1 , { \"b\" : null } ] } "), "/a/1/b", "null"},
    };
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++) {
        struct slice value = {0};
        enum status status = split_value(rows[index].json, slice_of(rows[index].pointer), &value);
        if (status != (rows[index].expected == NULL ? STATUS_NOT_FOUND : STATUS_OK) ||
            !slice_equal(value, slice_of(rows[index].expected)))
            fail_msg("row %zu", index);
    }
    struct slice kept = SLICE("kept");
    assert_int_equal(split_value(SLICE("{}"), SLICE("a"), &kept), STATUS_INVALID);
    assert_int_equal(split_value(SLICE("{\"a\":1}x"), SLICE("/a"), &kept), STATUS_INVALID);
    assert_true(slice_is(kept, "kept"));
}

/* holds: model.remote_id_text */
static void numbers_of_any_size_stay_their_digits(void **state)
{
    (void)state;
    static const char *const numbers[] = {
        "9999999999999999999", "12345678901234567890123456789", "1e400", "-0", "12.50", "0.10"};
    for (size_t index = 0; index < sizeof numbers / sizeof *numbers; index++) {
        struct arena arena;
        struct slice text = {0};
        arena_init(&arena, 256);
        assert_int_equal(split_text(slice_of(numbers[index]), SLICE(""), &arena, &text), STATUS_OK);
        assert_true(slice_is(text, numbers[index]));
        arena_free(&arena);
    }
}

static void many_rows_need_memory_and_say_so(void **state)
{
    (void)state;
    struct buffer page;
    struct arena arena;
    struct split_page rows = {0};
    buffer_init(&page, 1024 * 1024);
    buffer_text(&page, "[");
    for (int index = 0; index < 1000; index++)
        buffer_printf(&page, "%s{\"id\":%d}", index == 0 ? "" : ", ", index);
    buffer_text(&page, "]");
    arena_init(&arena, 4096);
    assert_int_equal(split_rows(buffer_slice(&page), SLICE(""), NULL, &arena, &rows), STATUS_NO_MEMORY);
    arena_free(&arena);
    arena_init(&arena, 256 * 1024);
    assert_int_equal(split_rows(buffer_slice(&page), SLICE(""), NULL, &arena, &rows), STATUS_OK);
    assert_int_equal(rows.count, 1000);
    assert_true(slice_is(rows.rows[0], "{\"id\":0}") && slice_is(rows.rows[999], "{\"id\":999}"));
    assert_int_equal(split_rows(SLICE(" [ ] "), SLICE(""), NULL, &arena, &rows), STATUS_OK);
    assert_int_equal(rows.count, 0);
    arena_free(&arena);
    buffer_free(&page);
}

static void nesting_is_taken_to_its_limit(void **state)
{
    (void)state;
    for (size_t depth = SPLIT_DEPTH - 1; depth <= SPLIT_DEPTH + 1; depth++) {
        char text[2 * (SPLIT_DEPTH + 1)];
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        struct slice json = {text, 2 * depth};
        struct slice value = {0};
        assert_int_equal(splitter_takes(json), depth <= SPLIT_DEPTH);
        assert_int_equal(split_value(json, SLICE("/0/0/0"), &value) == STATUS_OK,
                         depth <= SPLIT_DEPTH); /* also along a pointer */
    }
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
        cmocka_unit_test(array_that_came_before_is_not_taken_apart_again),
        cmocka_unit_test(no_prefix_is_read_behind_its_end),
        cmocka_unit_test(keys_are_found_however_they_are_written),
        cmocka_unit_test(numbers_of_any_size_stay_their_digits),
        cmocka_unit_test(many_rows_need_memory_and_say_so),
        cmocka_unit_test(nesting_is_taken_to_its_limit),
        cmocka_unit_test(a_hundred_thousand_levels_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
