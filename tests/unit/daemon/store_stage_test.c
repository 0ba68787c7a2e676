/* The stage: look-ups by hash, the orders of its walks, waiting, counts, watermarks. */
#include "tests/support/state.h"

#include "daemon/store/links.h"
#include "daemon/store/nowhere.h"
#include "daemon/store/stage_forget.h"

#include <sqlite3.h>

enum { RUN = 7 };

static struct staged row_of(struct state *state, enum side side, enum entity entity, const char *id,
                            uint8_t kind)
{
    struct staged staged = {
        .side = side,
        .entity = entity,
        .remote_id = slice_of(id),
        .version = 3,
        .updated = 1700000000,
        .kind = kind,
        .seen = RUN,
        .payload = SLICE("{\"of\":\"nobody\"}"),
        .dirty = true,
    };
    staged.key = state_hash(state, id);
    staged.raw = state_hash(state, "raw");
    staged.content = state_hash(state, "content");
    return staged;
}

static void put(struct state *state, enum side side, enum entity entity, const char *id,
                uint8_t kind)
{
    struct staged staged = row_of(state, side, entity, id, kind);
    assert_status(stage_put(state->store, &staged));
}

static void row_comes_back_as_it_was_put(void **test)
{
    struct state *state = *test;
    struct staged put_row = row_of(state, PROVINCIAL, ENTITY_HOURS, "P-1", 1);
    struct staged read = {0};
    put_row.person = state_hash(state, "person:x");
    put_row.natural = state_hash(state, "natural");
    put_row.state = STAGED_INVALID;
    assert_int_equal(
        stage_get(state->store, PROVINCIAL, ENTITY_HOURS, SLICE("P-1"), true, &state->arena, &read),
        STATUS_NOT_FOUND);
    for (int round = 0; round < 2; round++) {
        put_row.version = 3 + round;
        put_row.payload = round == 0 ? SLICE("{\"first\":1}") : SLICE("{\"second\":22}");
        assert_status(stage_put(state->store, &put_row));
        assert_status(stage_get(state->store, PROVINCIAL, ENTITY_HOURS, SLICE("P-1"), true,
                                &state->arena, &read));
        assert_slice(read.remote_id, "P-1");
        assert_int_equal(read.version, 3 + round);
        assert_int_equal(read.updated, 1700000000);
        assert_int_equal(read.state, STAGED_INVALID);
        assert_int_equal(read.kind, 1);
        assert_memory_equal(&read.key, &put_row.key, sizeof read.key);
        assert_memory_equal(&read.person, &put_row.person, sizeof read.person);
        assert_memory_equal(&read.natural, &put_row.natural, sizeof read.natural);
        assert_int_equal(read.seen, RUN);
        assert_true(read.dirty);
        assert_slice(read.payload, round == 0 ? "{\"first\":1}" : "{\"second\":22}");
    }
    assert_status(stage_get(state->store, PROVINCIAL, ENTITY_HOURS, SLICE("P-1"), false,
                            &state->arena, &read));
    assert_int_equal(read.payload.size, 0);
    assert_status(stage_glance(state->store, PROVINCIAL, ENTITY_HOURS, SLICE("P-1"), &read));
    assert_int_equal(read.version, 4);
    assert_memory_equal(&read.raw, &put_row.raw, sizeof read.raw);
}

static void the_request_that_brought_a_row_is_kept_with_it(void **test)
{
    struct state *state = *test;
    struct staged row = row_of(state, MUNICIPAL, ENTITY_ACCOUNT, "7", 1);
    struct stage_fetch read = {.run = 99};
    row.fetch = (struct stage_fetch){RUN, 1700000001, SLICE("list"), 12};
    assert_int_equal(stage_get_fetch(state->store, MUNICIPAL, ENTITY_ACCOUNT, SLICE("7"),
                                     &state->arena, &read),
                     STATUS_NOT_FOUND);
    for (int round = 0; round < 2; round++) {
        row.fetch.page += round; /* brought again */
        assert_status(stage_put(state->store, &row));
        assert_status(stage_mark_seen(state->store, MUNICIPAL, ENTITY_ACCOUNT, SLICE("7"), RUN + 1));
        assert_status(stage_get_fetch(state->store, MUNICIPAL, ENTITY_ACCOUNT, SLICE("7"),
                                      &state->arena, &read));
        assert_int_equal(read.run, RUN);
        assert_int_equal(read.at, 1700000001);
        assert_slice(read.call, "list");
        assert_int_equal(read.page, 12 + round);
    }
}

static void change_behind(const struct state *state, const char *text)
{
    char path[160];
    sqlite3 *db = NULL;
    state_path(state, "stage.db", path);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void row_changed_in_the_file_is_corrupt(void **test)
{
    static const char *const changes[] = {
        ("UPDATE record SET sealed = substr(sealed, 1, 20)"
         " || CASE substr(sealed, 21, 1) WHEN x'00' THEN x'01' ELSE x'00' END || substr(sealed, 22)"),
        "UPDATE record SET sealed = x''",
        "UPDATE record SET version = version + 1",
        "UPDATE record SET updated = 0",
        "UPDATE record SET content = raw",
        "UPDATE record SET id = '2'",
    };
    struct state *state = *test;
    for (size_t index = 0; index < sizeof changes / sizeof *changes; index++) {
        struct staged read;
        struct slice id = index == 5 ? SLICE("2") : SLICE("1");
        put(state, MUNICIPAL, ENTITY_HOURS, "1", 0);
        store_close(state->store);
        change_behind(state, changes[index]);
        state_open(state);
        assert_int_equal(
            stage_get(state->store, MUNICIPAL, ENTITY_HOURS, id, true, &state->arena, &read),
            STATUS_CORRUPT);
    }
    put(state, MUNICIPAL, ENTITY_HOURS, "2", 0); /* read again, it is whole again */
    struct staged read;
    assert_status(
        stage_get(state->store, MUNICIPAL, ENTITY_HOURS, SLICE("2"), true, &state->arena, &read));
}

static void dirty_rows_come_departments_first(void **test)
{
    static const char *const expected[] = {"D1", "E1", "E2", "P1", "P9", "P2"};
    struct state *state = *test;
    struct staged cursor;
    const struct staged *after = NULL;
    size_t count = 0;
    put(state, PROVINCIAL, ENTITY_ACCOUNT, "P1", 1);
    put(state, MUNICIPAL, ENTITY_ACCOUNT, "P9", 1);
    put(state, MUNICIPAL, ENTITY_ACCOUNT, "P2", 1);
    put(state, PROVINCIAL, ENTITY_ACCOUNT, "D1", 3);
    put(state, MUNICIPAL, ENTITY_ACCOUNT, "E1", 2);
    put(state, PROVINCIAL, ENTITY_ACCOUNT, "E2", 2);
    put(state, MUNICIPAL, ENTITY_HOURS, "H1", 0);
    put(state, MUNICIPAL, ENTITY_ACCOUNT, "clean", 1);
    assert_status(stage_set_dirty(state->store, MUNICIPAL, ENTITY_ACCOUNT, SLICE("clean"), false));
    while (stage_next_dirty(state->store, ENTITY_ACCOUNT, after, &state->arena, &cursor) ==
           STATUS_OK) {
        assert_true(count < sizeof expected / sizeof *expected);
        assert_slice(cursor.remote_id, expected[count++]);
        after = &cursor;
    }
    assert_int_equal(count, sizeof expected / sizeof *expected);
    int64_t dirty = 0;
    assert_status(stage_count_dirty(state->store, &dirty));
    assert_int_equal(dirty, 7);
}

static void missing_rows_are_those_no_reading_listed(void **test)
{
    static const char *const expected[] = {"1", "10", "4"};
    static const char *const ids[] = {"1", "10", "2", "3", "4"};
    struct state *state = *test;
    struct staged row;
    struct slice after = {0};
    struct slots listed = {NULL, 0};
    size_t count = 0;
    for (size_t index = 0; index < 5; index++) {
        row = row_of(state, MUNICIPAL, ENTITY_HOURS, ids[index], 0);
        assert_status(stage_put(state->store, &row));
        if (strcmp(ids[index], "2") == 0)
            assert_status(slots_add(&listed, row.slot));
    }
    put(state, PROVINCIAL, ENTITY_HOURS, "5", 0);
    assert_status(stage_set_state(state->store, MUNICIPAL, ENTITY_HOURS, SLICE("3"), STAGED_GONE));
    assert_status(stage_mark_missing(state->store, MUNICIPAL, ENTITY_HOURS, &listed));
    while (stage_next_missing(state->store, MUNICIPAL, ENTITY_HOURS, after, &state->arena, &row) ==
           STATUS_OK) {
        assert_true(count < 3);
        assert_slice(row.remote_id, expected[count++]);
        after = row.remote_id;
    }
    assert_int_equal(count, 3);
    assert_int_equal(stage_mark_seen(state->store, MUNICIPAL, ENTITY_HOURS, SLICE("none"), RUN),
                     STATUS_NOT_FOUND);
    slots_clear(&listed);
}

static void look_ups_leave_gone_rows_out_and_count_past_the_most(void **test)
{
    struct state *state = *test;
    struct slice ids[2];
    size_t count = 0;
    static const char *const names[] = {"a", "b", "c", "d"};
    for (size_t index = 0; index < 4; index++) {
        struct staged staged = row_of(state, MUNICIPAL, ENTITY_HOURS, names[index], 0);
        staged.key = state_hash(state, "hours:371600/1");
        staged.natural = state_hash(state, "natural");
        staged.person = state_hash(state, "person:x");
        staged.dirty = false;
        assert_status(stage_put(state->store, &staged));
    }
    assert_status(stage_set_state(state->store, MUNICIPAL, ENTITY_HOURS, SLICE("a"), STAGED_GONE));
    assert_status(stage_by_key(state->store, MUNICIPAL, ENTITY_HOURS,
                               state_hash(state, "hours:371600/1"), 2, &state->arena, ids, &count));
    assert_int_equal(count, 3);
    assert_slice(ids[0], "b");
    assert_slice(ids[1], "c");
    assert_status(stage_by_natural(state->store, MUNICIPAL, state_hash(state, "natural"), 2,
                                   &state->arena, ids, &count));
    assert_int_equal(count, 3);
    assert_status(stage_by_person(state->store, MUNICIPAL, ENTITY_HOURS,
                                  state_hash(state, "person:x"), 2, &state->arena, ids, &count));
    assert_int_equal(count, 3);
    assert_status(stage_by_key(state->store, MUNICIPAL, ENTITY_HOURS, (struct hash){{0}}, 2,
                               &state->arena, ids, &count));
    assert_int_equal(count, 0);
    int64_t dirty = 0;
    assert_status(stage_dirty_person(state->store, MUNICIPAL, state_hash(state, "person:x")));
    assert_status(stage_count_dirty(state->store, &dirty));
    assert_int_equal(dirty, 4);
}

static void account_is_found_by_present_and_former_codes(void **test)
{
    struct state *state = *test;
    struct slice ids[4];
    size_t count = 0;
    struct hash new_code = state_hash(state, "person:new");
    struct hash old_code = state_hash(state, "person:old");
    struct staged_code codes[] = {{new_code, true}, {new_code, false}, {old_code, true}};
    put(state, MUNICIPAL, ENTITY_ACCOUNT, "1", 1);
    assert_status(stage_put_codes(state->store, MUNICIPAL, SLICE("1"), codes, 3));
    assert_status(
        stage_by_code(state->store, MUNICIPAL, new_code, false, 4, &state->arena, ids, &count));
    assert_int_equal(count, 1);
    assert_slice(ids[0], "1");
    assert_status(
        stage_by_code(state->store, MUNICIPAL, old_code, false, 4, &state->arena, ids, &count));
    assert_int_equal(count, 0);
    assert_status(
        stage_by_code(state->store, MUNICIPAL, old_code, true, 4, &state->arena, ids, &count));
    assert_int_equal(count, 1);
    assert_status(
        stage_by_code(state->store, PROVINCIAL, old_code, true, 4, &state->arena, ids, &count));
    assert_int_equal(count, 0);
    assert_status(stage_put_codes(state->store, MUNICIPAL, SLICE("1"), codes, 1));
    assert_status(
        stage_by_code(state->store, MUNICIPAL, old_code, true, 4, &state->arena, ids, &count));
    assert_int_equal(count, 0);
}

static void waiting_rows_are_counted_and_judged_again(void **test)
{
    struct state *state = *test;
    struct waiting_count counts[4];
    size_t count = 0;
    int64_t dirty = 0;
    static const char *const names[] = {"1", "2", "3"};
    for (size_t index = 0; index < 3; index++) {
        put(state, MUNICIPAL, ENTITY_HOURS, names[index], 0);
        assert_status(
            stage_set_dirty(state->store, MUNICIPAL, ENTITY_HOURS, slice_of(names[index]), false));
        assert_status(stage_set_waiting(state->store, MUNICIPAL, ENTITY_HOURS,
                                        slice_of(names[index]),
                                        index == 0 ? "day_limit" : "not_final"));
    }
    assert_status(stage_set_waiting(state->store, MUNICIPAL, ENTITY_HOURS, SLICE("3"), NULL));
    assert_status(stage_count_waiting(state->store, counts, 4, &count));
    assert_int_equal(count, 2);
    assert_string_equal(counts[0].reason, "day_limit");
    assert_string_equal(counts[1].reason, "not_final");
    assert_int_equal(counts[1].count, 1);
    assert_int_equal(counts[1].entity, ENTITY_HOURS);
    assert_status(stage_count_waiting(state->store, counts, 1, &count));
    assert_int_equal(count, 1);
    assert_status(stage_dirty_waiting(state->store));
    assert_status(stage_count_dirty(state->store, &dirty));
    assert_int_equal(dirty, 2);
}

static void rows_are_counted_by_state(void **test)
{
    struct state *state = *test;
    int64_t counts[5];
    put(state, MUNICIPAL, ENTITY_HOURS, "1", 0);
    put(state, MUNICIPAL, ENTITY_HOURS, "1", 0);
    put(state, MUNICIPAL, ENTITY_HOURS, "2", 0);
    assert_status(stage_set_state(state->store, MUNICIPAL, ENTITY_HOURS, SLICE("2"), STAGED_GONE));
    put(state, PROVINCIAL, ENTITY_HOURS, "2", 0);
    assert_status(stage_count(state->store, MUNICIPAL, ENTITY_HOURS, counts));
    assert_int_equal(counts[STAGED_PRESENT], 1);
    assert_int_equal(counts[STAGED_GONE], 1);
    assert_status(stage_count(state->store, MUNICIPAL, ENTITY_ANNUAL, counts));
    assert_int_equal(counts[STAGED_PRESENT], 0);
}

static void watermark_is_zero_until_set(void **test)
{
    struct state *state = *test;
    struct watermark watermark = {1, 1, 1, 1, 1};
    struct watermark other = {5, 4, 3, 2, 1};
    assert_status(stage_watermark(state->store, MUNICIPAL, ENTITY_HOURS, &watermark));
    assert_int_equal(watermark.since, 0);
    assert_status(stage_set_watermark(state->store, MUNICIPAL, ENTITY_HOURS, &other));
    other.since = 6;
    assert_status(stage_set_watermark(state->store, MUNICIPAL, ENTITY_HOURS, &other));
    assert_status(stage_watermark(state->store, MUNICIPAL, ENTITY_HOURS, &watermark));
    assert_memory_equal(&watermark, &other, sizeof other);
}

static void put_brought(struct state *state, enum entity entity, const char *id, int64_t run)
{
    struct staged row = row_of(state, MUNICIPAL, entity, id, 1);
    row.fetch.run = run;
    assert_status(stage_put(state->store, &row));
}

static void link_both(struct state *state, enum entity entity, const char *municipal,
                      const char *provincial)
{
    struct link link = {.entity = entity, .run = RUN};
    link.remote_id[MUNICIPAL] = slice_of(municipal);
    link.remote_id[PROVINCIAL] = slice_of(provincial);
    assert_status(link_put(state->store, &link));
}

static bool is_staged(struct state *state, enum side side, enum entity entity, const char *id)
{
    struct staged read;
    enum status status = stage_glance(state->store, side, entity, slice_of(id), &read);
    assert_true(status == STATUS_OK || status == STATUS_NOT_FOUND);
    return status == STATUS_OK;
}

static void what_a_doubtful_platform_left_is_forgotten_and_what_was_known_before_stays(void **test)
{
    struct state *state = *test;
    int64_t counts[STAGED_GONE + 1];
    static const struct {
        enum entity entity;
        const char *id;
        int64_t run;
        bool linked, stays;
    } rows[] = {
        {ENTITY_ACCOUNT, "known", RUN - 1, true, true},
        {ENTITY_ACCOUNT, "changed by it", RUN, true, false},
        {ENTITY_ACCOUNT, "its own", RUN, false, false},
        {ENTITY_ACCOUNT, "never linked", RUN - 1, false, false},
        {ENTITY_HOURS, "known", RUN - 1, true, true},
        {ENTITY_HOURS, "of no known run", 0, true, true},
        {ENTITY_HOURS, "later", RUN + 1, true, false},
        {ENTITY_ANNUAL, "a year", RUN - 1, false, false},
    };
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++) {
        put_brought(state, rows[index].entity, rows[index].id, rows[index].run);
        put(state, PROVINCIAL, rows[index].entity, rows[index].id, 1);
        if (rows[index].linked)
            link_both(state, rows[index].entity, rows[index].id, rows[index].id);
    }
    assert_status(stage_forget_since(state->store, MUNICIPAL, RUN));
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++) {
        assert_int_equal(is_staged(state, MUNICIPAL, rows[index].entity, rows[index].id), rows[index].stays);
        assert_true(is_staged(state, PROVINCIAL, rows[index].entity, rows[index].id));
    }
    assert_status(stage_count(state->store, MUNICIPAL, ENTITY_HOURS, counts));
    assert_int_equal(counts[STAGED_PRESENT], 2);
    assert_status(stage_forget_since(state->store, MUNICIPAL, 0));
    assert_false(is_staged(state, MUNICIPAL, ENTITY_ACCOUNT, "known"));
    assert_status(stage_count(state->store, MUNICIPAL, ENTITY_HOURS, counts));
    assert_int_equal(counts[STAGED_PRESENT], 0);
}

static bool is_dirty(struct state *state, enum side side, const char *id)
{
    struct staged row = {0};
    assert_status(stage_glance(state->store, side, ENTITY_ACCOUNT, slice_of(id), &row));
    return row.dirty;
}

static void clean(struct state *state, enum side side, const char *id)
{
    put(state, side, ENTITY_ACCOUNT, id, 1);
    assert_status(stage_set_dirty(state->store, side, ENTITY_ACCOUNT, slice_of(id), false));
}

static void assert_named(struct state *state, const char *subject, int64_t by, bool recent)
{
    int64_t count = -1;
    bool any_recent = !recent;
    assert_status(nowhere_count(state->store, slice_of(subject), &count, &any_recent));
    assert_int_equal(count, by);
    assert_int_equal(any_recent, recent);
}

static void who_names_the_unregistered_is_counted_woken_and_forgotten_with_the_side(void **test)
{
    struct state *state = *test;
    struct slice subjects[2];
    size_t count = 0;
    clean(state, MUNICIPAL, "1");
    clean(state, MUNICIPAL, "2");
    clean(state, PROVINCIAL, "1");
    assert_named(state, "employer:E", 0, false);
    assert_status(nowhere_note(state->store, SLICE("employer:E"), MUNICIPAL, SLICE("1"), false));
    assert_status(nowhere_note(state->store, SLICE("employer:E"), PROVINCIAL, SLICE("1"), false));
    assert_named(state, "employer:E", 2, false);
    assert_status(nowhere_note(state->store, SLICE("employer:E"), PROVINCIAL, SLICE("1"), true));
    assert_status(nowhere_note(state->store, SLICE("department:E"), MUNICIPAL, SLICE("1"), false));
    assert_named(state, "employer:E", 2, true);
    assert_status(nowhere_of(state->store, MUNICIPAL, SLICE("1"), 2, &state->arena, subjects, &count));
    assert_int_equal(count, 2);
    assert_slice(subjects[0], "department:E");
    assert_slice(subjects[1], "employer:E");
    assert_status(nowhere_wake(state->store));
    assert_true(is_dirty(state, MUNICIPAL, "1") && is_dirty(state, PROVINCIAL, "1"));
    assert_false(is_dirty(state, MUNICIPAL, "2"));
    assert_status(nowhere_forget(state->store, SLICE("employer:E"), MUNICIPAL, SLICE("1")));
    assert_named(state, "employer:E", 1, true);
    assert_status(stage_forget_since(state->store, PROVINCIAL, 0));
    assert_named(state, "employer:E", 0, false);
    assert_named(state, "department:E", 1, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STATE_TEST(row_comes_back_as_it_was_put),
        STATE_TEST(the_request_that_brought_a_row_is_kept_with_it),
        STATE_TEST(row_changed_in_the_file_is_corrupt),
        STATE_TEST(dirty_rows_come_departments_first),
        STATE_TEST(missing_rows_are_those_no_reading_listed),
        STATE_TEST(look_ups_leave_gone_rows_out_and_count_past_the_most),
        STATE_TEST(account_is_found_by_present_and_former_codes),
        STATE_TEST(waiting_rows_are_counted_and_judged_again),
        STATE_TEST(rows_are_counted_by_state),
        STATE_TEST(watermark_is_zero_until_set),
        STATE_TEST(what_a_doubtful_platform_left_is_forgotten_and_what_was_known_before_stays),
        STATE_TEST(who_names_the_unregistered_is_counted_woken_and_forgotten_with_the_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
