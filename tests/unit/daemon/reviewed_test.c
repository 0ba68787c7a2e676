/* Of what a cycle planned exactly the reviewed writes stay planned; the guard counts these alone. */
#include "tests/support/state.h"

#include "daemon/store/journal.h"
#include "daemon/work/reviewed.h"

enum { RUN = 3 };

static struct desk *desk_of(struct state *state)
{
    struct desk *desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    desk->store = state->store;
    desk->run = RUN;
    assert_status(desk_init(desk));
    desk->order.reviewed = true;
    return desk;
}

static int64_t plan(struct desk *desk, const char *key, enum write_operation operation,
                    const char *before, const char *values)
{
    struct record had = {.entity = ENTITY_HOURS};
    struct record has = had;
    struct buffer packed_had;
    struct buffer packed_has;
    struct write write = {.run = desk->run,
                          .target = PROVINCIAL,
                          .entity = ENTITY_HOURS,
                          .operation = operation,
                          .state = WRITE_PLANNED,
                          .wave = 3,
                          .key = desk_hash(desk, slice_of(key)),
                          .subject_text = SLICE("hours:371600/1"),
                          .reason = "municipal_changed",
                          .fields = FIELD_BIT(FIELD_HOURS_REVIEW),
                          .body = SLICE("{}")};
    had.value[FIELD_HOURS_REVIEW] = slice_of(before);
    has.value[FIELD_HOURS_REVIEW] = slice_of(values);
    buffer_init(&packed_had, 4096);
    buffer_init(&packed_has, 4096);
    record_pack(&had, write.fields, &packed_had);
    record_pack(&has, write.fields, &packed_has);
    write.before = buffer_slice(&packed_had);
    write.values = buffer_slice(&packed_has);
    assert_status(journal_plan(desk->store, &write));
    buffer_free(&packed_had);
    buffer_free(&packed_has);
    desk->counts.planned[PROVINCIAL][ENTITY_HOURS][operation]++;
    return write.number;
}

static enum write_state state_of(struct desk *desk, int64_t number)
{
    struct write write;
    assert_status(journal_get(desk->store, number, &desk->arena, &write));
    return write.state;
}

static void what_stands_in_no_plan_is_dropped_and_counted_no_more(void **test)
{
    struct state *state = *test;
    struct desk *desk = desk_of(state);
    int64_t kept = plan(desk, "kept", WRITE_UPDATE, "hrss", "department");
    int64_t back = plan(desk, "back", WRITE_UPDATE, "hrss", "rejected");
    int64_t plain = plan(desk, "plain", WRITE_UPDATE, "employer", "hrss");
    int64_t revoked = plan(desk, "revoked", WRITE_REVOKE, "hrss", "hrss");
    desk->counts.revoking[PROVINCIAL][ENTITY_HOURS] = 3;
    assert_status(hashset_add(&desk->order.keys, desk_hash(desk, SLICE("kept"))));
    assert_status(hashset_add(&desk->order.keys, desk_hash(desk, SLICE("not planned again"))));
    assert_status(reviewed_keep(desk));
    assert_int_equal(state_of(desk, kept), WRITE_PLANNED);
    assert_int_equal(state_of(desk, back), WRITE_DROPPED);
    assert_int_equal(state_of(desk, plain), WRITE_DROPPED);
    assert_int_equal(state_of(desk, revoked), WRITE_DROPPED);
    assert_int_equal(desk->counts.planned[PROVINCIAL][ENTITY_HOURS][WRITE_UPDATE], 1);
    assert_int_equal(desk->counts.planned[PROVINCIAL][ENTITY_HOURS][WRITE_REVOKE], 0);
    assert_int_equal(desk->counts.revoking[PROVINCIAL][ENTITY_HOURS], 1);
    assert_int_equal(desk->order.found.count, 1);
    desk_free(desk);
    free(desk);
}

static void another_runs_writes_and_an_empty_plan_are_what_they_are(void **test)
{
    struct state *state = *test;
    struct desk *desk = desk_of(state);
    int64_t own = plan(desk, "own", WRITE_CREATE, "", "hrss");
    desk->run = RUN + 1;
    int64_t other = plan(desk, "other", WRITE_CREATE, "", "hrss");
    assert_status(reviewed_keep(desk));
    assert_int_equal(state_of(desk, own), WRITE_PLANNED);
    assert_int_equal(state_of(desk, other), WRITE_DROPPED);
    desk_free(desk);
    free(desk);
}

static void keys_are_read_from_hex_and_nothing_else(void **test)
{
    struct state *state = *test;
    struct desk *desk = desk_of(state);
    struct hash key = {.at = {0x01, 0x23, 0xab}};
    assert_status(reviewed_keys(SLICE("0123ab00000000000000000000000000"
                                      "ffffffffffffffffffffffffffffffff"), &desk->order.keys));
    assert_int_equal(desk->order.keys.count, 2);
    assert_true(hashset_has(&desk->order.keys, key));
    assert_status(reviewed_keys(SLICE(""), &desk->order.keys));
    assert_int_equal(reviewed_keys(SLICE("0123"), &desk->order.keys), STATUS_INVALID);
    assert_int_equal(reviewed_keys(SLICE("0123AB00000000000000000000000000"), &desk->order.keys),
                     STATUS_INVALID);
    desk_free(desk);
    free(desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STATE_TEST(what_stands_in_no_plan_is_dropped_and_counted_no_more),
        STATE_TEST(keys_are_read_from_hex_and_nothing_else),
        STATE_TEST(another_runs_writes_and_an_empty_plan_are_what_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
