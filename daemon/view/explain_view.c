/* explain conflict N, explain record REF: why something stands as it does. Values are masked as in
 * `conflict N`: in full to whoever may decide, when that can be logged. */
#include "daemon/store/conflicts.h"
#include "daemon/store/stage.h"
#include "daemon/sync/conflict_kind.h"
#include "daemon/view/conflict_row.h"
#include "daemon/view/explain_row.h"
#include "daemon/view/value.h"
#include "daemon/view/view.h"
#include "daemon/work/by_reference.h"

#include <string.h>

static bool in_full(const struct view *view, const char *event, const char *reference,
                    int64_t conflict)
{
    return view->may_decide && view->shown != NULL &&
           view->shown(view->shown_context, event, reference, conflict, view->who) == STATUS_OK;
}

/* The field's policy, where that is what decided. */
static json_t *rule_json(const struct view *view, const struct conflict *conflict)
{
    enum field field = FIELDS;
    enum conflict_kind kind = CONFLICT_KINDS;
    bool known = conflict->entity < ENTITIES &&
                 conflict_kind_find(slice_of(conflict->kind), &kind) &&
                 (kind == KIND_field_mismatch || kind == KIND_review_mismatch) &&
                 field_find(conflict->entity, slice_of(conflict->field), &field);
    return json_pack("{s:s, s:s?, s:o}", "kind", conflict->kind, "policy",
                     known ? policy_name(mapping_policy(view->mapping, field)) : NULL, "detail",
                     value_text(conflict->reason));
}

static int give(struct view_call *call, json_t *conflict, json_t *rule, json_t *record)
{
    return view_give(call, json_pack("{s:o, s:o, s:o}", "conflict",
                                     conflict == NULL ? json_null() : conflict, "rule",
                                     rule == NULL ? json_null() : rule, "record",
                                     record == NULL ? json_null() : record));
}

/* Conflicts of a year, and of what has no counterpart, do not name each copy by its id: it is the one
 * that is called so. */
static enum status find_copies(struct view_call *call, const struct conflict *conflict,
                               struct explained *what)
{
    struct store *store = call->view->store;
    enum status status = STATUS_OK;
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++) {
        struct slice id = {NULL, 0};
        size_t count = 0;
        if (slice_empty(what->remote_id[side])) {
            status = stage_by_key(store, side, conflict->entity, store_hash(store, conflict->subject),
                                  1, call->arena, &id, &count);
        }
        if (status == STATUS_OK && count == 1) {
            what->remote_id[side] = id;
        }
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* It tells of a write that came before it. */
static bool about_a_write(const struct conflict *conflict)
{
    return strcmp(conflict->kind, conflict_kind_name(KIND_write_rejected)) == 0 ||
           strcmp(conflict->kind, conflict_kind_name(KIND_vanished)) == 0;
}

static int explain_conflict(struct view_call *call, int64_t number)
{
    const struct view *view = call->view;
    struct conflict conflict;
    json_t *record = NULL;
    enum status status = conflict_get(view->store, number, call->arena, &conflict);
    if (status == STATUS_NOT_FOUND) {
        return view_fail(call, EXIT_INPUT, N_("there is no such conflict"));
    }
    if (status != STATUS_OK) {
        return view_fail_status(call, status);
    }
    struct explained what = {
        .entity = conflict.entity,
        .remote_id = {conflict.remote_id[MUNICIPAL], conflict.remote_id[PROVINCIAL]},
        .reference = conflict.reference,
        .full = in_full(view, "conflict_shown", conflict.reference, number),
        .since = about_a_write(&conflict) ? 0 : conflict.first_seen,
    };
    if (what.entity < ENTITIES) {
        status = find_copies(call, &conflict, &what);
    }
    if (status == STATUS_OK && (!slice_empty(what.remote_id[MUNICIPAL]) ||
                                !slice_empty(what.remote_id[PROVINCIAL]))) {
        status = explain_row(view, &what, call->arena, &record);
    }
    if (status != STATUS_OK) {
        return view_fail_status(call, status);
    }
    return give(call, conflict_row_json(&conflict, what.full), rule_json(view, &conflict), record);
}

static int explain_record(struct view_call *call, const char *reference)
{
    const struct view *view = call->view;
    struct referred referred;
    json_t *record = NULL;
    if (!reference_is(slice_of(reference))) {
        return view_fail(call, EXIT_USAGE, N_("the reference of a record is 16 hex digits"));
    }
    enum status status = by_reference(view->store, view->mapping, view->now, reference, call->arena,
                                      &referred);
    if (status == STATUS_NOT_FOUND) {
        return view_fail(call, EXIT_INPUT, N_("no record is known by that reference"));
    }
    if (status != STATUS_OK) {
        return view_fail_status(call, status);
    }
    struct explained what = {
        .entity = referred.entity,
        .remote_id = {referred.remote_id[MUNICIPAL], referred.remote_id[PROVINCIAL]},
        .reference = reference,
        .full = in_full(view, "record_shown", reference, 0),
    };
    status = explain_row(view, &what, call->arena, &record);
    return status == STATUS_OK ? give(call, NULL, NULL, record) : view_fail_status(call, status);
}

int view_of_explain(struct view_call *call)
{
    int64_t number = view_integer(call, "conflict");
    const char *reference = view_text(call, "record");
    if (number <= 0 && reference == NULL) {
        return view_fail(call, EXIT_USAGE, N_("the number of a conflict is needed"));
    }
    if (call->view->store == NULL) {
        return view_fail(call, EXIT_INPUT,
                         number > 0 ? N_("there is no such conflict")
                                    : N_("no record is known by that reference"));
    }
    return number > 0 ? explain_conflict(call, number) : explain_record(call, reference);
}
