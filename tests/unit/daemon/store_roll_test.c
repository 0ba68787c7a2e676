/* The roll: pages as they were put, whom it speaks for no longer, and finding by digest. */
#include "tests/support/state.h"

#include "daemon/store/roll_index.h"
#include "daemon/store/roll_mark.h"
#include "daemon/store/stage.h"
#include "daemon/store/stage_forget.h"

enum { ROWS = 300, RUN = 7 };

static struct roll_entry entry_of(struct state *state, int64_t slot, const char *raw)
{
    return (struct roll_entry){.slot = slot, .updated = 1700000000 + slot, .raw = state_hash(state, raw)};
}

static void put_page(struct state *state, enum side side, unsigned number, int64_t first, size_t rows)
{
    struct roll_page page = {.size = 1000 + number};
    memset(page.digest, (int)number, sizeof page.digest);
    for (size_t row = 0; row < rows; row++) {
        char raw[32];
        (void)snprintf(raw, sizeof raw, "raw %lld", (long long)first + (long long)row);
        struct roll_entry entry = entry_of(state, first + (int64_t)row, raw);
        assert_status(roll_page_add(&page, &entry));
    }
    assert_status(roll_put(state->store, side, ENTITY_HOURS, number, &page));
    roll_page_free(&page);
}

static int64_t stage_row(struct state *state, const char *id, const char *raw)
{
    struct staged row = {.side = MUNICIPAL, .entity = ENTITY_HOURS, .remote_id = slice_of(id), .version = 1,
                         .seen = RUN, .payload = SLICE("{}")};
    row.key = state_hash(state, id);
    row.raw = state_hash(state, raw);
    assert_status(stage_put(state->store, &row));
    return row.slot;
}

static void page_comes_back_as_it_was_put_last(void **test)
{
    struct state *state = *test;
    struct roll_page page = {.count = 0};
    uint8_t digest[HASH_BYTES];
    assert_int_equal(roll_get(state->store, MUNICIPAL, ENTITY_HOURS, 1, &page), STATUS_NOT_FOUND);
    put_page(state, MUNICIPAL, 1, 500, 3);
    put_page(state, MUNICIPAL, 1, 1, ROWS);
    put_page(state, PROVINCIAL, 1, 900, 1);
    assert_status(roll_get(state->store, MUNICIPAL, ENTITY_HOURS, 1, &page));
    memset(digest, 1, sizeof digest);
    assert_memory_equal(page.digest, digest, sizeof digest);
    assert_int_equal(page.size, 1001);
    assert_int_equal(page.count, ROWS);
    for (size_t row = 0; row < ROWS; row++) {
        char raw[32];
        (void)snprintf(raw, sizeof raw, "raw %zu", row + 1);
        assert_int_equal(page.entries[row].slot, (int64_t)row + 1);
        assert_int_equal(page.entries[row].updated, 1700000001 + (int64_t)row);
        assert_true(hash_equal(page.entries[row].raw, state_hash(state, raw)));
    }
    assert_int_equal(roll_get(state->store, MUNICIPAL, ENTITY_HOURS, 2, &page), STATUS_NOT_FOUND);
    assert_int_equal(page.count, 0);
    roll_page_free(&page);
}

static void listing_that_became_shorter_cuts_the_pages_behind(void **test)
{
    struct state *state = *test;
    struct roll_page page = {.count = 0};
    for (unsigned number = 1; number <= 3; number++) {
        put_page(state, MUNICIPAL, number, number * 10, 2);
        put_page(state, PROVINCIAL, number, number * 100, 2);
    }
    assert_status(roll_begin(state->store, MUNICIPAL, ENTITY_HOURS));
    assert_status(roll_end(state->store, MUNICIPAL, ENTITY_HOURS, 2));
    assert_status(roll_get(state->store, MUNICIPAL, ENTITY_HOURS, 2, &page));
    assert_int_equal(roll_get(state->store, MUNICIPAL, ENTITY_HOURS, 3, &page), STATUS_NOT_FOUND);
    assert_status(roll_get(state->store, PROVINCIAL, ENTITY_HOURS, 3, &page));
    assert_status(roll_forget(state->store, PROVINCIAL));
    assert_int_equal(roll_get(state->store, PROVINCIAL, ENTITY_HOURS, 1, &page), STATUS_NOT_FOUND);
    assert_status(roll_get(state->store, MUNICIPAL, ENTITY_HOURS, 1, &page));
    roll_page_free(&page);
}

static void it_speaks_for_nobody_until_it_is_known_who_is_struck(void **test)
{
    struct state *state = *test;
    assert_true(roll_struck(state->store, 5));
    assert_status(roll_begin(state->store, MUNICIPAL, ENTITY_HOURS));
    assert_false(roll_struck(state->store, 5));
    assert_status(store_begin(state->store));
    assert_status(roll_strike(state->store, MUNICIPAL, ENTITY_HOURS, 5));
    store_rollback(state->store);
    assert_true(roll_struck(state->store, 6));
    assert_status(roll_begin(state->store, MUNICIPAL, ENTITY_HOURS));
    assert_false(roll_struck(state->store, 5) || roll_struck(state->store, 6));
}

static void who_changed_is_struck_until_a_whole_listing_later(void **test)
{
    struct state *state = *test;
    int64_t same = stage_row(state, "same", "one");
    int64_t other = stage_row(state, "other", "one");
    int64_t gone = stage_row(state, "gone", "one");
    assert_status(roll_begin(state->store, MUNICIPAL, ENTITY_HOURS));
    assert_int_equal(stage_row(state, "same", "one"), same);
    assert_int_equal(stage_row(state, "other", "two"), other);
    assert_status(stage_set_state(state->store, MUNICIPAL, ENTITY_HOURS, SLICE("gone"), STAGED_GONE));
    assert_false(roll_struck(state->store, same));
    assert_true(roll_struck(state->store, other) && roll_struck(state->store, gone));
    assert_status(roll_end(state->store, MUNICIPAL, ENTITY_HOURS, 1));
    assert_true(roll_struck(state->store, other) && roll_struck(state->store, gone)); /* struck meanwhile */
    state_reopen(state);
    assert_status(roll_begin(state->store, MUNICIPAL, ENTITY_HOURS));
    assert_true(roll_struck(state->store, other) && roll_struck(state->store, gone));
    assert_int_equal(stage_row(state, "gone", "two"), gone);
    assert_status(roll_end(state->store, MUNICIPAL, ENTITY_HOURS, 1));
    assert_false(roll_struck(state->store, other));
    assert_true(roll_struck(state->store, gone));
}

static void who_was_not_listed_is_missing_and_struck(void **test)
{
    struct state *state = *test;
    struct slots listed = {NULL, 0};
    struct staged row = {.slot = 0};
    int64_t missing = -1;
    int64_t here = stage_row(state, "here", "one");
    int64_t away = stage_row(state, "away", "one");
    assert_status(roll_begin(state->store, MUNICIPAL, ENTITY_HOURS));
    assert_status(slots_add(&listed, here));
    assert_status(stage_mark_missing(state->store, MUNICIPAL, ENTITY_HOURS, &listed));
    assert_status(stage_count_missing(state->store, MUNICIPAL, ENTITY_HOURS, &missing));
    assert_int_equal(missing, 1);
    assert_status(stage_next_missing(state->store, MUNICIPAL, ENTITY_HOURS, SLICE(""), &state->arena, &row));
    assert_slice(row.remote_id, "away");
    assert_true(roll_struck(state->store, away));
    assert_false(roll_struck(state->store, here));
    assert_status(stage_mark_seen(state->store, MUNICIPAL, ENTITY_HOURS, SLICE("away"), RUN + 1));
    assert_int_equal(
        stage_next_missing(state->store, MUNICIPAL, ENTITY_HOURS, SLICE(""), &state->arena, &row),
        STATUS_NOT_FOUND);
    slots_clear(&listed);
}

static void side_that_is_forgotten_has_no_roll(void **test)
{
    struct state *state = *test;
    struct roll_page page = {.count = 0};
    put_page(state, MUNICIPAL, 1, 1, 5);
    assert_status(stage_forget_since(state->store, MUNICIPAL, 0));
    assert_int_equal(roll_get(state->store, MUNICIPAL, ENTITY_HOURS, 1, &page), STATUS_NOT_FOUND);
    roll_page_free(&page);
}

/* The mark of a page whose rows are staged at these slots. */
static struct roll_mark mark_of(struct state *state, const char *etag, const int64_t *slots, size_t count)
{
    struct roll_mark mark = {.total = 7, .first_updated = 1, .last_updated = -2, .largest_updated = 1700000000};
    struct roll_page page = {.count = 0};
    bool told = false;
    (void)snprintf(mark.etag, sizeof mark.etag, "%s", etag);
    memset(mark.of, 3, sizeof mark.of);
    memset(mark.ids, 4, sizeof mark.ids);
    for (size_t row = 0; row < count; row++) {
        struct roll_entry entry = entry_of(state, slots[row], "raw");
        assert_status(roll_page_add(&page, &entry));
    }
    assert_status(roll_mark_tell(&mark, &page, &told));
    assert_true(told);
    roll_page_free(&page);
    return mark;
}

static void put_mark(struct state *state, unsigned number, const char *etag, const int64_t *slots, size_t count)
{
    struct roll_mark mark = mark_of(state, etag, slots, count);
    assert_status(roll_mark_put(state->store, MUNICIPAL, ENTITY_HOURS, number, &mark));
    roll_mark_free(&mark);
}

static bool is_marked(struct state *state, unsigned number)
{
    struct roll_mark mark = {.rows = 0};
    enum status status = roll_mark_get(state->store, MUNICIPAL, ENTITY_HOURS, number, &mark);
    assert_true(status == STATUS_OK || status == STATUS_NOT_FOUND);
    roll_mark_free(&mark);
    return status == STATUS_OK;
}

static const struct {
    int64_t slots[8];
    size_t count, runs;
} marked[] = {
    {{5}, 1, 1},
    {{5, 6, 7, 8}, 4, 1},
    {{8, 7, 6}, 3, 3},
    {{1, 2, 900, 901, 3, 4}, 6, 3},
    {{1, INT64_C(1) << 39, 2}, 3, 3},
    {{7, 7, 7}, 3, 3},
};

static void mark_has_the_slots_of_all_rows(void **test)
{
    struct state *state = *test;
    for (size_t index = 0; index < sizeof marked / sizeof *marked; index++) {
        struct roll_mark mark = {.rows = 0};
        int64_t row = 0;
        put_mark(state, 1, "W/\"a\"", marked[index].slots, marked[index].count);
        assert_status(roll_mark_get(state->store, MUNICIPAL, ENTITY_HOURS, 1, &mark));
        assert_string_equal(mark.etag, "W/\"a\"");
        assert_int_equal(mark.total, 7);
        assert_true(mark.of[15] == 3 && mark.ids[15] == 4);
        assert_true(mark.first_updated == 1 && mark.last_updated == -2 && mark.largest_updated == 1700000000);
        assert_int_equal(mark.rows, marked[index].count);
        assert_int_equal(mark.count, marked[index].runs);
        for (size_t run = 0; run < mark.count; run++) {
            for (int64_t at = 0; at < mark.runs[run].count; at++)
                assert_int_equal(mark.runs[run].first + at, marked[index].slots[row++]);
        }
        roll_mark_free(&mark);
    }
}

static void page_with_a_row_that_is_not_staged_so_has_no_mark(void **test)
{
    struct state *state = *test;
    struct roll_mark mark = {.rows = 0};
    struct roll_page page = {.count = 0};
    struct roll_entry entries[] = {entry_of(state, 1, "raw"), entry_of(state, 0, "raw"), {.slot = 3}};
    bool told = true;
    assert_status(roll_mark_tell(&mark, &page, &told));
    assert_false(told);
    for (size_t index = 1; index < 3; index++) {
        page.count = 0;
        assert_status(roll_page_add(&page, &entries[0]));
        assert_status(roll_page_add(&page, &entries[index]));
        assert_status(roll_mark_tell(&mark, &page, &told));
        assert_false(told);
    }
    roll_page_free(&page);
    roll_mark_free(&mark);
}

/* holds: read.known_page */
static void mark_goes_with_the_page_that_it_was_given_to(void **test)
{
    struct state *state = *test;
    const int64_t slots[] = {1, 2};
    for (unsigned number = 1; number <= 3; number++) {
        put_page(state, MUNICIPAL, number, number * 10, 2);
        put_mark(state, number, "\"a\"", slots, 2);
    }
    put_page(state, MUNICIPAL, 1, 10, 3);
    assert_true(!is_marked(state, 1) && is_marked(state, 2) && is_marked(state, 3));
    assert_status(roll_begin(state->store, MUNICIPAL, ENTITY_HOURS));
    assert_status(roll_end(state->store, MUNICIPAL, ENTITY_HOURS, 2));
    assert_true(is_marked(state, 2) && !is_marked(state, 3));
    assert_status(roll_forget(state->store, PROVINCIAL));
    assert_true(is_marked(state, 2));
    assert_status(roll_forget(state->store, MUNICIPAL));
    assert_false(is_marked(state, 2));
}

/* holds: read.known_page */
static void mark_speaks_until_one_of_its_rows_is_struck(void **test)
{
    struct state *state = *test;
    const int64_t slots[] = {60, 61, 62, 63, 64, 65, 66, 200};
    struct roll_mark mark = mark_of(state, "\"a\"", slots, 8);
    struct roll_mark none = {.rows = 0};
    assert_false(roll_mark_speaks(state->store, &mark));
    assert_status(roll_begin(state->store, MUNICIPAL, ENTITY_HOURS));
    assert_true(roll_mark_speaks(state->store, &mark));
    assert_false(roll_mark_speaks(state->store, &none));
    const int64_t beside[] = {59, 67, 199, 201};
    for (size_t index = 0; index < 4; index++)
        assert_status(roll_strike(state->store, MUNICIPAL, ENTITY_HOURS, beside[index]));
    assert_true(roll_mark_speaks(state->store, &mark));
    assert_status(roll_strike(state->store, MUNICIPAL, ENTITY_HOURS, 200));
    assert_false(roll_mark_speaks(state->store, &mark));
    roll_mark_free(&mark);
}

static const struct {
    int64_t first, count;
} runs[] = {{1, 1}, {1, 63}, {1, 64}, {63, 2}, {64, 64}, {60, 200}, {1000, 3}, {127, 1}, {128, 129}};

static void run_of_slots_is_the_same_as_one_by_one(void **test)
{
    (void)test;
    struct slots one_by_one = {NULL, 0};
    struct slots at_once = {NULL, 0};
    for (size_t index = 0; index < sizeof runs / sizeof *runs; index++) {
        int64_t wanted = 0;
        int64_t fresh = -1;
        bool any = false;
        for (int64_t slot = runs[index].first; slot < runs[index].first + runs[index].count; slot++) {
            any = any || slots_has(&one_by_one, slot);
            wanted += !slots_has(&one_by_one, slot);
        }
        assert_int_equal(slots_any(&at_once, runs[index].first, runs[index].count), any);
        for (int64_t slot = runs[index].first; slot < runs[index].first + runs[index].count; slot++)
            assert_status(slots_add(&one_by_one, slot));
        assert_status(slots_add_run(&at_once, runs[index].first, runs[index].count, &fresh));
        assert_int_equal(fresh, wanted);
        for (int64_t slot = 0; slot < 1100; slot++)
            assert_int_equal(slots_has(&at_once, slot), slots_has(&one_by_one, slot));
    }
    int64_t fresh = 0;
    assert_int_equal(slots_add_run(&at_once, 0, 5, &fresh), STATUS_INVALID);
    assert_int_equal(slots_add_run(&at_once, 5, 0, &fresh), STATUS_INVALID);
    assert_int_equal(slots_add_run(&at_once, 5, INT64_MAX, &fresh), STATUS_INVALID);
    slots_clear(&one_by_one);
    slots_clear(&at_once);
}

static void index_finds_each_record_and_no_other(void **test)
{
    struct state *state = *test;
    struct roll_index index = {.count = 0};
    for (unsigned number = 0; number < 5; number++)
        put_page(state, PROVINCIAL, number + 1, 1 + number * ROWS, ROWS);
    assert_int_equal(roll_index_build(state->store, PROVINCIAL, ENTITY_HOURS, 5 * ROWS - 1, &index),
                     STATUS_TOO_LARGE);
    assert_int_equal(index.count, 0);
    assert_status(roll_index_build(state->store, PROVINCIAL, ENTITY_HOURS, 5 * ROWS, &index));
    for (int slot = 1; slot <= 5 * ROWS; slot++) {
        char raw[32];
        (void)snprintf(raw, sizeof raw, "raw %d", slot);
        struct hash hash = state_hash(state, raw);
        assert_int_equal(roll_index_find(&index, &hash), slot);
    }
    struct hash other = state_hash(state, "raw 0");
    assert_int_equal(roll_index_find(&index, &other), 0);
    roll_index_free(&index);
    assert_status(roll_index_build(state->store, MUNICIPAL, ENTITY_HOURS, 1, &index));
    assert_int_equal(roll_index_find(&index, &other), 0);
    roll_index_free(&index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STATE_TEST(page_comes_back_as_it_was_put_last),
        STATE_TEST(listing_that_became_shorter_cuts_the_pages_behind),
        STATE_TEST(it_speaks_for_nobody_until_it_is_known_who_is_struck),
        STATE_TEST(who_changed_is_struck_until_a_whole_listing_later),
        STATE_TEST(who_was_not_listed_is_missing_and_struck),
        STATE_TEST(side_that_is_forgotten_has_no_roll),
        STATE_TEST(mark_has_the_slots_of_all_rows),
        STATE_TEST(page_with_a_row_that_is_not_staged_so_has_no_mark),
        STATE_TEST(mark_goes_with_the_page_that_it_was_given_to),
        STATE_TEST(mark_speaks_until_one_of_its_rows_is_struck),
        STATE_TEST(run_of_slots_is_the_same_as_one_by_one),
        STATE_TEST(index_finds_each_record_and_no_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
