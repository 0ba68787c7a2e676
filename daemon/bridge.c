#include "daemon/bridge.h"

#include "connectors/pace.h"
#include "connectors/patience.h"
#include "connectors/platform.h"
#include "daemon/net/http.h"
#include "daemon/store/chain.h"
#include "daemon/work/cycle.h"
#include "daemon/work/receive.h"
#include "daemon/worker.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    INTERRUPT_MS = 5000,
    PROGRESS_MS = 100,
    NONCE_BYTES = 16,
    TOKEN_SPARE_SECONDS = 60,
    EXIT_STORE = 73,
    PARTS_MOST = 512
};

struct parked {
    struct exchange *exchange;
    struct parked *next;
};

/* One platform as the bridge holds it. */
struct bridge_side {
    struct definition *definition;
    struct http *http;
    char *secret;
    size_t secret_size;
    char *token;
    int64_t token_until; /* instant */
    bool token_asked;
    int64_t offset_ms;
    struct pace pace;
    struct breaker breaker;
    struct parked *parked, **parked_end; /* exchanges that wait for the token or the pace */
    uv_timer_t pace_timer;
};

struct bridge {
    uv_loop_t *loop;
    const struct settings *settings;
    struct bridge_callbacks callbacks;
    struct store *store;
    struct chain *chain;
    struct digest *digest;
    struct mapping *mapping;
    struct worker *worker;
    struct bridge_side side[SIDES];
    struct cycle cycle;
    struct run *run;
    struct waiting *waiting; /* exchanges that are tried again later */
    bool interrupted;
    uv_timer_t interrupt_timer;
    int64_t progress_at;
    struct slice parts[PARTS_MOST]; /* regions, of the mapping */
    size_t part_count;
    struct slice *persons; /* of the order */
    size_t person_count;
    struct slice *organisations;
    size_t organisation_count;
    struct arena order;
    unsigned closing; /* handles still open */
    void (*closed)(void *context);
    void *closed_context;
};

/* A task of the worker on the bridge's behalf. */
struct bridge_task {
    struct task task; /* first */
    struct bridge *bridge;
    struct exchange *exchange;
    struct effect effect;
    struct event event;
    struct reply reply;
    char *texts; /* the reply's texts, one block */
    struct received received;
    struct slice token;
    char *given; /* a text for a job, freed with it */
    bridge_job job;
    bridge_done done;
    void *context;
};

static void step(struct bridge *bridge);
static void send_exchange(struct bridge *bridge, struct exchange *exchange);

static int64_t wall_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t monotonic_ms(const struct bridge *bridge)
{
    return (int64_t)uv_now(bridge->loop);
}

static uint64_t chance(void)
{
    uint64_t bits = 0;
    (void)RAND_bytes((unsigned char *)&bits, sizeof bits);
    return bits;
}

/* --- opening ------------------------------------------------------------------------------------- */

static enum status read_definition(const struct settings *settings, enum side side,
                                   struct definition **ret, struct fault *ret_fault)
{
    char *text = NULL;
    size_t size = 0;
    char path[256];
    enum status status = settings_read_definition(settings, "connectors",
                                                  settings->platform[side].definition, &text, &size,
                                                  path, ret_fault);
    if (status != STATUS_OK)
        return status;
    status = definition_load((struct slice){text, size}, path, ret, ret_fault);
    free(text);
    return status;
}

static enum status read_mapping(const struct settings *settings, struct mapping **ret,
                                struct fault *ret_fault)
{
    char *text = NULL;
    size_t size = 0;
    char path[256];
    enum status status = settings_read_definition(settings, "mapping", settings->mapping, &text, &size,
                                                  path, ret_fault);
    if (status != STATUS_OK)
        return status;
    status = mapping_load((struct slice){text, size}, path, ret, ret_fault);
    free(text);
    return status;
}

static enum status open_http(struct bridge *bridge, enum side side, struct fault *ret_fault)
{
    const struct platform_settings *settings = &bridge->settings->platform[side];
    const struct definition_transport *transport =
        definition_transport(bridge->side[side].definition);
    struct http_options options = {
        .url = settings->url,
        .key = side == MUNICIPAL ? "municipal.url" : "provincial.url",
        .plaintext = transport->plaintext,
        .ca_file = settings->ca_file[0] != '\0' ? settings->ca_file : transport->ca,
        .client_certificate = transport->client_certificate,
        .client_key = transport->client_key,
        .pinned_key = transport->pin,
        .tls_minimum = transport->tls_minimum,
        .parallel = (unsigned)settings->parallel,
        .connect_timeout_ms = transport->connect_timeout_ms,
        .timeout_ms = transport->timeout_ms,
        .low_speed_bytes = transport->low_speed_bytes,
        .low_speed_ms = transport->low_speed_ms,
        .largest_body = transport->largest_body,
    };
    return http_open(bridge->loop, &options, &bridge->side[side].http, ret_fault);
}

static enum status open_side(struct bridge *bridge, enum side side, struct fault *ret_fault)
{
    struct bridge_side *at = &bridge->side[side];
    const struct platform_settings *settings = &bridge->settings->platform[side];
    enum status status =
        read_definition(bridge->settings, side, &at->definition, ret_fault);
    if (status == STATUS_OK)
        status = settings_read_secret(settings->secret_file,
                                      side == MUNICIPAL ? "municipal.secret_file"
                                                        : "provincial.secret_file",
                                      &at->secret, &at->secret_size, ret_fault);
    if (status == STATUS_OK)
        status = open_http(bridge, side, ret_fault);
    if (status != STATUS_OK)
        return status;
    pace_init(&at->pace, (unsigned)settings->rate);
    at->parked_end = &at->parked;
    (void)uv_timer_init(bridge->loop, &at->pace_timer);
    at->pace_timer.data = bridge;
    return STATUS_OK;
}

static enum status open_store(struct bridge *bridge, struct fault *ret_fault,
                              struct store_error *ret_error)
{
    uint8_t key[32];
    enum status status = settings_read_log_key(bridge->settings, key, ret_fault);
    if (status != STATUS_OK)
        return status;
    struct slice slice = {(const char *)key, sizeof key};
    status = store_open(bridge->settings->state_dir, slice, &bridge->store, ret_error);
    if (status == STATUS_OK) {
        status = chain_open(bridge->settings->log_dir, slice,
                            DIGEST_SM3, &bridge->chain);
        if (status != STATUS_OK)
            *ret_error = (struct store_error){.status = status, .step = "opening the sync log"};
    }
    explicit_bzero(key, sizeof key);
    return status;
}

static void fill_desk(struct bridge *bridge)
{
    const struct settings *settings = bridge->settings;
    struct desk *desk = &bridge->cycle.desk;
    desk->store = bridge->store;
    desk->chain = bridge->chain;
    desk->mapping = bridge->mapping;
    desk->digest = bridge->digest;
    desk->definition[MUNICIPAL] = bridge->side[MUNICIPAL].definition;
    desk->definition[PROVINCIAL] = bridge->side[PROVINCIAL].definition;
    desk->region = slice_of(settings->region);
    desk->create_accounts = (enum desk_create)settings->create_accounts;
    desk->transfer_submitted = settings->transfer_hours == TRANSFER_SUBMITTED;
    desk->limits = (struct guard_limits){
        .max_revocations_centi = settings->max_revocations_centi,
        .min_revocations = settings->min_revocations,
        .max_updates_centi = settings->max_updates_centi,
        .min_updates = settings->min_updates,
        .min_listing_centi = settings->min_listing_centi,
    };
}

/* The token that an earlier process was given, while it holds. */
static void recall_token(struct bridge *bridge, enum side side)
{
    struct arena arena;
    struct slice token = {0};
    struct slice until = {0};
    char name[32];
    arena_init(&arena, 64 * 1024);
    (void)snprintf(name, sizeof name, "token.%s", side_name(side));
    if (definition_signs_on(bridge->side[side].definition) &&
        store_secret_get(bridge->store, name, &arena, &token) == STATUS_OK && !slice_empty(token)) {
        (void)snprintf(name, sizeof name, "token_until.%s", side_name(side));
        if (store_meta_get(bridge->store, name, &arena, &until) == STATUS_OK &&
            slice_integer(until, &bridge->side[side].token_until))
            bridge->side[side].token = strndup(token.at, token.size);
    }
    arena_free(&arena);
}

static void free_parts(struct bridge *bridge)
{
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        definition_free(bridge->side[side].definition);
        if (bridge->side[side].secret != NULL)
            explicit_bzero(bridge->side[side].secret, bridge->side[side].secret_size);
        free(bridge->side[side].secret);
        free(bridge->side[side].token);
    }
    mapping_free(bridge->mapping);
    digest_free(bridge->digest);
    desk_free(&bridge->cycle.desk);
    arena_free(&bridge->order);
    if (bridge->chain != NULL)
        chain_close(bridge->chain);
    if (bridge->store != NULL)
        store_close(bridge->store);
    free(bridge);
}

enum status bridge_open(uv_loop_t *loop, const struct settings *settings,
                        const struct bridge_callbacks *callbacks, struct bridge **ret,
                        struct fault *ret_fault, struct store_error *ret_store_error)
{
    struct bridge *bridge = calloc(1, sizeof *bridge);
    if (bridge == NULL)
        return fault_set(ret_fault, STATUS_NO_MEMORY, settings->file, 0, "", "", "");
    *ret_store_error = (struct store_error){.status = STATUS_OK};
    bridge->loop = loop;
    bridge->settings = settings;
    bridge->callbacks = *callbacks;
    arena_init(&bridge->order, 64 * 1024 * 1024);
    enum status status = read_mapping(settings, &bridge->mapping, ret_fault);
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++)
        status = open_side(bridge, side, ret_fault);
    if (status == STATUS_OK)
        status = digest_new(settings->digest == 1 ? DIGEST_SM3 : DIGEST_SHA256, &bridge->digest);
    if (status == STATUS_OK)
        status = open_store(bridge, ret_fault, ret_store_error);
    if (status == STATUS_OK)
        status = worker_start(loop, &bridge->worker);
    if (status != STATUS_OK) {
        /* nothing runs yet but idle handles: the caller gives the loop up */
        free_parts(bridge);
        return status;
    }
    (void)uv_timer_init(loop, &bridge->interrupt_timer);
    bridge->interrupt_timer.data = bridge;
    fill_desk(bridge);
    (void)desk_init(&bridge->cycle.desk);
    recall_token(bridge, MUNICIPAL);
    recall_token(bridge, PROVINCIAL);
    *ret = bridge;
    return STATUS_OK;
}

struct chain *bridge_chain(struct bridge *bridge);
struct chain *bridge_chain(struct bridge *bridge)
{
    return bridge->chain;
}

/* --- tasks --------------------------------------------------------------------------------------- */

static struct bridge_task *task_new(struct bridge *bridge, void (*work)(struct task *),
                                    void (*done)(struct task *))
{
    struct bridge_task *task = calloc(1, sizeof *task);
    if (task == NULL)
        abort(); /* a few hundred bytes: the machine is lost, and the journal is not */
    task->bridge = bridge;
    task->task.work = work;
    task->task.done = done;
    return task;
}

static void task_free(struct bridge_task *task)
{
    free(task->texts);
    free(task->given);
    free(task);
}

static void job_work(struct task *task)
{
    struct bridge_task *at = (struct bridge_task *)task;
    at->bridge->cycle.desk.now = wall_ms() / 1000;
    cycle_job(&at->bridge->cycle, &at->effect, &at->event);
}

static void job_done(struct task *task)
{
    struct bridge_task *at = (struct bridge_task *)task;
    struct bridge *bridge = at->bridge;
    struct event event = at->event;
    task_free(at);
    run_event(bridge->run, &event);
    step(bridge);
}

static void start_job(struct bridge *bridge, const struct effect *effect)
{
    struct bridge_task *task = task_new(bridge, job_work, job_done);
    task->effect = *effect;
    /* what the machine learnt of the sides goes along; the worker alone touches the cycle meanwhile,
     * and no job runs beside another */
    for (enum side side = MUNICIPAL; side < SIDES; side++)
        bridge->cycle.sides[side] = *run_side(bridge->run, side);
    if (effect->job == JOB_CLOSE)
        bridge->cycle.end = run_ending(bridge->run);
    worker_post(bridge->worker, &task->task);
}

static void receive_work(struct task *task)
{
    struct bridge_task *at = (struct bridge_task *)task;
    at->bridge->cycle.desk.now = wall_ms() / 1000;
    receive(&at->bridge->cycle.desk, at->exchange, &at->reply, &at->received, &at->token);
}

static void note_answer(struct bridge_side *side, const struct received *received, int64_t now_ms)
{
    if (received->has_offset)
        side->offset_ms = received->offset_ms;
    if (received->class == ANSWER_RENEW_TOKEN) {
        free(side->token);
        side->token = NULL;
    }
    if (received->class == ANSWER_RETRY || received->class == ANSWER_FATAL)
        breaker_failed(&side->breaker, now_ms, chance());
    else
        breaker_succeeded(&side->breaker);
}

static void give_received(struct bridge *bridge, struct exchange *exchange,
                          const struct received *received)
{
    struct event event = {.kind = EVENT_RECEIVED, .exchange = exchange, .received = received};
    run_event(bridge->run, &event);
}

static void token_done(struct bridge_task *at);

static void receive_done(struct task *task)
{
    struct bridge_task *at = (struct bridge_task *)task;
    struct bridge *bridge = at->bridge;
    note_answer(&bridge->side[at->exchange->side], &at->received, monotonic_ms(bridge));
    if (at->exchange->purpose == PURPOSE_TOKEN)
        token_done(at);
    else
        give_received(bridge, at->exchange, &at->received);
    task_free(at);
    step(bridge);
}

/* --- sending ------------------------------------------------------------------------------------- */

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
    worker_post(task->bridge->worker, &task->task);
}

static enum status build(struct bridge *bridge, struct exchange *exchange, struct message *ret)
{
    struct bridge_side *at = &bridge->side[exchange->side];
    unsigned char random[NONCE_BYTES];
    struct buffer nonce;
    buffer_init(&nonce, 64);
    (void)RAND_bytes(random, sizeof random);
    buffer_hex(&nonce, random, sizeof random, false);
    struct slice text = arena_copy(&exchange->arena, buffer_slice(&nonce));
    buffer_free(&nonce);
    if (text.at == NULL)
        return STATUS_NO_MEMORY;
    struct platform platform = {
        .definition = at->definition,
        .side = exchange->side,
        .key_id = slice_of(bridge->settings->platform[exchange->side].key_id),
        .secret = {at->secret, at->secret_size},
        .token = slice_of(at->token),
        .clock_offset_ms = at->offset_ms,
    };
    return request_build(&platform, &exchange->request, wall_ms(), text, &exchange->arena, ret);
}

/* The request went nowhere: the machine is told as if no connection had been made. */
static void not_sent(struct bridge *bridge, struct exchange *exchange)
{
    struct bridge_task *task = task_new(bridge, receive_work, receive_done);
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
    struct bridge_task *task = task_new(bridge, receive_work, receive_done);
    task->exchange = exchange;
    pace_begin(&at->pace, monotonic_ms(bridge));
    if (http_send(at->http, &message, reply_came, task) != STATUS_OK) {
        task_free(task);
        not_sent(bridge, exchange);
    }
}

static void park(struct bridge_side *side, struct exchange *exchange)
{
    struct parked *parked = calloc(1, sizeof *parked);
    if (parked == NULL)
        abort();
    parked->exchange = exchange;
    *side->parked_end = parked;
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

static void pace_due(uv_timer_t *timer);

/* Sends what is parked as fast as the platform's rate allows. */
static void flush(struct bridge *bridge, enum side side)
{
    struct bridge_side *at = &bridge->side[side];
    while (at->parked != NULL) {
        int64_t wait = pace_wait_ms(&at->pace, monotonic_ms(bridge));
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
    flush(bridge, timer == &bridge->side[MUNICIPAL].pace_timer ? MUNICIPAL : PROVINCIAL);
}

static void ask_token(struct bridge *bridge, enum side side)
{
    struct exchange *exchange = exchange_new(side, PURPOSE_TOKEN);
    if (exchange == NULL)
        abort();
    exchange->request.call = CALL_TOKEN;
    bridge->side[side].token_asked = true;
    send_now(bridge, exchange);
}

static bool token_holds(const struct bridge_side *side)
{
    return side->token != NULL && wall_ms() / 1000 < side->token_until - TOKEN_SPARE_SECONDS;
}

static void send_exchange(struct bridge *bridge, struct exchange *exchange)
{
    struct bridge_side *at = &bridge->side[exchange->side];
    park(at, exchange);
    if (definition_signs_on(at->definition) && !token_holds(at)) {
        if (!at->token_asked)
            ask_token(bridge, exchange->side);
        return;
    }
    flush(bridge, exchange->side);
}

/* --- the token, which every exchange of its side waits for ----------------------------------------- */

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
    task_free((struct bridge_task *)task);
}

static void keep_token(struct bridge *bridge, enum side side)
{
    struct bridge_task *task = task_new(bridge, keep_token_work, keep_token_done);
    task->given = strdup(bridge->side[side].token);
    task->effect.side = side;
    task->effect.watermark = bridge->side[side].token_until;
    if (task->given == NULL) {
        task_free(task);
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
        give_received(bridge, exchange, &received);
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
        to->token_until = wall_ms() / 1000 +
                          (at->received.token_seconds > 0 ? at->received.token_seconds : 300);
        keep_token(bridge, side);
        flush(bridge, side);
    } else {
        fail_parked(bridge, side, &at->received);
    }
    exchange_free(at->exchange);
}

/* --- the run's effects --------------------------------------------------------------------------- */

struct waiting {
    uv_timer_t timer; /* first */
    struct bridge *bridge;
    struct exchange *exchange;
    struct waiting *next;
};

static void forget_waiting(struct bridge *bridge, struct waiting *waiting)
{
    struct waiting **at = &bridge->waiting;
    while (*at != NULL && *at != waiting)
        at = &(*at)->next;
    if (*at != NULL)
        *at = waiting->next;
}

static void waiting_closed(uv_handle_t *handle)
{
    free(handle);
}

static void waited(uv_timer_t *timer)
{
    struct waiting *waiting = (struct waiting *)timer;
    struct bridge *bridge = waiting->bridge;
    struct event event = {.kind = EVENT_WAITED, .exchange = waiting->exchange};
    forget_waiting(bridge, waiting);
    uv_close((uv_handle_t *)timer, waiting_closed);
    run_event(bridge->run, &event);
    step(bridge);
}

static void wait_with(struct bridge *bridge, const struct effect *effect)
{
    struct waiting *waiting = calloc(1, sizeof *waiting);
    if (waiting == NULL)
        abort();
    waiting->bridge = bridge;
    waiting->exchange = effect->exchange;
    waiting->next = bridge->waiting;
    bridge->waiting = waiting;
    (void)uv_timer_init(bridge->loop, &waiting->timer);
    (void)uv_timer_start(&waiting->timer, waited,
                         bridge->interrupted ? 0 : (uint64_t)effect->wait_ms, 0);
}

static const char *message_of(int exit_code)
{
    switch (exit_code) {
    case 0: return "in step";
    case 3: return "done; conflicts are open";
    case 4: return "a platform could not be reached or refused; nothing was lost";
    case 5: return "a guard holds the plan, or an entity stopped; see `cebridge status`";
    case 75: return "stopped; the next cycle goes on";
    case EXIT_STORE: return "the state could not be written; nothing was lost";
    default: return "failed";
    }
}

static void finish(struct bridge *bridge)
{
    enum run_end end = run_ended(bridge->run);
    struct cycle *cycle = &bridge->cycle;
    struct cycle_result result = {
        .run = cycle->desk.run,
        .exit_code = end == RUN_FAILED ? EXIT_STORE : cycle->exit_code,
        .guard_held = cycle->desk.guard != NULL,
        .platform_failed = {run_side(bridge->run, MUNICIPAL)->failed,
                            run_side(bridge->run, PROVINCIAL)->failed},
        .counts = cycle->counts.at == NULL ? "{}" : cycle->counts.at,
    };
    result.message = cycle->paused ? "paused" : message_of(result.exit_code);
    if (cycle->paused)
        result.exit_code = 0;
    run_free(bridge->run);
    bridge->run = NULL;
    bridge->interrupted = false;
    (void)uv_timer_stop(&bridge->interrupt_timer);
    bridge->callbacks.finished(bridge->callbacks.context, &result);
    cycle_end(cycle);
}

static void tell_progress(struct bridge *bridge)
{
    int64_t now = monotonic_ms(bridge);
    const struct desk_counts *counts = &bridge->cycle.desk.counts; /* a rough look while it works */
    if (bridge->callbacks.progress == NULL || now - bridge->progress_at < PROGRESS_MS)
        return;
    bridge->progress_at = now;
    struct cycle_progress progress = {
        .run = bridge->cycle.desk.run,
        .stage = run_stage(bridge->run),
        .read = {counts->read[MUNICIPAL], counts->read[PROVINCIAL]},
        .written = {counts->settled[MUNICIPAL], counts->settled[PROVINCIAL]},
    };
    bool writing = progress.written[MUNICIPAL] + progress.written[PROVINCIAL] > 0;
    progress.done = writing ? progress.written[MUNICIPAL] + progress.written[PROVINCIAL]
                            : progress.read[MUNICIPAL] + progress.read[PROVINCIAL];
    bridge->callbacks.progress(bridge->callbacks.context, &progress);
}

/* Performs what the machine wants until it wants nothing at the moment. */
static void step(struct bridge *bridge)
{
    struct effect effect;
    while (bridge->run != NULL && run_effect(bridge->run, &effect)) {
        switch (effect.kind) {
        case EFFECT_SEND: send_exchange(bridge, effect.exchange); break;
        case EFFECT_JOB: start_job(bridge, &effect); break;
        case EFFECT_WAIT: wait_with(bridge, &effect); break;
        case EFFECT_FINISH:
        default: finish(bridge); return;
        }
    }
    if (bridge->run != NULL)
        tell_progress(bridge);
}

/* --- a cycle ------------------------------------------------------------------------------------- */

static enum status copy_codes(struct bridge *bridge, const struct slice *codes, size_t count,
                              struct slice **ret, size_t *ret_count)
{
    *ret = arena_alloc(&bridge->order, (count + 1) * sizeof **ret);
    if (*ret == NULL)
        return STATUS_NO_MEMORY;
    for (size_t index = 0; index < count; index++) {
        (*ret)[index] = arena_copy(&bridge->order, codes[index]);
        if ((*ret)[index].at == NULL)
            return STATUS_NO_MEMORY;
    }
    *ret_count = count;
    return STATUS_OK;
}

static enum status copy_order(struct bridge *bridge, const struct cycle_order *order)
{
    arena_reset(&bridge->order);
    bridge->person_count = bridge->organisation_count = 0;
    enum status status = copy_codes(bridge, order->persons, order->person_count, &bridge->persons,
                                    &bridge->person_count);
    return status == STATUS_OK ? copy_codes(bridge, order->organisations, order->organisation_count,
                                            &bridge->organisations, &bridge->organisation_count)
                               : status;
}

static void fill_scope(struct bridge *bridge, const struct cycle_order *order)
{
    struct desk *desk = &bridge->cycle.desk;
    desk->scope.limited = order->kind == CYCLE_SCOPED;
    desk->scope.year = order->year;
    desk->scope.region = arena_copy(&bridge->order, order->region);
}

/* The current regions of the mapping's table inside the prefix: how a listing is divided. */
static void find_parts(struct bridge *bridge, struct slice prefix)
{
    struct slice code = {0};
    struct slice name = {0};
    bridge->part_count = 0;
    for (size_t index = 0; bridge->part_count < PARTS_MOST &&
                           mapping_region_at(bridge->mapping, index, &code, &name);
         index++) {
        if (slice_starts(code, prefix) && code.size > prefix.size)
            bridge->parts[bridge->part_count++] = code;
    }
}

static void fill_setup(struct bridge *bridge, const struct cycle_order *order,
                       struct run_setup *ret)
{
    static const enum run_kind kinds[] = {RUN_INCREMENTAL, RUN_FULL, RUN_SCOPED};
    int64_t now = monotonic_ms(bridge);
    find_parts(bridge, slice_of(bridge->settings->region));
    *ret = (struct run_setup){
        .kind = kinds[order->kind],
        .region = slice_empty(order->region) ? slice_of(bridge->settings->region)
                                             : bridge->cycle.desk.scope.region,
        .year = order->year,
        .parts = bridge->parts,
        .part_count = bridge->part_count,
        .named = bridge->person_count + bridge->organisation_count > 0,
        .dry = order->dry_run,
        .now = wall_ms() / 1000,
        .overlap_seconds = bridge->settings->overlap_ms / 1000,
        .seed = chance(),
    };
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        ret->definition[side] = bridge->side[side].definition;
        ret->parallel[side] = (unsigned)bridge->settings->platform[side].parallel;
        ret->left_alone[side] =
            !order->by_operator && breaker_open(&bridge->side[side].breaker, now);
    }
}

enum status bridge_start(struct bridge *bridge, const struct cycle_order *order)
{
    struct run_setup setup;
    if (bridge->run != NULL)
        return STATUS_BUSY;
    uv_update_time(bridge->loop);
    desk_reset(&bridge->cycle.desk);
    enum status status = copy_order(bridge, order);
    if (status != STATUS_OK)
        return status;
    fill_scope(bridge, order);
    bridge->cycle.kind = order->kind == CYCLE_FULL     ? RUN_FULL
                         : order->kind == CYCLE_SCOPED ? RUN_SCOPED
                                                       : RUN_INCREMENTAL;
    bridge->cycle.persons = bridge->persons;
    bridge->cycle.person_count = bridge->person_count;
    bridge->cycle.organisations = bridge->organisations;
    bridge->cycle.organisation_count = bridge->organisation_count;
    bridge->cycle.dry = order->dry_run;
    bridge->cycle.settings_observe = bridge->settings->mode == MODE_OBSERVE;
    bridge->cycle.paused = false;
    bridge->cycle.scope_text = order->kind == CYCLE_SCOPED ? SLICE("scoped") : SLICE("");
    bridge->cycle.started = wall_ms() / 1000;
    bridge->cycle.desk.by_operator = order->by_operator;
    bridge->cycle.desk.full = order->kind == CYCLE_FULL;
    cycle_begin(&bridge->cycle);
    fill_setup(bridge, order, &setup);
    status = run_new(&setup, &bridge->run);
    if (status != STATUS_OK)
        return status;
    run_event(bridge->run, &(struct event){.kind = EVENT_START});
    step(bridge);
    return STATUS_OK;
}

bool bridge_running(const struct bridge *bridge)
{
    return bridge->run != NULL;
}

static void interrupt_due(uv_timer_t *timer)
{
    struct bridge *bridge = timer->data;
    http_cancel_all(bridge->side[MUNICIPAL].http);
    http_cancel_all(bridge->side[PROVINCIAL].http);
}

void bridge_interrupt(struct bridge *bridge)
{
    if (bridge->run == NULL || bridge->interrupted)
        return;
    bridge->interrupted = true;
    run_event(bridge->run, &(struct event){.kind = EVENT_STOP});
    (void)uv_timer_start(&bridge->interrupt_timer, interrupt_due, INTERRUPT_MS, 0);
    for (struct waiting *waiting = bridge->waiting; waiting != NULL; waiting = waiting->next)
        (void)uv_timer_start(&waiting->timer, waited, 0, 0); /* nothing waits for a retry any more */
    flush(bridge, MUNICIPAL);
    flush(bridge, PROVINCIAL);
    step(bridge);
}

/* --- work for others ----------------------------------------------------------------------------- */

static void other_work(struct task *task)
{
    struct bridge_task *at = (struct bridge_task *)task;
    at->job(at->context, at->bridge->store);
}

static void other_done(struct task *task)
{
    struct bridge_task *at = (struct bridge_task *)task;
    bridge_done done = at->done;
    void *context = at->context;
    task_free(at);
    done(context);
}

enum status bridge_work(struct bridge *bridge, bridge_job job, bridge_done done, void *context)
{
    struct bridge_task *task = task_new(bridge, other_work, other_done);
    task->job = job;
    task->done = done;
    task->context = context;
    worker_post(bridge->worker, &task->task);
    return STATUS_OK;
}

enum status bridge_reload(struct bridge *bridge, const struct settings *settings,
                          struct fault *ret_fault)
{
    struct definition *definitions[SIDES] = {NULL, NULL};
    struct mapping *mapping = NULL;
    if (bridge->run != NULL)
        return STATUS_BUSY;
    enum status status = read_mapping(settings, &mapping, ret_fault);
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++)
        status = read_definition(settings, side, &definitions[side], ret_fault);
    if (status != STATUS_OK) {
        mapping_free(mapping);
        definition_free(definitions[MUNICIPAL]);
        definition_free(definitions[PROVINCIAL]);
        return status;
    }
    mapping_free(bridge->mapping);
    bridge->mapping = mapping;
    bridge->settings = settings;
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        definition_free(bridge->side[side].definition);
        bridge->side[side].definition = definitions[side];
        pace_init(&bridge->side[side].pace, (unsigned)settings->platform[side].rate);
    }
    fill_desk(bridge);
    return STATUS_OK;
}

json_t *bridge_live(const struct bridge *bridge)
{
    json_t *live = json_object();
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        struct http_facts facts = http_facts(bridge->side[side].http);
        json_t *row = json_pack("{s:I, s:b, s:s}", "clock_offset_ms",
                                (json_int_t)bridge->side[side].offset_ms, "left_alone",
                                breaker_open(&bridge->side[side].breaker, monotonic_ms(bridge)),
                                "failure", facts.failure == NULL ? "" : facts.failure);
        if (facts.certificate_expires != 0)
            (void)json_object_set_new(row, "certificate_expires",
                                      json_integer(facts.certificate_expires));
        (void)json_object_set_new(live, side_name(side), row);
    }
    (void)json_object_set_new(live, "running", json_boolean(bridge->run != NULL));
    return live;
}

/* --- closing ------------------------------------------------------------------------------------- */

static void part_closed(struct bridge *bridge)
{
    if (--bridge->closing > 0)
        return;
    void (*closed)(void *) = bridge->closed;
    void *context = bridge->closed_context;
    free_parts(bridge);
    if (closed != NULL)
        closed(context);
}

static void http_closed(void *context)
{
    part_closed(context);
}

static void timer_closed(uv_handle_t *handle)
{
    part_closed(handle->data);
}

void bridge_close(struct bridge *bridge, void (*closed)(void *context), void *context)
{
    bridge->closed = closed;
    bridge->closed_context = context;
    bridge->closing = 2 * SIDES + 2;
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        http_close(bridge->side[side].http, http_closed, bridge);
        uv_close((uv_handle_t *)&bridge->side[side].pace_timer, timer_closed);
    }
    uv_close((uv_handle_t *)&bridge->interrupt_timer, timer_closed);
    worker_close(bridge->worker, http_closed, bridge);
}
