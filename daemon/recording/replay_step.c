#include "daemon/recording/replay_inside.h"

#include "daemon/work/receive.h"

#include <stdlib.h>
#include <string.h>

enum { ASK_BYTES = 4 * 1024 * 1024 };

/* --- what the machine wants -------------------------------------------------------------------- */

static void keep_pending(struct replay *replay, struct exchange *exchange, bool waits)
{
    struct pending **end = &replay->pending;
    struct pending *pending = calloc(1, sizeof *pending);
    if (pending == NULL)
        abort();
    *pending = (struct pending){.exchange = exchange, .waits = waits};
    while (*end != NULL)
        end = &(*end)->next;
    *end = pending;
}

static void keep_job(struct replay *replay, const struct effect *effect)
{
    struct asked_job **end = &replay->jobs;
    struct asked_job *job = calloc(1, sizeof *job);
    if (job == NULL)
        abort();
    job->effect = *effect;
    while (*end != NULL)
        end = &(*end)->next;
    *end = job;
}

static void take_effects(struct replay *replay)
{
    struct effect effect;
    while (run_effect(replay->run, &effect)) {
        switch (effect.kind) {
        case EFFECT_SEND: keep_pending(replay, effect.exchange, false); break;
        case EFFECT_WAIT: keep_pending(replay, effect.exchange, true); break;
        case EFFECT_JOB: keep_job(replay, &effect); break;
        case EFFECT_FINISH:
        default: replay->finished = true; break;
        }
    }
}

static void tell(struct replay *replay, const struct event *event)
{
    run_event(replay->run, event);
    take_effects(replay);
}

void replay_start(struct replay *replay)
{
    tell(replay, &(struct event){.kind = EVENT_START});
}

/* --- what was recorded ------------------------------------------------------------------------- */

static bool asks(const struct exchange *exchange, struct slice ask)
{
    struct buffer text;
    if (exchange == NULL)
        return slice_empty(ask);
    buffer_init(&text, ASK_BYTES);
    steps_ask(NULL, exchange, &text);
    bool same = slice_equal(buffer_slice(&text), ask);
    buffer_free(&text);
    return same;
}

/* The first that asks just this. */
static bool take_pending(struct replay *replay, struct slice ask, bool waits, struct exchange **ret)
{
    for (struct pending **at = &replay->pending; *at != NULL; at = &(*at)->next) {
        struct pending *pending = *at;
        if (pending->waits != waits || !asks(pending->exchange, ask))
            continue;
        *ret = pending->exchange;
        *at = pending->next;
        free(pending);
        return true;
    }
    return false;
}

/* Reads are asked for in the order of then, as far as they are the same. */
static void order_needs(struct desk *desk, const json_t *wanted)
{
    size_t placed = 0;
    memset(desk->needs.first, 0, sizeof desk->needs.first);
    for (size_t index = 0; index < json_array_size(wanted); index++) {
        const char *text = json_string_value(json_array_get(wanted, index));
        for (size_t at = placed; text != NULL && at < desk->needs.count; at++) {
            struct need need = desk->needs.items[at];
            if (strcmp(need.text, text) != 0)
                continue;
            desk->needs.items[at] = desk->needs.items[placed];
            desk->needs.items[placed++] = need;
            break;
        }
    }
}

static enum status do_job(struct replay *replay, const json_t *line)
{
    struct asked_job **at = &replay->jobs;
    struct event event;
    while (*at != NULL && !steps_is_job(line, &(*at)->effect))
        at = &(*at)->next;
    if (*at == NULL)
        return STATUS_NOT_FOUND;
    struct asked_job *job = *at;
    *at = job->next;
    replay->cycle.desk.now = line_get_number(line, "now");
    for (enum side side = MUNICIPAL; side < SIDES; side++)
        replay->cycle.sides[side] = *run_side(replay->run, side);
    steps_read_sides(line, replay->cycle.sides);
    if (job->effect.job == JOB_CLOSE)
        replay->cycle.end = run_ending(replay->run);
    cycle_job(&replay->cycle, &job->effect, &event);
    if (job->effect.job == JOB_SETTLED)
        order_needs(&replay->cycle.desk, json_object_get(line, "needs"));
    free(job);
    tell(replay, &event);
    return STATUS_OK;
}

static enum status do_answer(struct replay *replay, const json_t *line)
{
    struct exchange *exchange = NULL;
    struct received received;
    struct reply reply;
    struct slice token = {0};
    if (!take_pending(replay, line_get_text(line, "ask"), false, &exchange))
        return STATUS_NOT_FOUND;
    steps_read_reply(line, &reply);
    replay->cycle.desk.now = line_get_number(line, "now");
    receive(&replay->cycle.desk, exchange, &reply, &received, &token);
    tell(replay, &(struct event){.kind = EVENT_RECEIVED, .exchange = exchange, .received = &received});
    return STATUS_OK;
}

static enum status do_given(struct replay *replay, const json_t *line)
{
    struct exchange *exchange = NULL;
    struct received received;
    if (!take_pending(replay, line_get_text(line, "ask"), false, &exchange))
        return STATUS_NOT_FOUND;
    steps_read_received(line, &received);
    tell(replay, &(struct event){.kind = EVENT_RECEIVED, .exchange = exchange, .received = &received});
    return STATUS_OK;
}

static enum status do_wait(struct replay *replay, const json_t *line)
{
    struct exchange *exchange = NULL;
    if (!take_pending(replay, line_get_text(line, "ask"), true, &exchange))
        return STATUS_NOT_FOUND;
    tell(replay, &(struct event){.kind = EVENT_WAITED, .exchange = exchange});
    return STATUS_OK;
}

enum status replay_step(struct replay *replay, const json_t *line)
{
    if (line_is(line, "job"))
        return do_job(replay, line);
    if (line_is(line, "answer"))
        return do_answer(replay, line);
    if (line_is(line, "given"))
        return do_given(replay, line);
    return line_is(line, "waited") ? do_wait(replay, line) : STATUS_NOT_FOUND;
}
