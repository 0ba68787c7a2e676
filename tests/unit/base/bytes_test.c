/* Slices compare, trim and count as they say; a buffer that failed once stays failed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mapping/base/bytes.h"

static void whole_numbers_are_read_exactly(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool read;
        int64_t number;
    } rows[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"007", true, 7},
        {"-17", true, -17},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"99999999999999999999", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"+1", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"1.0", false, 0},
        {"1e3", false, 0},
    };
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++) {
        int64_t number = 0;
        bool read = slice_integer(slice_of(rows[index].text), &number);
        if (read != rows[index].read || number != rows[index].number)
            fail_msg("\"%s\": %d, %lld", rows[index].text, read, (long long)number);
    }
}

static void slices_compare_by_their_bytes(void **state)
{
    (void)state;
    struct slice none = {0};
    assert_true(slice_equal(none, SLICE("")));
    assert_true(slice_empty(none) && slice_empty(slice_of(NULL)));
    assert_false(slice_equal(SLICE("a"), SLICE("a\0")));
    assert_true(slice_starts(SLICE("371681"), SLICE("3716")));
    assert_true(slice_starts(none, none));
    assert_false(slice_starts(SLICE("37"), SLICE("3716")));
    assert_true(slice_compare(SLICE("a"), SLICE("b")) < 0);
    assert_true(slice_compare(SLICE("ab"), SLICE("a")) > 0);
    assert_true(slice_compare(SLICE("\xE7"), SLICE("z")) > 0);
    assert_int_equal(slice_compare(none, SLICE("")), 0);
    assert_true(slice_is(slice_trim(SLICE(" \t\r\n王 x\v\f ")), "王 x"));
    assert_true(slice_empty(slice_trim(SLICE(" \n "))));
}

static void words_of_a_list_come_one_by_one(void **state)
{
    (void)state;
    struct slice rest = SLICE("a bc d");
    struct slice word = {0};
    const char *expected[] = {"a", "bc", "d"};
    for (size_t index = 0; index < 3; index++) {
        assert_true(slice_next_word(&rest, &word));
        assert_true(slice_is(word, expected[index]));
    }
    assert_false(slice_next_word(&rest, &word));
}

static void json_strings_are_well_formed(void **state)
{
    (void)state;
    static const struct {
        struct slice text;
        const char *json;
    } rows[] = {
        {SLICE(""), "\"\""},
        {SLICE("王\"\\/"), "\"王\\\"\\\\/\""},
        {SLICE("a\n\x7F\0z"), "\"a\\u000a\\u007f\\u0000z\""},
        {SLICE("x\xFFy"), "\"x\xEF\xBF\xBDy\""},
        {SLICE("\xE7\x8E"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {SLICE("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {SLICE("\xC0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {SLICE("\xF0\x9F\x98\x80"), "\"\xF0\x9F\x98\x80\""},
    };
    struct buffer buffer;
    buffer_init(&buffer, 256);
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++) {
        buffer_clear(&buffer);
        buffer_json(&buffer, rows[index].text);
        assert_string_equal(buffer.at, rows[index].json);
    }
    buffer_free(&buffer);
}

static void a_full_buffer_stays_failed(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 4);
    assert_string_equal(buffer_slice(&buffer).at, "");
    buffer_text(&buffer, "1234");
    assert_int_equal(buffer.status, STATUS_OK);
    buffer_text(&buffer, "5");
    buffer_text(&buffer, "");
    assert_int_equal(buffer.status, STATUS_TOO_LARGE);
    assert_string_equal(buffer.at, "1234");
    buffer_clear(&buffer);
    buffer_printf(&buffer, "%d", 12345);
    assert_int_equal(buffer.status, STATUS_TOO_LARGE);
    buffer_clear(&buffer);
    buffer_hex(&buffer, "\x0F\xA0", 2, true);
    assert_string_equal(buffer.at, "0FA0");
    buffer_free(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers_are_read_exactly),
        cmocka_unit_test(slices_compare_by_their_bytes),
        cmocka_unit_test(words_of_a_list_come_one_by_one),
        cmocka_unit_test(json_strings_are_well_formed),
        cmocka_unit_test(a_full_buffer_stays_failed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
