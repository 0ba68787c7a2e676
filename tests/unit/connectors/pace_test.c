/* The rate holds in every one-second window, wherever it begins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "connectors/pace.h"

enum { BEGUN_MOST = 4000 };

static int64_t begun[BEGUN_MOST];

/* Begins as soon as it may, with arrivals `gap_ms` apart; returns how many were begun. */
static size_t drive(unsigned rate, int64_t gap_ms, size_t count)
{
    static struct pace pace;
    int64_t now = 123456;
    pace_init(&pace, rate);
    for (size_t index = 0; index < count; index++) {
        now += pace_wait_ms(&pace, now);
        assert_int_equal(pace_wait_ms(&pace, now), 0);
        pace_begin(&pace, now);
        begun[index] = now;
        now += gap_ms;
    }
    return count;
}

/* holds: write.rate */
static void no_window_of_a_second_holds_more_than_the_rate(void **state)
{
    static const unsigned rates[] = {1, 2, 10, 50, 999, 1000};
    static const int64_t gaps[] = {0, 1, 7, 100};
    (void)state;
    for (size_t rate = 0; rate < sizeof rates / sizeof *rates; rate++) {
        for (size_t gap = 0; gap < sizeof gaps / sizeof *gaps; gap++) {
            size_t count = drive(rates[rate], gaps[gap], BEGUN_MOST);
            for (size_t index = rates[rate]; index < count; index++)
                assert_true(begun[index] - begun[index - rates[rate]] > 1000);
        }
    }
}

static void a_burst_goes_out_at_once_and_then_waits(void **state)
{
    static struct pace pace;
    (void)state;
    pace_init(&pace, 3);
    for (int index = 0; index < 3; index++) {
        assert_int_equal(pace_wait_ms(&pace, 50), 0);
        pace_begin(&pace, 50);
    }
    assert_int_equal(pace_wait_ms(&pace, 50), 1100);
    assert_int_equal(pace_wait_ms(&pace, 1149), 1);
    assert_int_equal(pace_wait_ms(&pace, 1150), 0);
}

static void a_rate_beyond_its_bounds_is_brought_within(void **state)
{
    static struct pace pace;
    (void)state;
    pace_init(&pace, 0);
    assert_int_equal(pace.limit, 1);
    pace_init(&pace, PACE_MOST + 1);
    assert_int_equal(pace.limit, PACE_MOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_window_of_a_second_holds_more_than_the_rate),
        cmocka_unit_test(a_burst_goes_out_at_once_and_then_waits),
        cmocka_unit_test(a_rate_beyond_its_bounds_is_brought_within),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
