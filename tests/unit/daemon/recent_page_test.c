/* The first page of an increment beside that of the cycle before: when it may be taken for unchanged. */
#include "tests/support/state.h"

#include "daemon/store/stage.h"
#include "daemon/store/stage_forget.h"
#include "daemon/work/recent_page.h"

static const struct slice array = SLICE("[{\"id\":1},{\"id\":2}]");

static int64_t stage_row(struct state *state, const char *id, const char *raw)
{
    struct staged row = {.side = MUNICIPAL, .entity = ENTITY_HOURS, .remote_id = slice_of(id), .version = 1,
                         .payload = SLICE("{}")};
    row.key = state_hash(state, id);
    row.raw = state_hash(state, raw);
    assert_status(stage_put(state->store, &row));
    return row.slot;
}

static bool comes_as_it_was(struct desk *desk, int64_t run)
{
    struct split_expected expected;
    uint8_t digest[HASH_BYTES];
    desk->run = run;
    recent_page_open(desk, MUNICIPAL, ENTITY_HOURS, &expected);
    if (expected.size == 0)
        return false;
    digest_quick(array, digest);
    assert_int_equal(expected.size, array.size);
    assert_memory_equal(expected.digest, digest, sizeof digest);
    assert_ptr_equal(desk->recent, &desk->recent_pages[MUNICIPAL][ENTITY_HOURS]);
    assert_int_equal(desk->recent->rows.count, 2);
    return true;
}

/* The page of two staged rows, taken in by cycle 1. */
static struct desk desk_with_page(struct state *state)
{
    struct desk desk = {.store = state->store};
    struct roll_entry one = {.slot = stage_row(state, "1", "one"), .raw = state_hash(state, "one")};
    struct roll_entry two = {.slot = stage_row(state, "2", "two"), .raw = state_hash(state, "two")};
    assert_false(comes_as_it_was(&desk, 1));
    recent_page_begin(&desk);
    assert_status(recent_page_row(&desk, &one, true));
    assert_status(recent_page_row(&desk, &two, true));
    recent_page_close(&desk, array);
    return desk;
}

static void page_of_unchanged_rows_is_known_in_the_next_cycle(void **test)
{
    struct desk desk = desk_with_page(*test);
    struct split_expected expected;
    assert_true(comes_as_it_was(&desk, 2));
    recent_page_open(&desk, PROVINCIAL, ENTITY_HOURS, &expected);
    assert_int_equal(expected.size, 0);
    assert_true(comes_as_it_was(&desk, 3));
    recent_page_clear(&desk);
    assert_false(comes_as_it_was(&desk, 4));
    recent_page_clear(&desk);
}

static void only_the_first_page_of_a_cycle_is_compared(void **test)
{
    struct desk desk = desk_with_page(*test);
    assert_true(comes_as_it_was(&desk, 2));
    assert_false(comes_as_it_was(&desk, 2));
    assert_null(desk.recent);
    recent_page_clear(&desk);
}

static void page_with_a_changed_row_is_not_known(void **test)
{
    struct desk desk = desk_with_page(*test);
    struct roll_entry row = {.slot = 1};
    assert_true(comes_as_it_was(&desk, 2));
    recent_page_begin(&desk);
    assert_status(recent_page_row(&desk, &row, true));
    assert_status(recent_page_row(&desk, &row, false));
    assert_status(recent_page_row(&desk, &row, true));
    recent_page_close(&desk, array);
    assert_false(comes_as_it_was(&desk, 3));
    recent_page_clear(&desk);
}

static void page_that_was_not_taken_in_to_its_end_is_not_known(void **test)
{
    struct desk desk = desk_with_page(*test);
    struct roll_entry row = {.slot = 1};
    assert_true(comes_as_it_was(&desk, 2));
    recent_page_begin(&desk);
    assert_status(recent_page_row(&desk, &row, true));
    assert_false(comes_as_it_was(&desk, 3));
    recent_page_clear(&desk);
}

/* holds: read.same_page */
static void page_is_not_known_once_a_staged_record_became_another(void **test)
{
    struct state *state = *test;
    struct desk desk = desk_with_page(state);
    assert_true(comes_as_it_was(&desk, 2));
    (void)stage_row(state, "2", "two, written by us");
    assert_false(comes_as_it_was(&desk, 3));
    recent_page_clear(&desk);
    desk = desk_with_page(state);
    assert_status(stage_set_state(state->store, MUNICIPAL, ENTITY_HOURS, SLICE("1"), STAGED_GONE));
    assert_false(comes_as_it_was(&desk, 2));
    recent_page_clear(&desk);
    desk = desk_with_page(state);
    assert_status(stage_distrust(state->store, MUNICIPAL, ENTITY_HOURS, SLICE("1")));
    assert_false(comes_as_it_was(&desk, 2));
    recent_page_clear(&desk);
    desk = desk_with_page(state);
    assert_status(stage_forget_since(state->store, MUNICIPAL, 0));
    assert_false(comes_as_it_was(&desk, 2));
    recent_page_clear(&desk);
}

static void doubt_or_the_setting_has_every_page_taken_in(void **test)
{
    struct desk desk = desk_with_page(*test);
    desk.any_lower = true;
    assert_false(comes_as_it_was(&desk, 2));
    desk.any_lower = false;
    desk.decode_all = true;
    assert_false(comes_as_it_was(&desk, 3));
    desk.decode_all = false;
    assert_true(comes_as_it_was(&desk, 4));
    recent_page_clear(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STATE_TEST(page_of_unchanged_rows_is_known_in_the_next_cycle),
        STATE_TEST(only_the_first_page_of_a_cycle_is_compared),
        STATE_TEST(page_with_a_changed_row_is_not_known),
        STATE_TEST(page_that_was_not_taken_in_to_its_end_is_not_known),
        STATE_TEST(page_is_not_known_once_a_staged_record_became_another),
        STATE_TEST(doubt_or_the_setting_has_every_page_taken_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
