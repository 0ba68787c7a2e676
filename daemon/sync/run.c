#include "daemon/sync/run.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
    ATTEMPTS_MOST = 3,     /* of one request */
    ROUNDS_MOST = 3,       /* of deciding again what was overtaken */
    EFFECTS_MOST = 256,
    STREAMS = SIDES * ENTITIES,
    RETRY_AFTER_MOST_MS = 3600 * 1000,
    CLOCK_STEADY_MS = 2000
};

enum phase {
    PHASE_OPENING,
    PHASE_READING,   /* signing on and streams, each side on its own */
    PHASE_LISTED,    /* streams ended: what they lack is looked for */
    PHASE_NEEDS,
    PHASE_RESOLVING,
    PHASE_DECIDING,
    PHASE_GUARDING,
    PHASE_WRITING,
    PHASE_AFTERMATH, /* what stayed unknown is looked for */
    PHASE_CLOSING,
    PHASE_ENDED
};

struct stream {
    enum side side;
    enum entity entity;
    struct listing listing;
    bool used, running, done, listed;
    bool divided;      /* read region by region since its cursor died twice: never certified */
    size_t part;       /* of the regions, the one at hand */
    int64_t watermark; /* the least of the parts' */
};

struct run {
    struct run_setup setup;
    enum phase phase;
    enum run_end end;
    struct run_side side[SIDES];
    struct stream streams[STREAMS];
    int64_t since[SIDES][ENTITIES];
    bool ready[SIDES];         /* its clock was asked; streams run */
    bool asked_clock[SIDES];
    unsigned flying[SIDES];    /* exchanges out, waiting ones too */
    unsigned jobs;             /* jobs out */
    unsigned rounds;
    unsigned wave;
    bool need_asked[SIDES];    /* a JOB_NEED is out */
    bool need_empty[SIDES];
    bool write_asked;
    bool write_empty;          /* nothing left in this wave */
    unsigned wave_left;
    bool again;                /* something was overtaken or unknown: decide again */
    bool unknown_pending;      /* unknown writes were asked for and are to be resolved */
    bool stop;
    bool guard;
    uint64_t random;
    struct effect effects[EFFECTS_MOST];
    size_t effect_count, effect_next;
};

static void enter(struct run *run, enum phase phase);

enum status run_new(const struct run_setup *setup, struct run **ret)
{
    struct run *run = calloc(1, sizeof *run);
    if (run == NULL)
        return STATUS_NO_MEMORY;
    run->setup = *setup;
    run->random = setup->seed | 1;
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        run->side[side].left_alone = setup->left_alone[side];
        run->side[side].failed = setup->left_alone[side];
    }
    *ret = run;
    return STATUS_OK;
}

void run_free(struct run *run)
{
    if (run == NULL)
        return;
    for (size_t index = 0; index < STREAMS; index++) {
        if (run->streams[index].used)
            listing_end(&run->streams[index].listing);
    }
    for (size_t index = run->effect_next; index < run->effect_count; index++)
        exchange_free(run->effects[index].exchange);
    free(run);
}

static uint64_t next_random(struct run *run)
{
    run->random ^= run->random << 13;
    run->random ^= run->random >> 7;
    run->random ^= run->random << 17;
    return run->random;
}

static void emit(struct run *run, const struct effect *effect)
{
    if (run->effect_next == run->effect_count)
        run->effect_next = run->effect_count = 0;
    if (run->effect_count == EFFECTS_MOST) { /* cannot be: bounded by what may fly at once */
        exchange_free(effect->exchange);
        run->stop = true;
        return;
    }
    run->effects[run->effect_count++] = *effect;
}

bool run_effect(struct run *run, struct effect *ret)
{
    if (run->effect_next == run->effect_count)
        return false;
    *ret = run->effects[run->effect_next++];
    return true;
}

static void send(struct run *run, struct exchange *exchange)
{
    run->flying[exchange->side]++;
    emit(run, &(struct effect){.kind = EFFECT_SEND, .exchange = exchange, .side = exchange->side});
}

static void do_job(struct run *run, const struct effect *job)
{
    struct effect effect = *job;
    effect.kind = EFFECT_JOB;
    run->jobs++;
    emit(run, &effect);
}

static void do_simple(struct run *run, enum run_job job)
{
    do_job(run, &(struct effect){.job = job});
}

static unsigned flying(const struct run *run)
{
    return run->flying[MUNICIPAL] + run->flying[PROVINCIAL];
}

static bool side_usable(const struct run *run, enum side side)
{
    return !run->side[side].failed;
}

static void fail_side(struct run *run, enum side side, const struct received *received)
{
    if (run->side[side].failed)
        return;
    run->side[side].failed = true;
    run->side[side].why = received->class;
    memcpy(run->side[side].code, received->code, sizeof run->side[side].code);
}

/* --- signing on and streams ------------------------------------------------------------------- */

static void stream_send(struct run *run, struct stream *stream)
{
    struct exchange *exchange = exchange_new(stream->side, PURPOSE_LISTING);
    if (exchange == NULL) {
        run->stop = true;
        return;
    }
    listing_request(&stream->listing, &exchange->request);
    exchange->request.cursor = arena_copy(&exchange->arena, exchange->request.cursor);
    exchange->stream = (unsigned)(stream - run->streams);
    exchange->listed = stream->listed;
    send(run, exchange);
}

static struct listing_goal stream_goal(const struct run *run, const struct stream *stream)
{
    const struct run_setup *setup = &run->setup;
    int64_t since = run->since[stream->side][stream->entity];
    struct listing_goal goal = {.entity = stream->entity, .kind = LISTING_FULL,
                                .region = setup->region,
                                .since = setup->now + run->side[stream->side].offset_ms / 1000};
    if (setup->kind == RUN_INCREMENTAL && since > 0) {
        goal.kind = LISTING_SINCE;
        goal.since = since - setup->overlap_seconds;
    }
    if (setup->kind == RUN_SCOPED)
        goal.year = stream->entity == ENTITY_ACCOUNT ? 0 : setup->year;
    if (setup->kind == RUN_SCOPED && setup->year != 0 && stream->entity == ENTITY_ACCOUNT && since > 0) {
        goal.kind = LISTING_SINCE;
        goal.since = since - setup->overlap_seconds;
    }
    return goal;
}

static void streams_begin(struct run *run, enum side side)
{
    for (int entity = 0; entity < ENTITIES; entity++) {
        struct stream *stream = &run->streams[(int)side * ENTITIES + entity];
        stream->side = side;
        stream->entity = (enum entity)entity;
        struct listing_goal goal = stream_goal(run, stream);
        stream->done = run->setup.named ||
                       !definition_has(run->setup.definition[side], CALL_LIST, stream->entity);
        if (stream->done)
            continue;
        stream->listed = goal.kind == LISTING_FULL && run->setup.kind != RUN_SCOPED;
        listing_begin(&stream->listing, run->setup.definition[side], &goal);
        stream->used = stream->running = true;
        stream_send(run, stream);
    }
}

static void sign_on(struct run *run, enum side side)
{
    bool clock = !run->asked_clock[side] && definition_has_clock_call(run->setup.definition[side]);
    if (!side_usable(run, side))
        return;
    if (!clock) {
        run->ready[side] = true;
        streams_begin(run, side);
        return;
    }
    struct exchange *exchange = exchange_new(side, PURPOSE_CLOCK);
    if (exchange == NULL) {
        run->stop = true;
        return;
    }
    exchange->request.call = CALL_TIME;
    run->asked_clock[side] = true;
    send(run, exchange);
}

static bool streams_done(const struct run *run)
{
    for (size_t index = 0; index < STREAMS; index++) {
        /* by number: a side that was left alone never began its streams */
        if (!run->streams[index].done && side_usable(run, (enum side)(index / ENTITIES)))
            return false;
    }
    return true;
}

static void stream_end(struct run *run, struct stream *stream)
{
    stream->running = false;
    stream->done = true;
    bool whole = stream->listed && !stream->divided;
    do_job(run, &(struct effect){.job = JOB_LISTED,
                                 .side = stream->side,
                                 .entity = stream->entity,
                                 .certified = whole && listing_certified(&stream->listing),
                                 .raw = (int64_t)listing_raw(&stream->listing),
                                 .watermark = stream->divided ? stream->watermark
                                                              : listing_watermark(&stream->listing)});
}

/* Begins the listing of the next region, false when there is none: what lies between the regions of the table
 * is not read, so nothing is said to be absent. */
static bool stream_part(struct run *run, struct stream *stream)
{
    if (stream->part == run->setup.part_count)
        return false;
    struct listing_goal goal = stream_goal(run, stream);
    goal.region = run->setup.parts[stream->part++];
    listing_end(&stream->listing);
    listing_begin(&stream->listing, run->setup.definition[stream->side], &goal);
    stream_send(run, stream);
    return true;
}

static bool stream_divide(struct run *run, struct stream *stream)
{
    if (stream->divided || run->setup.part_count == 0)
        return false;
    stream->divided = true;
    return stream_part(run, stream);
}

static void stream_done(struct run *run, struct stream *stream)
{
    int64_t reached = listing_watermark(&stream->listing);
    if (stream->divided && (stream->watermark == 0 || (reached != 0 && reached < stream->watermark)))
        stream->watermark = reached;
    if (!stream->divided || !stream_part(run, stream))
        stream_end(run, stream);
}

static void fail_stream(struct run *run, struct stream *stream, const struct received *received)
{
    fail_side(run, stream->side, received);
    stream->running = false;
    stream->done = true;
}

static void stream_page(struct run *run, const struct exchange *exchange,
                        const struct received *received)
{
    struct stream *stream = &run->streams[exchange->stream];
    if (received->stopped) {
        run->side[stream->side].entity_stopped[stream->entity] = true;
        stream->running = false;
        stream->done = true;
        return;
    }
    enum listing_step step = received->class == ANSWER_CURSOR_DEAD
                                 ? listing_cursor_dead(&stream->listing)
                                 : listing_page(&stream->listing, &received->page);
    switch (step) {
    case LISTING_MORE:
    case LISTING_RESTARTED: stream_send(run, stream); break;
    case LISTING_DONE: stream_done(run, stream); break;
    case LISTING_DIVIDE:
        if (stream_divide(run, stream))
            break;
        fail_stream(run, stream, received);
        break;
    case LISTING_FAILED:
    default: fail_stream(run, stream, received); break;
    }
}

/* --- phases ------------------------------------------------------------------------------------ */

static bool both_usable(const struct run *run)
{
    return side_usable(run, MUNICIPAL) && side_usable(run, PROVINCIAL);
}

static void ask_needs(struct run *run)
{
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        unsigned most = run->setup.parallel[side] == 0 ? 1 : run->setup.parallel[side];
        if (run->need_asked[side] || run->need_empty[side] || run->flying[side] >= most ||
            !side_usable(run, side))
            continue;
        run->need_asked[side] = true;
        do_job(run, &(struct effect){.job = JOB_NEED, .side = side});
    }
}

static void needs_begin(struct run *run)
{
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        run->need_asked[side] = false;
        run->need_empty[side] = !side_usable(run, side);
    }
    ask_needs(run);
}

static void ask_write(struct run *run)
{
    unsigned most = run->setup.parallel[MUNICIPAL] + run->setup.parallel[PROVINCIAL];
    if (run->write_asked || run->write_empty || flying(run) >= (most == 0 ? 1 : most))
        return;
    run->write_asked = true;
    do_job(run, &(struct effect){.job = JOB_WRITE, .wave = run->wave});
}

/* The one place where the phase changes; what entering each does. */
static void enter(struct run *run, enum phase phase)
{
    run->phase = phase;
    switch (phase) {
    case PHASE_OPENING: do_simple(run, JOB_OPEN); break;
    case PHASE_READING:
        sign_on(run, MUNICIPAL);
        sign_on(run, PROVINCIAL);
        break;
    case PHASE_LISTED: break;
    case PHASE_NEEDS: needs_begin(run); break;
    case PHASE_RESOLVING: do_simple(run, JOB_RESOLVE); break;
    case PHASE_DECIDING: do_simple(run, JOB_BEGIN); break;
    case PHASE_GUARDING: do_simple(run, JOB_GUARD); break;
    case PHASE_WRITING:
        run->wave = 0;
        run->write_asked = run->write_empty = false;
        ask_write(run);
        break;
    case PHASE_AFTERMATH: do_simple(run, JOB_UNKNOWN); break;
    case PHASE_CLOSING: do_simple(run, JOB_CLOSE); break;
    case PHASE_ENDED:
    default: emit(run, &(struct effect){.kind = EFFECT_FINISH}); break;
    }
}

static enum run_end end_of(const struct run *run)
{
    if (run->stop)
        return RUN_STOPPED;
    if (run->guard)
        return RUN_HELD;
    return both_usable(run) ? RUN_DONE : RUN_PLATFORM;
}

static void close_run(struct run *run)
{
    if (run->end == RUN_RUNNING)
        run->end = end_of(run);
    if (run->phase < PHASE_CLOSING)
        enter(run, PHASE_CLOSING);
}

static bool quiet(const struct run *run)
{
    return run->jobs == 0 && flying(run) == 0;
}

/* After reading: what is missing is asked for, then everything is decided. */
static void after_needs(struct run *run)
{
    if (run->unknown_pending) {
        run->unknown_pending = false;
        enter(run, PHASE_RESOLVING);
    } else if (both_usable(run)) {
        enter(run, PHASE_DECIDING);
    } else {
        close_run(run);
    }
}

static void after_wave(struct run *run)
{
    if (run->wave_left == UINT_MAX || !both_usable(run)) { /* what is planned is decided again */
        enter(run, PHASE_AFTERMATH);
        return;
    }
    run->wave = run->wave_left;
    run->write_asked = run->write_empty = false;
    ask_write(run);
}

/* Moves on from a phase in which nothing is under way any more. */
static void leave(struct run *run)
{
    if (run->stop && run->phase < PHASE_CLOSING) {
        close_run(run);
        return;
    }
    switch (run->phase) {
    case PHASE_READING:
        if (streams_done(run)) {
            if (run->guard)
                close_run(run);
            else
                enter(run, PHASE_NEEDS);
        }
        break;
    case PHASE_NEEDS: after_needs(run); break;
    case PHASE_WRITING: after_wave(run); break;
    case PHASE_OPENING:
    case PHASE_LISTED:
    case PHASE_RESOLVING:
    case PHASE_DECIDING:
    case PHASE_GUARDING:
    case PHASE_AFTERMATH:
    case PHASE_CLOSING:
    case PHASE_ENDED:
    default: break;
    }
}

/* A phase that finds nothing to do is left at once. */
static void advance(struct run *run)
{
    enum phase before = PHASE_ENDED;
    while (before != run->phase && quiet(run)) {
        before = run->phase;
        leave(run);
    }
}

/* --- answers ----------------------------------------------------------------------------------- */

static void note_side(struct run *run, const struct exchange *exchange,
                      const struct received *received)
{
    struct run_side *side = &run->side[exchange->side];
    if (received->class != ANSWER_RETRY && received->class != ANSWER_UNKNOWN)
        side->reached = true;
    if (!received->has_offset)
        return;
    int64_t moved = received->offset_ms - side->offset_ms;
    if (side->has_offset && (moved > CLOCK_STEADY_MS || moved < -CLOCK_STEADY_MS))
        side->clock_moved = true;
    side->has_offset = true;
    side->offset_ms = received->offset_ms;
}

static bool again_at_once(enum answer_class class)
{
    return class == ANSWER_RENEW_TOKEN || class == ANSWER_CLOCK_OFF || class == ANSWER_NEW_NONCE;
}

/* Sends the exchange once more, after the delay that the platform named or one of our own. */
static bool try_again(struct run *run, struct exchange *exchange, const struct received *received)
{
    enum answer_class class = received->class;
    bool later = class == ANSWER_RETRY || class == ANSWER_SLOW_DOWN;
    if (run->stop || (!later && !again_at_once(class)) || exchange->attempt >= ATTEMPTS_MOST)
        return false;
    int64_t wait = again_at_once(class) ? 0 : patience_delay_ms(exchange->attempt, next_random(run));
    if (received->delay_ms > wait)
        wait = received->delay_ms < RETRY_AFTER_MOST_MS ? received->delay_ms : RETRY_AFTER_MOST_MS;
    exchange->attempt++;
    run->flying[exchange->side]++;
    emit(run, &(struct effect){.kind = EFFECT_WAIT, .exchange = exchange, .side = exchange->side,
                               .wait_ms = wait});
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
        fail_side(run, exchange->side, received);
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
        send(run, exchange);
        return;
    }
    if (step == LISTING_FAILED) /* half a query says nothing of what it lacks */
        fail_side(run, exchange->side, received);
    exchange_free(exchange);
    ask_needs(run);
}

static void received_write(struct run *run, struct exchange *exchange,
                           const struct received *received)
{
    run->again = run->again || received->overtaken > 0 || received->unknown > 0;
    if (received->class == ANSWER_FATAL || received->class == ANSWER_RETRY ||
        received->class == ANSWER_SLOW_DOWN || received->class == ANSWER_RENEW_TOKEN ||
        received->class == ANSWER_CLOCK_OFF) {
        run->again = true;
        fail_side(run, exchange->side, received);
    }
    exchange_free(exchange);
    if (!both_usable(run))
        run->write_empty = true; /* what is planned stays planned, and is decided again */
    else
        ask_write(run);
}

static void received_sign_on(struct run *run, struct exchange *exchange,
                             const struct received *received)
{
    enum side side = exchange->side;
    exchange_free(exchange);
    if (!is_answer(received->class)) {
        fail_side(run, side, received);
        return;
    }
    if (!run->ready[side])
        sign_on(run, side);
}

static void received_answer(struct run *run, struct exchange *exchange,
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
            stream_page(run, exchange, received);
        else
            fail_side(run, exchange->side, received);
        exchange_free(exchange);
        break;
    case PURPOSE_NEED: received_need(run, exchange, received); break;
    case PURPOSE_WRITE:
    default: received_write(run, exchange, received); break;
    }
}

/* --- jobs -------------------------------------------------------------------------------------- */

static void decided_some(struct run *run, const struct event *event)
{
    if (event->more)
        do_simple(run, JOB_DECIDE);
    else if (event->needs > 0)
        enter(run, PHASE_NEEDS);
    else
        enter(run, PHASE_GUARDING);
}

static void guarded(struct run *run, const struct event *event)
{
    run->guard = run->guard || event->held;
    if (event->writes > 0 && !run->setup.dry && !event->held)
        enter(run, PHASE_WRITING);
    else
        close_run(run);
}

static void took_need(struct run *run, const struct event *event)
{
    run->need_asked[event->side] = false;
    run->need_empty[event->side] = event->next == NULL;
    if (event->next == NULL)
        return;
    if (!side_usable(run, event->side)) { /* it failed meanwhile */
        exchange_free(event->next);
        return;
    }
    send(run, event->next);
    ask_needs(run);
}

static void took_write(struct run *run, const struct event *event)
{
    run->write_asked = false;
    run->write_empty = event->next == NULL;
    run->wave_left = event->wave;
    if (event->next == NULL)
        return;
    if (!both_usable(run)) { /* a side failed meanwhile: it never left, and is looked for */
        exchange_free(event->next);
        return;
    }
    send(run, event->next);
    ask_write(run);
}

static void looked_for_unknown(struct run *run, const struct event *event)
{
    run->unknown_pending = event->unknown > 0;
    if ((run->again || run->unknown_pending) && run->rounds < ROUNDS_MOST && both_usable(run)) {
        run->rounds++;
        run->again = false;
        enter(run, PHASE_NEEDS);
    } else {
        close_run(run);
    }
}

static void job_done(struct run *run, const struct event *event)
{
    run->jobs--;
    if (!event->ok) {
        exchange_free(event->next);
        run->end = RUN_FAILED;
        run->stop = true;
        if (event->job == JOB_CLOSE)
            enter(run, PHASE_ENDED);
        return;
    }
    if (run->stop && event->job != JOB_CLOSE) {
        exchange_free(event->next); /* a write that was marked sent and never left is read again */
        return;
    }
    switch (event->job) {
    case JOB_OPEN:
        if (event->paused) {
            run->end = RUN_DONE;
            enter(run, PHASE_ENDED);
            break;
        }
        memcpy(run->since, event->since, sizeof run->since);
        run->unknown_pending = event->unknown > 0;
        enter(run, PHASE_READING);
        break;
    case JOB_LISTED: run->guard = run->guard || event->guard; break;
    case JOB_RESOLVE:
    case JOB_BEGIN:
        if (event->job == JOB_RESOLVE && both_usable(run))
            enter(run, PHASE_DECIDING);
        else if (event->job == JOB_RESOLVE)
            close_run(run);
        else
            do_simple(run, JOB_DECIDE);
        break;
    case JOB_DECIDE: decided_some(run, event); break;
    case JOB_NEED: took_need(run, event); break;
    case JOB_GUARD: guarded(run, event); break;
    case JOB_WRITE: took_write(run, event); break;
    case JOB_UNKNOWN: looked_for_unknown(run, event); break;
    case JOB_CLOSE:
    default: enter(run, PHASE_ENDED); break;
    }
}

void run_event(struct run *run, const struct event *event)
{
    switch (event->kind) {
    case EVENT_START: enter(run, PHASE_OPENING); break;
    case EVENT_RECEIVED: received_answer(run, event->exchange, event->received); break;
    case EVENT_JOB: job_done(run, event); break;
    case EVENT_WAITED:
        run->flying[event->exchange->side]--;
        if (run->stop)
            exchange_free(event->exchange);
        else
            send(run, event->exchange);
        break;
    case EVENT_STOP:
    default: run->stop = true; break;
    }
    advance(run);
}

enum run_end run_ended(const struct run *run)
{
    return run->phase == PHASE_ENDED ? run->end : RUN_RUNNING;
}

enum run_end run_ending(const struct run *run)
{
    return run->end;
}

const struct run_side *run_side(const struct run *run, enum side side)
{
    return &run->side[side];
}

const char *run_stage(const struct run *run)
{
    static const char *const stages[] = {"opening", "reading", "reading", "checking", "checking",
                                         "comparing", "comparing", "writing", "verifying", "closing",
                                         "closing"};
    return stages[run->phase];
}
