#include "daemon/bridge_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NONCE_BYTES = 16, TOKEN_SPARE_SECONDS = 60 };

/* --- what is parked --------------------------------------------------------------------------- */

struct parked {
    struct exchange *exchange;
    struct parked *next;
};

static void park(struct bridge_side *side, struct exchange *exchange)
{
    struct parked *parked = calloc(1, sizeof *parked);
    if (parked == NULL)
        abort();
    parked->exchange = exchange;
    *side->parked_end = parked;
    side->parked_end = &parked->next;
}

static void park_first(struct bridge_side *side, struct exchange *exchange)
{
    struct parked *parked = calloc(1, sizeof *parked);
    if (parked == NULL)
        abort();
    parked->exchange = exchange;
    parked->next = side->parked;
    side->parked = parked;
    if (parked->next == NULL)
        side->parked_end = &parked->next;
}

static struct exchange *unpark(struct bridge_side *side)
{
    struct parked *parked = side->parked;
    if (parked == NULL)
        return NULL;
    struct exchange *exchange = parked->exchange;
    side->parked = parked->next;
    if (side->parked == NULL)
        side->parked_end = &side->parked;
    free(parked);
    return exchange;
}

/* --- the token, which every exchange of its side waits for ------------------------------------ */

static void give_received(struct bridge *bridge, struct exchange *exchange,
                          const struct received *received)
{
    struct event event = {.kind = EVENT_RECEIVED, .exchange = exchange, .received = received};
    run_event(bridge->run, &event);
}

static bool token_holds(const struct bridge *bridge, const struct bridge_side *side)
{
    return side->token != NULL && bridge_now_ms(bridge) / 1000 < side->token_until - TOKEN_SPARE_SECONDS;
}

static void keep_token_work(struct task *task)
{
    struct bridge_task *at = (struct bridge_task *)task;
    char name[32];
    char until[32];
    enum side side = at->effect.side;
    (void)snprintf(name, sizeof name, "token.%s", side_name(side));
    (void)store_secret_set(at->bridge->store, name, slice_of(at->given));
    (void)snprintf(name, sizeof name, "token_until.%s", side_name(side));
    (void)snprintf(until, sizeof until, "%lld", (long long)at->effect.watermark);
    (void)store_meta_set(at->bridge->store, name, slice_of(until));
}

static void keep_token_done(struct task *task)
{
    bridge_task_free((struct bridge_task *)task);
}

static void keep_token(struct bridge *bridge, enum side side)
{
    struct bridge_task *task = bridge_task_new(bridge, keep_token_work, keep_token_done);
    task->given = strdup(bridge->side[side].token);
    task->effect.side = side;
    task->effect.watermark = bridge->side[side].token_until;
    if (task->given == NULL) {
        bridge_task_free(task);
        return;
    }
    worker_post(bridge->worker, &task->task);
}

/* All that waited is told the same, as if each had been answered so. */
static void fail_parked(struct bridge *bridge, enum side side, const struct received *why)
{
    struct exchange *exchange = NULL;
    struct received received = *why;
    if (received.class == ANSWER_REJECTED || received.class == ANSWER_UNKNOWN)
        received.class = ANSWER_FATAL;
    while ((exchange = unpark(&bridge->side[side])) != NULL)
        bridge_tell(bridge, &(struct event){.kind = EVENT_RECEIVED, .exchange = exchange, .received = &received});
}

static void token_done(struct bridge_task *at)
{
    struct bridge *bridge = at->bridge;
    enum side side = at->exchange->side;
    struct bridge_side *to = &bridge->side[side];
    to->token_asked = false;
    if (at->received.class == ANSWER_OK && !slice_empty(at->token)) {
        free(to->token);
        to->token = strndup(at->token.at, at->token.size);
        to->token_until = bridge_now_ms(bridge) / 1000 +
                          (at->received.token_seconds > 0 ? at->received.token_seconds : 300);
        keep_token(bridge, side);
        bridge_send_parked(bridge, side);
    } else {
        fail_parked(bridge, side, &at->received);
    }
    exchange_free(at->exchange);
}

/* --- receiving -------------------------------------------------------------------------------- */

static void receive_work(struct task *task)
{
    struct bridge_task *at = (struct bridge_task *)task;
    at->bridge->cycle.desk.now = bridge_now_ms(at->bridge) / 1000;
    bridge_record_answer(at->bridge, at->exchange, &at->reply);
    receive(&at->bridge->cycle.desk, at->exchange, &at->reply, &at->received, &at->token);
}

static bool is_failure(enum answer_class class)
{
    return class == ANSWER_RETRY || class == ANSWER_SLOW_DOWN || class == ANSWER_FATAL || class == ANSWER_UNKNOWN;
}

static void note_answer(struct bridge_side *side, const struct received *received, int64_t now_ms)
{
    if (received->has_offset)
        side->offset_ms = received->offset_ms;
    side->has_offset = side->has_offset || received->has_offset;
    if (received->class == ANSWER_RENEW_TOKEN) {
        free(side->token);
        side->token = NULL;
    }
    if (received->delay_ms > 0)
        breaker_asked(&side->breaker, now_ms, received->delay_ms);
    if (is_failure(received->class))
        breaker_failed(&side->breaker, now_ms, bridge_chance());
    else
        breaker_succeeded(&side->breaker);
}

static void receive_done(struct task *task)
{
    struct bridge_task *at = (struct bridge_task *)task;
    struct bridge *bridge = at->bridge;
    if (!bridge->interrupted) /* what is cut off by us says nothing of the platform */
        note_answer(&bridge->side[at->exchange->side], &at->received, bridge_monotonic_ms(bridge));
    if (at->exchange->purpose == PURPOSE_TOKEN)
        token_done(at);
    else
        give_received(bridge, at->exchange, &at->received);
    bridge_task_free(at);
    bridge_step(bridge);
}

/* --- sending ---------------------------------------------------------------------------------- */

/* The reply's texts live only during the callback: all of them are copied into one block. */
static bool copy_reply(const struct reply *from, struct bridge_task *task)
{
    const struct slice texts[] = {from->content_type, from->retry_after, from->date, from->etag,
                                  from->body};
    struct slice *const to[] = {&task->reply.content_type, &task->reply.retry_after,
                                &task->reply.date, &task->reply.etag, &task->reply.body};
    size_t size = 1;
    for (size_t index = 0; index < 5; index++)
        size += texts[index].size;
    task->texts = malloc(size);
    if (task->texts == NULL)
        return false;
    char *at = task->texts;
    task->reply = *from;
    for (size_t index = 0; index < 5; index++) {
        if (texts[index].size > 0)
            memcpy(at, texts[index].at, texts[index].size);
        *to[index] = (struct slice){at, texts[index].size};
        at += texts[index].size;
    }
    return true;
}

static void reply_came(void *context, const struct reply *reply)
{
    struct bridge_task *task = context;
    if (!copy_reply(reply, task))
        task->reply = (struct reply){.end = REPLY_UNKNOWN};
    if (task->reply.arrived_ms != 0) /* by the cycle's clock, which the machine's may have left */
        task->reply.arrived_ms += bridge_now_ms(task->bridge) - bridge_wall_ms();
    worker_post(task->bridge->worker, &task->task);
}

static enum status build(struct bridge *bridge, struct exchange *exchange, struct message *ret)
{
    struct bridge_side *at = &bridge->side[exchange->side];
    const uint64_t random[NONCE_BYTES / sizeof(uint64_t)] = {bridge_chance(), bridge_chance()};
    struct buffer nonce;
    buffer_init(&nonce, 64);
    buffer_hex(&nonce, random, sizeof random, false);
    struct slice text = arena_copy(&exchange->arena, buffer_slice(&nonce));
    buffer_free(&nonce);
    if (text.at == NULL)
        return STATUS_NO_MEMORY;
    const struct platform_settings *settings = &bridge->settings->platform[exchange->side];
    struct platform platform = {
        .definition = at->definition,
        .side = exchange->side,
        .url = slice_of(settings->url),
        .key_id = slice_of(settings->key_id),
        .secret = {at->secret, at->secret_size},
        .token = slice_of(at->token),
        .clock_offset_ms = at->offset_ms,
    };
    enum status status = request_build(&platform, &exchange->request, bridge_now_ms(bridge), text,
                                       &exchange->arena, ret);
    if (status == STATUS_OK) {
        exchange->conditional = ret->conditional;
        memcpy(exchange->of, ret->of, sizeof exchange->of);
    }
    return status;
}

/* The request went nowhere: the machine is told as if no connection had been made. */
static void not_sent(struct bridge *bridge, struct exchange *exchange)
{
    struct bridge_task *task = bridge_task_new(bridge, receive_work, receive_done);
    task->exchange = exchange;
    task->reply = (struct reply){.end = REPLY_NOT_SENT};
    worker_post(bridge->worker, &task->task);
}

static void send_now(struct bridge *bridge, struct exchange *exchange)
{
    struct bridge_side *at = &bridge->side[exchange->side];
    struct message message;
    if (bridge->interrupted || build(bridge, exchange, &message) != STATUS_OK) {
        not_sent(bridge, exchange);
        return;
    }
    struct bridge_task *task = bridge_task_new(bridge, receive_work, receive_done);
    task->exchange = exchange;
    pace_begin(&at->pace, bridge_monotonic_ms(bridge));
    if (http_send(at->http, &message, reply_came, task) != STATUS_OK) {
        bridge_task_free(task);
        not_sent(bridge, exchange);
    }
}

static void ask_token(struct bridge_side *at, enum side side)
{
    struct exchange *exchange = exchange_new(side, PURPOSE_TOKEN);
    if (exchange == NULL)
        abort();
    exchange->request.call = CALL_TOKEN;
    at->token_asked = true;
    park_first(at, exchange);
}

/* What is first in the row needs a token that is not there; it is asked for in front of the row, once. */
static bool token_lacks(struct bridge *bridge, enum side side)
{
    struct bridge_side *at = &bridge->side[side];
    if (at->parked->exchange->purpose == PURPOSE_TOKEN || !definition_signs_on(at->definition) ||
        token_holds(bridge, at) || bridge->interrupted)
        return false;
    if (at->token_asked)
        return true;
    ask_token(at, side);
    return false;
}

static void pace_due(uv_timer_t *timer);

/* The platform asked to be left alone for longer than a cycle waits: what is parked is told so, as if each had
 * been answered that. */
static void leave_alone(struct bridge *bridge, enum side side, int64_t quiet_ms)
{
    struct received received = {.class = ANSWER_SLOW_DOWN, .delay_ms = quiet_ms};
    (void)snprintf(received.code, sizeof received.code, "retry_after");
    if (bridge->side[side].parked->exchange->purpose == PURPOSE_TOKEN) {
        exchange_free(unpark(&bridge->side[side]));
        bridge->side[side].token_asked = false;
    }
    fail_parked(bridge, side, &received);
}

void bridge_send_parked(struct bridge *bridge, enum side side)
{
    struct bridge_side *at = &bridge->side[side];
    while (at->parked != NULL && !token_lacks(bridge, side)) {
        int64_t now = bridge_monotonic_ms(bridge);
        int64_t quiet = breaker_quiet_ms(&at->breaker, now);
        if (quiet > WAITED_IN_CYCLE_MOST_MS && !bridge->interrupted) {
            leave_alone(bridge, side, quiet);
            return;
        }
        int64_t wait = pace_wait_ms(&at->pace, now);
        wait = wait > quiet ? wait : quiet;
        if (wait > 0 && !bridge->interrupted) {
            (void)uv_timer_start(&at->pace_timer, pace_due, (uint64_t)wait, 0);
            return;
        }
        send_now(bridge, unpark(at));
    }
}

static void pace_due(uv_timer_t *timer)
{
    struct bridge *bridge = timer->data;
    bridge_send_parked(bridge,
                       timer == &bridge->side[MUNICIPAL].pace_timer ? MUNICIPAL : PROVINCIAL);
    bridge_step(bridge);
}

void bridge_send(struct bridge *bridge, struct exchange *exchange)
{
    park(&bridge->side[exchange->side], exchange);
    bridge_send_parked(bridge, exchange->side);
}
