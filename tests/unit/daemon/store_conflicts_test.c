/* The conflict log: the life of a conflict as a table, decisions, look-ups, filters. */
#include "tests/support/state.h"

#include "daemon/store/conflicts.h"
#include "daemon/sync/conflict_kind.h"

static struct conflict conflict_of(const char *subject, const char *one, const char *other)
{
    struct conflict conflict = {
        .kind = conflict_kind_name(KIND_field_mismatch),
        .severity = SEVERITY_ERROR,
        .entity = ENTITY_HOURS,
        .subject = slice_of(subject),
        .masked = SLICE("masked"),
        .field = "amount",
        .value = {slice_of(one), slice_of(other)},
        .base = SLICE("100"),
        .has_base = true,
        .owner = SLICE("hrss:371602"),
        .remote_id = {SLICE("m1"), SLICE("p1")},
        .region = "371602",
        .year = 2023,
        .run = 1,
    };
    (void)snprintf(conflict.reference, sizeof conflict.reference, "%.16s", subject);
    return conflict;
}

static void conflict_comes_back_whole(void **test)
{
    struct state *state = *test;
    struct conflict conflict = conflict_of("hours:371600/1", "200", "");
    struct conflict read;
    enum conflict_seen seen = CONFLICT_AGAIN;
    conflict.person = state_hash(state, "person:x");
    assert_status(conflict_see(state->store, &conflict, 1000, &seen));
    assert_int_equal(seen, CONFLICT_NEW);
    state_reopen(state);
    assert_status(conflict_get(state->store, conflict.number, &state->arena, &read));
    assert_ptr_equal(read.kind, conflict_kind_name(KIND_field_mismatch));
    assert_ptr_equal(read.field, field_row(FIELD_HOURS_AMOUNT)->name);
    assert_slice(read.subject, "hours:371600/1");
    assert_slice(read.value[MUNICIPAL], "200");
    assert_int_equal(read.value[PROVINCIAL].size, 0);
    assert_slice(read.base, "100");
    assert_true(read.has_base);
    assert_slice(read.owner, "hrss:371602");
    assert_string_equal(read.region, "371602");
    assert_int_equal(read.year, 2023);
    assert_int_equal(read.first_seen, 1000);
    assert_int_equal(read.times, 1);
    assert_int_equal(read.state, CONFLICT_OPEN);
    assert_int_equal(read.decision, DECISION_NONE);
    assert_memory_equal(&read.person, &conflict.person, sizeof read.person);
    assert_int_equal(conflict_get(state->store, 99, &state->arena, &read), STATUS_NOT_FOUND);
}

/* One row: where a conflict stands, what is seen, and where it stands then. */
/* holds: conflict.reopens conflict.states */
static void life_of_a_conflict(void **test)
{
    static const struct {
        enum conflict_state state;
        enum decision decision;
        const char *provincial; /* seen now; "300" is what was recorded */
        enum conflict_seen seen;
        enum conflict_state then;
        enum decision decision_then;
    } rows[] = {
        {CONFLICT_OPEN, DECISION_NONE, "300", CONFLICT_AGAIN, CONFLICT_OPEN, DECISION_NONE},
        {CONFLICT_OPEN, DECISION_NONE, "400", CONFLICT_AGAIN, CONFLICT_OPEN, DECISION_NONE},
        {CONFLICT_ACKNOWLEDGED, DECISION_NONE, "300", CONFLICT_AGAIN, CONFLICT_ACKNOWLEDGED,
         DECISION_NONE},
        {CONFLICT_DECIDED, DECISION_MUNICIPAL, "300", CONFLICT_AGAIN, CONFLICT_DECIDED,
         DECISION_MUNICIPAL},
        {CONFLICT_DECIDED, DECISION_MUNICIPAL, "400", CONFLICT_REOPENED, CONFLICT_OPEN, DECISION_NONE},
        {CONFLICT_DECIDED, DECISION_PROVINCIAL, "400", CONFLICT_REOPENED, CONFLICT_OPEN, DECISION_NONE},
        {CONFLICT_APPLIED, DECISION_MUNICIPAL, "300", CONFLICT_AGAIN, CONFLICT_APPLIED,
         DECISION_MUNICIPAL},
        {CONFLICT_APPLIED, DECISION_MUNICIPAL, "200", CONFLICT_AGAIN, CONFLICT_APPLIED,
         DECISION_MUNICIPAL},
        {CONFLICT_APPLIED, DECISION_MUNICIPAL, "400", CONFLICT_REOPENED, CONFLICT_OPEN, DECISION_NONE},
        {CONFLICT_APPLIED, DECISION_VALUE, "250", CONFLICT_AGAIN, CONFLICT_APPLIED, DECISION_VALUE},
        {CONFLICT_APPLIED, DECISION_VALUE, "400", CONFLICT_REOPENED, CONFLICT_OPEN, DECISION_NONE},
        {CONFLICT_CLOSED, DECISION_MUNICIPAL, "300", CONFLICT_REOPENED, CONFLICT_OPEN,
         DECISION_NONE},
        {CONFLICT_CLOSED, DECISION_ACCEPT, "300", CONFLICT_STILL_ACCEPTED, CONFLICT_CLOSED,
         DECISION_ACCEPT},
        {CONFLICT_CLOSED, DECISION_ACCEPT, "400", CONFLICT_REOPENED, CONFLICT_OPEN, DECISION_NONE},
        {CONFLICT_CLEARED, DECISION_NONE, "300", CONFLICT_REOPENED, CONFLICT_OPEN, DECISION_NONE},
        {CONFLICT_CLEARED, DECISION_ACCEPT, "300", CONFLICT_REOPENED, CONFLICT_OPEN, DECISION_NONE},
    };
    struct state *state = *test;
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++) {
        char subject[32];
        enum conflict_seen seen = CONFLICT_NEW;
        struct conflict read;
        (void)snprintf(subject, sizeof subject, "hours:371600/%zu", index);
        struct conflict conflict = conflict_of(subject, "200", "300");
        assert_status(conflict_see(state->store, &conflict, 1000, &seen));
        if (rows[index].decision != DECISION_NONE)
            assert_status(conflict_decide(state->store, conflict.number, rows[index].decision,
                                          rows[index].decision == DECISION_VALUE ? SLICE("250")
                                                                                 : (struct slice){0},
                                          SLICE("1000 clerk"), SLICE("why"), 1100));
        assert_status(conflict_set_state(state->store, conflict.number, rows[index].state, 1200));
        conflict = conflict_of(subject, "200", rows[index].provincial);
        conflict.run = 2;
        assert_status(conflict_see(state->store, &conflict, 2000, &seen));
        assert_int_equal(seen, rows[index].seen);
        assert_status(conflict_get(state->store, conflict.number, &state->arena, &read));
        assert_int_equal(read.state, rows[index].then);
        assert_int_equal(read.decision, rows[index].decision_then);
        assert_slice(read.value[PROVINCIAL], rows[index].provincial);
        assert_int_equal(read.times, 2);
        assert_int_equal(read.first_seen, 1000);
        assert_int_equal(read.last_seen, 2000);
        assert_int_equal(read.run, 2);
        if (rows[index].decision != DECISION_NONE)
            assert_slice(read.decided_by, "1000 clerk");
    }
}

/* holds: conflict.counts_up */
static void a_conflict_is_counted_once_a_run(void **test)
{
    struct state *state = *test;
    struct conflict read;
    enum conflict_seen seen;
    for (int run = 1; run <= 3; run++) {
        for (int time = 0; time < 2; time++) { /* from each of two records of the same key */
            struct conflict conflict = conflict_of("hours:371600/1", "200", "300");
            conflict.run = run;
            assert_status(conflict_see(state->store, &conflict, 1000 * run, &seen));
        }
    }
    assert_status(conflict_get(state->store, 1, &state->arena, &read));
    assert_int_equal(read.times, 3);
    assert_int_equal(read.first_seen, 1000);
    assert_int_equal(read.last_seen, 3000);
}

static void decision_is_kept_and_can_be_changed_until_applied(void **test)
{
    struct state *state = *test;
    struct conflict conflict = conflict_of("hours:371600/1", "200", "300");
    struct conflict read;
    enum conflict_seen seen;
    assert_status(conflict_see(state->store, &conflict, 1000, &seen));
    assert_status(conflict_decide(state->store, conflict.number, DECISION_VALUE, SLICE("250"),
                                  SLICE("1000 clerk"), SLICE("by telephone"), 1100));
    assert_status(conflict_get(state->store, conflict.number, &state->arena, &read));
    assert_int_equal(read.state, CONFLICT_DECIDED);
    assert_slice(read.decision_value, "250");
    assert_slice(read.decision_reason, "by telephone");
    assert_int_equal(read.decided_at, 1100);
    assert_status(conflict_decide(state->store, conflict.number, DECISION_ACCEPT, (struct slice){0},
                                  SLICE("1000 clerk"), SLICE("as it is"), 1200));
    assert_status(conflict_get(state->store, conflict.number, &state->arena, &read));
    assert_int_equal(read.state, CONFLICT_CLOSED);
    assert_status(conflict_set_state(state->store, conflict.number, CONFLICT_APPLIED, 1300));
    assert_int_equal(conflict_decide(state->store, conflict.number, DECISION_MUNICIPAL,
                                     (struct slice){0}, SLICE("x"), SLICE("y"), 1400),
                     STATUS_INVALID);
    assert_int_equal(conflict_decide(state->store, 99, DECISION_MUNICIPAL, (struct slice){0},
                                     SLICE("x"), SLICE("y"), 1400),
                     STATUS_NOT_FOUND);
    assert_int_equal(conflict_set_state(state->store, 99, CONFLICT_CLEARED, 1), STATUS_NOT_FOUND);
}

static void conflicts_are_found_by_subject_or_record(void **test)
{
    struct state *state = *test;
    struct conflict found[8];
    size_t count = 0;
    enum conflict_seen seen;
    struct conflict one = conflict_of("hours:371600/1", "1", "2");
    struct conflict two = conflict_of("hours:371600/2", "1", "2");
    struct conflict three = conflict_of("hours:371600/3", "1", "2");
    two.remote_id[MUNICIPAL] = SLICE("m2");
    three.remote_id[MUNICIPAL] = three.remote_id[PROVINCIAL] = (struct slice){0};
    three.kind = conflict_kind_name(KIND_late_record);
    three.field = "";
    assert_status(conflict_see(state->store, &one, 1, &seen));
    assert_status(conflict_see(state->store, &two, 1, &seen));
    assert_status(conflict_see(state->store, &three, 1, &seen));
    assert_status(conflict_of_subject(state->store, one.reference, ENTITIES, (struct slice){0},
                                      (struct slice){0}, &state->arena, found, 8, &count));
    assert_int_equal(count, 1);
    assert_status(conflict_of_subject(state->store, "", ENTITY_HOURS, SLICE("m2"),
                                      (struct slice){0}, &state->arena, found, 8, &count));
    assert_int_equal(count, 1);
    assert_int_equal(found[0].number, two.number);
    assert_status(conflict_of_subject(state->store, "", ENTITY_HOURS, SLICE("m1"), SLICE("p1"),
                                      &state->arena, found, 8, &count));
    assert_int_equal(count, 2);
    assert_status(conflict_of_subject(state->store, "", ENTITY_HOURS, (struct slice){0},
                                      (struct slice){0}, &state->arena, found, 8, &count));
    assert_int_equal(count, 0);
    assert_status(conflict_set_state(state->store, two.number, CONFLICT_CLEARED, 2));
    assert_status(conflict_decide(state->store, one.number, DECISION_ACCEPT, (struct slice){0},
                                  SLICE("x"), SLICE("y"), 3));
    assert_status(conflict_of_subject(state->store, "", ENTITY_HOURS, SLICE("m1"), SLICE("p1"),
                                      &state->arena, found, 8, &count));
    assert_int_equal(count, 1);
    assert_int_equal(found[0].number, one.number);
}

static size_t count_of(struct state *state, struct conflict_filter filter)
{
    struct conflict read;
    size_t count = 0;
    while (conflict_next(state->store, &filter, &state->arena, &read) == STATUS_OK) {
        assert_true(read.number > filter.after);
        filter.after = read.number;
        count++;
    }
    return count;
}

static void filters_narrow_the_list(void **test)
{
    struct state *state = *test;
    int64_t by_severity[4];
    const struct conflict_filter any = {.state = -1, .severity = -1};
    struct conflict_filter filter;
    for (int index = 0; index < 6; index++) {
        char subject[32];
        enum conflict_seen seen;
        (void)snprintf(subject, sizeof subject, "hours:371600/%d", index);
        struct conflict conflict = conflict_of(subject, "1", "2");
        conflict.severity = index < 2 ? SEVERITY_WARNING : SEVERITY_ERROR;
        conflict.year = 2020 + index;
        if (index == 3)
            conflict.person = state_hash(state, "person:x");
        if (index == 4)
            memcpy(conflict.region, "371722", 7);
        assert_status(conflict_see(state->store, &conflict, 1000 + index, &seen));
    }
    assert_status(conflict_set_state(state->store, 1, CONFLICT_CLEARED, 5));
    assert_int_equal(count_of(state, any), 6);
    filter = any, filter.open_only = true;
    assert_int_equal(count_of(state, filter), 5);
    filter = any, filter.state = CONFLICT_CLEARED;
    assert_int_equal(count_of(state, filter), 1);
    filter = any, filter.severity = SEVERITY_WARNING;
    assert_int_equal(count_of(state, filter), 2);
    filter = any, filter.kind = "late_record";
    assert_int_equal(count_of(state, filter), 0);
    filter = any, filter.region = SLICE("3717");
    assert_int_equal(count_of(state, filter), 1);
    filter = any, filter.year = 2022;
    assert_int_equal(count_of(state, filter), 1);
    filter = any, filter.since = 1004;
    assert_int_equal(count_of(state, filter), 2);
    filter = any, filter.owner = SLICE("nobody");
    assert_int_equal(count_of(state, filter), 0);
    filter = any, filter.has_person = true, filter.person = state_hash(state, "person:x");
    assert_int_equal(count_of(state, filter), 1);
    filter.open_only = true;
    assert_int_equal(count_of(state, filter), 1);
    assert_status(conflict_count_open(state->store, &filter, by_severity));
    assert_int_equal(by_severity[SEVERITY_ERROR], 1);
    assert_status(conflict_count_open(state->store, &any, by_severity));
    assert_int_equal(by_severity[SEVERITY_WARNING], 1);
    assert_int_equal(by_severity[SEVERITY_ERROR], 4);
    assert_int_equal(by_severity[SEVERITY_CRITICAL], 0);
}

static bool any_open(struct state *state, const char *kind)
{
    bool any = false;
    assert_status(conflict_any_open(state->store, kind, &any));
    return any;
}

static void one_open_conflict_is_enough_for_any(void **test)
{
    struct state *state = *test;
    struct conflict conflict = conflict_of("hours:371600/1", "1", "2");
    enum conflict_seen seen = CONFLICT_AGAIN;
    assert_false(any_open(state, NULL));
    assert_status(conflict_see(state->store, &conflict, 1000, &seen));
    assert_true(any_open(state, NULL));
    assert_true(any_open(state, conflict.kind));
    assert_false(any_open(state, conflict_kind_name(KIND_ambiguous_match)));
    assert_status(conflict_set_state(state->store, conflict.number, CONFLICT_APPLIED, 1001));
    assert_true(any_open(state, conflict.kind)); /* not before it was verified on both sides */
    assert_status(conflict_set_state(state->store, conflict.number, CONFLICT_CLEARED, 1002));
    assert_false(any_open(state, conflict.kind));
    assert_false(any_open(state, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STATE_TEST(conflict_comes_back_whole),
        STATE_TEST(life_of_a_conflict),
        STATE_TEST(a_conflict_is_counted_once_a_run),
        STATE_TEST(decision_is_kept_and_can_be_changed_until_applied),
        STATE_TEST(conflicts_are_found_by_subject_or_record),
        STATE_TEST(filters_narrow_the_list),
        STATE_TEST(one_open_conflict_is_enough_for_any),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
