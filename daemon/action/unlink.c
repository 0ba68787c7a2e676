/* unlink: people take back that two records are the same. The two are decided again as what they are, and are
 * not linked again by themselves (reconciliation.md, "Correlating"). The record is named by the number of a
 * conflict about it, or by its reference, as conflicts and the log show it. With --undo the two may be linked
 * again: they are decided anew, by the evidence there is. */
#include "daemon/action/record_event.h"
#include "daemon/store/apart.h"
#include "daemon/store/conflicts.h"
#include "daemon/store/links.h"
#include "daemon/store/stage.h"
#include "daemon/work/by_reference.h"

static enum status link_of_sides(struct action_call *call, enum entity entity,
                                 const struct slice remote_id[SIDES], struct link *ret)
{
    enum status status = STATUS_NOT_FOUND;
    if (entity >= ENTITIES) {
        return status;
    }
    for (enum side side = MUNICIPAL; status == STATUS_NOT_FOUND && side < SIDES; side++) {
        if (!slice_empty(remote_id[side])) {
            status = link_by_remote(call->action->store, entity, side, remote_id[side], call->arena,
                                    ret);
        }
    }
    return status;
}

static enum status by_number(struct action_call *call, int64_t number, struct referred *ret)
{
    struct conflict conflict;
    enum status status = conflict_get(call->action->store, number, call->arena, &conflict);
    if (status == STATUS_OK) {
        *ret = (struct referred){conflict.entity,
                                 {conflict.remote_id[MUNICIPAL], conflict.remote_id[PROVINCIAL]}};
    }
    return status;
}

static enum status find_record(struct action_call *call, struct slice record, struct referred *ret)
{
    const struct action *action = call->action;
    int64_t number = 0;
    if (!reference_is(record)) {
        return slice_integer(record, &number) && number > 0 ? by_number(call, number, ret)
                                                            : STATUS_NOT_FOUND;
    }
    return by_reference(action->store, action->mapping, action->now, record.at, call->arena, ret);
}

static enum status judge_again(struct store *store, enum entity entity, const struct slice remote_id[SIDES])
{
    enum status status = STATUS_OK;
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++) {
        status = stage_set_dirty(store, side, entity, remote_id[side], true);
        status = status == STATUS_NOT_FOUND ? STATUS_OK : status;
    }
    return status;
}

static enum status take_back(struct action_call *call, const struct link *link, json_t *row)
{
    struct store *store = call->action->store;
    enum status status = apart_put(store, link->entity, link->remote_id, call->action->now);
    if (status == STATUS_OK) {
        status = link_drop(store, link->number);
    }
    if (status == STATUS_OK) {
        status = judge_again(store, link->entity, link->remote_id);
    }
    return status == STATUS_OK ? record_event(call->action, "unlinked", row) : status;
}

static enum status let_link(struct action_call *call, const struct link *pair, json_t *row)
{
    struct store *store = call->action->store;
    enum status status = apart_forget(store, pair->entity, pair->remote_id);
    if (status == STATUS_OK) {
        status = judge_again(store, pair->entity, pair->remote_id);
    }
    return status == STATUS_OK ? record_event(call->action, "unlink_undone", row) : status;
}

typedef enum status change(struct action_call *call, const struct link *link, json_t *row);

static enum status in_transaction(struct action_call *call, const struct link *link, change *make, json_t *row)
{
    enum status status = store_begin(call->action->store);
    if (status != STATUS_OK) {
        return status;
    }
    status = make(call, link, row);
    if (status == STATUS_OK) {
        return store_commit(call->action->store);
    }
    store_rollback(call->action->store);
    return status;
}

static int carry_out(struct action_call *call, const char *what, const struct link *link, change *make)
{
    json_t *row = json_pack("{s:s, s:s, s:s}", what, json_string_value(json_object_get(call->arguments, "record")),
                            "entity", entity_name(link->entity), "reason", action_reason(call));
    enum status status = row == NULL ? STATUS_NO_MEMORY : in_transaction(call, link, make, row);
    if (status != STATUS_OK) {
        json_decref(row);
        return action_fail_status(call, status);
    }
    return action_give(call, row);
}

/* What became of the two meanwhile stands: whoever has another counterpart keeps it. */
static int undo(struct action_call *call, const struct referred *referred)
{
    struct store *store = call->action->store;
    struct link pair = {.entity = referred->entity};
    struct link other;
    bool named = !slice_empty(referred->remote_id[MUNICIPAL]) || !slice_empty(referred->remote_id[PROVINCIAL]);
    enum status status = referred->entity >= ENTITIES || !named
                             ? STATUS_NOT_FOUND
                             : apart_last(store, referred->entity, referred->remote_id, call->arena, pair.remote_id);
    if (status == STATUS_NOT_FOUND) {
        return action_fail(call, EXIT_INPUT, N_("nothing that was unlinked is known by that conflict or reference"));
    }
    if (status == STATUS_OK) {
        status = link_of_sides(call, pair.entity, pair.remote_id, &other);
    }
    if (status == STATUS_OK) {
        return action_fail(call, EXIT_INPUT, N_("one of the two is linked to another record by now"));
    }
    return status == STATUS_NOT_FOUND ? carry_out(call, "undone", &pair, let_link)
                                      : action_fail_status(call, status);
}

static int take_apart(struct action_call *call, const struct referred *referred)
{
    struct link link;
    enum status status = link_of_sides(call, referred->entity, referred->remote_id, &link);
    bool none = status == STATUS_NOT_FOUND ||
                (status == STATUS_OK && (slice_empty(link.remote_id[MUNICIPAL]) ||
                                         slice_empty(link.remote_id[PROVINCIAL])));
    if (none) {
        return action_fail(call, EXIT_INPUT, N_("no link is known by that conflict or reference"));
    }
    return status == STATUS_OK ? carry_out(call, "unlinked", &link, take_back) : action_fail_status(call, status);
}

int action_of_unlink(struct action_call *call)
{
    struct referred referred;
    const char *record = json_string_value(json_object_get(call->arguments, "record"));
    if (action_reason(call) == NULL || record == NULL) {
        return EXIT_USAGE;
    }
    enum status status = find_record(call, slice_of(record), &referred);
    if (status == STATUS_NOT_FOUND) {
        return action_fail(call, EXIT_INPUT, N_("no link is known by that conflict or reference"));
    }
    if (status != STATUS_OK) {
        return action_fail_status(call, status);
    }
    return json_is_true(json_object_get(call->arguments, "undo")) ? undo(call, &referred)
                                                                  : take_apart(call, &referred);
}
