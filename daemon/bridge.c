#include "daemon/bridge_inside.h"
#include "daemon/work/damage.h"

#include "daemon/work/reviewed.h"

#include <stdlib.h>

enum { INTERRUPT_MS = 5000, PROGRESS_MS = 100, EXIT_STORE = 73 };

/* --- the run's effects ------------------------------------------------------------------------ */

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
    bridge_tell(bridge, &event);
    bridge_step(bridge);
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

static const char *message_of(const struct cycle *cycle, int exit_code)
{
    const struct desk *desk = &cycle->desk;
    if (exit_code == 5 && desk->changed[MUNICIPAL])
        return "another municipal platform seems to stand behind its address; nothing was written: put it "
               "right, then `cebridge accept-platform municipal`, or after a restore `cebridge rebase municipal`";
    if (exit_code == 5 && desk->changed[PROVINCIAL])
        return "another provincial platform seems to stand behind its address; nothing was written: put it "
               "right, then `cebridge accept-platform provincial`, or after a restore `cebridge rebase provincial`";
    if (exit_code == 5 && desk->guard == NULL && damage_count(desk) > 0)
        return "rows of the state are damaged: their records were left as they are; see the log, `row_damaged`";
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
        .log_head = cycle->log_head,
        .guard_held = cycle->desk.guard != NULL && !desk_any_changed(&cycle->desk),
        .platform_changed = {cycle->desk.changed[MUNICIPAL], cycle->desk.changed[PROVINCIAL]},
        .platform_failed = {run_side(bridge->run, MUNICIPAL)->failed,
                            run_side(bridge->run, PROVINCIAL)->failed},
        .counts = cycle->counts.at == NULL ? "{}" : cycle->counts.at,
        .conflicts_new = cycle->desk.counts.conflicts_new,
        .first_new = cycle->desk.counts.first_new,
    };
    result.message = cycle->paused            ? "paused"
                     : cycle->refused != NULL ? cycle->refused
                                              : message_of(cycle, result.exit_code);
    if (cycle->paused)
        result.exit_code = 0;
    for (enum side side = MUNICIPAL; side < SIDES; side++)
        bridge->side[side].retries = run_side(bridge->run, side)->retries;
    for (enum side side = MUNICIPAL; side < SIDES; side++)
        result.certificate_expires[side] = http_facts(bridge->side[side].http).certificate_expires;
    run_free(bridge->run);
    bridge->run = NULL;
    bridge_record_end(bridge);
    bridge->interrupted = false;
    (void)uv_timer_stop(&bridge->interrupt_timer);
    bridge->callbacks.finished(bridge->callbacks.context, &result);
    cycle_end(cycle);
}

static void tell_progress(struct bridge *bridge)
{
    int64_t now = bridge_monotonic_ms(bridge);
    const char *stage = run_stage(bridge->run);
    const struct desk_counts *counts = &bridge->cycle.desk.counts; /* a rough look while it works */
    bool known = stage == bridge->progress_stages[0] || stage == bridge->progress_stages[1];
    if (bridge->callbacks.progress == NULL || (known && now - bridge->progress_at < PROGRESS_MS))
        return;
    bridge->progress_at = now;
    if (stage != bridge->progress_stages[0])
        bridge->progress_stages[1] = bridge->progress_stages[0];
    bridge->progress_stages[0] = stage;
    struct cycle_progress progress = {
        .run = bridge->cycle.desk.run,
        .stage = stage,
        .read = {counts->read[MUNICIPAL], counts->read[PROVINCIAL]},
        .written = {counts->settled[MUNICIPAL], counts->settled[PROVINCIAL]},
    };
    run_progress(bridge->run, &progress.done, &progress.total);
    if (progress.total == 0) {
        bool writing = progress.written[MUNICIPAL] + progress.written[PROVINCIAL] > 0;
        progress.done = writing ? progress.written[MUNICIPAL] + progress.written[PROVINCIAL]
                                : progress.read[MUNICIPAL] + progress.read[PROVINCIAL];
    }
    bridge->callbacks.progress(bridge->callbacks.context, &progress);
}

void bridge_step(struct bridge *bridge)
{
    struct effect effect;
    while (bridge->run != NULL && run_effect(bridge->run, &effect)) {
        switch (effect.kind) {
        case EFFECT_SEND: bridge_send(bridge, effect.exchange); break;
        case EFFECT_JOB: bridge_task_job(bridge, &effect); break;
        case EFFECT_WAIT: wait_with(bridge, &effect); break;
        case EFFECT_FINISH:
        default: finish(bridge); return;
        }
    }
    if (bridge->run != NULL)
        tell_progress(bridge);
}

/* --- a cycle ---------------------------------------------------------------------------------- */

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

static struct slice describe_scope(struct bridge *bridge, const struct cycle_order *order)
{
    struct scope_names names = {.persons = order->persons, .person_count = order->person_count,
                                .organisations = order->organisations,
                                .organisation_count = order->organisation_count,
                                .region = order->region, .year = order->year};
    struct buffer text;
    buffer_init(&text, 1024);
    scope_describe(&names, &text);
    struct slice described = arena_copy(&bridge->order, buffer_slice(&text));
    buffer_free(&text);
    return described;
}

/* What the run's row says it was about. */
static struct slice scope_text(struct bridge *bridge, const struct cycle_order *order)
{
    if (order->undo_run != 0)
        return arena_printf(&bridge->order, "undo %lld", (long long)order->undo_run);
    if (order->undo_conflict != 0)
        return arena_printf(&bridge->order, "undo conflict %lld", (long long)order->undo_conflict);
    if (order->reviewed)
        return SLICE("apply");
    return describe_scope(bridge, order);
}

static enum status fill_ordered(struct bridge *bridge, const struct cycle_order *order)
{
    struct desk_order *ret = &bridge->cycle.desk.order;
    ret->who = arena_copy(&bridge->order, order->who);
    ret->plan = arena_copy(&bridge->order, order->plan);
    ret->reviewed = order->reviewed;
    ret->undo_run = order->undo_run;
    ret->undo_conflict = order->undo_conflict;
    return reviewed_keys(order->keys, &ret->keys);
}

static void fill_setup(struct bridge *bridge, const struct cycle_order *order,
                       struct run_setup *ret)
{
    static const enum run_kind kinds[] = {RUN_INCREMENTAL, RUN_FULL, RUN_SCOPED};
    int64_t now = bridge_monotonic_ms(bridge);
    bridge->part_count = mapping_regions_inside(bridge->mapping, slice_of(bridge->settings->region), bridge->parts,
                                                BRIDGE_PARTS_MOST);
    *ret = (struct run_setup){
        .kind = kinds[order->kind],
        .region = slice_empty(order->region) ? slice_of(bridge->settings->region)
                                             : bridge->cycle.desk.scope.region,
        .year = order->year,
        .parts = bridge->parts,
        .part_count = bridge->part_count,
        .named = bridge->person_count + bridge->organisation_count > 0,
        .dry = order->dry_run,
        .now = bridge_now_ms(bridge) / 1000,
        .overlap_seconds = bridge->settings->overlap_ms / 1000,
        .settle_ms = bridge->settings->settle_ms,
        .seed = bridge_chance(),
    };
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        ret->definition[side] = bridge->side[side].definition;
        ret->parallel[side] = (unsigned)bridge->settings->platform[side].parallel;
        struct breaker *breaker = &bridge->side[side].breaker;
        if (order->by_operator)
            breaker->quiet_until_ms = 0; /* tried once, whatever the platform asked for */
        ret->left_alone[side] = breaker_open(breaker, now) && !order->by_operator;
        ret->probe[side] = breaker_probes(breaker);
        ret->retries[side] = bridge->side[side].retries;
        ret->has_offset[side] = bridge->side[side].has_offset;
        ret->offset_ms[side] = bridge->side[side].offset_ms;
    }
}

enum status bridge_start(struct bridge *bridge, const struct cycle_order *order)
{
    if (bridge->run != NULL)
        return STATUS_BUSY;
    uv_update_time(bridge->loop);
    bridge_set_clock(bridge);
    desk_reset(&bridge->cycle.desk);
    enum status status = copy_order(bridge, order);
    if (status != STATUS_OK)
        return status;
    fill_scope(bridge, order);
    status = fill_ordered(bridge, order);
    if (status != STATUS_OK)
        return status;
    bridge->cycle.kind = order->kind == CYCLE_FULL     ? RUN_FULL
                         : order->kind == CYCLE_SCOPED ? RUN_SCOPED
                                                       : RUN_INCREMENTAL;
    bridge->cycle.persons = bridge->persons;
    bridge->cycle.person_count = bridge->person_count;
    bridge->cycle.organisations = bridge->organisations;
    bridge->cycle.organisation_count = bridge->organisation_count;
    bridge->cycle.dry = order->dry_run;
    bridge->cycle.settings_observe = bridge->settings->mode == MODE_OBSERVE;
    bridge->cycle.paused = bridge->cycle.untouched = false;
    bridge->cycle.refused = NULL;
    bridge->cycle.scope_text = scope_text(bridge, order);
    bridge->cycle.started = bridge_now_ms(bridge) / 1000;
    bridge->cycle.desk.by_operator = order->by_operator;
    bridge->cycle.desk.full = order->kind == CYCLE_FULL;
    cycle_begin(&bridge->cycle);
    fill_setup(bridge, order, &bridge->setup);
    status = run_new(&bridge->setup, &bridge->run);
    if (status != STATUS_OK)
        return status;
    bridge->recording = bridge->settings->record != 0;
    /* A replay has nothing but what came; and who asks for everything by hand may doubt what a platform calls known. */
    bridge->cycle.desk.every_page = bridge->recording || (order->kind == CYCLE_FULL && !slice_empty(order->who));
    run_event(bridge->run, &(struct event){.kind = EVENT_START});
    bridge_step(bridge);
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
    /* nothing waits for a retry any more */
    for (struct waiting *waiting = bridge->waiting; waiting != NULL; waiting = waiting->next)
        (void)uv_timer_start(&waiting->timer, waited, 0, 0);
    bridge_send_parked(bridge, MUNICIPAL);
    bridge_send_parked(bridge, PROVINCIAL);
    bridge_step(bridge);
}

/* --- what others may look at ------------------------------------------------------------------ */

json_t *bridge_live(const struct bridge *bridge)
{
    json_t *live = json_object();
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        struct http_facts facts = http_facts(bridge->side[side].http);
        json_t *row = json_pack(
            "{s:I, s:b, s:s}", "clock_offset_ms", (json_int_t)bridge->side[side].offset_ms,
            "left_alone", breaker_open(&bridge->side[side].breaker, bridge_monotonic_ms(bridge)),
            "failure", facts.failure == NULL ? "" : facts.failure);
        if (facts.certificate_expires != 0)
            (void)json_object_set_new(row, "certificate_expires",
                                      json_integer(facts.certificate_expires));
        (void)json_object_set_new(live, side_name(side), row);
    }
    (void)json_object_set_new(live, "running", json_boolean(bridge->run != NULL));
    return live;
}

struct chain *bridge_chain(struct bridge *bridge)
{
    return bridge->chain;
}
