/* The situations table: each row of reconciliation.md by an example, and the proof that every
 * combination of facts which can be falls into exactly one row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "daemon/sync/conflict_kind.h"
#include "daemon/sync/situation.h"

#define A PRESENCE_ABSENT
#define V PRESENCE_VALID
#define I PRESENCE_INVALID
#define G PRESENCE_GONE
#define O PRESENCE_OUTSIDE

static const struct example {
    enum presence municipal, provincial;
    enum base_state base;
    bool changed_municipal, changed_provincial, same;
    enum situation expected;
} examples[] = {
    {V, A, BASE_NONE, false, false, false, SITUATION_new_municipal},
    {A, V, BASE_NONE, false, false, false, SITUATION_new_provincial},
    {V, V, BASE_NONE, false, false, false, SITUATION_first_contact},
    {V, V, BASE_NONE, true, true, true, SITUATION_first_contact},
    {V, V, BASE_VALID, false, false, true, SITUATION_in_sync},
    {V, V, BASE_VALID, false, false, false, SITUATION_in_sync},
    {V, V, BASE_VALID, true, false, false, SITUATION_municipal_changed},
    {V, V, BASE_VALID, false, true, false, SITUATION_provincial_changed},
    {V, V, BASE_VALID, true, true, true, SITUATION_converged},
    {V, V, BASE_VALID, true, true, false, SITUATION_both_changed},
    {V, V, BASE_INVALID, true, true, true, SITUATION_converged},
    {V, V, BASE_INVALID, true, true, false, SITUATION_both_changed},
    {I, V, BASE_VALID, false, false, false, SITUATION_municipal_revoked},
    {V, I, BASE_VALID, false, false, false, SITUATION_provincial_revoked},
    {I, V, BASE_VALID, false, true, false, SITUATION_revoked_or_changed},
    {V, I, BASE_VALID, true, false, false, SITUATION_revoked_or_changed},
    {I, V, BASE_NONE, false, false, false, SITUATION_revoked_or_changed},
    {V, I, BASE_NONE, false, false, false, SITUATION_revoked_or_changed},
    {V, I, BASE_INVALID, false, false, false, SITUATION_reinstated},
    {I, V, BASE_INVALID, false, false, false, SITUATION_reinstated},
    {I, I, BASE_NONE, false, false, false, SITUATION_retired},
    {I, I, BASE_VALID, true, true, true, SITUATION_retired},
    {I, A, BASE_NONE, false, false, false, SITUATION_never_shared},
    {A, I, BASE_NONE, false, false, false, SITUATION_never_shared},
    {G, V, BASE_VALID, false, false, false, SITUATION_vanished},
    {V, G, BASE_INVALID, false, false, false, SITUATION_vanished},
    {G, G, BASE_VALID, false, false, false, SITUATION_retired},
    {G, I, BASE_VALID, false, false, false, SITUATION_retired},
    {I, G, BASE_VALID, false, false, false, SITUATION_retired},
    {O, V, BASE_VALID, false, false, false, SITUATION_left_region},
    {V, O, BASE_VALID, false, false, false, SITUATION_left_region},
    {O, G, BASE_VALID, false, false, false, SITUATION_left_region},
    {I, O, BASE_INVALID, false, false, false, SITUATION_left_region},
    {V, O, BASE_NONE, false, false, false, SITUATION_elsewhere},
    {O, V, BASE_NONE, false, false, false, SITUATION_elsewhere},
    {O, O, BASE_VALID, false, false, false, SITUATION_out_of_scope},
    {O, A, BASE_NONE, false, false, false, SITUATION_out_of_scope},
};

static struct situation_facts facts_of(const struct example *example)
{
    return (struct situation_facts){
        .presence = {example->municipal, example->provincial},
        .base = example->base,
        .changed = {example->changed_municipal, example->changed_provincial},
        .same = example->same,
    };
}

/* holds: situation.new_municipal situation.new_provincial situation.first_contact situation.in_sync */
/* holds: situation.municipal_changed situation.provincial_changed situation.converged */
/* holds: situation.both_changed situation.municipal_revoked situation.provincial_revoked */
/* holds: situation.revoked_or_changed situation.reinstated situation.retired situation.never_shared */
/* holds: situation.vanished situation.left_region situation.elsewhere */
static void each_example_falls_in_its_row(void **state)
{
    (void)state;
    for (size_t index = 0; index < sizeof examples / sizeof *examples; index++) {
        struct situation_facts facts = facts_of(&examples[index]);
        enum situation found = situation_of(&facts);
        if (found != examples[index].expected)
            fail_msg("example %zu: %s, expected %s", index, situation_name(found),
                     situation_name(examples[index].expected));
    }
}

/* Absent is said only of what was never linked, gone only of what was; neither side absent twice. */
static bool can_be(const struct situation_facts *facts)
{
    bool absent = facts->presence[MUNICIPAL] == A || facts->presence[PROVINCIAL] == A;
    bool gone = facts->presence[MUNICIPAL] == G || facts->presence[PROVINCIAL] == G;
    bool both_absent = facts->presence[MUNICIPAL] == A && facts->presence[PROVINCIAL] == A;
    return !both_absent && !(absent && facts->base != BASE_NONE) && !(gone && facts->base == BASE_NONE);
}

/* holds: situation.one_row */
static void every_combination_falls_in_exactly_one_row(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < PRESENCES * PRESENCES * BASE_STATES * 8U; bits++) {
        unsigned rest = bits / 8;
        struct situation_facts facts = {
            .presence = {(enum presence)(rest % PRESENCES), (enum presence)(rest / PRESENCES % PRESENCES)},
            .base = (enum base_state)(rest / PRESENCES / PRESENCES),
            .changed = {(bits & 1) != 0, (bits & 2) != 0},
            .same = (bits & 4) != 0,
        };
        unsigned expected = can_be(&facts) ? 1 : 0;
        if (situation_rows(&facts) != expected)
            fail_msg("m=%d p=%d base=%d changed=%d,%d same=%d: %u rows, expected %u",
                     facts.presence[MUNICIPAL], facts.presence[PROVINCIAL], facts.base,
                     facts.changed[MUNICIPAL], facts.changed[PROVINCIAL], facts.same,
                     situation_rows(&facts), expected);
    }
}

/* holds: situation.one_row */
static void the_table_does_not_care_which_side_is_which(void **state)
{
    (void)state;
    static const enum situation mirrored[SITUATIONS] = {
        [SITUATION_new_municipal] = SITUATION_new_provincial,
        [SITUATION_new_provincial] = SITUATION_new_municipal,
        [SITUATION_first_contact] = SITUATION_first_contact,
        [SITUATION_in_sync] = SITUATION_in_sync,
        [SITUATION_municipal_changed] = SITUATION_provincial_changed,
        [SITUATION_provincial_changed] = SITUATION_municipal_changed,
        [SITUATION_converged] = SITUATION_converged,
        [SITUATION_both_changed] = SITUATION_both_changed,
        [SITUATION_municipal_revoked] = SITUATION_provincial_revoked,
        [SITUATION_provincial_revoked] = SITUATION_municipal_revoked,
        [SITUATION_revoked_or_changed] = SITUATION_revoked_or_changed,
        [SITUATION_reinstated] = SITUATION_reinstated,
        [SITUATION_retired] = SITUATION_retired,
        [SITUATION_never_shared] = SITUATION_never_shared,
        [SITUATION_vanished] = SITUATION_vanished,
        [SITUATION_left_region] = SITUATION_left_region,
        [SITUATION_elsewhere] = SITUATION_elsewhere,
        [SITUATION_out_of_scope] = SITUATION_out_of_scope,
    };
    for (size_t index = 0; index < sizeof examples / sizeof *examples; index++) {
        struct example swapped = examples[index];
        swapped.municipal = examples[index].provincial;
        swapped.provincial = examples[index].municipal;
        swapped.changed_municipal = examples[index].changed_provincial;
        swapped.changed_provincial = examples[index].changed_municipal;
        struct situation_facts facts = facts_of(&swapped);
        if (situation_of(&facts) != mirrored[examples[index].expected])
            fail_msg("example %zu mirrored is %s", index, situation_name(situation_of(&facts)));
    }
}

/* holds: situation.kind */
static void a_situation_that_is_a_conflict_is_a_kind(void **state)
{
    (void)state;
    for (int index = 0; index < SITUATIONS; index++) {
        enum situation situation = (enum situation)index;
        if (situation_action(situation) != ACTION_CONFLICT || situation == SITUATION_elsewhere)
            continue;
        assert_non_null(conflict_kind_intern(slice_of(situation_name(situation))));
    }
}

/* reconciliation.md: the notice's table, a situation that is a conflict, and "Other severities". */
enum { WARNING = 1, ERROR, CRITICAL }; /* daemon/store/conflicts.h */

/* holds: conflict.severity */
static void each_kind_has_its_severity(void **state)
{
    static const struct {
        const char *kind;
        int severity;
    } kinds[] = {
        {"missing_counterpart", ERROR},     {"region_mismatch", ERROR},
        {"unit_mismatch", ERROR},           {"year_mismatch", WARNING},
        {"late_record", WARNING},           {"counted_twice", ERROR},
        {"unproven_hours", ERROR},          {"implausible_amount", WARNING},
        {"total_mismatch", ERROR},          {"qualification_mismatch", CRITICAL},
        {"certificate_mismatch", CRITICAL}, {"invalid_record", ERROR},
        {"field_mismatch", ERROR},          {"review_mismatch", ERROR},
        {"duplicate_record", ERROR},        {"ambiguous_match", ERROR},
        {"id_changed", ERROR},              {"write_rejected", ERROR},
        {"mass_change_guard", CRITICAL},    {"platform_changed", CRITICAL},
        {"control_total", CRITICAL},        {"schema_drift", CRITICAL},
        {"field_drift", WARNING},           {"oscillation", WARNING},
        {"left_region", WARNING},           {"revoked_or_changed", ERROR},
        {"reinstated", ERROR},              {"vanished", ERROR},
    };
    (void)state;
    for (size_t index = 0; index < sizeof kinds / sizeof *kinds; index++) {
        enum conflict_kind kind = CONFLICT_KINDS;
        if (!conflict_kind_find(slice_of(kinds[index].kind), &kind) ||
            conflict_kind_severity(kind) != kinds[index].severity)
            fail_msg("%s", kinds[index].kind);
    }
    assert_int_equal(sizeof kinds / sizeof *kinds, CONFLICT_KINDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_example_falls_in_its_row),
        cmocka_unit_test(every_combination_falls_in_exactly_one_row),
        cmocka_unit_test(the_table_does_not_care_which_side_is_which),
        cmocka_unit_test(a_situation_that_is_a_conflict_is_a_kind),
        cmocka_unit_test(each_kind_has_its_severity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
