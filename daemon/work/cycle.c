#include "daemon/work/cycle_inside.h"

#include "daemon/store/nowhere.h"
#include "daemon/work/apply.h"
#include "daemon/work/decide.h"
#include "daemon/work/control_totals.h"
#include "daemon/work/known_time.h"
#include "daemon/work/learner_check.h"
#include "daemon/work/needs.h"
#include "daemon/work/ordered.h"
#include "daemon/work/own_state.h"
#include "daemon/work/planned_set.h"
#include "daemon/work/rebase.h"
#include "daemon/work/redefine.h"
#include "daemon/work/rescope.h"
#include "daemon/work/signs.h"
#include "daemon/work/undo.h"

#include <stdio.h>

enum { PIECE = 2000, LEARNERS = 500, STANDING_SECONDS = 3600 };

void cycle_begin(struct cycle *cycle)
{
    buffer_init(&cycle->counts, COUNTS_BYTES);
    cycle->exit_code = EXIT_INTERNAL;
    cycle->checking = false;
}

void cycle_end(struct cycle *cycle)
{
    buffer_free(&cycle->counts);
    desk_reset(&cycle->desk);
}

static size_t all_needs(const struct desk *desk)
{
    return needs_left(desk, MUNICIPAL) + needs_left(desk, PROVINCIAL);
}

static enum status read_watermarks(struct desk *desk, struct event *ret)
{
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        for (int entity = 0; entity < ENTITIES; entity++) {
            struct watermark mark;
            enum status status = stage_watermark(desk->store, side, (enum entity)entity, &mark);
            if (status != STATUS_OK)
                return status;
            ret->since[side][entity] = desk->since_before[side][entity] = mark.since;
            ret->known[side][entity] = mark.full_count;
            desk->known_whole[side][entity] = mark.full_run != 0;
        }
    }
    return STATUS_OK;
}

static enum status begin_row(struct cycle *cycle)
{
    struct run_row row = {.kind = slice_of(cycle_kind_name(cycle->kind)),
                          .scope = cycle->scope_text,
                          .dry = cycle->observe,
                          .started = cycle->started,
                          .exit_code = -1};
    enum status status = run_begin(cycle->desk.store, &row);
    cycle->desk.run = row.number;
    return status;
}

/* Who is named is asked for by queries, whatever the listings would bring. */
static enum status ask_for_named(struct cycle *cycle)
{
    enum status status = STATUS_OK;
    for (size_t index = 0; status == STATUS_OK && index < cycle->person_count; index++)
        status = scope_person(&cycle->desk, cycle->persons[index]);
    for (size_t index = 0; status == STATUS_OK && index < cycle->organisation_count; index++)
        status = scope_organisation(&cycle->desk, cycle->organisations[index]);
    return status;
}

static enum status open_run(struct cycle *cycle, struct event *ret)
{
    struct desk *desk = &cycle->desk;
    int64_t dropped = 0;
    enum status status = begin_row(cycle);
    if (status == STATUS_OK)
        status = journal_drop_planned(desk->store, &dropped);
    if (status == STATUS_OK)
        status = journal_forget_proposed(desk->store, desk->run);
    if (status == STATUS_OK && cycle->kind == RUN_FULL)
        status = stage_dirty_waiting(desk->store);
    if (status == STATUS_OK && cycle->kind == RUN_FULL)
        status = stage_dirty_in_conflict(desk->store);
    if (status == STATUS_OK && cycle->kind == RUN_FULL)
        status = nowhere_wake(desk->store);
    if (status == STATUS_OK)
        status = rescope_open(desk);
    if (status == STATUS_OK)
        status = redefine_open(desk);
    if (status == STATUS_OK)
        status = read_watermarks(desk, ret);
    if (status == STATUS_OK)
        status = rebase_open(desk);
    if (status == STATUS_OK)
        status = signs_open(desk);
    ret->held = cycle->untouched = desk_any_changed(desk);
    if (status != STATUS_OK || ret->held)
        return status;
    if (status == STATUS_OK)
        status = apply_ask_unknown(desk, &ret->unknown);
    if (status == STATUS_OK && cycle->kind == RUN_SCOPED)
        status = ask_for_named(cycle);
    if (status == STATUS_OK)
        status = ordered_log(desk);
    ret->needs = all_needs(desk);
    return status;
}

/* What the operator's commands set goes before the settings; an operator's own cycle runs while paused. */
static void read_mode(struct cycle *cycle)
{
    struct desk *desk = &cycle->desk;
    struct slice text = {0};
    cycle->observe = cycle->dry || cycle->settings_observe;
    if (store_meta_get(desk->store, "mode", &desk->arena, &text) == STATUS_OK)
        cycle->observe = cycle->dry || !slice_is(text, "write");
    cycle->observe = cycle->observe || own_state_doubtful(desk->store);
    desk->dry = cycle->observe;
    cycle->paused = !desk->by_operator &&
                    store_meta_get(desk->store, "paused", &desk->arena, &text) == STATUS_OK &&
                    slice_is(text, "1");
}

static enum status open_as_ordered(struct cycle *cycle, struct event *ret)
{
    read_mode(cycle);
    cycle->refused = cycle->paused ? NULL : ordered_refusal(&cycle->desk, cycle->observe && !cycle->dry,
                                                            &cycle->exit_code);
    ret->paused = cycle->paused || cycle->refused != NULL;
    if (ret->paused)
        return STATUS_OK;
    enum status status = known_time_open(&cycle->desk);
    return status == STATUS_OK ? open_run(cycle, ret) : status;
}

static enum status open_job(struct cycle *cycle, struct event *ret)
{
    /* What is opened here is opened again after a crash: it reaches the disk with what the cycle does first. */
    enum status status = store_begin_unsynced(cycle->desk.store);
    if (status != STATUS_OK)
        return status;
    status = open_as_ordered(cycle, ret);
    if (status != STATUS_OK) {
        store_rollback(cycle->desk.store);
        return status;
    }
    return store_commit(cycle->desk.store);
}

/* What was read up to, but never ahead of the side's own clock: an update time in its future would hide what
 * comes between. */
static int64_t reached(const struct cycle *cycle, const struct effect *effect)
{
    int64_t there = cycle->desk.now + cycle->sides[effect->side].offset_ms / 1000;
    return effect->watermark < there ? effect->watermark : there;
}

static void take_sides(struct cycle *cycle)
{
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        cycle->desk.side_failed[side] = cycle->sides[side].failed;
        cycle->desk.clock_offset_ms[side] = cycle->sides[side].offset_ms;
        cycle->desk.clock_trusted[side] =
            cycle->sides[side].has_offset && !cycle->sides[side].clock_moved;
    }
    known_time_take(&cycle->desk);
}

/* A listing that shrank was judged first; then, whether it is still the same platform. */
static enum status judge_platform(struct cycle *cycle, const struct effect *effect)
{
    struct desk *desk = &cycle->desk;
    enum status status = STATUS_OK;
    if (effect->certified)
        status = signs_newest(desk, effect->side, effect->entity, effect->watermark);
    return status == STATUS_OK && desk->guard == NULL ? signs_judge(desk, effect->side) : status;
}

/* The watermark moves only now, when the pages are stored; and never back. By a listing that the guard holds it does
 * not move: whatever that kept back would else be read by no increment. */
static enum status move_watermark(struct cycle *cycle, const struct effect *effect)
{
    struct desk *desk = &cycle->desk;
    struct watermark mark;
    enum status status = stage_watermark(desk->store, effect->side, effect->entity, &mark);
    if (status != STATUS_OK || reached(cycle, effect) <= mark.since || cycle->kind == RUN_SCOPED)
        return status;
    mark.since = reached(cycle, effect);
    return stage_set_watermark(desk->store, effect->side, effect->entity, &mark);
}

static enum status in_transaction(struct cycle *cycle, const struct effect *effect,
                                  enum status (*step)(struct cycle *cycle, const struct effect *effect))
{
    enum status status = store_begin(cycle->desk.store);
    if (status != STATUS_OK)
        return status;
    status = step(cycle, effect);
    if (status == STATUS_OK)
        return store_commit(cycle->desk.store);
    store_rollback(cycle->desk.store);
    return status;
}

/* An increment: nothing is missing. */
static enum status end_increment(struct cycle *cycle, const struct effect *effect)
{
    enum status status = move_watermark(cycle, effect);
    return status == STATUS_OK ? judge_platform(cycle, effect) : status;
}

/* An increment that brought nothing may leave its watermark standing for a while: from there on nothing will come
 * either. */
static bool nothing_ends(const struct cycle *cycle, const struct effect *effect)
{
    const struct desk *desk = &cycle->desk;
    int64_t since = desk->since_before[effect->side][effect->entity];
    int64_t moved = reached(cycle, effect) - since;
    bool stands = cycle->kind == RUN_SCOPED || moved <= 0 ||
                  (since > 0 && effect->raw == 0 && moved < STANDING_SECONDS);
    return !effect->certified && stands && !signs_speak(desk, effect->side);
}

static enum status end_certified(struct cycle *cycle, const struct effect *effect)
{
    struct desk *desk = &cycle->desk;
    enum status status = decide_missing(desk, effect->side, effect->entity, effect->raw);
    if (status == STATUS_OK && !desk->listing_shrank[effect->side][effect->entity])
        status = in_transaction(cycle, effect, move_watermark);
    if (status == STATUS_OK && desk->guard == NULL)
        desk->known_whole[effect->side][effect->entity] = true;
    return status == STATUS_OK ? in_transaction(cycle, effect, judge_platform) : status;
}

static enum status listed_job(struct cycle *cycle, const struct effect *effect, struct event *ret)
{
    struct desk *desk = &cycle->desk;
    take_sides(cycle);
    enum status status = nothing_ends(cycle, effect) ? STATUS_OK
                         : effect->certified         ? end_certified(cycle, effect)
                                                     : in_transaction(cycle, effect, end_increment);
    ret->guard = desk->guard != NULL;
    ret->needs = all_needs(desk);
    return status;
}

/* Of a side that failed since, nobody knows whether it was read. */
static enum status resolve_job(struct cycle *cycle)
{
    take_sides(cycle);
    return desk_any_changed(&cycle->desk) ? STATUS_OK : apply_resolve_unknown(&cycle->desk);
}

static enum status decide_job(struct cycle *cycle, struct event *ret)
{
    struct decide_result result = {.more = false};
    take_sides(cycle);
    enum status status = desk_undoing(&cycle->desk) ? undo_some(&cycle->desk, PIECE, &result)
                                                    : decide_some(&cycle->desk, PIECE, &result);
    ret->more = result.more;
    ret->needs = result.needs;
    return status;
}

static enum status unknown_job(struct cycle *cycle, struct event *ret)
{
    struct desk *desk = &cycle->desk;
    hashset_clear(&desk->asked);
    planned_forget(desk);
    hashset_clear(&desk->days);
    desk->planned_before = decide_planned(desk);
    desk->round++;
    enum status status = apply_ask_unknown(desk, &ret->unknown);
    ret->needs = all_needs(desk);
    return status;
}

/* Learners in pieces; behind the last one, a full cycle's totals are balanced. */
static enum status check_job(struct cycle *cycle, struct event *ret)
{
    struct desk *desk = &cycle->desk;
    if (!cycle->checking)
        learner_check_begin(desk);
    cycle->checking = true;
    take_sides(cycle);
    enum status status = learner_check_some(desk, LEARNERS, &ret->more);
    if (status == STATUS_OK && !ret->more && cycle->kind == RUN_FULL)
        status = control_totals(desk);
    return status;
}

static enum status do_job(struct cycle *cycle, const struct effect *effect, struct event *ret)
{
    struct desk *desk = &cycle->desk;
    switch (effect->job) {
    case JOB_OPEN: return open_job(cycle, ret);
    case JOB_LISTED: return listed_job(cycle, effect, ret);
    case JOB_RESOLVE: return resolve_job(cycle);
    case JOB_BEGIN: return desk_undoing(desk) ? undo_begin(desk) : decide_begin(desk);
    case JOB_DECIDE: return decide_job(cycle, ret);
    case JOB_NEED: return needs_next(desk, effect->side, &ret->next);
    case JOB_GUARD: {
        enum status status = decide_guard(desk, cycle->observe, &ret->writes);
        ret->held = desk->guard != NULL;
        return status;
    }
    case JOB_WRITE: {
        struct apply_room room = {{effect->room[MUNICIPAL], effect->room[PROVINCIAL]}, effect->side};
        return apply_next(desk, effect->wave, &room, &ret->next, &ret->wave);
    }
    case JOB_UNKNOWN: return unknown_job(cycle, ret);
    case JOB_SETTLED: {
        enum status status = learner_check_ask(desk);
        ret->needs = all_needs(desk);
        return status;
    }
    case JOB_CHECK: return check_job(cycle, ret);
    case JOB_CLOSE:
    default: return cycle_close(cycle);
    }
}

void cycle_job(struct cycle *cycle, const struct effect *effect, struct event *ret)
{
    *ret = (struct event){.kind = EVENT_JOB, .job = effect->job, .side = effect->side,
                          .entity = effect->entity};
    ret->ok = do_job(cycle, effect, ret) == STATUS_OK;
}
