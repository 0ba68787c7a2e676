/* conflicts and conflict N: the conflict log as a work list. */
#include "daemon/store/conflicts.h"
#include "daemon/sync/conflict_kind.h"
#include "daemon/view/conflict_row.h"
#include "daemon/view/value.h"
#include "daemon/view/view.h"
#include "mapping/mask.h"

#include <string.h>

/* A record that holds just this value and, from the subject, the kind of account it stands in. */
static struct record record_of_value(const struct conflict *conflict, enum field field,
                                     struct slice value)
{
    struct record record = {.entity = conflict->entity};
    const char *colon = conflict->subject.size > 0
                            ? memchr(conflict->subject.at, ':', conflict->subject.size)
                            : NULL;
    if (conflict->entity == ENTITY_ACCOUNT && colon != NULL) {
        record.value[FIELD_ACCOUNT_KIND] =
            (struct slice){conflict->subject.at, (size_t)(colon - conflict->subject.at)};
    }
    record.value[field] = value;
    return record;
}

/* What belongs to no field of the model: counts of a guard stand as they are; of a record it may be
 * an origin number, and that an ID. */
static json_t *fieldless(const struct conflict *conflict, struct slice value, bool full)
{
    struct buffer masked;
    if (full || conflict->entity == ENTITIES || slice_empty(value)) {
        return value_text(value);
    }
    buffer_init(&masked, 4096);
    mask_value(conflict->field[0] == '\0' ? MASK_CODE : MASK_HIDDEN, value, &masked);
    json_t *json = value_text(buffer_slice(&masked));
    buffer_free(&masked);
    return json;
}

static json_t *conflict_value(const struct conflict *conflict, struct slice value, bool full)
{
    enum field field = FIELDS;
    bool known = conflict->entity != ENTITIES && conflict->field[0] != '\0' &&
                 field_find(conflict->entity, slice_of(conflict->field), &field);
    if (!known) {
        return fieldless(conflict, value, full);
    }
    struct record record = record_of_value(conflict, field, value);
    return full ? value_json(field, value) : value_masked(field, &record);
}

static json_t *decision_json(enum decision decision)
{
    return decision == DECISION_NONE ? json_null() : json_string(decision_name(decision));
}

static void add_life(json_t *row, const struct conflict *conflict)
{
    json_object_set_new(row, "owner", value_text(conflict->owner));
    json_object_set_new(row, "run", json_integer(conflict->run));
    json_object_set_new(row, "first_seen", value_instant(conflict->first_seen));
    json_object_set_new(row, "last_seen", value_instant(conflict->last_seen));
    json_object_set_new(row, "times_seen", json_integer(conflict->times));
    json_object_set_new(row, "state", json_string(conflict_state_name(conflict->state)));
    json_object_set_new(row, "decision", decision_json(conflict->decision));
    json_object_set_new(row, "decided_by", value_text(conflict->decided_by));
    json_object_set_new(row, "decided_at", value_instant(conflict->decided_at));
    json_object_set_new(row, "reason", value_text(conflict->decision_reason));
    json_object_set_new(row, "detail", value_text(conflict->reason));
}

json_t *conflict_row_json(const struct conflict *conflict, bool full)
{
    json_t *base =
        conflict->has_base ? conflict_value(conflict, conflict->base, full) : json_null();
    json_t *row = json_pack(
        "{s:I, s:s?, s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o}", "number",
        (json_int_t)conflict->number, "kind", conflict->kind, "severity",
        severity_name(conflict->severity), "subject", value_text(conflict->masked), "subject_ref",
        conflict->reference, "field", value_text(slice_of(conflict->field)), "municipal",
        conflict_value(conflict, conflict->value[MUNICIPAL], full), "provincial",
        conflict_value(conflict, conflict->value[PROVINCIAL], full), "base", base, "entity",
        conflict->entity == ENTITIES ? json_null() : json_string(entity_name(conflict->entity)));
    if (row != NULL) {
        add_life(row, conflict);
        json_object_set_new(row, "region", value_text(slice_of(conflict->region)));
        json_object_set_new(row, "year",
                            conflict->year != 0 ? json_integer(conflict->year) : json_null());
    }
    return row;
}

/* Fills the filter's state; false: no such word. */
static bool state_filter(const char *word, struct conflict_filter *filter)
{
    filter->open_only = word == NULL;
    filter->state = -1;
    if (word == NULL || strcmp(word, "any") == 0) {
        return true;
    }
    if (strcmp(word, "open") == 0) {
        filter->state = CONFLICT_OPEN;
        return true;
    }
    for (int state = CONFLICT_OPEN; state <= CONFLICT_CLEARED; state++) {
        if (strcmp(word, conflict_state_name((enum conflict_state)state)) == 0) {
            filter->state = state;
        }
    }
    return filter->state >= 0;
}

static bool severity_filter(const char *word, struct conflict_filter *filter)
{
    filter->severity = -1;
    for (int severity = SEVERITY_INFO; word != NULL && severity <= SEVERITY_CRITICAL; severity++) {
        if (strcmp(word, severity_name((enum severity)severity)) == 0) {
            filter->severity = severity;
        }
    }
    return word == NULL || filter->severity >= 0;
}

static int filter_of(struct view_call *call, struct conflict_filter *ret)
{
    *ret = (struct conflict_filter){.owner = slice_of(view_text(call, "owner")),
                                    .region = slice_of(view_text(call, "region")),
                                    .year = (int)view_integer(call, "year"),
                                    .since = view_integer(call, "since")};
    const char *kind = view_text(call, "kind");
    if (kind != NULL && (ret->kind = conflict_kind_intern(slice_of(kind))) == NULL) {
        return view_fail(call, EXIT_USAGE, N_("there is no such kind of conflict"));
    }
    if (!state_filter(view_text(call, "state"), ret) ||
        !severity_filter(view_text(call, "severity"), ret)) {
        return view_fail(call, EXIT_USAGE, N_("there is no such state or severity"));
    }
    const char *person = view_text(call, "person");
    if (person != NULL && call->view->store != NULL) {
        struct slice text = arena_printf(call->arena, "person:%s", person);
        ret->has_person = true;
        ret->person = store_hash(call->view->store, text);
    }
    return EXIT_DONE;
}

int view_of_conflicts(struct view_call *call)
{
    struct conflict_filter filter;
    struct conflict conflict;
    struct arena arena;
    enum status status = STATUS_NOT_FOUND;
    int code = filter_of(call, &filter);
    if (code != EXIT_DONE) {
        return code;
    }
    if (call->view->store == NULL) {
        return view_fail(call, EXIT_DONE, N_("no cycle has run yet"));
    }
    arena_init(&arena, 1024 * 1024);
    while ((status = conflict_next(call->view->store, &filter, &arena, &conflict)) == STATUS_OK) {
        filter.after = conflict.number;
        view_give(call, conflict_row_json(&conflict, false));
        arena_reset(&arena);
    }
    arena_free(&arena);
    return status == STATUS_NOT_FOUND ? EXIT_DONE : view_fail_status(call, status);
}

int view_of_conflict(struct view_call *call)
{
    const struct view *view = call->view;
    struct conflict conflict;
    int64_t number = view_integer(call, "number");
    if (number <= 0) {
        return view_fail(call, EXIT_USAGE, N_("the number of a conflict is needed"));
    }
    enum status status = view->store == NULL
                             ? STATUS_NOT_FOUND
                             : conflict_get(view->store, number, call->arena, &conflict);
    if (status == STATUS_NOT_FOUND) {
        return view_fail(call, EXIT_INPUT, N_("there is no such conflict"));
    }
    if (status != STATUS_OK) {
        return view_fail_status(call, status);
    }
    bool full = view->may_decide && view->shown != NULL &&
                view->shown(view->shown_context, "conflict_shown", conflict.reference, number,
                            view->who) == STATUS_OK;
    return view_give(call, conflict_row_json(&conflict, full));
}
