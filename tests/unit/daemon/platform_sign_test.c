/* When a platform is no longer the one that was known, sign by sign, and what is let pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/sync/platform_sign.h"

static const struct row {
    const char *rule;
    struct platform_signs signs;
    enum platform_sign expected;
    bool doubtful;
} rows[] = {
    {"nothing is no sign", {.lower = 0}, SIGN_NONE, false},
    {"three lower records pass", {.lower = 3}, SIGN_NONE, false},
    {"four lower records are a sign", {.lower = 4}, SIGN_VERSIONS, false},
    {"four that a lag explains are doubtful", {.lower_young = 4}, SIGN_NONE, true},
    {"three that a lag explains are not", {.lower_young = 3}, SIGN_NONE, false},
    {"three lower and a young one are doubtful", {.lower = 3, .lower_young = 1}, SIGN_NONE, true},
    {"one still lower after the lag is a sign", {.lower_young = 1, .lower_again = 1}, SIGN_VERSIONS, false},
    {"three ids of others pass", {.others = 3}, SIGN_NONE, false},
    {"four ids of others are a sign", {.others = 4}, SIGN_OTHERS, false},
    {"one id of another beside a lower version", {.others = 1, .lower = 1}, SIGN_OTHERS, false},
    {"one id of another beside a younger lag passes", {.others = 1, .lower_young = 1}, SIGN_NONE, false},
    {"a falling time alone is none", {.time_fell = true}, SIGN_NONE, false},
    {"a falling time beside a lower version", {.time_fell = true, .lower = 1}, SIGN_VERSIONS, false},
    {"a falling time beside a sentinel", {.time_fell = true, .sentinels = 50, .sentinels_gone = 1},
     SIGN_SENTINELS, false},
    {"five sentinels of fifty pass", {.sentinels = 50, .sentinels_gone = 5}, SIGN_NONE, false},
    {"six sentinels of fifty are a sign", {.sentinels = 50, .sentinels_gone = 6}, SIGN_SENTINELS, false},
    {"two sentinels of four pass", {.sentinels = 4, .sentinels_gone = 2}, SIGN_NONE, false},
    {"three sentinels of four are a sign", {.sentinels = 4, .sentinels_gone = 3}, SIGN_SENTINELS, false},
    {"five accounts of few pass", {.accounts = 30, .accounts_gone = 5}, SIGN_NONE, false},
    {"six accounts of few are a sign", {.accounts = 30, .accounts_gone = 6}, SIGN_GONE, false},
    {"2 % of many accounts pass", {.accounts = 10000, .accounts_gone = 200}, SIGN_NONE, false},
    {"more than 2 % are a sign", {.accounts = 10000, .accounts_gone = 201}, SIGN_GONE, false},
};

/* holds: guard.platform_signs */
static void each_sign(void **state)
{
    (void)state;
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++) {
        if (platform_sign(&rows[index].signs) != rows[index].expected)
            fail_msg("%s: %s", rows[index].rule, platform_sign_name(platform_sign(&rows[index].signs)));
        if (platform_sign_doubtful(&rows[index].signs) != rows[index].doubtful)
            fail_msg("%s: doubtful", rows[index].rule);
    }
}

/* holds: guard.platform_signs */
static void a_replica_may_lag_for_thirty_seconds(void **state)
{
    (void)state;
    assert_true(platform_sign_young(1000, 1029));
    assert_false(platform_sign_young(1000, 1030));
    assert_true(platform_sign_young(1000, 990));
}

/* holds: guard.platform_signs */
static void sentinels_are_few_however_many_links_there_are(void **state)
{
    (void)state;
    assert_int_equal(platform_sign_stride(0), 1);
    assert_int_equal(platform_sign_stride(25), 1);
    assert_int_equal(platform_sign_stride(26), 2);
    assert_true(1000000 / platform_sign_stride(1000000) <= PLATFORM_SENTINELS / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_sign),
        cmocka_unit_test(a_replica_may_lag_for_thirty_seconds),
        cmocka_unit_test(sentinels_are_few_however_many_links_there_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
