/* Times are read and written as platforms spell them, and 24:00:00 is the next day. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mapping/base/civil.h"

/* holds: model.times */
static void times_are_read_by_their_format(void **state)
{
    (void)state;
    static const char plain[] = "%Y-%m-%d %H:%M:%S";
    static const char zoned[] = "%Y-%m-%dT%H:%M:%S%z";
    static const struct {
        const char *text, *format;
        bool read;
        const char *utc;
    } rows[] = {
        {"2023-06-01 20:15:00", plain, true, "2023-06-01T12:15:00Z"},
        {"2023-06-01 24:00:00", plain, true, "2023-06-01T16:00:00Z"},
        {"2023-12-31 24:00:00", plain, true, "2023-12-31T16:00:00Z"},
        {"2024-02-29 00:00:00", plain, true, "2024-02-28T16:00:00Z"},
        {"2023-06-01T20:15:00+08:00", zoned, true, "2023-06-01T12:15:00Z"},
        {"2023-06-01T20:15:00+0800", zoned, true, "2023-06-01T12:15:00Z"},
        {"2023-06-01T12:15:00Z", zoned, true, "2023-06-01T12:15:00Z"},
        {"2023-06-01T10:15:00-02:30", zoned, true, "2023-06-01T12:45:00Z"},
        {"2023-06-01T24:00:00+08:00", zoned, true, "2023-06-01T16:00:00Z"},
        {"20230601", "%Y%m%d", true, "2023-05-31T16:00:00Z"},
        {"2023-06-01 24:00:01", plain, false, ""},
        {"2023-06-01 23:60:00", plain, false, ""},
        {"2023-06-01 23:59:60", plain, false, ""},
        {"2023-02-29 00:00:00", plain, false, ""},
        {"1900-02-29 00:00:00", plain, false, ""},
        {"2023-13-01 00:00:00", plain, false, ""},
        {"0000-01-01 00:00:00", plain, false, ""},
        {"2023-6-01 20:15:00", plain, false, ""},
        {"2023-06-01 20:15:00 ", plain, false, ""},
        {"2023-06-01 20:15", plain, false, ""},
        {"2023-06-01T20:15:00", zoned, false, ""},
        {"2023-06-01T20:15:00+15:00", zoned, false, ""},
        {"", plain, false, ""},
    };
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++) {
        int64_t instant = 0;
        char text[21] = "";
        bool read = civil_parse(slice_of(rows[index].text), rows[index].format, CIVIL_CST_SECONDS,
                                &instant);
        if (read)
            civil_utc_text(instant, text);
        if (read != rows[index].read || !slice_is(slice_of(text), rows[index].utc))
            fail_msg("\"%s\": %d, \"%s\"", rows[index].text, read, text);
    }
}

static void days_are_counted_through_the_calendar(void **state)
{
    (void)state;
    int64_t days = civil_days(1800, 1, 1);
    assert_int_equal(civil_days(1970, 1, 1), 0);
    assert_int_equal(civil_days(2000, 3, 1), 11017);
    assert_int_equal(days, -62091);
    for (int year = 1800; year <= 2110; year++) {
        for (int month = 1; month <= 12; month++) {
            for (int day = 1; day <= 31; day++) {
                if (!civil_valid_date(year, month, day))
                    continue;
                struct civil civil = civil_from_instant(days * CIVIL_DAY_SECONDS, 0);
                assert_int_equal(civil_days(year, month, day), days);
                assert_true(civil.year == year && civil.month == month && civil.day == day);
                days++;
            }
        }
    }
}

/* holds: model.times */
static void the_day_is_that_of_the_zone(void **state)
{
    (void)state;
    struct buffer text;
    int64_t instant = 0;
    buffer_init(&text, 64);
    assert_true(civil_parse(SLICE("1969-12-31T16:00:01Z"), "%Y-%m-%dT%H:%M:%S%z", 0, &instant));
    assert_int_equal(instant, -28799);
    civil_format(&text, instant, "%Y-%m-%d %H:%M:%S%z", CIVIL_CST_SECONDS);
    assert_string_equal(text.at, "1970-01-01 00:00:01+08:00");
    buffer_clear(&text);
    civil_format(&text, instant, "%Y%m%d%%", 0);
    assert_string_equal(text.at, "19691231%");
    buffer_clear(&text);
    civil_format(&text, civil_days(87, 3, 9) * CIVIL_DAY_SECONDS, "%Y-%m-%d", 0);
    assert_string_equal(text.at, "0087-03-09");
    buffer_clear(&text);
    civil_format(&text, civil_days(9999, 12, 31) * CIVIL_DAY_SECONDS, "%Y-%m-%d", 0);
    assert_string_equal(text.at, "9999-12-31");
    buffer_clear(&text);
    civil_format(&text, (civil_days(9999, 12, 31) + 1) * CIVIL_DAY_SECONDS, "%Y-%m-%d", 0);
    assert_string_equal(text.at, "10000-01-01");
    assert_int_equal(civil_china_day(instant), 0);
    assert_int_equal(civil_china_day(1704038399), civil_days(2023, 12, 31));
    assert_int_equal(civil_china_day(1704038400), civil_days(2024, 1, 1));
    buffer_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_read_by_their_format),
        cmocka_unit_test(days_are_counted_through_the_calendar),
        cmocka_unit_test(the_day_is_that_of_the_zone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
