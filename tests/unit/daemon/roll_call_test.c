/* A page of a full listing that is known by its ETag: when it is named, and when 'as it was' is believed. */
#include "tests/support/state.h"

#include "connectors/definition.h"
#include "daemon/store/stage.h"
#include "daemon/store/stage_forget.h"
#include "daemon/work/roll_call.h"
#include "tests/unit/connectors/shipped.h"

static const struct slice array = SLICE("[{\"id\":1},{\"id\":2}]");
static const struct slice etag = SLICE("\"v1\"");

static int64_t stage_row(struct state *state, const char *id, const char *raw)
{
    struct staged row = {.side = MUNICIPAL, .entity = ENTITY_HOURS, .remote_id = slice_of(id), .version = 1,
                         .payload = SLICE("{}")};
    row.key = state_hash(state, id);
    row.raw = state_hash(state, raw);
    assert_status(stage_put(state->store, &row));
    return row.slot;
}

/* Page `number` of two rows came, with an ETag. */
static void page_came(struct state *state, struct desk *desk, unsigned number, struct slice with)
{
    struct split_expected expected;
    bool before = false;
    struct answer answer = {.class = ANSWER_OK, .row_array = array, .total = 4, .known = {.etag = with}};
    const char *names[] = {number == 1 ? "1" : "3", number == 1 ? "2" : "4"};
    memset(answer.known.of, 7, sizeof answer.known.of);
    assert_status(roll_call_open(desk, MUNICIPAL, ENTITY_HOURS, number, &expected));
    for (size_t row = 0; row < 2; row++) {
        struct roll_entry entry = {.slot = stage_row(state, names[row], "raw"), .raw = state_hash(state, "raw")};
        assert_status(roll_call_present(desk, MUNICIPAL, ENTITY_HOURS, &entry, &before));
    }
    struct page_facts facts = {.raw = 2, .total = 4, .ids = {(uint8_t)number}, .largest_updated = number};
    assert_status(roll_call_close(desk, MUNICIPAL, ENTITY_HOURS, &(struct roll_came){&answer, &facts}));
}

/* Both pages came in a listing before; the next one begins. */
static struct desk desk_with_pages(struct state *state)
{
    static struct definition *definition;
    if (definition == NULL)
        definition = shipped_load(MUNICIPAL);
    struct desk desk = {.store = state->store, .definition = {[MUNICIPAL] = definition}};
    page_came(state, &desk, 1, etag);
    page_came(state, &desk, 2, etag);
    assert_status(roll_call_end(&desk, MUNICIPAL, ENTITY_HOURS));
    assert_status(roll_begin(state->store, MUNICIPAL, ENTITY_HOURS)); /* whoever was new is told anew */
    assert_status(roll_end(state->store, MUNICIPAL, ENTITY_HOURS, 2));
    roll_call_clear(&desk);
    return desk;
}

/* Behind page 1: the exchange that asks for page 2 then. */
static struct exchange *ask_second(struct desk *desk)
{
    struct split_expected expected;
    struct exchange *exchange = exchange_new(MUNICIPAL, PURPOSE_LISTING);
    struct known_page ahead = {.of = {0}};
    assert_non_null(exchange);
    exchange->request.entity = ENTITY_HOURS;
    exchange->request.page = 1;
    assert_status(roll_call_open(desk, MUNICIPAL, ENTITY_HOURS, 1, &expected));
    assert_status(roll_call_ahead(desk, exchange, &ahead));
    exchange->request.page = 2;
    exchange->request.known = ahead;
    return exchange;
}

static bool is_named(struct desk *desk)
{
    struct exchange *exchange = ask_second(desk);
    struct slice named = exchange->request.known.etag;
    bool is = slice_equal(named, etag);
    assert_true(is || slice_empty(named));
    assert_true(!is || exchange->request.known.of[0] == 7);
    exchange_free(exchange);
    return is;
}

static bool is_believed(struct desk *desk, const struct exchange *exchange, const char *answered)
{
    struct reply reply = {.end = REPLY_COMPLETE, .status = 304, .etag = slice_of(answered)};
    bool believed = false;
    assert_status(roll_call_believe(desk, exchange, &reply, &believed));
    return believed;
}

/* holds: read.known_page */
static void page_is_named_while_the_roll_speaks_for_all_of_it(void **test)
{
    struct state *state = *test;
    struct desk desk = desk_with_pages(state);
    assert_true(is_named(&desk));
    (void)stage_row(state, "1", "another"); /* of the page before */
    assert_true(is_named(&desk));
    (void)stage_row(state, "4", "another");
    assert_false(is_named(&desk));
    roll_call_clear(&desk);
}

static void no_page_is_named_where_each_has_to_come(void **test)
{
    struct desk desk = desk_with_pages(*test);
    desk.decode_all = true;
    assert_false(is_named(&desk));
    desk.decode_all = false;
    desk.every_page = true;
    assert_false(is_named(&desk));
    desk.every_page = false;
    assert_true(is_named(&desk));
    roll_call_clear(&desk);
}

static void page_that_comes_with_another_etag_is_named_by_that(void **test)
{
    struct state *state = *test;
    struct desk desk = desk_with_pages(state);
    page_came(state, &desk, 2, SLICE("")); /* the same bytes: what was true of them still is */
    assert_true(is_named(&desk));
    page_came(state, &desk, 2, SLICE("\"v2\""));
    struct exchange *exchange = ask_second(&desk);
    assert_true(slice_is(exchange->request.known.etag, "\"v2\""));
    exchange_free(exchange);
    roll_call_clear(&desk);
}

/* holds: read.known_page */
static void as_it_was_is_believed_of_the_page_that_was_named(void **test)
{
    struct state *state = *test;
    struct desk desk = desk_with_pages(state);
    struct exchange *exchange = ask_second(&desk);
    assert_true(is_believed(&desk, exchange, ""));
    assert_true(is_believed(&desk, exchange, "\"v1\""));
    assert_true(is_believed(&desk, exchange, "W/\"v1\""));
    assert_false(is_believed(&desk, exchange, "\"v2\""));
    assert_int_equal(roll_call_total(&desk, MUNICIPAL, ENTITY_HOURS), 4);
    (void)stage_row(state, "3", "another");
    assert_false(is_believed(&desk, exchange, ""));
    exchange_free(exchange);
    roll_call_clear(&desk);
}

static void what_was_forgotten_between_question_and_answer_is_not_believed(void **test)
{
    struct state *state = *test;
    struct desk desk = desk_with_pages(state);
    struct exchange *exchange = ask_second(&desk);
    assert_status(stage_forget_since(state->store, MUNICIPAL, 0));
    assert_false(is_believed(&desk, exchange, ""));
    exchange_free(exchange);
    roll_call_clear(&desk);
}

/* holds: read.known_page */
static void who_is_on_a_page_that_did_not_come_is_listed_once(void **test)
{
    struct state *state = *test;
    struct desk desk = desk_with_pages(state);
    struct exchange *exchange = ask_second(&desk);
    struct page_facts facts = {.total = 4};
    int64_t third = stage_row(state, "3", "raw");
    assert_true(is_believed(&desk, exchange, ""));
    assert_false(roll_call_listed(&desk, third));
    assert_status(roll_call_unsent(&desk, MUNICIPAL, ENTITY_HOURS, &facts));
    assert_int_equal(facts.raw, 2);
    assert_int_equal(facts.fresh, 2);
    assert_int_equal(facts.ids[0], 2);
    assert_int_equal(facts.largest_updated, 2);
    assert_true(roll_call_listed(&desk, third) && roll_call_listed(&desk, third + 1));
    facts = (struct page_facts){.total = 4};
    assert_status(roll_call_unsent(&desk, MUNICIPAL, ENTITY_HOURS, &facts));
    assert_int_equal(facts.fresh, 0);
    assert_true(is_named(&desk)); /* and goes on being known */
    exchange_free(exchange);
    roll_call_clear(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STATE_TEST(page_is_named_while_the_roll_speaks_for_all_of_it),
        STATE_TEST(no_page_is_named_where_each_has_to_come),
        STATE_TEST(page_that_comes_with_another_etag_is_named_by_that),
        STATE_TEST(as_it_was_is_believed_of_the_page_that_was_named),
        STATE_TEST(what_was_forgotten_between_question_and_answer_is_not_believed),
        STATE_TEST(who_is_on_a_page_that_did_not_come_is_listed_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
