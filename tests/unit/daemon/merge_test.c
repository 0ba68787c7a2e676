/* The merge policies as a table: reconciliation.md, "Merging a field", one row a rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/sync/merge.h"

enum { AGREED = VERDICT_AGREED, TO_P = VERDICT_TO_PROVINCIAL, TO_M = VERDICT_TO_MUNICIPAL,
       APART = VERDICT_APART, MISMATCH = VERDICT_FIELD_MISMATCH, REVIEW = VERDICT_REVIEW_MISMATCH };
#define NONE NULL

static const struct row {
    const char *rule;
    enum policy policy;
    const char *municipal, *provincial, *base; /* base NONE: no base */
    int64_t changed_municipal, changed_provincial;
    bool untrusted;
    int expected;
} rows[] = {
    {"equal values agree", POLICY_CONFLICT, "a", "a", "b", 0, 0, false, AGREED},
    {"equal values agree without a base", POLICY_CONFLICT, "a", "a", NONE, 0, 0, false, AGREED},
    {"conflict: one side's change is carried over", POLICY_CONFLICT, "b", "a", "a", 9, 0, false, TO_P},
    {"conflict: the other side's too", POLICY_CONFLICT, "a", "b", "a", 0, 9, false, TO_M},
    {"conflict: both changed", POLICY_CONFLICT, "b", "c", "a", 9, 99, false, MISMATCH},
    {"conflict: no base", POLICY_CONFLICT, "b", "c", NONE, 9, 99, false, MISMATCH},
    {"no base: empty never overwrites", POLICY_CONFLICT, "", "c", NONE, 0, 0, false, TO_M},
    {"no base: filled goes to the empty side", POLICY_CONFLICT, "b", "", NONE, 0, 0, false, TO_P},
    {"no base: municipal too never empties", POLICY_MUNICIPAL, "", "c", NONE, 0, 0, false, TO_M},
    {"no base: provincial too never empties", POLICY_PROVINCIAL, "b", "", NONE, 0, 0, false, TO_P},
    {"with a base emptying is a change", POLICY_CONFLICT, "", "a", "a", 9, 0, false, TO_P},
    {"newest: one side changed", POLICY_NEWEST, "b", "a", "a", 9, 0, false, TO_P},
    {"newest: the later wins, municipal", POLICY_NEWEST, "b", "c", "a", 20, 10, false, TO_P},
    {"newest: the later wins, provincial", POLICY_NEWEST, "b", "c", "a", 10, 20, false, TO_M},
    {"newest: 3 s apart is enough", POLICY_NEWEST, "b", "c", "a", 13, 10, false, TO_P},
    {"newest: closer than 3 s", POLICY_NEWEST, "b", "c", "a", 12, 10, false, MISMATCH},
    {"newest: clocks not to be trusted", POLICY_NEWEST, "b", "c", "a", 20, 10, true, MISMATCH},
    {"newest: one side's change needs no clock", POLICY_NEWEST, "b", "a", "a", 20, 0, true, TO_P},
    {"newest: no base", POLICY_NEWEST, "b", "c", NONE, 10, 20, false, TO_M},
    {"municipal: whoever changed", POLICY_MUNICIPAL, "a", "b", "a", 0, 9, false, TO_P},
    {"municipal: both changed", POLICY_MUNICIPAL, "b", "c", "a", 1, 9, false, TO_P},
    {"municipal: no base", POLICY_MUNICIPAL, "b", "c", NONE, 1, 9, false, TO_P},
    {"municipal: emptied with a base", POLICY_MUNICIPAL, "", "a", "a", 1, 0, false, TO_P},
    {"provincial: whoever changed", POLICY_PROVINCIAL, "b", "a", "a", 9, 0, false, TO_M},
    {"provincial: no base", POLICY_PROVINCIAL, "b", "c", NONE, 1, 9, false, TO_M},
    {"chain: one step on is carried", POLICY_CHAIN, "hrss", "employer", "employer", 9, 0, false, TO_P},
    {"chain: a step back is carried", POLICY_CHAIN, "employer", "hrss", "hrss", 9, 0, false, TO_P},
    {"chain: both changed, the further step", POLICY_CHAIN, "department", "hrss", "draft", 9, 1, false, TO_M},
    {"chain: no base, the further step", POLICY_CHAIN, "hrss", "department", NONE, 1, 9, false, TO_P},
    {"chain: rejected beats draft", POLICY_CHAIN, "rejected", "draft", NONE, 0, 0, false, TO_P},
    {"chain: rejected beats submitted", POLICY_CHAIN, "submitted", "rejected", "draft", 0, 0, false, TO_M},
    {"chain: rejected beats waiting", POLICY_CHAIN, "rejected", "waiting", NONE, 0, 0, false, TO_P},
    {"chain: rejected against employer", POLICY_CHAIN, "rejected", "employer", NONE, 0, 0, false, REVIEW},
    {"chain: rejected against hrss", POLICY_CHAIN, "hrss", "rejected", "draft", 0, 0, false, REVIEW},
    {"chain: rejected against approved", POLICY_CHAIN, "rejected", "approved", NONE, 0, 0, false, REVIEW},
    {"chain: one side rejected since the base", POLICY_CHAIN, "rejected", "hrss", "hrss", 9, 0, false, TO_P},
    {"chain: approved beats waiting", POLICY_CHAIN, "waiting", "approved", NONE, 0, 0, false, TO_M},
    {"chain: no such review", POLICY_CHAIN, "hrss", "unheard", NONE, 0, 0, false, REVIEW},
    {"larger: both changed", POLICY_LARGER, "1250", "300", "100", 0, 0, false, TO_P},
    {"larger: numbers, not texts", POLICY_LARGER, "900", "1000", NONE, 0, 0, false, TO_M},
    {"larger: one side changed, to less", POLICY_LARGER, "100", "300", "300", 9, 0, false, TO_P},
    {"larger: no number", POLICY_LARGER, "x", "300", NONE, 0, 0, false, MISMATCH},
    {"ignore: kept apart", POLICY_IGNORE, "b", "c", "a", 0, 0, false, APART},
    {"ignore: kept apart when one changed", POLICY_IGNORE, "b", "a", "a", 0, 0, false, APART},
};

/* holds: merge.conflict_one merge.conflict_both merge.newest_one merge.newest_both merge.newest_close */
/* holds: merge.municipal merge.provincial merge.chain_one merge.chain_both merge.chain_rejected */
/* holds: merge.larger merge.ignore merge.empty merge.emptied merge.agreed merge.clocks_stepped */
static void each_rule_gives_its_verdict(void **state)
{
    (void)state;
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++) {
        const struct row *row = &rows[index];
        struct field_case at = {
            .field = FIELD_ACCOUNT_NAME,
            .policy = row->policy,
            .value = {slice_of(row->municipal), slice_of(row->provincial)},
            .has_base = row->base != NULL,
            .base = slice_of(row->base),
            .changed_at = {row->changed_municipal, row->changed_provincial},
            .clocks_trusted = !row->untrusted,
        };
        int found = (int)merge_field(&at);
        if (found != row->expected)
            fail_msg("%s: verdict %d, expected %d", row->rule, found, row->expected);
    }
}

/* Swapping the sides swaps the verdict, but for the two policies that name a side. */
static void the_rules_are_fair_to_both_sides(void **state)
{
    (void)state;
    static const int swapped[] = {AGREED, TO_M, TO_P, APART, MISMATCH, REVIEW};
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++) {
        const struct row *row = &rows[index];
        if (row->policy == POLICY_MUNICIPAL || row->policy == POLICY_PROVINCIAL)
            continue;
        struct field_case at = {
            .policy = row->policy,
            .value = {slice_of(row->provincial), slice_of(row->municipal)},
            .has_base = row->base != NULL,
            .base = slice_of(row->base),
            .changed_at = {row->changed_provincial, row->changed_municipal},
            .clocks_trusted = !row->untrusted,
        };
        if ((int)merge_field(&at) != swapped[row->expected])
            fail_msg("%s: not the same with the sides swapped", row->rule);
    }
}

/* holds: merge.review_revoked */
static void only_leaving_hrss_is_a_revoked_review(void **state)
{
    (void)state;
    assert_true(merge_review_revoked(SLICE("hrss"), SLICE("department")));
    assert_true(merge_review_revoked(SLICE("hrss"), SLICE("rejected")));
    assert_false(merge_review_revoked(SLICE("hrss"), SLICE("hrss")));
    assert_false(merge_review_revoked(SLICE("department"), SLICE("draft")));
    assert_false(merge_review_revoked(SLICE("approved"), SLICE("waiting")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rule_gives_its_verdict),
        cmocka_unit_test(the_rules_are_fair_to_both_sides),
        cmocka_unit_test(only_leaving_hrss_is_a_revoked_review),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
