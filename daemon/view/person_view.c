/* person ID: everything about a person, both sides beside each other. */
#include "daemon/store/conflicts.h"
#include "daemon/view/conflict_row.h"
#include "daemon/view/person_totals.h"
#include "daemon/view/value.h"
#include "daemon/view/view.h"
#include "daemon/view/write_row.h"
#include "mapping/identity.h"

#include <stdlib.h>
#include <string.h>

enum { WRITES_OF_ONE = 20, SECONDS_A_DAY = 86400 };

static const char *state_word(enum staged_state state)
{
    static const char *const words[] = {"present", "invalid", "quarantined", "outside", "gone"};
    return words[state];
}

static json_t *copy_json(const struct person_copy *copy)
{
    if (!copy->here) {
        return json_null();
    }
    json_t *row = value_record(&copy->decoded.record);
    json_object_set_new(row, "state", json_string(state_word(copy->state)));
    if (!copy->decoded.ok) {
        json_object_set_new(row, "bad_field", value_text(slice_of(copy->decoded.bad_name)));
        json_object_set_new(row, "bad_reason", value_text(slice_of(copy->decoded.reason)));
    }
    return row;
}

static json_t *origin_of(const struct person_pair *pair)
{
    const struct person_copy *copy =
        &pair->side[pair->side[MUNICIPAL].here ? MUNICIPAL : PROVINCIAL];
    struct slice system = copy->decoded.record.value[FIELD_HOURS_ORIGIN_SYSTEM];
    struct slice number = copy->decoded.record.value[FIELD_HOURS_ORIGIN_NUMBER];
    struct buffer text;
    buffer_init(&text, 1024);
    buffer_append(&text, system);
    buffer_text(&text, "/");
    buffer_append(&text, number);
    json_t *json = value_text(buffer_slice(&text));
    buffer_free(&text);
    return json;
}

/* Why it is not on the other side yet; no value: it does not wait. */
static struct slice waiting_of(const struct person_pair *pair)
{
    const struct slice own = pair->side[MUNICIPAL].waiting;
    return slice_empty(own) ? pair->side[PROVINCIAL].waiting : own;
}

static json_t *hours_json(const struct person_case *at, int year)
{
    json_t *list = json_array();
    for (size_t i = 0; i < at->hour_count; i++) {
        const struct person_pair *pair = &at->hours[i];
        if (year != 0 && person_pair_year(pair) != year) {
            continue;
        }
        json_array_append_new(list,
                              json_pack("{s:o, s:o, s:o, s:b, s:o}", "origin", origin_of(pair),
                                        "municipal", copy_json(&pair->side[MUNICIPAL]),
                                        "provincial", copy_json(&pair->side[PROVINCIAL]), "linked",
                                        pair->linked, "waiting", value_text(waiting_of(pair))));
    }
    return list;
}

static int by_year(const void *one, const void *other)
{
    const int *first = one, *second = other;
    return (*first > *second) - (*first < *second);
}

static json_t *annual_row(const struct person_case *at, size_t index)
{
    return json_pack("{s:i, s:o, s:o, s:o}", "year", at->annual_year[index], "municipal",
                     copy_json(&at->annual[index]->side[MUNICIPAL]), "provincial",
                     copy_json(&at->annual[index]->side[PROVINCIAL]), "own",
                     person_totals(at, at->annual_year[index]));
}

static json_t *annual_json(const struct person_case *at, int year)
{
    int years[PERSON_YEARS];
    json_t *list = json_array();
    memcpy(years, at->annual_year, sizeof years);
    qsort(years, at->annual_count, sizeof years[0], by_year);
    for (size_t i = 0; i < at->annual_count; i++) {
        for (size_t k = 0; k < at->annual_count; k++) {
            if (at->annual_year[k] == years[i] && (year == 0 || year == years[i])) {
                json_array_append_new(list, annual_row(at, k));
            }
        }
    }
    return list;
}

static enum status conflicts_json(const struct person_case *at, bool may_decide, json_t *list)
{
    struct store *store = at->store;
    for (size_t i = 0; i < at->code_count; i++) {
        struct slice text =
            arena_printf(at->arena, "person:%.*s", (int)at->codes[i].size, at->codes[i].at);
        struct conflict_filter filter = {.open_only = true,
                                         .state = -1,
                                         .severity = -1,
                                         .has_person = true,
                                         .person = store_hash(store, text)};
        struct conflict conflict;
        enum status status = STATUS_OK;
        while ((status = conflict_next(store, &filter, at->arena, &conflict)) == STATUS_OK) {
            filter.after = conflict.number;
            json_array_append_new(list, conflict_row_json(&conflict, may_decide));
        }
        if (status != STATUS_NOT_FOUND) {
            return status;
        }
    }
    return STATUS_OK;
}

static enum status writes_of(const struct person_case *at, struct slice subject, json_t *list)
{
    struct write writes[WRITES_OF_ONE];
    size_t count = 0;
    struct store *store = at->store;
    enum status status = journal_of_subject(store, store_hash(store, subject), WRITES_OF_ONE,
                                            at->arena, writes, &count);
    for (size_t i = 0; status == STATUS_OK && i < count && i < WRITES_OF_ONE; i++) {
        json_array_append_new(list, write_row_json(&writes[i]));
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status writes_json(const struct person_case *at, json_t *list)
{
    enum status status = STATUS_OK;
    struct buffer subject;
    buffer_init(&subject, 1024);
    for (size_t i = 0; i < at->code_count && status == STATUS_OK; i++) {
        struct slice text =
            arena_printf(at->arena, "person:%.*s", (int)at->codes[i].size, at->codes[i].at);
        status = writes_of(at, text, list);
    }
    for (size_t i = 0; i < at->hour_count && status == STATUS_OK; i++) {
        for (enum side side = MUNICIPAL; side < SIDES && status == STATUS_OK; side++) {
            const struct person_copy *copy = &at->hours[i].side[side];
            if (!copy->here || !copy->decoded.key_readable) {
                continue;
            }
            buffer_clear(&subject);
            record_subject(&copy->decoded.record, &subject);
            status = writes_of(at, buffer_slice(&subject), list);
            if (at->hours[i].linked) {
                break; /* a pair is named by its municipal origin */
            }
        }
    }
    buffer_free(&subject);
    return status;
}

static int give_person(struct view_call *call, struct person_case *at, const char *reference)
{
    int year = (int)view_integer(call, "year");
    json_t *conflicts = json_array(), *writes = json_array();
    enum status status = conflicts_json(at, call->view->may_decide, conflicts);
    status = status == STATUS_OK ? writes_json(at, writes) : status;
    json_t *row = json_pack("{s:o, s:s, s:{s:o, s:o, s:b}, s:o, s:o, s:o, s:o}", "person",
                            value_text(at->code), "ref", reference, "accounts", "municipal",
                            copy_json(&at->account.side[MUNICIPAL]), "provincial",
                            copy_json(&at->account.side[PROVINCIAL]), "linked", at->account.linked,
                            "hours", hours_json(at, year), "annual", annual_json(at, year),
                            "conflicts", conflicts, "writes", writes);
    if (status != STATUS_OK) {
        json_decref(row);
        return view_fail_status(call, status);
    }
    return view_give(call, row);
}

/* Without a state nothing is known of anybody. */
static json_t *nobody(const char *code)
{
    return json_pack("{s:s, s:n, s:{s:n, s:n, s:b}, s:[], s:[], s:[], s:[]}", "person", code, "ref",
                     "accounts", "municipal", "provincial", "linked", false, "hours", "annual",
                     "conflicts", "writes");
}

/* The asking is logged first; what cannot be logged is not shown. */
int view_of_person(struct view_call *call)
{
    const struct view *view = call->view;
    char code[19], reference[17];
    const char *asked = view_text(call, "person");
    int today = (int)((view->now + 8 * 3600) / SECONDS_A_DAY);
    if (asked == NULL || identity_person(slice_of(asked), today, code) != IDENTITY_OK) {
        return view_fail(call, EXIT_INPUT, N_("this is no valid resident ID"));
    }
    if (view->store == NULL) {
        call->message = N_("no cycle has run yet");
        return view_give(call, nobody(code));
    }
    struct slice subject = arena_printf(call->arena, "person:%s", code);
    keyed_ref(store_keyed(view->store), subject, reference);
    if (view->shown == NULL ||
        view->shown(view->shown_context, "person_shown", reference, 0, view->who) != STATUS_OK) {
        return view_fail(call, EXIT_DENIED,
                         N_("a person is only shown when that can be written to the log"));
    }
    struct person_case at = {.store = view->store, .mapping = view->mapping, .now = view->now,
                             .arena = call->arena, .code = arena_copy(call->arena, slice_of(code))};
    enum status status = person_gather(&at);
    return status == STATUS_OK ? give_person(call, &at, reference) : view_fail_status(call, status);
}
