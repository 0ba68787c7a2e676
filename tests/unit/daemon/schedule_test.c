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
    struct clocks now = {5000, cst(17, 9, 0)};
    struct schedule schedule = planned(now.wall - HOUR, now);
    schedule_began(&schedule, DUE_INCREMENTAL, now);
    now.wall += 5 * DAY;
    assert_int_equal(schedule_due(&schedule, now), DUE_FULL);
    schedule_began(&schedule, DUE_FULL, now);
    schedule_ended(&schedule, DUE_FULL, true, now);
    assert_int_equal(schedule_due(&schedule, later(now, 1)), DUE_NOTHING);
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
        cmocka_unit_test(a_wall_clock_set_back_neither_repeats_nor_forgets_the_night),
        cmocka_unit_test(a_failed_full_cycle_is_tried_again_with_growing_patience),
        cmocka_unit_test(incremental_cycles_go_on_between_failed_full_ones),
        cmocka_unit_test(new_settings_hold_from_the_running_interval_on),
        cmocka_unit_test(an_hour_is_the_longest_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
