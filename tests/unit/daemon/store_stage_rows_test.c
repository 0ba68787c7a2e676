/* The stage's rows: payloads in few bytes, marks that outlive the process, rows of a person and of a key together,
 * and what is known by heart of rows that were rolled back or forgotten. */
#include "tests/support/state.h"

#include "daemon/store/stage.h"
#include "daemon/store/stage_forget.h"

#include <sqlite3.h>

static struct staged row_of(const struct state *state, enum side side, enum entity entity, const char *id,
                            struct slice payload)
{
    struct staged staged = {.side = side, .entity = entity, .remote_id = slice_of(id), .version = 1,
                            .updated = 1700000000, .payload = payload, .dirty = true};
    staged.key = state_hash(state, id);
    staged.raw = state_hash(state, "raw");
    return staged;
}

static int64_t put(struct state *state, enum side side, enum entity entity, const char *id, struct slice payload)
{
    struct staged staged = row_of(state, side, entity, id, payload);
    assert_status(stage_put(state->store, &staged));
    return staged.slot;
}

static void assert_payload(struct state *state, const char *id, struct slice expected)
{
    struct staged read = {0};
    assert_status(
        stage_get(state->store, MUNICIPAL, ENTITY_HOURS, slice_of(id), true, &state->arena, &read));
    assert_int_equal(read.payload.size, expected.size);
    if (expected.size == 0)
        return;
    assert_memory_equal(read.payload.at, expected.at, expected.size);
    assert_int_equal(read.payload.at[read.payload.size], '\0');
}

static int64_t number_of(const struct state *state, const char *question)
{
    char path[160];
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    state_path(state, "stage.db", path);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, question, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t number = sqlite3_column_int64(statement, 0);
    assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return number;
}

static void change(struct state *state, const char *text)
{
    char path[160];
    sqlite3 *db = NULL;
    store_close(state->store);
    state->store = NULL;
    state_path(state, "stage.db", path);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    state_open(state);
}

static const struct slice payloads[] = {
    SLICE("{\"id\":\"7\",\"hours\":2.50,\"name\":\"\\u738b \\\"x\\\\\",\"none\":null,\"on\":true,\"list\":[1,\"a\",{}]}"),
    SLICE("{\"id\":\"8\",\"hours\":-12,\"name\":\"\",\"none\":null,\"on\":false,\"list\":[22,\"\",{}]}"),
    SLICE("{ \"id\" : \"9\" ,\t\"none\":\"a value: of \\\" its own\" }\n"),
    SLICE("{\"id\":9"), SLICE("{\"id\":\"9"), SLICE("\"\\"), SLICE(""), SLICE("{\"id\":\"\1\"}"),
    SLICE("\1formed"), SLICE("\2as it is"), SLICE("nothing of JSON, at all: ]"), SLICE("{\"\":0}"),
};
enum { PAYLOADS = sizeof payloads / sizeof *payloads };

static void a_payload_comes_back_byte_for_byte(void **test)
{
    struct state *state = *test;
    char long_text[70000];
    memset(long_text, '7', sizeof long_text);
    for (int round = 0; round < 2; round++) {
        for (size_t index = 0; index < PAYLOADS; index++) {
            char id[8];
            (void)snprintf(id, sizeof id, "%zu", index);
            if (round == 0)
                (void)put(state, MUNICIPAL, ENTITY_HOURS, id, payloads[index]);
            assert_payload(state, id, payloads[index]);
        }
        state_reopen(state);
    }
    (void)put(state, MUNICIPAL, ENTITY_HOURS, "long", (struct slice){long_text, sizeof long_text});
    assert_payload(state, "long", (struct slice){long_text, sizeof long_text});
}

static void two_payloads_of_one_form_share_its_template(void **test)
{
    struct state *state = *test;
    (void)put(state, MUNICIPAL, ENTITY_HOURS, "0", payloads[0]);
    (void)put(state, MUNICIPAL, ENTITY_HOURS, "1", payloads[1]);
    assert_int_equal(number_of(state, "SELECT count(*) FROM template"), 1);
    assert_true(number_of(state, "SELECT max(length(sealed)) FROM record") < (int64_t)payloads[0].size);
    (void)put(state, MUNICIPAL, ENTITY_HOURS, "2", payloads[2]);
    assert_int_equal(number_of(state, "SELECT count(*) FROM template"), 2);
}

static void of_too_many_forms_the_payload_is_kept_as_it_is(void **test)
{
    struct state *state = *test;
    char text[100][32];
    for (int index = 0; index < 100; index++) {
        char id[16];
        (void)snprintf(id, sizeof id, "%d", index);
        (void)snprintf(text[index], sizeof text[index], "{\"member%d\":\"value\"}", index);
        (void)put(state, MUNICIPAL, ENTITY_HOURS, id, slice_of(text[index]));
    }
    assert_int_equal(number_of(state, "SELECT count(*) FROM template"), 64);
    state_reopen(state);
    assert_payload(state, "0", slice_of(text[0]));
    assert_payload(state, "99", slice_of(text[99]));
}

static void a_payload_without_its_template_is_damaged_until_it_is_read_again(void **test)
{
    struct state *state = *test;
    struct staged read = {0};
    struct store_damage damage;
    (void)put(state, MUNICIPAL, ENTITY_HOURS, "0", payloads[0]);
    change(state, "UPDATE template SET sealed = substr(sealed, 1, length(sealed) - 1) || x'00'");
    assert_int_equal(
        stage_get(state->store, MUNICIPAL, ENTITY_HOURS, SLICE("0"), true, &state->arena, &read), STATUS_CORRUPT);
    assert_true(store_take_damage(state->store, &damage));
    assert_int_equal(damage.room, SEAL_STAGE);
    assert_string_equal(damage.id, "0");
    (void)put(state, MUNICIPAL, ENTITY_HOURS, "0", payloads[0]);
    assert_payload(state, "0", payloads[0]);
    state_reopen(state);
    assert_payload(state, "0", payloads[0]);
}

static int64_t dirty(struct state *state)
{
    int64_t count = 0;
    assert_status(stage_count_dirty(state->store, &count));
    return count;
}

static void marks_outlive_the_process_and_not_a_rollback(void **test)
{
    struct state *state = *test;
    (void)put(state, MUNICIPAL, ENTITY_HOURS, "1", payloads[0]);
    (void)put(state, MUNICIPAL, ENTITY_ANNUAL, "2", payloads[0]);
    assert_status(store_begin(state->store));
    (void)put(state, PROVINCIAL, ENTITY_HOURS, "3", payloads[0]);
    assert_status(stage_set_dirty(state->store, MUNICIPAL, ENTITY_HOURS, SLICE("1"), false));
    assert_int_equal(dirty(state), 2);
    store_rollback(state->store);
    assert_int_equal(dirty(state), 2);
    state_reopen(state);
    assert_int_equal(dirty(state), 2);
    assert_status(store_begin(state->store));
    assert_status(stage_set_dirty(state->store, MUNICIPAL, ENTITY_HOURS, SLICE("1"), false));
    assert_status(store_commit(state->store));
    state_reopen(state);
    assert_int_equal(dirty(state), 1);
}

static void what_an_earlier_version_marked_is_still_to_be_judged(void **test)
{
    struct state *state = *test;
    struct staged read = {0};
    (void)put(state, MUNICIPAL, ENTITY_HOURS, "1", payloads[0]);
    (void)put(state, MUNICIPAL, ENTITY_HOURS, "2", payloads[0]);
    change(state, "DELETE FROM to_judge; UPDATE record SET dirty = 1 WHERE id = '2'");
    assert_status(stage_next_dirty(state->store, ENTITY_HOURS, NULL, &state->arena, &read));
    assert_slice(read.remote_id, "2");
    assert_status(stage_set_dirty(state->store, MUNICIPAL, ENTITY_HOURS, SLICE("2"), false));
    state_reopen(state);
    assert_int_equal(dirty(state), 0);
}

static void rows_of_a_stage_with_payloads_apart_are_moved_over(void **test)
{
    struct state *state = *test;
    struct staged read = {0};
    struct stage_fetch fetch = {.run = 0};
    struct staged staged = row_of(state, PROVINCIAL, ENTITY_HOURS, "2", payloads[1]);
    staged.fetch = (struct stage_fetch){.run = 7, .at = 1700000001, .call = SLICE("list"), .page = 3};
    staged.person = state_hash(state, "person:x");
    (void)put(state, MUNICIPAL, ENTITY_HOURS, "1", payloads[0]);
    assert_status(stage_put(state->store, &staged));
    assert_status(stage_set_waiting(state->store, PROVINCIAL, ENTITY_HOURS, SLICE("2"), "person"));
    assert_status(stage_set_open(state->store, PROVINCIAL, ENTITY_HOURS, SLICE("2"), "field_conflict"));
    assert_status(stage_set_cause(state->store, PROVINCIAL, ENTITY_HOURS, SLICE("2"), "mapping"));
    (void)put(state, MUNICIPAL, ENTITY_HOURS, "3", payloads[2]);
    change(state, "CREATE TABLE payload (slot INTEGER PRIMARY KEY, sealed BLOB NOT NULL);"
                  "INSERT INTO payload SELECT slot, sealed FROM record WHERE id <> '3';"
                  "ALTER TABLE record DROP COLUMN sealed; DROP TABLE roll_mark; PRAGMA user_version = 8");
    assert_payload(state, "1", payloads[0]);
    assert_status(
        stage_get(state->store, PROVINCIAL, ENTITY_HOURS, SLICE("2"), true, &state->arena, &read));
    assert_true(slice_equal(read.payload, payloads[1]));
    assert_int_equal(read.slot, staged.slot);
    assert_slice(read.waiting, "person");
    assert_slice(read.open, "field_conflict");
    assert_slice(read.cause, "mapping");
    assert_true(read.dirty);
    assert_status(stage_get_fetch(state->store, PROVINCIAL, ENTITY_HOURS, SLICE("2"), &state->arena, &fetch));
    assert_int_equal(fetch.run, 7);
    assert_slice(fetch.call, "list");
    assert_int_equal(fetch.page, 3);
    assert_int_equal(
        stage_get(state->store, MUNICIPAL, ENTITY_HOURS, SLICE("3"), true, &state->arena, &read), STATUS_CORRUPT);
    (void)put(state, MUNICIPAL, ENTITY_HOURS, "3", payloads[2]);
    assert_payload(state, "3", payloads[2]);
    assert_int_equal(put(state, MUNICIPAL, ENTITY_HOURS, "4", payloads[3]), 4);
}

static void a_forgotten_row_is_not_judged_in_the_place_of_another(void **test)
{
    struct state *state = *test;
    struct staged read = {0};
    int64_t slot = put(state, MUNICIPAL, ENTITY_ACCOUNT, "1", payloads[0]);
    assert_status(stage_forget_since(state->store, MUNICIPAL, 0));
    assert_int_equal(dirty(state), 0);
    assert_int_equal(stage_glance(state->store, MUNICIPAL, ENTITY_ACCOUNT, SLICE("1"), &read), STATUS_NOT_FOUND);
    assert_int_equal(put(state, MUNICIPAL, ENTITY_HOURS, "1", payloads[0]), slot);
    assert_int_equal(stage_next_dirty(state->store, ENTITY_ACCOUNT, NULL, &state->arena, &read), STATUS_NOT_FOUND);
}

static void a_row_that_was_rolled_back_is_not_known_by_heart(void **test)
{
    struct state *state = *test;
    struct staged read = {0};
    int64_t counts[5];
    assert_status(store_begin(state->store));
    (void)put(state, MUNICIPAL, ENTITY_HOURS, "1", payloads[0]);
    assert_status(stage_glance(state->store, MUNICIPAL, ENTITY_HOURS, SLICE("1"), &read));
    store_rollback(state->store);
    assert_int_equal(stage_glance(state->store, MUNICIPAL, ENTITY_HOURS, SLICE("1"), &read), STATUS_NOT_FOUND);
    assert_status(stage_count(state->store, MUNICIPAL, ENTITY_HOURS, counts));
    assert_int_equal(counts[STAGED_PRESENT], 0);
    (void)put(state, MUNICIPAL, ENTITY_HOURS, "1", payloads[1]);
    assert_payload(state, "1", payloads[1]);
    assert_status(stage_count(state->store, MUNICIPAL, ENTITY_HOURS, counts));
    assert_int_equal(counts[STAGED_PRESENT], 1);
}

static void rows_of_a_person_and_of_a_key_come_together_and_in_order(void **test)
{
    static const char *const expected[] = {"a", "h1", "h2", "h0"};
    struct state *state = *test;
    struct staged rows[4];
    size_t count = 0;
    for (size_t index = 4; index-- > 0;) {
        enum side side = index == 3 ? PROVINCIAL : MUNICIPAL;
        struct staged staged = row_of(state, side, index == 0 ? ENTITY_ACCOUNT : ENTITY_HOURS, expected[index],
                                      payloads[index]);
        staged.person = state_hash(state, "person:x");
        staged.key = state_hash(state, index < 2 ? expected[index] : "hours:S/1");
        assert_status(stage_put(state->store, &staged));
    }
    assert_status(stage_of_person(state->store, state_hash(state, "person:x"), 4, &state->arena, rows, &count));
    assert_int_equal(count, 4);
    for (size_t index = 0; index < count; index++)
        assert_slice(rows[index].remote_id, expected[index]);
    assert_true(slice_equal(rows[3].payload, payloads[3]));
    assert_status(stage_of_key(state->store, state_hash(state, "hours:S/1"), 1, &state->arena, rows, &count));
    assert_int_equal(count, 2); /* one more than there was room for */
    assert_status(stage_set_state(state->store, MUNICIPAL, ENTITY_HOURS, SLICE("h2"), STAGED_GONE));
    assert_status(stage_of_key(state->store, state_hash(state, "hours:S/1"), 4, &state->arena, rows, &count));
    assert_int_equal(count, 1);
    assert_slice(rows[0].remote_id, "h0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STATE_TEST(a_payload_comes_back_byte_for_byte),
        STATE_TEST(two_payloads_of_one_form_share_its_template),
        STATE_TEST(of_too_many_forms_the_payload_is_kept_as_it_is),
        STATE_TEST(a_payload_without_its_template_is_damaged_until_it_is_read_again),
        STATE_TEST(marks_outlive_the_process_and_not_a_rollback),
        STATE_TEST(what_an_earlier_version_marked_is_still_to_be_judged),
        STATE_TEST(rows_of_a_stage_with_payloads_apart_are_moved_over),
        STATE_TEST(a_forgotten_row_is_not_judged_in_the_place_of_another),
        STATE_TEST(a_row_that_was_rolled_back_is_not_known_by_heart),
        STATE_TEST(rows_of_a_person_and_of_a_key_come_together_and_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
