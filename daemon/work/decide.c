#include "daemon/work/decide.h"

#include "daemon/store/nowhere.h"
#include "daemon/work/at_hand.h"
#include "daemon/work/damage.h"
#include "daemon/work/drift.h"
#include "daemon/work/finding.h"
#include "daemon/work/missing.h"
#include "daemon/work/needs.h"
#include "daemon/work/nowhere.h"
#include "daemon/work/pair.h"
#include "daemon/work/person_known.h"
#include "daemon/work/planned_set.h"
#include "daemon/work/region.h"
#include "daemon/work/relink.h"
#include "daemon/work/reviewed.h"
#include "daemon/work/roll_call.h"
#include "daemon/work/scope.h"
#include "daemon/work/undo.h"

static const enum entity walked[] = {ENTITY_ACCOUNT, ENTITY_HOURS};
enum { WALKED = sizeof walked / sizeof *walked };

/* Hours that a listing lacks are asked for when the accounts are known: whose person left is not. */
static enum status ask_for_due(struct desk *desk)
{
    enum status status = STATUS_OK;
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++) {
        if (!desk->missing_due[side][ENTITY_HOURS])
            continue;
        desk->missing_due[side][ENTITY_HOURS] = false;
        status = missing_ask(desk, side, ENTITY_HOURS, desk->known_first[side][ENTITY_HOURS]);
    }
    return status;
}

enum status decide_begin(struct desk *desk)
{
    desk->stage = 0;
    desk->cursor_set = false;
    person_forget_all(desk);
    arena_reset(&desk->walk);
    hashset_clear(&desk->standing);
    enum status status = desk->organisation_changed ? stage_dirty_waiting_accounts(desk->store) : STATUS_OK;
    if (status == STATUS_OK && desk->organisation_changed)
        status = nowhere_wake(desk->store);
    desk->organisation_changed = false;
    if (status == STATUS_OK)
        status = conflict_any_open(desk->store, conflict_kind_name(KIND_ambiguous_match), &desk->ambiguous_open);
    if (status == STATUS_OK)
        status = drift_open(desk);
    if (status == STATUS_OK)
        status = relink_begin(desk);
    return status == STATUS_OK ? ask_for_due(desk) : status;
}

static bool entity_readable(const struct desk *desk, enum entity entity)
{
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        if (desk->side_failed[side] || desk->entity_stopped[side][entity])
            return false;
    }
    return true;
}

static bool judged_already(const struct desk *desk, const struct staged *staged)
{
    return planned_has(desk, staged->key) || hashset_has(&desk->unknown, staged->key);
}

static enum status walk_one(struct desk *desk, enum entity entity, bool *ret_end)
{
    struct staged next = {0};
    struct arena fresh;
    arena_init(&fresh, 4096);
    enum status status = stage_next_dirty(
        desk->store, entity, desk->cursor_set ? &desk->cursor : NULL, &fresh, &next);
    *ret_end = status == STATUS_NOT_FOUND;
    if (status != STATUS_OK) {
        arena_free(&fresh);
        return *ret_end ? STATUS_OK : status;
    }
    arena_reset(&desk->walk);
    desk->cursor = next;
    desk->cursor.remote_id = arena_copy(&desk->walk, next.remote_id);
    desk->cursor_set = true;
    arena_free(&fresh);
    if (desk->cursor.remote_id.at == NULL)
        return STATUS_NO_MEMORY;
    bool inside = true; /* a scoped cycle judges what it named and nothing else */
    status = damage_pass_over(desk, scope_has(desk, &desk->cursor, &inside));
    if (status != STATUS_OK || !inside || judged_already(desk, &desk->cursor))
        return status;
    status = at_hand_take(desk, &desk->cursor);
    if (status != STATUS_OK)
        return status;
    status = pair_judge(desk, desk->cursor.side, entity, desk->cursor.remote_id, true);
    at_hand_drop(desk);
    return damage_pass_over(desk, status);
}

static size_t all_needs(const struct desk *desk)
{
    return needs_left(desk, MUNICIPAL) + needs_left(desk, PROVINCIAL);
}

static enum status walk(struct desk *desk, size_t most)
{
    if (desk_any_changed(desk)) {
        desk->stage = WALKED;
        return STATUS_OK;
    }
    enum status asked = missing_rest(desk);
    if (asked != STATUS_OK || all_needs(desk) > 0) {
        desk->stage = WALKED;
        return asked;
    }
    for (size_t count = 0; count < most && desk->stage < WALKED; count++) {
        enum entity entity = walked[desk->stage];
        bool end = !entity_readable(desk, entity);
        enum status status = end ? STATUS_OK : walk_one(desk, entity, &end);
        if (status != STATUS_OK)
            return status;
        if (end && entity == ENTITY_ACCOUNT && desk->full && all_needs(desk) == 0 &&
            entity_readable(desk, entity))
            status = nowhere_sweep(desk);
        if (status != STATUS_OK)
            return status;
        if (end) {
            /* what accounts are is read to the end before their hours are judged */
            desk->stage = all_needs(desk) > 0 ? WALKED : desk->stage + 1;
            desk->cursor_set = false;
        }
    }
    return STATUS_OK;
}

enum status decide_some(struct desk *desk, size_t most, struct decide_result *ret)
{
    enum status status = store_begin(desk->store);
    if (status != STATUS_OK)
        return status;
    status = walk(desk, most);
    if (status != STATUS_OK) {
        store_rollback(desk->store);
        return status;
    }
    ret->more = desk->stage < WALKED;
    ret->needs = all_needs(desk);
    ret->judged = desk->counts.judged;
    return store_commit(desk->store);
}

/* Of a side that this stage never read whole, the links know at least so many of the records that it had: a stage may
 * be lost, and a listing that comes empty by mistake is no first one. */
static enum status read_watermark(const struct desk *desk, enum side side, enum entity entity, struct watermark *ret)
{
    enum status status = stage_watermark(desk->store, side, entity, ret);
    return status == STATUS_OK && ret->full_at == 0 ? link_count(desk->store, entity, &ret->full_count) : status;
}

static enum status judge_listing(struct desk *desk, enum side side, enum entity entity,
                                 int64_t listed)
{
    struct watermark mark;
    enum status status = read_watermark(desk, side, entity, &mark);
    if (status != STATUS_OK)
        return status;
    /* The first listing after the side was forgotten is not compared: the operator has accepted it, and what
     * it lacks is looked for by the links. */
    bool first = mark.full_run == 0;
    enum guard_verdict verdict =
        first && mark.full_at != 0 ? GUARD_PASSES : guard_listing(&desk->limits, listed, mark.full_count);
    desk->listing_shrank[side][entity] = verdict != GUARD_PASSES;
    if (verdict != GUARD_PASSES && desk->guard == NULL) {
        desk->guard = guard_verdict_name(verdict);
        return finding_side(desk, side, KIND_mass_change_guard, entity_name(entity), desk->guard);
    }
    if (verdict != GUARD_PASSES)
        return STATUS_OK;
    mark.known_before = mark.full_count;
    mark.full_count = listed;
    mark.full_run = desk->run;
    mark.full_at = desk->now;
    status = stage_set_watermark(desk->store, side, entity, &mark);
    if (entity == ENTITY_HOURS) { /* behind the accounts: whose person left the region is not asked for */
        desk->missing_due[side][entity] = true;
        desk->known_first[side][entity] = first;
    }
    if (status == STATUS_OK && entity == ENTITY_ACCOUNT)
        status = missing_ask(desk, side, entity, first);
    return status;
}

enum status decide_missing(struct desk *desk, enum side side, enum entity entity, int64_t listed)
{
    enum status status = store_begin(desk->store);
    if (status != STATUS_OK)
        return status;
    status = roll_call_end(desk, side, entity);
    if (status == STATUS_OK)
        status = judge_listing(desk, side, entity, listed);
    if (status != STATUS_OK) {
        store_rollback(desk->store);
        return status;
    }
    return store_commit(desk->store);
}

static enum status count_against(struct desk *desk, enum side side, enum entity entity)
{
    struct watermark mark;
    enum status status = stage_watermark(desk->store, side, entity, &mark);
    struct guard_counts counts = {
        .revocations = desk->counts.revoking[side][entity],
        .updates = desk->counts.planned[side][entity][WRITE_UPDATE],
        .known = mark.full_count,
        .known_before = mark.known_before,
        .first_complete = mark.known_before == 0,
    };
    if (status != STATUS_OK)
        return status;
    enum guard_verdict verdict = guard_writes(&desk->limits, &counts);
    if (verdict == GUARD_PASSES)
        return STATUS_OK;
    desk->guard = guard_verdict_name(verdict);
    return finding_side(desk, side, KIND_mass_change_guard, entity_name(entity), desk->guard);
}

static bool released(struct desk *desk, struct hash plan)
{
    struct slice text = {0};
    struct buffer hex;
    if (store_meta_get(desk->store, "release", &desk->arena, &text) != STATUS_OK)
        return false;
    buffer_init(&hex, 256);
    buffer_hex(&hex, plan.at, sizeof plan.at, false);
    bool same = slice_equal(text, buffer_slice(&hex));
    buffer_free(&hex);
    return same;
}

/* A reviewed plan, or one that takes something back: not what an ordinary cycle would plan. */
static bool is_ordered(const struct desk *desk)
{
    return desk->order.reviewed || desk_undoing(desk);
}

/* What an order's held plan waits for, its release and the order given again, is not taken away by the
 * ordinary cycles in between; the next full one ends it. */
static bool held_for_order(struct desk *desk)
{
    struct slice text = {0};
    if (desk->full || is_ordered(desk) ||
        store_meta_get(desk->store, "held_plan", &desk->arena, &text) != STATUS_OK)
        return false;
    json_t *held = json_loadb(text.at, text.size, 0, NULL);
    bool ordered = json_is_true(json_object_get(held, "ordered"));
    json_decref(held);
    return ordered;
}

static enum status hold_plan(struct desk *desk, struct hash plan)
{
    struct buffer text;
    buffer_init(&text, 512);
    buffer_printf(&text, "{\"run\":%lld,\"hash\":\"", (long long)desk->run);
    buffer_hex(&text, plan.at, sizeof plan.at, false);
    buffer_printf(&text, "\",\"why\":\"%s\",\"ordered\":%s}", desk->guard,
                  is_ordered(desk) ? "true" : "false");
    enum status status = store_meta_set(desk->store, "held_plan", buffer_slice(&text));
    buffer_free(&text);
    return status == STATUS_OK ? journal_hold(desk->store, desk->run) : status;
}

/* What stopped in this very cycle stands. */
static bool any_stopped(const struct desk *desk, enum side side)
{
    bool any = false;
    for (int entity = 0; entity < ENTITIES; entity++)
        any = any || desk->entity_stopped[side][entity];
    return any;
}

static enum status clear_guard(struct desk *desk)
{
    enum status status = store_meta_set(desk->store, "held_plan", SLICE(""));
    if (status == STATUS_OK)
        status = store_meta_set(desk->store, "release", SLICE(""));
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++) {
        status = finding_clear_kind(desk, finding_side_subject(side), KIND_mass_change_guard);
        if (status == STATUS_OK && !any_stopped(desk, side))
            status = finding_clear_kind(desk, finding_side_subject(side), KIND_schema_drift);
    }
    return status;
}

int64_t decide_planned(const struct desk *desk)
{
    int64_t count = 0;
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        for (int entity = 0; entity < ENTITIES; entity++) {
            for (int operation = 0; operation < 3; operation++)
                count += desk->counts.planned[side][entity][operation];
        }
    }
    return count;
}

static enum status walk_again(struct desk *desk)
{
    desk->stage = 0;
    desk->cursor_set = false;
    return walk(desk, SIZE_MAX);
}

/* What a field that drifted took out of the plan is judged once more, without it. */
static enum status judge_drift(struct desk *desk)
{
    bool again = false;
    if (desk->guard != NULL || desk_undoing(desk))
        return STATUS_OK;
    enum status status = drift_judge(desk, &again);
    if (status != STATUS_OK || !again)
        return status;
    return walk_again(desk);
}

/* Few are linked now, and many once this very plan is released. */
static enum status judge_relinks(struct desk *desk, bool *ret_released)
{
    struct hash plan = {{0}};
    if (desk->guard != NULL || desk_undoing(desk) || !desk->relinks.waiting)
        return STATUS_OK;
    enum status status = journal_plan_hash(desk->store, desk->run, &plan);
    if (status != STATUS_OK)
        return status;
    enum relink_verdict verdict = relink_judge(desk, &plan);
    *ret_released = verdict == RELINK_MANY && released(desk, plan);
    if (verdict == RELINK_MANY && !*ret_released) {
        desk->guard = guard_verdict_name(GUARD_RELINKS);
        for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++) {
            if (desk->relinks.of[side])
                status = finding_side(desk, side, KIND_mass_change_guard, "", desk->guard);
        }
        return status;
    }
    if (verdict == RELINK_NONE)
        return STATUS_OK;
    desk->relinks.allowed = true;
    desk->relinks.waiting = false;
    return walk_again(desk);
}

static enum status guard_plan(struct desk *desk, bool observe, int64_t *ret_writes)
{
    struct hash plan = {{0}};
    bool was_released = false;
    *ret_writes = 0;
    if (desk_any_changed(desk))
        return journal_hold(desk->store, desk->run);
    enum status status = judge_drift(desk);
    if (status == STATUS_OK)
        status = judge_relinks(desk, &was_released);
    if (status == STATUS_OK && desk->order.reviewed)
        status = reviewed_keep(desk);
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++) {
        for (int entity = 0; status == STATUS_OK && entity < ENTITIES; entity++) {
            if (desk->guard == NULL)
                status = count_against(desk, side, (enum entity)entity);
        }
    }
    if (status == STATUS_OK && desk->guard != NULL) /* all of its keys are put in order for that, in memory */
        status = journal_plan_hash(desk->store, desk->run, &plan);
    if (status != STATUS_OK)
        return status;
    *ret_writes = decide_planned(desk) - desk->planned_before;
    if (desk->guard != NULL)
        (void)relink_judge(desk, &plan);
    if (desk->guard != NULL && released(desk, plan)) {
        was_released = true;
        desk->guard = NULL;
    }
    if (desk->guard != NULL || observe) {
        *ret_writes = 0;
        return desk->guard != NULL ? hold_plan(desk, plan) : journal_hold(desk->store, desk->run);
    }
    status = desk_undoing(desk) ? undo_hold(desk) : STATUS_OK;
    bool keep = desk->scope.limited || held_for_order(desk) || (is_ordered(desk) && !was_released);
    return status != STATUS_OK || keep ? status : clear_guard(desk);
}

enum status decide_guard(struct desk *desk, bool observe, int64_t *ret_writes)
{
    enum status status = store_begin(desk->store);
    if (status != STATUS_OK)
        return status;
    status = guard_plan(desk, observe, ret_writes);
    if (status != STATUS_OK) {
        store_rollback(desk->store);
        return status;
    }
    return store_commit(desk->store);
}
