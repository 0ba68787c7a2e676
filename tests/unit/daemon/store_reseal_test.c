/* The sealing key or the cipher changes: rows are sealed anew piece by piece, all can be read at any moment, and the
 * former key is needed until the last one is done. */
#include "tests/support/state.h"

#include "daemon/store/conflicts.h"
#include "daemon/store/links.h"
#include "daemon/store/reseal.h"
#include "daemon/store/stage.h"

#include <sqlite3.h>

enum { LINKS = 5 };
#define ONE SLICE("the first sealing key, 32 bytes. ")
#define TWO SLICE("the second sealing key, 32 bytes.")

static struct slice key_of(struct slice text)
{
    return (struct slice){text.at, SEAL_KEY_BYTES};
}

static enum status reopen(struct state *state, struct slice seal, struct slice former, enum seal_cipher cipher)
{
    struct store_error error = {0};
    struct seal_keys keys = {.log = STATE_KEY, .seal = seal, .former = former, .cipher = cipher};
    store_close(state->store);
    state->store = NULL;
    return store_open(state->directory, &keys, &state->store, &error);
}

static void fill(struct state *state)
{
    char id[16];
    for (int number = 1; number <= LINKS; number++) {
        (void)snprintf(id, sizeof id, "m%d", number);
        struct link link = {.entity = ENTITY_HOURS, .has_base = true, .base = SLICE("agreed"), .run = 1,
                            .remote_id = {slice_of(id), slice_of(id)}};
        assert_status(link_put(state->store, &link));
    }
    struct staged staged = {.side = MUNICIPAL, .entity = ENTITY_HOURS, .remote_id = SLICE("m1"), .version = 1,
                            .payload = SLICE("what the platform said")};
    assert_status(stage_put(state->store, &staged));
    assert_status(store_secret_set(state->store, "token.municipal", SLICE("a token")));
}

static void all_is_read(struct state *state)
{
    struct link link;
    struct staged staged;
    for (int64_t number = 1; number <= LINKS; number++) {
        assert_status(link_by_number(state->store, number, &state->arena, &link));
        assert_slice(link.base, "agreed");
    }
    assert_status(stage_get(state->store, MUNICIPAL, ENTITY_HOURS, SLICE("m1"), true, &state->arena, &staged));
    assert_slice(staged.payload, "what the platform said");
}

static void seal_all(struct state *state)
{
    bool done = false;
    int pieces = 0;
    while (reseal_waits(state->store)) {
        assert_status(reseal_some(state->store, 2, &done));
        all_is_read(state);
        pieces++;
    }
    assert_true(done);
    assert_in_range(pieces, 4, 20);
}

/* Rows whose sealed text does not begin with that form. */
static int rows_of_another_form(const struct state *state, const char *file, const char *table, int form)
{
    char path[160];
    char text[96];
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    state_path(state, file, path);
    (void)snprintf(text, sizeof text, "SELECT count(*) FROM %s WHERE hex(substr(sealed, 1, 1)) <> '%02X'", table, form);
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, text, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int count = sqlite3_column_int(statement, 0);
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(db);
    return count;
}

static void a_new_key_takes_the_old_one_s_place_row_by_row(void **test)
{
    struct state *state = *test;
    fill(state);
    assert_false(reseal_waits(state->store));
    assert_status(reopen(state, key_of(ONE), (struct slice){0}, SEAL_AES_256_GCM));
    assert_true(reseal_waits(state->store));
    all_is_read(state);
    seal_all(state);
    assert_status(reopen(state, key_of(TWO), key_of(ONE), SEAL_AES_256_GCM));
    seal_all(state);
    assert_status(reopen(state, key_of(TWO), (struct slice){0}, SEAL_AES_256_GCM));
    assert_false(reseal_waits(state->store));
    all_is_read(state);
}

static void the_state_does_not_open_without_a_key_that_rows_need(void **test)
{
    struct state *state = *test;
    bool done = false;
    fill(state);
    assert_status(reopen(state, key_of(ONE), (struct slice){0}, SEAL_AES_256_GCM));
    seal_all(state);
    assert_int_equal(reopen(state, key_of(TWO), (struct slice){0}, SEAL_AES_256_GCM), STATUS_DENIED);
    assert_status(reopen(state, key_of(TWO), key_of(ONE), SEAL_AES_256_GCM));
    assert_status(reseal_some(state->store, 2, &done));
    assert_false(done);
    assert_int_equal(reopen(state, key_of(TWO), (struct slice){0}, SEAL_AES_256_GCM), STATUS_DENIED);
    assert_status(reopen(state, key_of(TWO), key_of(ONE), SEAL_AES_256_GCM));
    all_is_read(state);
    seal_all(state);
    assert_int_equal(reopen(state, (struct slice){0}, (struct slice){0}, SEAL_AES_256_GCM), STATUS_DENIED);
    assert_status(reopen(state, key_of(TWO), (struct slice){0}, SEAL_AES_256_GCM));
}

static void another_cipher_takes_its_place_too_and_back(void **test)
{
    struct state *state = *test;
    fill(state);
    assert_status(reopen(state, (struct slice){0}, (struct slice){0}, SEAL_SM4));
    assert_int_equal(rows_of_another_form(state, "state.db", "link", 3), LINKS);
    seal_all(state);
    assert_int_equal(rows_of_another_form(state, "state.db", "link", 3), 0);
    assert_int_equal(rows_of_another_form(state, "stage.db", "record", 3), 0);
    assert_status(reopen(state, (struct slice){0}, (struct slice){0}, SEAL_AES_256_GCM));
    seal_all(state);
    assert_int_equal(rows_of_another_form(state, "state.db", "link", 2), 0);
}

static void look_ups_and_references_stay_as_they_are(void **test)
{
    struct state *state = *test;
    char before[17];
    char after[17];
    struct hash hash = state_hash(state, "somebody");
    assert_status(keyed_ref(store_keyed(state->store), SLICE("person:somebody"), before));
    assert_status(reopen(state, key_of(ONE), (struct slice){0}, SEAL_SM4));
    assert_true(hash_equal(hash, state_hash(state, "somebody")));
    assert_status(keyed_ref(store_keyed(state->store), SLICE("person:somebody"), after));
    assert_string_equal(before, after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STATE_TEST(a_new_key_takes_the_old_one_s_place_row_by_row),
        STATE_TEST(the_state_does_not_open_without_a_key_that_rows_need),
        STATE_TEST(another_cipher_takes_its_place_too_and_back),
        STATE_TEST(look_ups_and_references_stay_as_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
