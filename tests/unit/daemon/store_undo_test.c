/* The journal read backwards: what a run or a decision wrote, and what an undo left out. */
#include "tests/support/state.h"

#include "daemon/store/journal_undo.h"

enum { RUN = 3, UNDO = 8 };

static int64_t taken(struct state *state, int64_t run, enum write_state become, const char *code,
                     field_set decided, int64_t undoes)
{
    struct write write = {
        .run = run,
        .target = PROVINCIAL,
        .entity = ENTITY_ACCOUNT,
        .operation = WRITE_UPDATE,
        .state = WRITE_PLANNED,
        .key = state_hash(state, "key"),
        .target_id = SLICE("p1"),
        .version = 4,
        .subject = state_hash(state, "person:1"),
        .subject_text = SLICE("person:1"),
        .masked = SLICE("person:*"),
        .reason = "undo",
        .fields = FIELD_BIT(FIELD_ACCOUNT_NAME) | FIELD_BIT(FIELD_ACCOUNT_MOBILE),
        .decided = decided,
        .undoes = undoes,
        .values = SLICE("values"),
        .before = SLICE("before"),
        .body = SLICE("{}"),
    };
    assert_status(journal_plan(state->store, &write));
    assert_status(journal_set_sent(state->store, write.number, write.key, 100 + write.number));
    assert_status(journal_set_state(state->store, write.number, become, code, 200));
    return write.number;
}

static void what_a_decision_and_an_undo_say_of_a_write_comes_back(void **test)
{
    struct state *state = *test;
    struct write write;
    int64_t number = taken(state, RUN, WRITE_SETTLED, "", FIELD_BIT(FIELD_ACCOUNT_NAME), 41);
    state_reopen(state);
    assert_status(journal_get(state->store, number, &state->arena, &write));
    assert_true(write.decided == FIELD_BIT(FIELD_ACCOUNT_NAME));
    assert_int_equal(write.undoes, 41);
    assert_slice(write.before, "before");
}

static void only_what_the_target_took_is_taken_back_newest_first(void **test)
{
    struct state *state = *test;
    struct write write = {.number = 0};
    int64_t first = taken(state, RUN, WRITE_SETTLED, "", 0, 0);
    taken(state, RUN, WRITE_REJECTED, "E1", 0, 0);
    taken(state, RUN, WRITE_OVERTAKEN, "40900", 0, 0);
    int64_t lost = taken(state, RUN, WRITE_OVERTAKEN, "unknown", 0, 0);
    taken(state, RUN + 1, WRITE_SETTLED, "", 0, 0);
    assert_status(journal_next_taken(state->store, RUN, 0, &state->arena, &write));
    assert_int_equal(write.number, lost);
    assert_status(journal_next_taken(state->store, RUN, lost, &state->arena, &write));
    assert_int_equal(write.number, first);
    assert_int_equal(journal_next_taken(state->store, RUN, first, &state->arena, &write),
                     STATUS_NOT_FOUND);
}

static void a_decision_is_found_by_its_field_and_its_time(void **test)
{
    struct state *state = *test;
    struct write write = {.number = 0};
    struct hash subject = state_hash(state, "person:1");
    int64_t earlier = taken(state, RUN, WRITE_SETTLED, "", FIELD_BIT(FIELD_ACCOUNT_NAME), 0);
    int64_t decided = taken(state, RUN, WRITE_SETTLED, "", FIELD_BIT(FIELD_ACCOUNT_NAME), 0);
    taken(state, RUN, WRITE_SETTLED, "", 0, 0);
    assert_status(journal_next_decided(state->store, subject, FIELD_ACCOUNT_NAME, 100 + decided, 0,
                                       &state->arena, &write));
    assert_int_equal(write.number, decided);
    assert_int_equal(journal_next_decided(state->store, subject, FIELD_ACCOUNT_NAME, 100 + decided,
                                          decided, &state->arena, &write),
                     STATUS_NOT_FOUND);
    assert_int_equal(journal_next_decided(state->store, subject, FIELD_ACCOUNT_MOBILE, 0, 0,
                                          &state->arena, &write),
                     STATUS_NOT_FOUND);
    assert_status(journal_next_decided(state->store, subject, FIELD_ACCOUNT_NAME, 0, decided,
                                       &state->arena, &write));
    assert_int_equal(write.number, earlier);
}

static void a_write_knows_what_took_it_back_last(void **test)
{
    struct state *state = *test;
    struct write write = {.number = 0};
    int64_t undone = taken(state, RUN, WRITE_SETTLED, "", 0, 0);
    taken(state, UNDO, WRITE_OVERTAKEN, "40900", 0, undone);
    int64_t last = taken(state, UNDO, WRITE_SETTLED, "", 0, undone);
    assert_status(journal_undoing(state->store, undone, UNDO, &state->arena, &write));
    assert_int_equal(write.number, last);
    assert_int_equal(journal_undoing(state->store, undone, UNDO + 1, &state->arena, &write),
                     STATUS_NOT_FOUND);
}

static void what_was_left_out_is_named_once_and_may_be_forgotten(void **test)
{
    struct state *state = *test;
    struct write write = {.number = 0};
    struct slice why = {0};
    int64_t count = 0;
    int64_t one = taken(state, RUN, WRITE_SETTLED, "", 0, 0);
    int64_t other = taken(state, RUN, WRITE_SETTLED, "", 0, 0);
    assert_status(journal_leave_out(state->store, UNDO, one, "changed"));
    assert_status(journal_leave_out(state->store, UNDO, one, "already"));
    assert_status(journal_leave_out(state->store, UNDO, other, "changed"));
    assert_status(journal_leave_out(state->store, UNDO, other, NULL));
    assert_status(journal_count_left_out(state->store, UNDO, &count));
    assert_int_equal(count, 1);
    assert_status(journal_next_left_out(state->store, UNDO, 0, &state->arena, &write, &why));
    assert_int_equal(write.number, one);
    assert_slice(why, "already");
    assert_int_equal(
        journal_next_left_out(state->store, UNDO, one, &state->arena, &write, &why),
        STATUS_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STATE_TEST(what_a_decision_and_an_undo_say_of_a_write_comes_back),
        STATE_TEST(only_what_the_target_took_is_taken_back_newest_first),
        STATE_TEST(a_decision_is_found_by_its_field_and_its_time),
        STATE_TEST(a_write_knows_what_took_it_back_last),
        STATE_TEST(what_was_left_out_is_named_once_and_may_be_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
