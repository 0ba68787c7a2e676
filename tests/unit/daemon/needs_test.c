/* Reads that the decision asks for: each is taken once, by its side, and then nothing is left. */
#include "tests/support/state.h"

#include "daemon/work/needs.h"

enum { MANY = 300 };

static struct desk *desk_of(struct state *state)
{
    struct desk *desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    desk->store = state->store;
    assert_status(desk_init(desk));
    return desk;
}

static void ask(struct desk *desk, enum side side, int number)
{
    char id[16];
    bool asked = false;
    (void)snprintf(id, sizeof id, "id-%d", number);
    assert_status(need_by_id(desk, side, ENTITY_HOURS, slice_of(id), &asked));
    assert_true(asked);
}

static void take(struct desk *desk, enum side side, const char *id)
{
    struct exchange *exchange = NULL;
    assert_status(needs_next(desk, side, &exchange));
    assert_non_null(exchange);
    assert_int_equal(exchange->side, side);
    assert_slice(exchange->request.remote_id, id);
    exchange_free(exchange);
}

static void take_none(struct desk *desk, enum side side)
{
    struct exchange *exchange = NULL;
    assert_int_equal(needs_left(desk, side), 0);
    assert_status(needs_next(desk, side, &exchange));
    assert_null(exchange);
}

static void each_side_has_its_own_in_order(void **test)
{
    struct desk *desk = desk_of(*test);
    ask(desk, MUNICIPAL, 1);
    ask(desk, PROVINCIAL, 2);
    ask(desk, MUNICIPAL, 3);
    assert_int_equal(needs_left(desk, MUNICIPAL), 2);
    assert_int_equal(needs_left(desk, PROVINCIAL), 1);
    take(desk, PROVINCIAL, "id-2");
    take_none(desk, PROVINCIAL);
    take(desk, MUNICIPAL, "id-1");
    ask(desk, PROVINCIAL, 4); /* behind what is left, before which nothing was */
    take(desk, PROVINCIAL, "id-4");
    take(desk, MUNICIPAL, "id-3");
    take_none(desk, MUNICIPAL);
    desk_free(desk);
    free(desk);
}

static void what_is_asked_for_once_all_was_taken_is_taken_too(void **test)
{
    struct desk *desk = desk_of(*test);
    for (int round = 0; round < 2; round++) {
        for (int number = 0; number < MANY; number++)
            ask(desk, MUNICIPAL, round * MANY + number);
        assert_int_equal(needs_left(desk, MUNICIPAL), MANY);
        for (int number = 0; number < MANY; number++) {
            char id[16];
            (void)snprintf(id, sizeof id, "id-%d", round * MANY + number);
            take(desk, MUNICIPAL, id);
        }
        take_none(desk, MUNICIPAL);
        assert_int_equal(desk->needs.count, 0);
    }
    desk_free(desk);
    free(desk);
}

/* It could not be asked for, and would hold the cycle for ever. */
static void nothing_is_left_of_an_empty_text(void **test)
{
    struct desk *desk = desk_of(*test);
    bool asked = false;
    assert_status(need_by_id(desk, MUNICIPAL, ENTITY_HOURS, SLICE(""), &asked));
    take_none(desk, MUNICIPAL);
    desk_free(desk);
    free(desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STATE_TEST(each_side_has_its_own_in_order),
        STATE_TEST(what_is_asked_for_once_all_was_taken_is_taken_too),
        STATE_TEST(nothing_is_left_of_an_empty_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
