/* unlink: people take back that two records are the same. The two are decided again as what they are, and are
 * not linked again by themselves (reconciliation.md, "Correlating"). The record is named by the number of a
 * conflict about it, or by its reference, as conflicts and the log show it. */
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

static enum status by_number(struct action_call *call, int64_t number, struct link *ret)
{
    struct conflict conflict;
    enum status status = conflict_get(call->action->store, number, call->arena, &conflict);
    return status == STATUS_OK ? link_of_sides(call, conflict.entity, conflict.remote_id, ret)
                               : status;
}

static enum status find_link(struct action_call *call, struct slice record, struct link *ret)
{
    const struct action *action = call->action;
    struct referred referred;
    int64_t number = 0;
    if (!reference_is(record)) {
        return slice_integer(record, &number) && number > 0 ? by_number(call, number, ret)
                                                            : STATUS_NOT_FOUND;
    }
    enum status status = by_reference(action->store, action->mapping, action->now, record.at,
                                      call->arena, &referred);
    return status == STATUS_OK ? link_of_sides(call, referred.entity, referred.remote_id, ret)
                               : status;
}

static enum status take_back(struct action_call *call, const struct link *link, json_t *row)
{
    struct store *store = call->action->store;
    enum status status = apart_put(store, link->entity, link->remote_id, call->action->now);
    if (status == STATUS_OK) {
        status = link_drop(store, link->number);
    }
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++) {
        status = stage_set_dirty(store, side, link->entity, link->remote_id[side], true);
        status = status == STATUS_NOT_FOUND ? STATUS_OK : status;
    }
    return status == STATUS_OK ? record_event(call->action, "unlinked", row) : status;
}

static enum status in_transaction(struct action_call *call, const struct link *link, json_t *row)
{
    enum status status = store_begin(call->action->store);
    if (status != STATUS_OK) {
        return status;
    }
    status = take_back(call, link, row);
    if (status == STATUS_OK) {
        return store_commit(call->action->store);
    }
    store_rollback(call->action->store);
    return status;
}

int action_of_unlink(struct action_call *call)
{
    struct link link;
    const char *record = json_string_value(json_object_get(call->arguments, "record"));
    const char *reason = action_reason(call);
    if (reason == NULL || record == NULL) {
        return EXIT_USAGE;
    }
    enum status status = find_link(call, slice_of(record), &link);
    if (status == STATUS_NOT_FOUND) {
        return action_fail(call, EXIT_INPUT, N_("no link is known by that conflict or reference"));
    }
    if (status == STATUS_OK && (slice_empty(link.remote_id[MUNICIPAL]) ||
                                slice_empty(link.remote_id[PROVINCIAL]))) {
        return action_fail(call, EXIT_INPUT, N_("no link is known by that conflict or reference"));
    }
    json_t *row = json_pack("{s:s, s:s, s:s}", "unlinked", record, "entity",
                            status == STATUS_OK ? entity_name(link.entity) : "", "reason", reason);
    if (status == STATUS_OK) {
        status = row == NULL ? STATUS_NO_MEMORY : in_transaction(call, &link, row);
    }
    if (status != STATUS_OK) {
        json_decref(row);
        return action_fail_status(call, status);
    }
    return action_give(call, row);
}
