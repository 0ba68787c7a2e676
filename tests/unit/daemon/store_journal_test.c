/* The journal: planned → sent → known, held plans, rejected keys, the plan's hash. */
#include "tests/support/state.h"

#include "daemon/store/journal.h"
#include "daemon/sync/situation.h"

#include <sqlite3.h>

enum { RUN = 3 };

static int64_t plan(struct state *state, int64_t run, unsigned wave, const char *key,
                    enum write_state state_of)
{
    struct write write = {
        .run = run,
        .target = PROVINCIAL,
        .entity = ENTITY_HOURS,
        .operation = WRITE_UPDATE,
        .state = state_of,
        .wave = wave,
        .key = state_hash(state, key),
        .source_id = SLICE("m1"),
        .target_id = SLICE("p1"),
        .version = 4,
        .subject = state_hash(state, "hours:371600/1"),
        .reference = "0123456789abcdef",
        .subject_text = SLICE("hours:371600/1"),
        .masked = SLICE("hours:371600/1"),
        .reason = situation_name(SITUATION_municipal_changed),
        .fields = FIELD_BIT(FIELD_HOURS_AMOUNT),
        .values = SLICE("values"),
        .before = SLICE("before"),
        .body = SLICE("{\"amount\":1}"),
        .origin_system = SLICE("371600"),
        .origin_number = SLICE("1"),
    };
    assert_status(journal_plan(state->store, &write));
    return write.number;
}

static void planned_write_comes_back_whole(void **test)
{
    struct state *state = *test;
    struct write write;
    size_t count = 0;
    int64_t number = plan(state, RUN, 1, "key", WRITE_PLANNED);
    state_reopen(state);
    assert_status(journal_planned(state->store, RUN, 1, PROVINCIAL, ENTITY_HOURS, 1, &state->arena,
                                  &write, &count));
    assert_int_equal(count, 1);
    assert_int_equal(write.number, number);
    assert_int_equal(write.state, WRITE_PLANNED);
    assert_int_equal(write.operation, WRITE_UPDATE);
    assert_int_equal(write.version, 4);
    assert_slice(write.source_id, "m1");
    assert_slice(write.target_id, "p1");
    assert_slice(write.subject_text, "hours:371600/1");
    assert_slice(write.values, "values");
    assert_slice(write.before, "before");
    assert_slice(write.body, "{\"amount\":1}");
    assert_slice(write.origin_system, "371600");
    assert_slice(write.origin_number, "1");
    assert_string_equal(write.reference, "0123456789abcdef");
    assert_ptr_equal(write.reason, situation_name(SITUATION_municipal_changed));
    assert_true(write.fields == FIELD_BIT(FIELD_HOURS_AMOUNT));
    assert_string_equal(write.code, "");
    assert_int_equal(write.sent_at, 0);
}

static void write_goes_from_planned_to_known(void **test)
{
    struct state *state = *test;
    struct write write;
    size_t count = 1;
    struct hash batch = state_hash(state, "batch");
    int64_t number = plan(state, RUN, 1, "key", WRITE_PLANNED);
    assert_status(journal_set_sent(state->store, number, batch, 100));
    assert_status(journal_next_in_state(state->store, WRITE_SENT, 0, 0, &state->arena, &write));
    assert_int_equal(write.sent_at, 100);
    assert_int_equal(write.known_at, 0);
    assert_memory_equal(&write.batch, &batch, sizeof batch);
    assert_int_equal(
        journal_next_in_state(state->store, WRITE_SENT, RUN, number, &state->arena, &write),
        STATUS_NOT_FOUND);
    assert_int_equal(
        journal_next_in_state(state->store, WRITE_SENT, RUN + 1, 0, &state->arena, &write),
        STATUS_NOT_FOUND);
    assert_status(journal_planned(state->store, RUN, 1, PROVINCIAL, ENTITY_HOURS, 1, &state->arena,
                                  &write, &count));
    assert_int_equal(count, 0);
    assert_status(journal_set_state(state->store, number, WRITE_SETTLED, "0000", 105));
    assert_status(journal_get(state->store, number, &state->arena, &write));
    assert_int_equal(write.state, WRITE_SETTLED);
    assert_int_equal(write.known_at, 105);
    assert_string_equal(write.code, "0000");
    assert_status(journal_set_state(state->store, number, WRITE_SETTLED, NULL, 106));
    assert_status(journal_get(state->store, number, &state->arena, &write));
    assert_string_equal(write.code, "0000");
}

static void only_what_is_planned_can_be_sent(void **test)
{
    static const enum write_state refused[] = {WRITE_PROPOSED, WRITE_SETTLED, WRITE_REJECTED,
                                               WRITE_OVERTAKEN, WRITE_DROPPED};
    struct state *state = *test;
    for (size_t index = 0; index < sizeof refused / sizeof *refused; index++) {
        int64_t number = plan(state, RUN, 1, "key", refused[index]);
        assert_int_equal(journal_set_sent(state->store, number, (struct hash){{0}}, 1),
                         STATUS_NOT_FOUND);
    }
}

static void waves_go_from_the_lowest(void **test)
{
    struct state *state = *test;
    unsigned wave = 0;
    assert_int_equal(journal_next_wave(state->store, RUN, &wave), STATUS_NOT_FOUND);
    int64_t later = plan(state, RUN, 4, "a", WRITE_PLANNED);
    int64_t first = plan(state, RUN, 2, "b", WRITE_PLANNED);
    (void)plan(state, RUN + 1, 1, "c", WRITE_PLANNED);
    assert_status(journal_next_wave(state->store, RUN, &wave));
    assert_int_equal(wave, 2);
    assert_status(journal_set_sent(state->store, first, (struct hash){{0}}, 1));
    assert_status(journal_next_wave(state->store, RUN, &wave));
    assert_int_equal(wave, 4);
    assert_status(journal_set_state(state->store, later, WRITE_DROPPED, NULL, 1));
    assert_int_equal(journal_next_wave(state->store, RUN, &wave), STATUS_NOT_FOUND);
}

/* holds: write.rejected */
static void rejected_key_is_known_until_released(void **test)
{
    struct state *state = *test;
    struct write write;
    struct hash key = state_hash(state, "key");
    int64_t number = plan(state, RUN, 1, "key", WRITE_PLANNED);
    assert_int_equal(journal_rejected(state->store, key, &state->arena, &write), STATUS_NOT_FOUND);
    assert_status(journal_set_state(state->store, number, WRITE_REJECTED, "4001", 9));
    assert_status(journal_rejected(state->store, key, &state->arena, &write));
    assert_int_equal(write.number, number);
    assert_string_equal(write.code, "4001");
    assert_status(journal_set_state(state->store, number, WRITE_DROPPED, NULL, 10));
    assert_int_equal(journal_rejected(state->store, key, &state->arena, &write), STATUS_NOT_FOUND);
}

static void held_plan_is_proposed_and_older_ones_go(void **test)
{
    struct state *state = *test;
    struct write write;
    struct write_count counts[4];
    size_t count = 0;
    int64_t dropped = 0;
    int64_t old = plan(state, RUN - 1, 1, "old", WRITE_PROPOSED);
    int64_t number = plan(state, RUN, 1, "key", WRITE_PLANNED);
    assert_status(journal_hold(state->store, RUN));
    assert_int_equal(journal_get(state->store, old, &state->arena, &write), STATUS_NOT_FOUND);
    assert_status(journal_get(state->store, number, &state->arena, &write));
    assert_int_equal(write.state, WRITE_PROPOSED);
    (void)plan(state, RUN, 1, "two", WRITE_PLANNED);
    (void)plan(state, RUN, 1, "three", WRITE_PLANNED);
    assert_status(journal_count(state->store, RUN, counts, 4, &count));
    assert_int_equal(count, 2);
    assert_int_equal(counts[0].state, WRITE_PROPOSED);
    assert_int_equal(counts[0].count, 1);
    assert_int_equal(counts[1].state, WRITE_PLANNED);
    assert_int_equal(counts[1].count, 2);
    assert_status(journal_drop_planned(state->store, &dropped));
    assert_int_equal(dropped, 2);
    assert_status(journal_forget_proposed(state->store, RUN + 1));
    assert_int_equal(journal_get(state->store, number, &state->arena, &write), STATUS_NOT_FOUND);
}

static void plan_hash_is_of_the_keys_and_not_of_the_numbers(void **test)
{
    struct state *state = *test;
    struct hash one;
    struct hash other;
    (void)plan(state, 1, 1, "a", WRITE_PLANNED);
    (void)plan(state, 1, 1, "b", WRITE_PLANNED);
    (void)plan(state, 2, 1, "b", WRITE_PROPOSED);
    int64_t number = plan(state, 2, 1, "a", WRITE_PROPOSED);
    (void)plan(state, 2, 1, "c", WRITE_SETTLED);
    assert_status(journal_plan_hash(state->store, 1, &one));
    assert_status(journal_plan_hash(state->store, 2, &other));
    assert_memory_equal(&one, &other, sizeof one);
    assert_status(journal_set_state(state->store, number, WRITE_DROPPED, NULL, 1));
    assert_status(journal_plan_hash(state->store, 2, &other));
    assert_memory_not_equal(&one, &other, sizeof one);
}

static void writes_of_a_subject_come_newest_first(void **test)
{
    struct state *state = *test;
    struct write writes[2];
    size_t count = 0;
    (void)plan(state, 1, 1, "a", WRITE_SETTLED);
    (void)plan(state, 2, 1, "b", WRITE_SETTLED);
    (void)plan(state, 3, 1, "c", WRITE_SETTLED);
    assert_status(journal_of_subject(state->store, state_hash(state, "hours:371600/1"), 2,
                                     &state->arena, writes, &count));
    assert_int_equal(count, 2);
    assert_int_equal(writes[0].run, 3);
    assert_int_equal(writes[1].run, 2);
}

/* Both indexes of an earlier version had the state in them. */
static void journal_of_an_earlier_version_is_walked_as_before(void **test)
{
    static const char before[] =
        "DROP INDEX write_of_run; DROP INDEX write_sent; DROP INDEX write_proposed;"
        "CREATE INDEX write_run ON write (run, state); CREATE INDEX write_state ON write (state);"
        "PRAGMA user_version = 5";
    struct state *state = *test;
    struct write write;
    char path[160];
    sqlite3 *db = NULL;
    int64_t dropped = 0;
    int64_t old = plan(state, RUN - 1, 1, "old", WRITE_PROPOSED);
    int64_t sent = plan(state, RUN, 1, "sent", WRITE_SENT);
    int64_t settled = plan(state, RUN, 1, "settled", WRITE_SETTLED);
    (void)plan(state, RUN, 2, "planned", WRITE_PLANNED);
    store_close(state->store);
    state->store = NULL;
    state_path(state, "state.db", path);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, before, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    state_open(state);
    assert_status(journal_next_in_state(state->store, WRITE_SENT, 0, 0, &state->arena, &write));
    assert_int_equal(write.number, sent);
    assert_int_equal(journal_next_in_state(state->store, WRITE_SENT, 0, sent, &state->arena, &write),
                     STATUS_NOT_FOUND);
    assert_status(journal_next_in_state(state->store, WRITE_SETTLED, RUN, 0, &state->arena, &write));
    assert_int_equal(write.number, settled);
    assert_status(journal_forget_proposed(state->store, RUN));
    assert_int_equal(journal_get(state->store, old, &state->arena, &write), STATUS_NOT_FOUND);
    assert_status(journal_drop_planned(state->store, &dropped));
    assert_int_equal(dropped, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STATE_TEST(planned_write_comes_back_whole),
        STATE_TEST(write_goes_from_planned_to_known),
        STATE_TEST(only_what_is_planned_can_be_sent),
        STATE_TEST(waves_go_from_the_lowest),
        STATE_TEST(rejected_key_is_known_until_released),
        STATE_TEST(held_plan_is_proposed_and_older_ones_go),
        STATE_TEST(plan_hash_is_of_the_keys_and_not_of_the_numbers),
        STATE_TEST(writes_of_a_subject_come_newest_first),
        STATE_TEST(journal_of_an_earlier_version_is_walked_as_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
