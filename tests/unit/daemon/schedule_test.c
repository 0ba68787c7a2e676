/* When cycles are due, whatever the clocks do. */
#include "daemon/schedule.h"
#include "mapping/base/civil.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

enum { MINUTE_MS = 60000, HOUR = 3600, DAY = 86400, HALF_PAST_TWO = 150 };

static int64_t cst(int day, int hour, int minute)
{
    return civil_to_instant((struct civil){2023, 4, day, hour, minute, 0}, CIVIL_CST_SECONDS);
}

static struct schedule planned(int64_t last_full, struct clocks now)
{
    struct schedule schedule;
    schedule_init(&schedule, MINUTE_MS, HALF_PAST_TWO, last_full, now);
    return schedule;
}

/* Both clocks go on together. */
static struct clocks later(struct clocks now, int64_t seconds)
{
    return (struct clocks){now.monotonic_ms + seconds * 1000, now.wall + seconds};
}

static void without_any_full_cycle_one_is_due_at_once(void **state)
{
    (void)state;
    struct clocks now = {5000, cst(17, 9, 0)};
    struct schedule schedule = planned(0, now);
    assert_int_equal(schedule_due(&schedule, now), DUE_FULL);
    assert_int_equal(schedule_wait_ms(&schedule, now), 0);
    schedule_began(&schedule, DUE_FULL, now);
    schedule_ended(&schedule, DUE_FULL, true, later(now, 10));
    assert_int_equal(schedule_due(&schedule, later(now, 10)), DUE_NOTHING);
    assert_int_equal(schedule_next_full(&schedule, now), cst(18, 2, 30));
}

/* holds: read.full */
static void a_missed_full_cycle_is_made_up_once(void **state)
{
    (void)state;
    struct clocks now = {5000, cst(17, 9, 0)};
    struct schedule schedule = planned(now.wall - DAY - 1, now);
    assert_int_equal(schedule_due(&schedule, now), DUE_FULL);
    schedule = planned(now.wall - DAY, now);
    assert_int_equal(schedule_due(&schedule, now), DUE_INCREMENTAL);
    assert_int_equal(schedule_next_full(&schedule, now), cst(18, 2, 30));
}

static void incremental_cycles_are_counted_from_their_beginning(void **state)
{
    (void)state;
    struct clocks now = {5000, cst(17, 9, 0)};
    struct schedule schedule = planned(now.wall - HOUR, now);
    schedule_began(&schedule, DUE_INCREMENTAL, now);
    assert_int_equal(schedule_wait_ms(&schedule, later(now, 20)), 40000);
    assert_int_equal(schedule_next(&schedule, later(now, 20)), now.wall + 60);
    assert_int_equal(schedule_due(&schedule, later(now, 59)), DUE_NOTHING);
    assert_int_equal(schedule_due(&schedule, later(now, 60)), DUE_INCREMENTAL);
}

static void a_long_pause_makes_no_burst(void **state)
{
    (void)state;
    struct clocks now = {5000, cst(17, 9, 0)};
    struct schedule schedule = planned(now.wall - HOUR, now);
    schedule_began(&schedule, DUE_INCREMENTAL, now);
    now = later(now, 5 * HOUR);
    assert_int_equal(schedule_due(&schedule, now), DUE_INCREMENTAL);
    schedule_began(&schedule, DUE_INCREMENTAL, now);
    assert_int_equal(schedule_due(&schedule, later(now, 1)), DUE_NOTHING);
    assert_int_equal(schedule_wait_ms(&schedule, now), MINUTE_MS);
}

/* holds: read.full */
static void the_full_cycle_comes_at_its_hour_in_china(void **state)
{
    (void)state;
    struct clocks now = {5000, cst(17, 2, 29)};
    struct schedule schedule = planned(now.wall - HOUR, now);
    schedule_began(&schedule, DUE_INCREMENTAL, now);
    assert_int_equal(schedule_due(&schedule, later(now, 59)), DUE_NOTHING);
    assert_int_equal(schedule_due(&schedule, later(now, 60)), DUE_FULL);
    schedule_began(&schedule, DUE_FULL, later(now, 60));
    assert_int_equal(schedule_next_full(&schedule, later(now, 61)), cst(18, 2, 30));
}

static void a_wall_clock_set_forward_gives_one_full_cycle(void **state)
{
    (void)state;
    struct clocks now = {5000, cst(17, 20, 0)};
    struct schedule schedule = planned(now.wall - 17 * HOUR, now);
    schedule_began(&schedule, DUE_INCREMENTAL, now);
    now.wall += 5 * DAY;
    assert_int_equal(schedule_due(&schedule, now), DUE_FULL);
    schedule_began(&schedule, DUE_FULL, now);
    schedule_ended(&schedule, DUE_FULL, true, now);
    assert_int_equal(schedule_due(&schedule, later(now, 1)), DUE_NOTHING);
}

/* Days of the machine's own, with its wall clock put to and fro by `jump` seconds each hour. */
static void run_with_jumps(struct schedule *schedule, struct clocks now, int64_t jump, int hours, int *ret_cycles,
                           int *ret_fulls)
{
    for (int64_t second = 0; second < (int64_t)hours * HOUR; second++) {
        now = later(now, 1);
        if (second % HOUR == HOUR - 1)
            now.wall += second / HOUR % 2 == 0 ? jump : -jump;
        enum due due = schedule_due(schedule, now);
        if (due == DUE_NOTHING)
            continue;
        (*ret_cycles)++;
        *ret_fulls += due == DUE_FULL;
        schedule_began(schedule, due, now);
        schedule_ended(schedule, due, true, now);
    }
}

/* holds: read.clock_jumps */
static void a_wall_clock_that_jumps_to_and_fro_makes_no_burst(void **state)
{
    (void)state;
    static const int64_t jumps[] = {120, HOUR, 25 * HOUR, 40 * DAY, 3653 * (int64_t)DAY};
    for (size_t i = 0; i < 2 * sizeof jumps / sizeof *jumps; i++) {
        struct clocks now = {5000, cst(17, 9, 0)};
        struct schedule schedule = planned(now.wall - 7 * HOUR, now);
        int cycles = 0, fulls = 0;
        run_with_jumps(&schedule, now, i % 2 == 0 ? jumps[i / 2] : -jumps[i / 2], 240, &cycles, &fulls);
        assert_in_range(cycles, 240 * 60 - 30, 240 * 60 + 30);
        assert_in_range(fulls, 8, 240 / 12 + 1);
    }
}

/* holds: read.clock_jumps */
static void the_night_comes_again_after_a_clock_was_ten_years_ahead(void **state)
{
    (void)state;
    struct clocks now = {5000, cst(17, 20, 0)};
    struct schedule schedule = planned(now.wall - 17 * HOUR, now);
    now.wall += 3653 * (int64_t)DAY;
    assert_int_equal(schedule_due(&schedule, now), DUE_FULL);
    schedule_began(&schedule, DUE_FULL, now);
    schedule_ended(&schedule, DUE_FULL, true, later(now, 60));
    now = later(now, 120);
    now.wall -= 3653 * (int64_t)DAY;
    assert_int_not_equal(schedule_due(&schedule, now), DUE_FULL);
    assert_int_equal(schedule_next_full(&schedule, now), cst(19, 2, 30)); /* the 18th is within half a day */
    schedule_began(&schedule, DUE_INCREMENTAL, now);
    now = (struct clocks){now.monotonic_ms + (cst(19, 2, 30) - now.wall) * 1000, cst(19, 2, 30)};
    assert_int_equal(schedule_due(&schedule, now), DUE_FULL);
}

/* holds: read.clock_jumps */
static void an_hour_that_comes_twice_is_one_night(void **state)
{
    (void)state;
    static const int64_t back[] = {120, HOUR, 25 * HOUR, 40 * DAY};
    for (size_t i = 0; i < sizeof back / sizeof *back; i++) {
        struct clocks now = {5000, cst(17, 2, 30)};
        struct schedule schedule = planned(now.wall - 25 * HOUR, now);
        assert_int_equal(schedule_due(&schedule, now), DUE_FULL);
        schedule_began(&schedule, DUE_FULL, now);
        schedule_ended(&schedule, DUE_FULL, true, later(now, 60));
        now = later(now, 60);
        now.wall -= back[i];
        for (int minute = 0; minute < 11 * 60; minute++) {
            enum due due = schedule_due(&schedule, now);
            assert_int_not_equal(due, DUE_FULL);
            schedule_began(&schedule, due, now);
            now = later(now, 60);
        }
    }
}

/* holds: read.clock_jumps */
static void an_hour_that_is_jumped_over_is_made_up_once(void **state)
{
    (void)state;
    struct clocks now = {5000, cst(17, 2, 10)};
    struct schedule schedule = planned(now.wall - 23 * HOUR, now);
    schedule_began(&schedule, DUE_INCREMENTAL, now);
    now = later(now, 10);
    now.wall += HOUR;
    assert_int_equal(schedule_due(&schedule, now), DUE_FULL);
    schedule_began(&schedule, DUE_FULL, now);
    schedule_ended(&schedule, DUE_FULL, true, now);
    now.wall -= HOUR;
    for (int minute = 0; minute < 60; minute++) {
        enum due due = schedule_due(&schedule, now);
        assert_int_not_equal(due, DUE_FULL);
        schedule_began(&schedule, due, now);
        now = later(now, 60);
    }
}

static void a_wall_clock_set_back_neither_repeats_nor_forgets_the_night(void **state)
{
    (void)state;
    struct clocks now = {5000, cst(17, 2, 30)};
    struct schedule schedule = planned(now.wall - HOUR, now);
    schedule_began(&schedule, DUE_FULL, now);
    schedule_ended(&schedule, DUE_FULL, true, now);
    struct clocks back = {now.monotonic_ms, now.wall - HOUR};
    assert_int_equal(schedule_due(&schedule, later(back, HOUR)), DUE_INCREMENTAL);
    back.wall = now.wall - 5 * DAY;
    assert_int_equal(schedule_next_full(&schedule, later(back, 1)), cst(13, 2, 30));
}

static void a_failed_full_cycle_is_tried_again_with_growing_patience(void **state)
{
    (void)state;
    static const int64_t delays[] = {60, 120, 240, 480, 960, 1920, 3600, 3600};
    struct clocks now = {5000, cst(17, 2, 30)};
    struct schedule schedule = planned(0, now);
    for (size_t i = 0; i < sizeof delays / sizeof *delays; i++) {
        assert_int_equal(schedule_due(&schedule, now), DUE_FULL);
        schedule_began(&schedule, DUE_FULL, now);
        schedule_ended(&schedule, DUE_FULL, false, now);
        assert_int_not_equal(schedule_due(&schedule, later(now, delays[i] - 1)), DUE_FULL);
        now = later(now, delays[i]);
    }
    schedule_began(&schedule, DUE_FULL, now);
    schedule_ended(&schedule, DUE_FULL, true, now);
    assert_int_equal(schedule.full_failures, 0);
}

static void incremental_cycles_go_on_between_failed_full_ones(void **state)
{
    (void)state;
    struct clocks now = {5000, cst(17, 2, 30)};
    struct schedule schedule = planned(0, now);
    for (int i = 0; i < 3; i++)
        schedule_ended(&schedule, DUE_FULL, false, now);
    schedule_began(&schedule, DUE_FULL, now);
    schedule_ended(&schedule, DUE_FULL, false, now);
    assert_int_equal(schedule_due(&schedule, later(now, 60)), DUE_INCREMENTAL);
}

static void new_settings_hold_from_the_running_interval_on(void **state)
{
    (void)state;
    struct clocks now = {5000, cst(17, 9, 0)};
    struct schedule schedule = planned(now.wall - HOUR, now);
    schedule_began(&schedule, DUE_INCREMENTAL, now);
    schedule_change(&schedule, 10000, 600, later(now, 5));
    assert_int_equal(schedule_due(&schedule, later(now, 9)), DUE_NOTHING);
    assert_int_equal(schedule_due(&schedule, later(now, 10)), DUE_INCREMENTAL);
    assert_int_equal(schedule_next_full(&schedule, now), cst(17, 10, 0));
}

static void an_hour_is_the_longest_wait(void **state)
{
    (void)state;
    struct clocks now = {5000, cst(17, 9, 0)};
    struct schedule schedule;
    schedule_init(&schedule, (int64_t)DAY * 1000, HALF_PAST_TWO, now.wall - HOUR, now);
    schedule_began(&schedule, DUE_INCREMENTAL, now);
    assert_int_equal(schedule_wait_ms(&schedule, now), HOUR * 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_any_full_cycle_one_is_due_at_once),
        cmocka_unit_test(a_missed_full_cycle_is_made_up_once),
        cmocka_unit_test(incremental_cycles_are_counted_from_their_beginning),
        cmocka_unit_test(a_long_pause_makes_no_burst),
        cmocka_unit_test(the_full_cycle_comes_at_its_hour_in_china),
        cmocka_unit_test(a_wall_clock_set_forward_gives_one_full_cycle),
        cmocka_unit_test(a_wall_clock_that_jumps_to_and_fro_makes_no_burst),
        cmocka_unit_test(the_night_comes_again_after_a_clock_was_ten_years_ahead),
        cmocka_unit_test(an_hour_that_comes_twice_is_one_night),
        cmocka_unit_test(an_hour_that_is_jumped_over_is_made_up_once),
        cmocka_unit_test(a_wall_clock_set_back_neither_repeats_nor_forgets_the_night),
        cmocka_unit_test(a_failed_full_cycle_is_tried_again_with_growing_patience),
        cmocka_unit_test(incremental_cycles_go_on_between_failed_full_ones),
        cmocka_unit_test(new_settings_hold_from_the_running_interval_on),
        cmocka_unit_test(an_hour_is_the_longest_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
