/* The guard's arithmetic: thresholds by count and share, and what is never counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/sync/guard.h"

static const struct guard_limits limits = {
    .max_revocations_centi = 100, .min_revocations = 20, .max_updates_centi = 1000,
    .min_updates = 200, .min_listing_centi = 9000};

static const struct row {
    const char *rule;
    int64_t revocations, updates, known;
    bool first;
    enum guard_verdict expected;
} rows[] = {
    {"20 revocations of few pass", 20, 0, 100, false, GUARD_PASSES},
    {"21 revocations of few trip", 21, 0, 100, false, GUARD_REVOCATIONS},
    {"1 % revocations of many pass", 1000, 0, 100000, false, GUARD_PASSES},
    {"more than 1 % trips", 1001, 0, 100000, false, GUARD_REVOCATIONS},
    {"200 updates of few pass", 0, 200, 100, false, GUARD_PASSES},
    {"201 updates of few trip", 0, 201, 100, false, GUARD_UPDATES},
    {"10 % updates of many pass", 0, 10000, 100000, false, GUARD_PASSES},
    {"more than 10 % trips", 0, 10001, 100000, false, GUARD_UPDATES},
    {"the first complete cycle may update all", 0, 100000, 100000, true, GUARD_PASSES},
    {"the first complete cycle may not revoke all", 21, 0, 100, true, GUARD_REVOCATIONS},
    {"nothing known, nothing written", 0, 0, 0, false, GUARD_PASSES},
};

/* holds: guard.revocations guard.updates guard.creates */
static void each_rule_of_the_writes(void **state)
{
    (void)state;
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++) {
        struct guard_counts counts = {.revocations = rows[index].revocations,
                                      .updates = rows[index].updates,
                                      .known = rows[index].known,
                                      .first_complete = rows[index].first};
        if (guard_writes(&limits, &counts) != rows[index].expected)
            fail_msg("%s: %s", rows[index].rule,
                     guard_verdict_name(guard_writes(&limits, &counts)));
    }
}

/* holds: guard.listing */
static void a_listing_below_nine_tenths_is_held(void **state)
{
    (void)state;
    assert_int_equal(guard_listing(&limits, 90, 100), GUARD_PASSES);
    assert_int_equal(guard_listing(&limits, 89, 100), GUARD_LISTING_SHRANK);
    assert_int_equal(guard_listing(&limits, 0, 1), GUARD_LISTING_SHRANK);
    assert_int_equal(guard_listing(&limits, 0, 0), GUARD_PASSES);
}

/* holds: guard.field_drift */
static void a_field_drifts_in_more_than_20_and_2_percent(void **state)
{
    static const struct {
        int64_t records, known;
        bool drifts;
    } table[] = {{20, 0, false},      {21, 0, true},       {20, 1000, false},  {21, 1000, true},
                 {21, 1050, false},   {22, 1050, true},   {22, 1100, false},   {23, 1100, true},   {2000, 100000, false},
                 {2001, 100000, true}};
    (void)state;
    for (size_t index = 0; index < sizeof table / sizeof *table; index++) {
        if (guard_drifts(table[index].records, table[index].known) != table[index].drifts)
            fail_msg("row %zu", index);
    }
}

/* holds: plan.relinks */
static void more_than_20_relinks_are_held(void **state)
{
    (void)state;
    assert_false(guard_relinks(20));
    assert_true(guard_relinks(21));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rule_of_the_writes),
        cmocka_unit_test(more_than_20_relinks_are_held),
        cmocka_unit_test(a_field_drifts_in_more_than_20_and_2_percent),
        cmocka_unit_test(a_listing_below_nine_tenths_is_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
