#include "daemon/sync/run.h"

#include "daemon/sync/run_inside.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS_MOST = 3 /* of deciding again what was overtaken */ };

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
        run->side[side].retries = setup->retries[side];
        run->probing[side] = setup->probe[side];
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

static void do_simple(struct run *run, enum run_job job)
{
    run_effect_job(run, &(struct effect){.job = job});
}

static unsigned flying(const struct run *run)
{
    return run->flying[MUNICIPAL] + run->flying[PROVINCIAL];
}

bool run_side_usable(const struct run *run, enum side side)
{
    return !run->side[side].failed;
}

bool run_both_usable(const struct run *run)
{
    return run_side_usable(run, MUNICIPAL) && run_side_usable(run, PROVINCIAL);
}

void run_fail_side(struct run *run, enum side side, const struct received *received)
{
    if (run->side[side].failed)
        return;
    run->side[side].failed = true;
    run->side[side].why = received->class;
    memcpy(run->side[side].code, received->code, sizeof run->side[side].code);
}

/* --- phases ---------------------------------------------------------------------------------- */

void run_ask_needs(struct run *run)
{
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        unsigned most = run->setup.parallel[side] == 0 || run->probing[side] ? 1 : run->setup.parallel[side];
        if (run->need_asked[side] || run->need_empty[side] || run->flying[side] >= most ||
            !run_side_usable(run, side))
            continue;
        run->need_asked[side] = true;
        run_effect_job(run, &(struct effect){.job = JOB_NEED, .side = side});
    }
}

static void needs_begin(struct run *run)
{
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        run->need_asked[side] = false;
        run->need_empty[side] = !run_side_usable(run, side);
    }
    run_ask_needs(run);
}

static bool has_room(const struct run *run, enum side side)
{
    unsigned most = run->setup.parallel[side];
    return run->flying[side] < (most == 0 || run->probing[side] ? 1 : most);
}

/* Each side takes what it can at once, and does not wait for the other; the one with less under way goes first. */
void run_ask_write(struct run *run)
{
    bool provincial = run->flying[PROVINCIAL] < run->flying[MUNICIPAL];
    struct effect job = {.job = JOB_WRITE, .wave = run->wave, .side = provincial ? PROVINCIAL : MUNICIPAL};
    for (enum side side = MUNICIPAL; side < SIDES; side++)
        job.room[side] = !run->write_empty[side] && has_room(run, side);
    if (run->write_asked || !(job.room[MUNICIPAL] || job.room[PROVINCIAL]))
        return;
    run->write_asked = true;
    memcpy(run->write_room, job.room, sizeof run->write_room);
    run_effect_job(run, &job);
}

void run_no_writes(struct run *run)
{
    run->write_empty[MUNICIPAL] = run->write_empty[PROVINCIAL] = true;
}

static void wave_begin(struct run *run, unsigned wave)
{
    run->wave = wave;
    run->write_asked = run->write_empty[MUNICIPAL] = run->write_empty[PROVINCIAL] = false;
    run_ask_write(run);
}

/* The one place where the phase changes; what entering each does. */
static void enter(struct run *run, enum phase phase)
{
    run->phase = phase;
    switch (phase) {
    case PHASE_OPENING: do_simple(run, JOB_OPEN); break;
    case PHASE_READING:
        run_stream_sign_on(run, MUNICIPAL);
        run_stream_sign_on(run, PROVINCIAL);
        break;
    case PHASE_LISTED: break;
    case PHASE_NEEDS: needs_begin(run); break;
    case PHASE_RESOLVING: do_simple(run, JOB_RESOLVE); break;
    case PHASE_DECIDING: do_simple(run, JOB_BEGIN); break;
    case PHASE_GUARDING: do_simple(run, JOB_GUARD); break;
    case PHASE_WRITING: wave_begin(run, 0); break;
    case PHASE_AFTERMATH: do_simple(run, JOB_UNKNOWN); break;
    case PHASE_SETTLING:
        run->settling = true;
        run_effect_add(run, &(struct effect){.kind = EFFECT_WAIT, .wait_ms = run->setup.settle_ms});
        break;
    case PHASE_ANNUAL: do_simple(run, JOB_SETTLED); break;
    case PHASE_CHECKING: do_simple(run, JOB_CHECK); break;
    case PHASE_CLOSING: do_simple(run, JOB_CLOSE); break;
    case PHASE_ENDED:
    default: run_effect_add(run, &(struct effect){.kind = EFFECT_FINISH}); break;
    }
}

static enum run_end end_of(const struct run *run)
{
    if (run->stop)
        return RUN_STOPPED;
    if (run->guard)
        return RUN_HELD;
    return run_both_usable(run) ? RUN_DONE : RUN_PLATFORM;
}

static void close_run(struct run *run)
{
    if (run->end == RUN_RUNNING)
        run->end = end_of(run);
    if (run->phase < PHASE_CLOSING)
        enter(run, PHASE_CLOSING);
}

/* Everything is decided, and written as far as it may be: the years are checked, behind a time for the
 * platforms to settle when something was written. */
static void after_writing(struct run *run)
{
    if (run->stop || run->guard || !run_both_usable(run))
        close_run(run);
    else
        enter(run, run->wrote ? PHASE_SETTLING : PHASE_CHECKING);
}

static bool quiet(const struct run *run)
{
    return run->jobs == 0 && flying(run) == 0 && !run->settling;
}

/* After reading: what is missing is asked for, then everything is decided. */
static void after_needs(struct run *run)
{
    run_stream_clock(run);
    if (!quiet(run))
        return; /* comes here again with the answer */
    if (run->settled) {
        if (run_both_usable(run))
            enter(run, PHASE_CHECKING);
        else
            close_run(run);
    } else if (run->unknown_pending) {
        run->unknown_pending = false;
        enter(run, PHASE_RESOLVING);
    } else if (run_both_usable(run)) {
        enter(run, PHASE_DECIDING);
    } else {
        close_run(run);
    }
}

static void after_wave(struct run *run)
{
    if (run->wave_left == UINT_MAX || !run_both_usable(run)) { /* what is planned is decided again */
        enter(run, PHASE_AFTERMATH);
        return;
    }
    wave_begin(run, run->wave_left);
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
        if (run_stream_all_done(run)) {
            if (run->guard)
                close_run(run);
            else
                enter(run, PHASE_NEEDS);
        }
        break;
    case PHASE_ANNUAL:
        if (run_stream_all_done(run))
            enter(run, PHASE_NEEDS);
        break;
    case PHASE_NEEDS: after_needs(run); break;
    case PHASE_WRITING: after_wave(run); break;
    case PHASE_OPENING:
    case PHASE_LISTED:
    case PHASE_RESOLVING:
    case PHASE_DECIDING:
    case PHASE_GUARDING:
    case PHASE_AFTERMATH:
    case PHASE_SETTLING:
    case PHASE_CHECKING:
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

/* --- jobs ------------------------------------------------------------------------------------ */

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
    run->writes += event->writes;
    if (event->writes > 0 && !run->setup.dry && !event->held)
        enter(run, PHASE_WRITING);
    else
        after_writing(run);
}

static void took_need(struct run *run, const struct event *event)
{
    run->need_asked[event->side] = false;
    run->need_empty[event->side] = event->next == NULL;
    if (event->next == NULL)
        return;
    if (!run_side_usable(run, event->side)) { /* it failed meanwhile */
        exchange_free(event->next);
        return;
    }
    if (event->next->wait_ms > 0) {
        run->flying[event->side]++;
        run_effect_add(run, &(struct effect){.kind = EFFECT_WAIT, .exchange = event->next,
                                             .side = event->side, .wait_ms = event->next->wait_ms});
    } else {
        run_effect_send(run, event->next);
    }
    run_ask_needs(run);
}

static void took_write(struct run *run, const struct event *event)
{
    run->write_asked = false;
    run->wave_left = event->wave;
    for (enum side side = MUNICIPAL; event->next == NULL && side < SIDES; side++)
        run->write_empty[side] = run->write_empty[side] || run->write_room[side];
    if (event->next == NULL) {
        if (run_both_usable(run)) /* the other side has room by now, perhaps */
            run_ask_write(run);
        return;
    }
    if (!run_both_usable(run)) { /* a side failed meanwhile: it never left, and is looked for */
        exchange_free(event->next);
        return;
    }
    run->wrote = true;
    run_effect_send(run, event->next);
    run_ask_write(run);
}

static void looked_for_unknown(struct run *run, const struct event *event)
{
    run->unknown_pending = event->unknown > 0;
    if ((run->again || run->unknown_pending) && run->rounds < ROUNDS_MOST && run_both_usable(run)) {
        run->rounds++;
        run->again = false;
        enter(run, PHASE_NEEDS);
    } else {
        after_writing(run);
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
        if (event->held) {
            run->guard = true;
            close_run(run);
            break;
        }
        memcpy(run->since, event->since, sizeof run->since);
        memcpy(run->known, event->known, sizeof run->known);
        run->unknown_pending = event->unknown > 0;
        enter(run, PHASE_READING);
        break;
    case JOB_LISTED: run->guard = run->guard || event->guard; break;
    case JOB_RESOLVE:
    case JOB_BEGIN:
        if (event->job == JOB_RESOLVE && run_both_usable(run))
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
    case JOB_SETTLED: run_stream_annual(run); break;
    case JOB_CHECK:
        if (event->more)
            do_simple(run, JOB_CHECK);
        else
            close_run(run);
        break;
    case JOB_CLOSE:
    default: enter(run, PHASE_ENDED); break;
    }
}

void run_event(struct run *run, const struct event *event)
{
    switch (event->kind) {
    case EVENT_START: enter(run, PHASE_OPENING); break;
    case EVENT_RECEIVED: run_answer_received(run, event->exchange, event->received); break;
    case EVENT_JOB: job_done(run, event); break;
    case EVENT_WAITED:
        if (event->exchange == NULL) {
            run->settling = false;
            run->settled = true;
            if (run->phase == PHASE_SETTLING && !run->stop)
                enter(run, PHASE_ANNUAL);
            break;
        }
        run->flying[event->exchange->side]--;
        if (run->stop || !run_side_usable(run, event->exchange->side)) /* a write that waited is looked for */
            exchange_free(event->exchange);
        else
            run_effect_send(run, event->exchange);
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
                                         "comparing", "comparing", "writing", "verifying", "settling",
                                         "reading", "checking", "closing", "closing"};
    return stages[run->phase];
}
