/* Delays stay within their growing bounds and use all of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "connectors/patience.h"

static const struct {
    unsigned attempt;
    int64_t most;
} delays[] = {{0, 200},  {1, 200},  {2, 400},   {3, 800},   {4, 1600},
              {5, 3200}, {6, 6400}, {7, 10000}, {8, 10000}, {4000000000U, 10000}};

static void a_retry_waits_anything_up_to_its_bound(void **state)
{
    (void)state;
    for (size_t index = 0; index < sizeof delays / sizeof *delays; index++) {
        uint64_t most = (uint64_t)delays[index].most;
        assert_int_equal(patience_delay_ms(delays[index].attempt, 0), 0);
        assert_int_equal(patience_delay_ms(delays[index].attempt, most), delays[index].most);
        assert_int_equal(patience_delay_ms(delays[index].attempt, most + 1), 0);
        assert_true(patience_delay_ms(delays[index].attempt, UINT64_MAX) <= delays[index].most);
    }
}

/* holds: guard.patience */
static void four_failures_leave_it_open_to_be_tried(void **state)
{
    struct breaker breaker = {0};
    (void)state;
    for (int index = 0; index < 4; index++)
        breaker_failed(&breaker, 1000, 0);
    assert_false(breaker_open(&breaker, 1000));
    breaker_succeeded(&breaker);
    for (int index = 0; index < 4; index++)
        breaker_failed(&breaker, 1000, 0);
    assert_false(breaker_open(&breaker, 1000));
}

static const int64_t most_left_alone_ms[] = {60000, 120000, 240000, 480000, 900000, 900000};

/* holds: guard.patience */
static void from_the_fifth_on_it_is_left_alone_for_longer_and_longer(void **state)
{
    (void)state;
    for (size_t index = 0; index < sizeof most_left_alone_ms / sizeof *most_left_alone_ms;
         index++) {
        struct breaker breaker = {.failures = 4 + (unsigned)index};
        uint64_t width = (uint64_t)most_left_alone_ms[index] - 30000;
        breaker_failed(&breaker, 5000, 0);
        assert_int_equal(breaker.open_until_ms, 35000);
        breaker.failures = 4 + (unsigned)index;
        breaker_failed(&breaker, 5000, width);
        assert_int_equal(breaker.open_until_ms, 5000 + most_left_alone_ms[index]);
        assert_true(breaker_open(&breaker, breaker.open_until_ms - 1));
        assert_false(breaker_open(&breaker, breaker.open_until_ms));
    }
}

/* holds: guard.patience */
static void one_success_forgets_all_failures(void **state)
{
    struct breaker breaker = {0};
    (void)state;
    for (int index = 0; index < 9; index++)
        breaker_failed(&breaker, 1000, 99);
    assert_true(breaker_open(&breaker, 1000));
    breaker_succeeded(&breaker);
    assert_false(breaker_open(&breaker, 1000));
    assert_int_equal(breaker.failures, 0);
}

/* holds: guard.retries */
static void a_tenth_of_the_requests_may_be_retries(void **state)
{
    struct retry_budget budget = {0};
    int retries = 0;
    (void)state;
    while (retry_spend(&budget))
        retries++;
    assert_int_equal(retries, RETRIES_IN_HAND);
    for (int request = 0; request < 1000; request++) {
        retry_earned(&budget);
        retries += retry_spend(&budget);
    }
    assert_int_equal(retries, RETRIES_IN_HAND + 100);
}

/* holds: guard.retries */
static void a_quiet_platform_saves_no_more_than_what_is_in_hand(void **state)
{
    struct retry_budget budget = {0};
    int retries = 0;
    (void)state;
    for (int request = 0; request < 1000; request++)
        retry_earned(&budget);
    while (retry_spend(&budget))
        retries++;
    assert_int_equal(retries, RETRIES_IN_HAND);
}

/* holds: guard.retry_after */
static void what_a_platform_asks_for_is_obeyed_up_to_an_hour(void **state)
{
    static const int64_t hour_ms = INT64_C(3600) * 1000;
    struct breaker breaker = {0};
    (void)state;
    breaker_asked(&breaker, 1000, 30000);
    assert_true(breaker_open(&breaker, 30999));
    assert_int_equal(breaker_quiet_ms(&breaker, 1000), 30000);
    breaker_succeeded(&breaker);
    breaker_asked(&breaker, 2000, 5000);
    assert_true(breaker_open(&breaker, 30999));
    assert_false(breaker_open(&breaker, 31000));
    assert_int_equal(breaker_quiet_ms(&breaker, 31000), 0);
    breaker_asked(&breaker, 1000, 3 * hour_ms);
    assert_true(breaker_open(&breaker, 999 + hour_ms));
    assert_false(breaker_open(&breaker, 1000 + hour_ms));
    breaker_asked(&breaker, 1000, INT64_MAX);
    assert_false(breaker_open(&breaker, 1000 + hour_ms));
}

/* holds: guard.outage */
static void a_platform_that_was_left_alone_is_probed_until_it_answers(void **state)
{
    struct breaker breaker = {0};
    (void)state;
    for (int index = 0; index < 4; index++)
        breaker_failed(&breaker, 1000, 0);
    assert_false(breaker_probes(&breaker));
    breaker_failed(&breaker, 1000, 0);
    assert_true(breaker_probes(&breaker));
    breaker_succeeded(&breaker);
    assert_false(breaker_probes(&breaker));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_retry_waits_anything_up_to_its_bound),
        cmocka_unit_test(four_failures_leave_it_open_to_be_tried),
        cmocka_unit_test(from_the_fifth_on_it_is_left_alone_for_longer_and_longer),
        cmocka_unit_test(one_success_forgets_all_failures),
        cmocka_unit_test(a_tenth_of_the_requests_may_be_retries),
        cmocka_unit_test(a_quiet_platform_saves_no_more_than_what_is_in_hand),
        cmocka_unit_test(what_a_platform_asks_for_is_obeyed_up_to_an_hour),
        cmocka_unit_test(a_platform_that_was_left_alone_is_probed_until_it_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
