#include "daemon/sync/run_inside.h"

enum {
    ATTEMPTS_MOST = 3, /* of one request */
    DOUBTFUL_MOST = 5, /* writes in a row without a word on whether they happened */
    CLOCK_STEADY_MS = 2000
};

static uint64_t next_random(struct run *run)
{
    run->random ^= run->random << 13;
    run->random ^= run->random >> 7;
    run->random ^= run->random << 17;
    return run->random;
}

/* A clock that was put between two runs is not trusted either: what was changed before has its old time. */
static bool has_moved(const struct run *run, enum side side, int64_t offset_ms)
{
    bool measured = run->side[side].has_offset;
    int64_t before_ms = measured ? run->side[side].offset_ms : run->setup.offset_ms[side];
    int64_t moved = offset_ms - before_ms;
    return (measured || run->setup.has_offset[side]) && (moved > CLOCK_STEADY_MS || moved < -CLOCK_STEADY_MS);
}

static void note_side(struct run *run, const struct exchange *exchange,
                      const struct received *received)
{
    struct run_side *side = &run->side[exchange->side];
    if (received->class != ANSWER_RETRY && received->class != ANSWER_UNKNOWN)
        side->reached = true;
    if (!received->has_offset)
        return;
    side->clock_moved = side->clock_moved || has_moved(run, exchange->side, received->offset_ms);
    side->has_offset = true;
    side->offset_ms = received->offset_ms;
}

static bool again_at_once(enum answer_class class)
{
    return class == ANSWER_RENEW_TOKEN || class == ANSWER_CLOCK_OFF || class == ANSWER_NEW_NONCE;
}

/* Whether it may be sent once more. A side that failed, or that is only probed, is not; nor is waited for one
 * that asks for long. */
static bool may_again(const struct run *run, const struct exchange *exchange, const struct received *received)
{
    enum answer_class class = received->class;
    bool later = (class == ANSWER_RETRY || class == ANSWER_SLOW_DOWN) && !run->probing[exchange->side] &&
                 received->delay_ms <= WAITED_IN_CYCLE_MOST_MS;
    return (later || again_at_once(class)) && exchange->attempt < ATTEMPTS_MOST && !run->stop &&
           run_side_usable(run, exchange->side);
}

/* Sends the exchange once more, after the delay that the platform named or one of our own. */
static bool try_again(struct run *run, struct exchange *exchange, const struct received *received)
{
    if (!may_again(run, exchange, received) || !retry_spend(&run->side[exchange->side].retries))
        return false;
    int64_t wait = again_at_once(received->class)
                       ? 0
                       : patience_delay_ms(exchange->attempt, next_random(run));
    if (received->delay_ms > wait)
        wait = received->delay_ms;
    exchange->attempt++;
    run->flying[exchange->side]++;
    run_effect_add(run, &(struct effect){.kind = EFFECT_WAIT, .exchange = exchange,
                                         .side = exchange->side, .wait_ms = wait});
    return true;
}

static bool is_answer(enum answer_class class)
{
    return class == ANSWER_OK || class == ANSWER_EMPTY;
}

static void received_need(struct run *run, struct exchange *exchange,
                          const struct received *received)
{
    bool ok = is_answer(received->class) || received->class == ANSWER_NOT_FOUND;
    if (!ok)
        run_fail_side(run, exchange->side, received);
    if (ok && exchange->request.call == CALL_QUERY && !exchange->paged) {
        struct listing_goal goal = {.entity = exchange->request.entity, .kind = LISTING_QUERY,
                                    .persons = exchange->request.persons,
                                    .person_count = exchange->request.person_count,
                                    .organisations = exchange->request.organisations,
                                    .organisation_count = exchange->request.organisation_count};
        listing_begin(&exchange->listing, run->setup.definition[exchange->side], &goal);
        exchange->paged = true;
        struct request first;
        listing_request(&exchange->listing, &first);
    }
    enum listing_step step =
        ok && exchange->paged ? listing_page(&exchange->listing, &received->page) : LISTING_DONE;
    if (step == LISTING_MORE && !run->stop) {
        listing_request(&exchange->listing, &exchange->request);
        exchange->attempt = 1;
        run_effect_send(run, exchange);
        return;
    }
    if (step == LISTING_FAILED) /* half a query says nothing of what it lacks */
        run_fail_side(run, exchange->side, received);
    exchange_free(exchange);
    run_ask_needs(run);
}

/* A platform that takes writes and never says what became of them gets no more in this run. */
static void note_doubtful(struct run *run, enum side side, const struct received *received)
{
    run->doubtful[side] = received->class == ANSWER_UNKNOWN ? run->doubtful[side] + 1 : 0;
    if (run->doubtful[side] >= DOUBTFUL_MOST)
        run_fail_side(run, side, received);
}

static void received_write(struct run *run, struct exchange *exchange,
                           const struct received *received)
{
    run->again = run->again || received->overtaken > 0 || received->unknown > 0;
    run->answered += (int64_t)(received->settled + received->rejected + received->overtaken + received->unknown);
    if (received->class == ANSWER_FATAL || received->class == ANSWER_RETRY ||
        received->class == ANSWER_SLOW_DOWN || received->class == ANSWER_RENEW_TOKEN ||
        received->class == ANSWER_CLOCK_OFF) {
        run->again = true;
        run_fail_side(run, exchange->side, received);
    }
    note_doubtful(run, exchange->side, received);
    exchange_free(exchange);
    if (!run_both_usable(run))
        run_no_writes(run); /* what is planned stays planned, and is decided again */
    else
        run_ask_write(run);
}

static void received_sign_on(struct run *run, struct exchange *exchange,
                             const struct received *received)
{
    enum side side = exchange->side;
    exchange_free(exchange);
    if (!is_answer(received->class)) {
        run_fail_side(run, side, received);
        return;
    }
    if (!run->ready[side])
        run_stream_sign_on(run, side);
}

void run_answer_received(struct run *run, struct exchange *exchange,
                            const struct received *received)
{
    run->flying[exchange->side]--;
    note_side(run, exchange, received);
    if (received->status != STATUS_OK) {
        exchange_free(exchange);
        run->end = RUN_FAILED;
        run->stop = true;
        return;
    }
    if (is_answer(received->class) && run->probing[exchange->side]) {
        run->probing[exchange->side] = false;
        run_stream_answered(run, exchange->side);
    }
    if (try_again(run, exchange, received))
        return;
    if (run->stop) { /* what was received is kept; nothing follows from it */
        exchange_free(exchange);
        return;
    }
    switch (exchange->purpose) {
    case PURPOSE_TOKEN:
    case PURPOSE_CLOCK: received_sign_on(run, exchange, received); break;
    case PURPOSE_LISTING:
        if (is_answer(received->class) || received->class == ANSWER_CURSOR_DEAD)
            run_stream_page(run, exchange, received);
        else
            run_fail_side(run, exchange->side, received);
        exchange_free(exchange);
        break;
    case PURPOSE_NEED: received_need(run, exchange, received); break;
    case PURPOSE_WRITE:
    default: received_write(run, exchange, received); break;
    }
}
