#include "daemon/sync/run_inside.h"

static struct exchange *stream_exchange(struct run *run, struct stream *stream)
{
    struct exchange *exchange = exchange_new(stream->side, PURPOSE_LISTING);
    if (exchange == NULL) {
        run->stop = true;
        return NULL;
    }
    listing_request(&stream->listing, &exchange->request);
    exchange->request.cursor = arena_copy(&exchange->arena, exchange->request.cursor);
    exchange->stream = (unsigned)(stream - run->streams);
    exchange->listed = stream->listed;
    return exchange;
}

static void stream_send(struct run *run, struct stream *stream)
{
    struct exchange *exchange = stream_exchange(run, stream);
    if (exchange != NULL)
        run_effect_send(run, exchange);
}

/* Behind a page that came. The one that follows it need not come if it is still the one that is known; whatever is
 * read again, and the first page, come always: they prove that the listing held still. */
static void stream_go_on(struct run *run, struct stream *stream, const struct exchange *before,
                         const struct received *received)
{
    struct exchange *exchange = stream_exchange(run, stream);
    if (exchange == NULL)
        return;
    if (exchange->request.page == before->request.page + 1 && !slice_empty(received->ahead.etag)) {
        exchange->request.known = received->ahead;
        exchange->request.known.etag = arena_copy(&exchange->arena, received->ahead.etag);
    }
    run_effect_send(run, exchange);
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
    if (setup->kind == RUN_SCOPED && setup->year != 0 && stream->entity == ENTITY_ACCOUNT &&
        since > 0) {
        goal.kind = LISTING_SINCE;
        goal.since = since - setup->overlap_seconds;
    }
    return goal;
}

static void stream_begin(struct run *run, struct stream *stream)
{
    struct listing_goal goal = stream_goal(run, stream);
    stream->listed = goal.kind == LISTING_FULL && run->setup.kind != RUN_SCOPED;
    listing_begin(&stream->listing, run->setup.definition[stream->side], &goal);
    stream->used = stream->running = true;
    stream_send(run, stream);
}

/* All that did not begin yet; only the first one as long as the side is probed. */
static void streams_begin(struct run *run, enum side side)
{
    for (int entity = 0; entity < ENTITIES; entity++) {
        struct stream *stream = &run->streams[(int)side * ENTITIES + entity];
        stream->side = side;
        stream->entity = (enum entity)entity;
        stream->done = stream->done || run->setup.named ||
                       !definition_has(run->setup.definition[side], CALL_LIST, stream->entity);
        if (stream->done || stream->used)
            continue;
        stream_begin(run, stream);
        if (run->probing[side])
            return;
    }
}

void run_stream_answered(struct run *run, enum side side)
{
    if (run->ready[side] && run->phase == PHASE_READING && !run->stop)
        streams_begin(run, side);
}

static bool has_unasked_clock(const struct run *run, enum side side)
{
    return run_side_usable(run, side) && !run->asked_clock[side] &&
           definition_has_clock_call(run->setup.definition[side]);
}

static void ask_clock(struct run *run, enum side side)
{
    struct exchange *exchange = exchange_new(side, PURPOSE_CLOCK);
    if (exchange == NULL) {
        run->stop = true;
        return;
    }
    exchange->request.call = CALL_TIME;
    run->asked_clock[side] = true;
    run_effect_send(run, exchange);
}

/* A listing without a time to begin at ends at the server's time when it began. */
static bool begins_at_a_time(const struct run *run, enum side side)
{
    for (int entity = 0; entity < ENTITIES; entity++) {
        if (run->since[side][entity] == 0 &&
            definition_has(run->setup.definition[side], CALL_LIST, (enum entity)entity))
            return false;
    }
    return true;
}

/* Whoever was measured before, and tells its time with every answer, need not be asked first. */
static bool tells_by_itself(const struct run *run, enum side side)
{
    const struct run_setup *setup = &run->setup;
    return setup->has_offset[side] && definition_has_date(setup->definition[side]) &&
           (setup->kind == RUN_SCOPED ||
            (setup->kind == RUN_INCREMENTAL && begins_at_a_time(run, side)));
}

void run_stream_sign_on(struct run *run, enum side side)
{
    if (!run_side_usable(run, side))
        return;
    if (has_unasked_clock(run, side) && !tells_by_itself(run, side)) {
        ask_clock(run, side);
        return;
    }
    run->ready[side] = true;
    streams_begin(run, side);
}

void run_stream_clock(struct run *run)
{
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        if (!run->side[side].has_offset && has_unasked_clock(run, side))
            ask_clock(run, side);
    }
}

void run_stream_annual(struct run *run)
{
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        struct stream *stream = &run->streams[(int)side * ENTITIES + ENTITY_ANNUAL];
        if (!stream->used || !stream->done || !run_side_usable(run, side))
            continue; /* it has no such listing, or the cycle is scoped to names */
        struct listing_goal goal = stream_goal(run, stream);
        int64_t reached = listing_watermark(&stream->listing);
        if (reached > 0) {
            goal.kind = LISTING_SINCE;
            goal.since = reached - run->setup.overlap_seconds;
        }
        listing_end(&stream->listing);
        stream->divided = stream->listed = stream->done = false;
        stream->running = true;
        listing_begin(&stream->listing, run->setup.definition[side], &goal);
        stream_send(run, stream);
    }
}

bool run_stream_all_done(const struct run *run)
{
    for (size_t index = 0; index < STREAMS; index++) {
        /* by number: a side that was left alone never began its streams */
        if (!run->streams[index].done && run_side_usable(run, (enum side)(index / ENTITIES)))
            return false;
    }
    return true;
}

static void stream_end(struct run *run, struct stream *stream)
{
    stream->running = false;
    stream->done = true;
    bool whole = stream->listed && !stream->divided;
    run_effect_job(run, &(struct effect){.job = JOB_LISTED,
                                 .side = stream->side,
                                 .entity = stream->entity,
                                 .certified = whole && listing_certified(&stream->listing),
                                 .raw = (int64_t)listing_raw(&stream->listing),
                                 .watermark = stream->divided ? stream->watermark
                                                              : listing_watermark(&stream->listing)});
}

/* Begins the listing of the next region, false when there is none: what lies between the regions of
 * the table is not read, so nothing is said to be absent. */
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
    run_fail_side(run, stream->side, received);
    stream->running = false;
    stream->done = true;
}

void run_stream_page(struct run *run, const struct exchange *exchange,
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
    case LISTING_MORE: stream_go_on(run, stream, exchange, received); break;
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
