/* Links: found from either side, one link a record, sealed bases; runs. */
#include "tests/support/state.h"

#include "daemon/store/links.h"
#include "daemon/store/runs.h"

#include <sqlite3.h>

static struct link link_of(const char *municipal_id, const char *provincial_id)
{
    return (struct link){
        .entity = ENTITY_HOURS,
        .remote_id = {slice_of(municipal_id), slice_of(provincial_id)},
        .evidence = EVIDENCE_ORIGIN,
        .kind = 1,
        .has_base = true,
        .base = SLICE("agreed values"),
        .since = SLICE("times"),
        .identity = SLICE("person:x"),
        .run = 5,
    };
}

static void link_is_found_from_either_side(void **test)
{
    struct state *state = *test;
    struct link link = link_of("m1", "p1");
    struct link read;
    assert_status(link_put(state->store, &link));
    assert_int_equal(link.number, 1);
    assert_status(
        link_by_remote(state->store, ENTITY_HOURS, MUNICIPAL, SLICE("m1"), &state->arena, &read));
    assert_int_equal(read.number, 1);
    assert_slice(read.remote_id[PROVINCIAL], "p1");
    assert_slice(read.base, "agreed values");
    assert_slice(read.since, "times");
    assert_slice(read.identity, "person:x");
    assert_int_equal(read.evidence, EVIDENCE_ORIGIN);
    assert_true(read.has_base);
    assert_status(
        link_by_remote(state->store, ENTITY_HOURS, PROVINCIAL, SLICE("p1"), &state->arena, &read));
    assert_int_equal(
        link_by_remote(state->store, ENTITY_ACCOUNT, PROVINCIAL, SLICE("p1"), &state->arena, &read),
        STATUS_NOT_FOUND);
    read.base = SLICE("other values");
    read.state = LINK_ASIDE;
    assert_status(link_put(state->store, &read));
    assert_status(link_by_number(state->store, 1, &state->arena, &read));
    assert_slice(read.base, "other values");
    assert_int_equal(read.state, LINK_ASIDE);
}

static void partner_is_found_without_the_rest(void **test)
{
    struct state *state = *test;
    struct link link = link_of("m1", "p1");
    struct link lone = link_of("m2", "");
    struct slice partner = SLICE("before");
    assert_status(link_put(state->store, &link));
    assert_status(link_put(state->store, &lone));
    assert_status(link_partner(state->store, ENTITY_HOURS, MUNICIPAL, SLICE("m1"), &state->arena, &partner));
    assert_slice(partner, "p1");
    assert_status(link_partner(state->store, ENTITY_HOURS, PROVINCIAL, SLICE("p1"), &state->arena, &partner));
    assert_slice(partner, "m1");
    assert_int_equal(link_partner(state->store, ENTITY_ACCOUNT, MUNICIPAL, SLICE("m1"), &state->arena, &partner),
                     STATUS_NOT_FOUND);
    assert_int_equal(link_partner(state->store, ENTITY_HOURS, PROVINCIAL, (struct slice){0}, &state->arena, &partner),
                     STATUS_NOT_FOUND);
    assert_slice(partner, "m1");
    assert_status(link_partner(state->store, ENTITY_HOURS, MUNICIPAL, SLICE("m2"), &state->arena, &partner));
    assert_true(slice_empty(partner));
}

static void record_is_linked_once(void **test)
{
    struct state *state = *test;
    struct link one = link_of("m1", "p1");
    struct link other = link_of("m2", "p1");
    struct link apart = link_of("m1", "p1");
    int64_t count = 0;
    apart.entity = ENTITY_ACCOUNT;
    assert_status(store_begin(state->store));
    assert_status(link_put(state->store, &one));
    assert_int_equal(link_put(state->store, &other), STATUS_CORRUPT);
    assert_int_equal(other.number, 0);
    assert_status(link_put(state->store, &apart));
    other.remote_id[PROVINCIAL] = SLICE("p2");
    assert_status(link_put(state->store, &other));
    other.remote_id[MUNICIPAL] = SLICE("m1");
    assert_int_equal(link_put(state->store, &other), STATUS_CORRUPT);
    assert_status(store_commit(state->store));
    assert_status(link_count(state->store, ENTITY_HOURS, &count));
    assert_int_equal(count, 2);
}

static void number_of_a_dropped_link_is_not_given_again(void **test)
{
    struct state *state = *test;
    struct link one = link_of("m1", "p1");
    struct link other = link_of("m1", "p1");
    struct link read;
    assert_status(link_put(state->store, &one));
    assert_status(link_drop(state->store, one.number));
    assert_int_equal(link_drop(state->store, one.number), STATUS_NOT_FOUND);
    assert_status(link_put(state->store, &other));
    assert_int_equal(other.number, 2);
    assert_status(link_next(state->store, ENTITY_HOURS, 0, &state->arena, &read));
    assert_int_equal(read.number, 2);
    assert_int_equal(link_next(state->store, ENTITY_HOURS, 2, &state->arena, &read),
                     STATUS_NOT_FOUND);
}

static void link_changed_in_the_file_is_corrupt(void **test)
{
    static const char *const changes[] = {
        "UPDATE link SET provincial_id = 'p9'",
        "UPDATE link SET has_base = 0",
        "UPDATE link SET state = 1",
        ("UPDATE link SET sealed = substr(sealed, 1, length(sealed) - 1)"
         " || CASE substr(sealed, -1) WHEN x'00' THEN x'01' ELSE x'00' END"),
        "UPDATE link SET evidence = 99",
    };
    struct state *state = *test;
    for (size_t index = 0; index < sizeof changes / sizeof *changes; index++) {
        char path[160];
        sqlite3 *db = NULL;
        struct link link = link_of("m1", "p1");
        struct link read;
        assert_status(link_put(state->store, &link));
        store_close(state->store);
        state_path(state, "state.db", path);
        assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, changes[index], NULL, NULL, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
        state_open(state);
        assert_int_equal(link_by_remote(state->store, ENTITY_HOURS, MUNICIPAL, SLICE("m1"),
                                        &state->arena, &read),
                         STATUS_CORRUPT);
        assert_status(link_drop(state->store, link.number));
    }
}

/* holds: conflict.sealed */
static void personal_values_do_not_stand_in_the_file(void **test)
{
    struct state *state = *test;
    struct link link = link_of("m1", "p1");
    char path[160];
    char bytes[512];
    link.identity = SLICE("person:371602199001019018");
    assert_status(link_put(state->store, &link));
    state_path(state, "state.db-wal", path);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t kept = 0;
    size_t size = 0;
    while ((size = fread(bytes + kept, 1, sizeof bytes - kept, file)) > 0) {
        assert_null(memmem(bytes, kept + size, "371602199001019018", 18));
        kept = kept + size > 17 ? 17 : kept + size;
        memmove(bytes, bytes + sizeof bytes - kept, kept);
    }
    (void)fclose(file);
}

static void runs_are_walked_newest_first(void **test)
{
    struct state *state = *test;
    struct run_row read;
    static const int exits[] = {0, 3, 4, 5};
    assert_int_equal(run_last_good(state->store, &state->arena, &read), STATUS_NOT_FOUND);
    for (int index = 0; index < 4; index++) {
        struct run_row run = {.kind = SLICE("full"),
                              .scope = SLICE("year 2023"),
                              .dry = index == 1,
                              .started = 1000 + index};
        assert_status(run_begin(state->store, &run));
        assert_int_equal(run.number, index + 1);
        assert_status(run_get(state->store, run.number, &state->arena, &read));
        assert_int_equal(read.ended, 0);
        assert_int_equal(read.exit_code, -1);
        run.ended = 2000 + index;
        run.exit_code = exits[index];
        run.result = SLICE("done");
        run.counts = SLICE("{\"read\":1}");
        assert_status(run_end(state->store, &run));
    }
    int64_t before = 0;
    for (int64_t number = 4; number >= 1; number--) {
        assert_status(run_next(state->store, before, &state->arena, &read));
        assert_int_equal(read.number, number);
        before = read.number;
    }
    assert_int_equal(run_next(state->store, before, &state->arena, &read), STATUS_NOT_FOUND);
    assert_status(run_last_good(state->store, &state->arena, &read));
    assert_int_equal(read.number, 2);
    assert_true(read.dry);
    assert_slice(read.kind, "full");
    assert_slice(read.counts, "{\"read\":1}");
    read.number = 99;
    assert_int_equal(run_end(state->store, &read), STATUS_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STATE_TEST(link_is_found_from_either_side),
        STATE_TEST(partner_is_found_without_the_rest),
        STATE_TEST(record_is_linked_once),
        STATE_TEST(number_of_a_dropped_link_is_not_given_again),
        STATE_TEST(link_changed_in_the_file_is_corrupt),
        STATE_TEST(personal_values_do_not_stand_in_the_file),
        STATE_TEST(runs_are_walked_newest_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
