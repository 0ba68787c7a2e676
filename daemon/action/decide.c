/* resolve and ack: a clerk's hand on a conflict. What is decided is applied by the next cycle
 * through the ordinary write path (reconciliation.md, "The conflict log"). */
#include "daemon/action/record_event.h"
#include "daemon/store/conflicts.h"
#include "daemon/store/stage.h"
#include "daemon/sync/conflict_kind.h"
#include "daemon/view/conflict_row.h"

#include <string.h>

struct wanted_decision {
    enum decision decision;
    struct slice value; /* canonical */
    const char *reason;
};

static const char *text_of(const struct action_call *call, const char *name)
{
    return json_string_value(json_object_get(call->arguments, name));
}

/* Guards and platforms are released and accepted by the operator, not decided by a clerk. */
static bool acceptable(const struct conflict *conflict)
{
    static const char *const never[] = {"mass_change_guard", "platform_changed", "schema_drift"};
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) {
        if (slice_is(slice_of(conflict->kind), never[i])) {
            return false;
        }
    }
    return true;
}

static bool decidable(const struct conflict *conflict, enum field *ret_field)
{
    enum conflict_kind kind = KIND_field_mismatch;
    if (!conflict_kind_find(slice_of(conflict->kind), &kind) || !conflict_kind_decidable(kind)) {
        return false;
    }
    *ret_field = FIELDS;
    if (conflict->field[0] == '\0') {
        return true;
    }
    return conflict->entity != ENTITIES &&
           field_find(conflict->entity, slice_of(conflict->field), ret_field) &&
           field_row(*ret_field)->policy != POLICY_KEY; /* a key is never written */
}

static int find_conflict(struct action_call *call, struct conflict *ret)
{
    int64_t number = json_integer_value(json_object_get(call->arguments, "number"));
    if (number <= 0) {
        return action_fail(call, EXIT_USAGE, N_("the number of a conflict is needed"));
    }
    enum status status = conflict_get(call->action->store, number, call->arena, ret);
    if (status == STATUS_NOT_FOUND) {
        return action_fail(call, EXIT_INPUT, N_("there is no such conflict"));
    }
    if (status != STATUS_OK) {
        return action_fail_status(call, status);
    }
    if (ret->state == CONFLICT_CLOSED || ret->state == CONFLICT_CLEARED) {
        return action_fail(call, EXIT_INPUT, N_("this conflict is not open"));
    }
    return EXIT_DONE;
}

static int read_decision(struct action_call *call, struct wanted_decision *ret)
{
    const char *take = text_of(call, "take"), *value = text_of(call, "value");
    bool accept = json_is_true(json_object_get(call->arguments, "accept"));
    enum side side = MUNICIPAL;
    if ((take != NULL) + (value != NULL) + accept != 1) {
        return action_fail(call, EXIT_USAGE, N_("exactly one of take, value and accept is needed"));
    }
    ret->reason = action_reason(call);
    if (ret->reason == NULL) {
        return EXIT_USAGE;
    }
    if (take != NULL && !side_find(slice_of(take), &side)) {
        return action_fail(call, EXIT_USAGE, N_("take is municipal or provincial"));
    }
    ret->decision = take != NULL ? (side == MUNICIPAL ? DECISION_MUNICIPAL : DECISION_PROVINCIAL)
                                 : (value != NULL ? DECISION_VALUE : DECISION_ACCEPT);
    ret->value = slice_of(value);
    return EXIT_DONE;
}

/* May this conflict be decided so? Makes a typed value canonical. */
static int allow(struct action_call *call, const struct conflict *conflict,
                 struct wanted_decision *wanted)
{
    enum field field = FIELDS;
    if (wanted->decision == DECISION_ACCEPT) {
        return acceptable(conflict)
                   ? EXIT_DONE
                   : action_fail(call, EXIT_INPUT, N_("this kind of conflict cannot be accepted"));
    }
    if (!decidable(conflict, &field)) {
        return action_fail(call, EXIT_INPUT,
                           N_("this kind of conflict is not decided by a value: put the records "
                              "right, or accept it"));
    }
    if (wanted->decision != DECISION_VALUE) {
        return EXIT_DONE;
    }
    int today = (int)((call->action->now + 8 * 3600) / 86400);
    if (field == FIELDS ||
        value_canonical(field, wanted->value, today, call->arena, &wanted->value) != STATUS_OK) {
        return action_fail(call, EXIT_INPUT, N_("the value is not allowed for this field"));
    }
    return EXIT_DONE;
}

static json_t *event_members(const struct conflict *conflict, const char *decision,
                             const char *reason)
{
    return json_pack("{s:I, s:s, s:s, s:s?, s:s?}", "conflict", (json_int_t)conflict->number,
                     "kind", conflict->kind, "ref", conflict->reference, "decision", decision,
                     "reason", reason);
}

/* Both copies are judged again by the next cycle. */
static enum status mark_dirty(struct store *store, const struct conflict *conflict)
{
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        if (conflict->entity == ENTITIES || slice_empty(conflict->remote_id[side])) {
            continue;
        }
        enum status status =
            stage_set_dirty(store, side, conflict->entity, conflict->remote_id[side], true);
        if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
            return status;
        }
    }
    return STATUS_OK;
}

static enum status write_decision(struct action_call *call, const struct conflict *conflict,
                                  const struct wanted_decision *wanted)
{
    const struct action *action = call->action;
    enum status status = store_begin(action->store);
    if (status != STATUS_OK) {
        return status;
    }
    status = conflict_decide(action->store, conflict->number, wanted->decision,
                             wanted->decision == DECISION_VALUE ? wanted->value
                                                                : (struct slice){NULL, 0},
                             slice_of(action->who), slice_of(wanted->reason), action->now);
    if (status == STATUS_OK) {
        status = mark_dirty(action->store, conflict);
    }
    if (status == STATUS_OK) {
        json_t *members = event_members(conflict, decision_name(wanted->decision), wanted->reason);
        status = record_event(action, "decision", members);
        json_decref(members);
    }
    if (status != STATUS_OK) {
        store_rollback(action->store);
        return status;
    }
    return store_commit(action->store);
}

static int give_conflict(struct action_call *call, int64_t number)
{
    struct conflict now;
    enum status status = conflict_get(call->action->store, number, call->arena, &now);
    return status == STATUS_OK ? action_give(call, conflict_row_json(&now, false))
                               : action_fail_status(call, status);
}

int action_of_resolve(struct action_call *call)
{
    struct conflict conflict = {.number = 0};
    struct wanted_decision wanted = {.decision = DECISION_NONE};
    int code = read_decision(call, &wanted);
    if (code == EXIT_DONE) {
        code = find_conflict(call, &conflict);
    }
    if (code == EXIT_DONE) {
        code = allow(call, &conflict, &wanted);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    enum status status = write_decision(call, &conflict, &wanted);
    return status == STATUS_OK ? give_conflict(call, conflict.number)
                               : action_fail_status(call, status);
}

static enum status acknowledge(const struct action *action, const struct conflict *conflict)
{
    enum status status = store_begin(action->store);
    if (status != STATUS_OK) {
        return status;
    }
    status =
        conflict_set_state(action->store, conflict->number, CONFLICT_ACKNOWLEDGED, action->now);
    if (status == STATUS_OK) {
        json_t *members = event_members(conflict, NULL, NULL);
        json_object_del(members, "decision");
        json_object_del(members, "reason");
        status = record_event(action, "acknowledged", members);
        json_decref(members);
    }
    if (status != STATUS_OK) {
        store_rollback(action->store);
        return status;
    }
    return store_commit(action->store);
}

int action_of_ack(struct action_call *call)
{
    struct conflict conflict = {.number = 0};
    int code = find_conflict(call, &conflict);
    if (code != EXIT_DONE) {
        return code;
    }
    if (conflict.state != CONFLICT_OPEN) {
        return give_conflict(call, conflict.number); /* somebody was faster: nothing to do */
    }
    enum status status = acknowledge(call->action, &conflict);
    return status == STATUS_OK ? give_conflict(call, conflict.number)
                               : action_fail_status(call, status);
}
