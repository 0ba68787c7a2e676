/* status: is it in step, since when, what waits, what is in conflict. */
#include "daemon/store/conflicts.h"
#include "daemon/store/links.h"
#include "daemon/store/stage.h"
#include "daemon/view/run_row.h"
#include "daemon/view/value.h"
#include "daemon/view/view.h"

#include <unistd.h>

/* What the answer is made of before it is judged as a whole. */
struct status_facts {
    struct view_call *call;
    json_t *answer;
    bool paused, held, stale, changed;
    int64_t open, last_ended;
};

static struct slice meta(const struct status_facts *facts, const char *name)
{
    struct slice value = {NULL, 0};
    struct store *store = facts->call->view->store;
    if (store == NULL || store_meta_get(store, name, facts->call->arena, &value) != STATUS_OK) {
        return (struct slice){NULL, 0};
    }
    return value;
}

static json_t *meta_json(const struct status_facts *facts, const char *name)
{
    struct slice text = meta(facts, name);
    json_t *value =
        slice_empty(text) ? NULL : json_loadb(text.at, text.size, JSON_REJECT_DUPLICATES, NULL);
    return json_is_object(value) ? value : (json_decref(value), NULL);
}

/* Records that the side holds in scope: valid, invalid, quarantined. */
static json_t *records(const struct status_facts *facts, enum side side)
{
    json_t *counts = json_object();
    for (enum entity entity = 0; entity < ENTITIES; entity++) {
        int64_t states[5] = {0};
        json_t *count = json_null();
        if (facts->call->view->store != NULL &&
            stage_count(facts->call->view->store, side, entity, states) == STATUS_OK) {
            count = json_integer(states[STAGED_PRESENT] + states[STAGED_INVALID] +
                                 states[STAGED_QUARANTINED]);
        }
        json_object_set_new(counts, entity_name(entity), count);
    }
    return counts;
}

/* The earliest time up to which all of the side's entities were read; null before that. */
static json_t *watermark(const struct status_facts *facts, enum side side)
{
    int64_t earliest = INT64_MAX;
    for (enum entity entity = 0; entity < ENTITIES; entity++) {
        struct watermark mark = {0};
        if (facts->call->view->store == NULL ||
            stage_watermark(facts->call->view->store, side, entity, &mark) != STATUS_OK) {
            return json_null();
        }
        earliest = mark.since < earliest ? mark.since : earliest;
    }
    return value_instant(earliest);
}

/* Instants become texts; what is not there becomes null. */
static void tidy_side(json_t *row)
{
    static const char *const instants[] = {"checked_at", "certificate_expires"};
    for (size_t i = 0; i < sizeof instants / sizeof instants[0]; i++) {
        json_t *instant = json_object_get(row, instants[i]);
        if (json_is_integer(instant)) {
            json_object_set_new(row, instants[i], value_instant(json_integer_value(instant)));
        }
    }
    const char *message = json_string_value(json_object_get(row, "message"));
    if (message != NULL && message[0] == '\0') {
        json_object_set_new(row, "message", json_null());
    }
}

static bool add_side(struct status_facts *facts, enum side side)
{
    static const char *const metas[SIDES] = {"side.municipal", "side.provincial"};
    static const char *const changes[SIDES] = {"changed.municipal", "changed.provincial"};
    json_t *changed = meta_json(facts, changes[side]);
    json_t *known = meta_json(facts, metas[side]);
    json_t *row = json_pack("{s:n, s:n, s:n, s:n, s:n}", "reached", "checked_at", "clock_offset_ms",
                            "certificate_expires", "message");
    if (known != NULL) {
        json_object_update(row, known);
        json_decref(known);
    }
    json_t *live = json_object_get(facts->call->view->live, side_name(side));
    if (live != NULL) {
        json_object_update(row, live);
    }
    tidy_side(row);
    json_object_set_new(row, "records", records(facts, side));
    json_object_set_new(row, "watermark", watermark(facts, side));
    json_object_del(changed, "since");
    facts->changed = facts->changed || changed != NULL;
    json_object_set_new(row, "changed", changed != NULL ? changed : json_null());
    bool reached = json_is_true(json_object_get(row, "reached"));
    json_object_set_new(facts->answer, side_name(side), row);
    return reached;
}

static void add_cycles(struct status_facts *facts)
{
    struct store *store = facts->call->view->store;
    struct run_row run;
    bool any = store != NULL && run_next(store, 0, facts->call->arena, &run) == STATUS_OK;
    json_object_set_new(facts->answer, "last_cycle", any ? run_row_json(&run) : json_null());
    facts->last_ended = any ? run.ended : 0;
    bool good = store != NULL && run_last_good(store, facts->call->arena, &run) == STATUS_OK;
    json_object_set_new(facts->answer, "last_good_cycle", good ? run_row_json(&run) : json_null());
    facts->stale = !good || (facts->call->view->now - run.ended) * 1000 >
                                facts->call->view->settings->stale_after_ms;
    json_object_set_new(facts->answer, "stale", json_boolean(facts->stale));
}

/* Without a daemon, or while paused, nothing begins by itself. */
static void add_next(struct status_facts *facts)
{
    const struct view *view = facts->call->view;
    int64_t next = 0;
    json_t *known = json_object_get(view->live, "next_cycle");
    if (known != NULL && !facts->paused) {
        json_object_set(facts->answer, "next_cycle", known);
        return;
    }
    if (view->live != NULL && !facts->paused) {
        next = facts->last_ended + view->settings->incremental_ms / 1000;
        next = next < view->now ? view->now : next;
    }
    json_object_set_new(facts->answer, "next_cycle", value_instant(next));
}

/* What waits by rule is in no conflict; what was rejected does not wait (reconciliation.md,
 * "Situations"). */
static void add_waiting(struct status_facts *facts)
{
    struct waiting_count counts[64];
    size_t count = 0;
    int64_t total = 0, rejected = 0;
    json_t *by_reason = json_object();
    struct store *store = facts->call->view->store;
    if (store == NULL || stage_count_waiting(store, counts, 64, &count) != STATUS_OK) {
        count = 0;
    }
    for (size_t i = 0; i < count && i < 64; i++) {
        if (slice_is(slice_of(counts[i].reason), "rejected")) {
            rejected += counts[i].count;
            continue;
        }
        int64_t before = json_integer_value(json_object_get(by_reason, counts[i].reason));
        json_object_set_new(by_reason, counts[i].reason, json_integer(before + counts[i].count));
        total += counts[i].count;
    }
    json_object_set_new(facts->answer, "waiting",
                        json_pack("{s:I, s:o, s:I}", "total", (json_int_t)total, "by_reason",
                                  by_reason, "rejected", (json_int_t)rejected));
}

static void add_conflicts(struct status_facts *facts)
{
    const struct conflict_filter open = {.open_only = true, .state = -1, .severity = -1};
    int64_t counts[4] = {0};
    json_t *by_severity = json_object();
    struct store *store = facts->call->view->store;
    if (store != NULL) {
        (void)conflict_count_open(store, &open, counts);
    }
    for (int severity = SEVERITY_CRITICAL; severity >= SEVERITY_INFO; severity--) {
        json_object_set_new(by_severity, severity_name((enum severity)severity),
                            json_integer(counts[severity]));
        facts->open += counts[severity];
    }
    json_object_set_new(
        facts->answer, "conflicts",
        json_pack("{s:I, s:o}", "open", (json_int_t)facts->open, "by_severity", by_severity));
}

static void add_links(struct status_facts *facts)
{
    json_t *links = json_object();
    for (enum entity entity = 0; entity < ENTITIES; entity++) {
        int64_t count = 0;
        struct store *store = facts->call->view->store;
        bool known = store != NULL && link_count(store, entity, &count) == STATUS_OK;
        json_object_set_new(links, entity_name(entity), known ? json_integer(count) : json_null());
    }
    json_object_set_new(facts->answer, "links", links);
}

/* As the last full cycle balanced them; its time as all times. */
static void add_control_totals(struct status_facts *facts)
{
    json_t *totals = meta_json(facts, "control_totals");
    if (totals != NULL) {
        json_object_set_new(totals, "at",
                            value_instant(json_integer_value(json_object_get(totals, "at"))));
    }
    json_object_set_new(facts->answer, "control_totals", totals != NULL ? totals : json_null());
}

/* What people have set: the mode they chose stands over the settings' one. */
static void add_operation(struct status_facts *facts)
{
    const struct settings *settings = facts->call->view->settings;
    struct slice mode = meta(facts, "mode");
    json_t *held = meta_json(facts, "held_plan");
    const char *word = settings->mode == MODE_WRITE ? "write" : "observe";
    facts->paused = slice_is(meta(facts, "paused"), "1");
    facts->held = held != NULL;
    json_object_set_new(facts->answer, "mode",
                        slice_empty(mode) ? json_string(word) : value_text(mode));
    json_object_set_new(facts->answer, "paused", json_boolean(facts->paused));
    json_object_set_new(facts->answer, "state_restored",
                        json_boolean(!slice_empty(meta(facts, "state_restored"))));
    json_object_set_new(facts->answer, "in_step", json_false());
    json_object_set_new(facts->answer, "region", json_string(settings->region));
    json_object_set_new(facts->answer, "held_plan", held != NULL ? held : json_null());
}

static void add_daemon(struct status_facts *facts)
{
    bool running = facts->call->view->live != NULL;
    json_object_set_new(facts->answer, "daemon",
                        json_pack("{s:b, s:o}", "running", running, "pid",
                                  running ? json_integer(getpid()) : json_null()));
}

int view_of_status(struct view_call *call)
{
    struct status_facts facts = {.call = call, .answer = json_object()};
    add_operation(&facts);
    bool municipal = add_side(&facts, MUNICIPAL);
    bool provincial = add_side(&facts, PROVINCIAL);
    add_cycles(&facts);
    add_next(&facts);
    add_waiting(&facts);
    add_conflicts(&facts);
    add_links(&facts);
    add_control_totals(&facts);
    add_daemon(&facts);
    bool in_step = municipal && provincial && !facts.stale && !facts.held && !facts.changed &&
                   facts.open == 0;
    json_object_set_new(facts.answer, "in_step", json_boolean(in_step));
    int code = view_give(call, facts.answer);
    if (code == EXIT_DONE && call->view->store == NULL) {
        call->message = N_("no cycle has run yet");
    }
    return code;
}
