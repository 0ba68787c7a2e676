#include "daemon/work/cycle_inside.h"

#include "daemon/store/conflicts.h"
#include "daemon/store/reseal.h"
#include "daemon/work/damage.h"
#include "daemon/work/known_time.h"
#include "daemon/work/ordered.h"
#include "daemon/work/own_state.h"
#include "daemon/work/rebase.h"
#include "daemon/work/rescope.h"

#include <stdio.h>

const char *cycle_kind_name(enum run_kind kind)
{
    static const char *const names[] = {"incremental", "full", "scoped"};
    return names[kind];
}

static int64_t planned(const struct desk *desk, enum side side, enum write_operation operation)
{
    int64_t count = 0;
    for (int entity = 0; entity < ENTITIES; entity++)
        count += desk->counts.planned[side][entity][operation];
    return count;
}

static void count_side(const struct desk *desk, enum side side, struct buffer *ret)
{
    const struct desk_counts *counts = &desk->counts;
    buffer_printf(ret, "\"%s\":{\"read\":%lld,\"changed\":%lld,\"quarantined\":%lld,"
                  "\"create\":%lld,\"update\":%lld,\"revoke\":%lld,"
                  "\"written\":%lld,\"rejected\":%lld,\"overtaken\":%lld,\"unknown\":%lld},",
                  side_name(side), (long long)counts->read[side], (long long)counts->changed[side],
                  (long long)counts->quarantined[side], (long long)planned(desk, side, WRITE_CREATE),
                  (long long)planned(desk, side, WRITE_UPDATE),
                  (long long)planned(desk, side, WRITE_REVOKE), (long long)counts->settled[side],
                  (long long)counts->rejected[side], (long long)counts->overtaken[side],
                  (long long)counts->unknown[side]);
}

static void count_all(struct cycle *cycle)
{
    const struct desk_counts *counts = &cycle->desk.counts;
    buffer_clear(&cycle->counts);
    buffer_text(&cycle->counts, "{");
    count_side(&cycle->desk, MUNICIPAL, &cycle->counts);
    count_side(&cycle->desk, PROVINCIAL, &cycle->counts);
    buffer_printf(&cycle->counts, "\"judged\":%lld,\"waiting\":%lld,\"left_out\":%lld,\"guard\":%s%s%s,"
                  "\"conflicts\":{\"new\":%lld,\"again\":%lld,\"cleared\":%lld}}",
                  (long long)counts->judged, (long long)counts->waiting,
                  (long long)counts->left_out,
                  cycle->desk.guard == NULL ? "" : "\"",
                  cycle->desk.guard == NULL ? "null" : cycle->desk.guard,
                  cycle->desk.guard == NULL ? "" : "\"", (long long)counts->conflicts_new,
                  (long long)counts->conflicts_again, (long long)counts->conflicts_cleared);
}

static bool any_stopped(const struct cycle *cycle)
{
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        for (int entity = 0; entity < ENTITIES; entity++) {
            if (cycle->desk.entity_stopped[side][entity])
                return true;
        }
    }
    return false;
}

static bool any_failed(const struct cycle *cycle)
{
    return cycle->sides[MUNICIPAL].failed || cycle->sides[PROVINCIAL].failed;
}

/* Of a scoped cycle, only what it was about is in the scope. */
static enum status any_in_scope(struct desk *desk, bool *ret)
{
    struct conflict_filter filter = {.open_only = true, .state = -1, .severity = -1};
    struct conflict conflict = {.number = 0};
    enum status status = STATUS_OK;
    while (status == STATUS_OK && !*ret) {
        arena_reset(&desk->arena);
        filter.after = conflict.number;
        status = conflict_next(desk->store, &filter, &desk->arena, &conflict);
        if (status == STATUS_OK)
            *ret = scope_has_conflict(desk, &conflict);
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status any_open(struct desk *desk, bool *ret)
{
    *ret = false;
    return desk->scope.limited ? any_in_scope(desk, ret) : conflict_any_open(desk->store, NULL, ret);
}

/* Several at once: 5 before 4 before 3 (operators.md). */
static enum status find_exit(struct cycle *cycle)
{
    bool open = false;
    enum status status = any_open(&cycle->desk, &open);
    if (cycle->end == RUN_STOPPED)
        cycle->exit_code = EXIT_BUSY;
    else if (cycle->end == RUN_FAILED)
        cycle->exit_code = EXIT_CANNOT_CREATE;
    else if (cycle->desk.guard != NULL || any_stopped(cycle) || damage_count(&cycle->desk) > 0)
        cycle->exit_code = EXIT_HELD;
    else if (any_failed(cycle))
        cycle->exit_code = EXIT_PLATFORM;
    else
        cycle->exit_code = open ? EXIT_CONFLICTS : EXIT_IN_STEP;
    return status;
}

static enum status note_side(struct cycle *cycle, enum side side)
{
    const struct run_side *facts = &cycle->sides[side];
    char name[32];
    struct buffer text;
    (void)snprintf(name, sizeof name, "side.%s", side_name(side));
    buffer_init(&text, 1024);
    buffer_printf(&text, "{\"reached\":%s,\"checked_at\":%lld,\"clock_offset_ms\":%lld,\"message\":\"%s%s%s\"}",
                  facts->reached && !facts->failed ? "true" : "false", (long long)cycle->desk.now,
                  (long long)facts->offset_ms, facts->failed ? answer_class_name(facts->why) : "",
                  facts->failed && facts->code[0] != '\0' ? " " : "", facts->failed ? facts->code : "");
    enum status status = store_meta_set(cycle->desk.store, name, buffer_slice(&text));
    buffer_free(&text);
    return status;
}

static const char *result_name(const struct cycle *cycle)
{
    switch (cycle->exit_code) {
    case EXIT_HELD: return "guard";
    case EXIT_PLATFORM: return "platform";
    case EXIT_BUSY: return "stopped";
    case EXIT_IN_STEP:
    case EXIT_CONFLICTS: return "done";
    default: return "failed";
    }
}

static enum status end_row(struct cycle *cycle)
{
    struct run_row row = {.number = cycle->desk.run,
                          .kind = slice_of(cycle_kind_name(cycle->kind)),
                          .scope = cycle->scope_text,
                          .dry = cycle->observe,
                          .started = cycle->started,
                          .ended = cycle->desk.now,
                          .exit_code = cycle->exit_code,
                          .result = slice_of(result_name(cycle)),
                          .counts = buffer_slice(&cycle->counts)};
    return run_end(cycle->desk.store, &row);
}

static enum status log_end(struct cycle *cycle)
{
    struct buffer members;
    buffer_init(&members, COUNTS_BYTES + 1024);
    buffer_printf(&members, "\"run\":%lld,\"kind\":\"%s\",\"result\":\"%s\",\"counts\":",
                  (long long)cycle->desk.run, cycle_kind_name(cycle->kind), result_name(cycle));
    buffer_append(&members, buffer_slice(&cycle->counts));
    enum status status = desk_event(&cycle->desk, "cycle", &members);
    buffer_free(&members);
    return status;
}

/* The state knows how far the log went: a tail that is cut off later is found. The line is on the disk
 * before the state says so. */
static enum status keep_head(struct desk *desk, char head[CHAIN_HEX + 1])
{
    chain_sync(desk->chain);
    chain_head(desk->chain, head);
    return store_meta_set(desk->store, "log_head", slice_of(head));
}

static bool ended_well(const struct cycle *cycle)
{
    return cycle->exit_code == EXIT_IN_STEP || cycle->exit_code == EXIT_CONFLICTS;
}

static bool looked_at_all(const struct cycle *cycle)
{
    return ended_well(cycle) && !cycle->untouched && cycle->kind != RUN_SCOPED;
}

static enum status end_cycle(struct cycle *cycle)
{
    enum status status = store_begin(cycle->desk.store);
    if (status == STATUS_OK)
        status = ordered_end(&cycle->desk, cycle->end == RUN_DONE);
    count_all(cycle);
    if (status == STATUS_OK)
        status = find_exit(cycle);
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES && !cycle->untouched; side++)
        status = note_side(cycle, side);
    if (status == STATUS_OK)
        status = known_time_keep(&cycle->desk);
    if (status == STATUS_OK && ended_well(cycle))
        status = rebase_end(&cycle->desk);
    if (status == STATUS_OK && looked_at_all(cycle))
        status = own_state_trust(cycle->desk.store);
    if (status == STATUS_OK && looked_at_all(cycle) && !cycle->observe)
        status = rescope_end(&cycle->desk);
    if (status == STATUS_OK)
        status = end_row(cycle);
    if (status == STATUS_OK)
        status = log_end(cycle);
    if (status == STATUS_OK && cycle->desk.chain != NULL)
        status = keep_head(&cycle->desk, cycle->log_head);
    if (status != STATUS_OK) {
        store_rollback(cycle->desk.store);
        cycle->exit_code = EXIT_CANNOT_CREATE;
        return status;
    }
    return store_commit(cycle->desk.store);
}

/* After the cycle, a bounded piece of what another key once sealed. It can wait: the cycle stands. */
static void seal_some_anew(struct cycle *cycle)
{
    bool done = false;
    struct desk *desk = &cycle->desk;
    struct buffer members;
    if (reseal_some(desk->store, RESEAL_PIECE, &done) != STATUS_OK || !done)
        return;
    buffer_init(&members, 64);
    buffer_printf(&members, "\"run\":%lld", (long long)desk->run);
    (void)desk_event(desk, "resealed", &members);
    buffer_free(&members);
}

enum status cycle_close(struct cycle *cycle)
{
    enum status status = end_cycle(cycle);
    if (status == STATUS_OK)
        seal_some_anew(cycle);
    return status;
}
