/* runs, run N and plan: the cycles, and what one proposed to write. */
#include "daemon/store/journal_undo.h"
#include "daemon/view/run_row.h"
#include "daemon/view/value.h"
#include "daemon/view/view.h"

#include <string.h>

enum { RUNS_MOST = 20 };

json_t *run_row_json(const struct run_row *run)
{
    static const struct run_row none = {.exit_code = -1};
    const struct run_row *at = run != NULL ? run : &none;
    json_t *counts = slice_empty(at->counts)
                         ? NULL
                         : json_loadb(at->counts.at, at->counts.size, JSON_REJECT_DUPLICATES, NULL);
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "run",
                     run != NULL ? json_integer(at->number) : json_null(), "kind",
                     value_text(at->kind), "scope", value_text(at->scope), "dry_run",
                     run != NULL ? json_boolean(at->dry) : json_null(), "started",
                     value_instant(at->started), "ended", value_instant(at->ended), "seconds",
                     at->ended != 0 ? json_integer(at->ended - at->started) : json_null(), "exit",
                     at->exit_code >= 0 ? json_integer(at->exit_code) : json_null(), "result",
                     value_text(at->result), "counts", counts != NULL ? counts : json_null());
}

int view_of_runs(struct view_call *call)
{
    int64_t most = view_integer(call, "most");
    struct run_row run = {.number = 0};
    if (call->view->store == NULL) {
        return view_fail(call, EXIT_DONE, N_("no cycle has run yet"));
    }
    if (most <= 0) {
        most = RUNS_MOST;
    }
    for (int64_t given = 0; given < most; given++) {
        arena_reset(call->arena);
        enum status status = run_next(call->view->store, run.number, call->arena, &run);
        if (status == STATUS_NOT_FOUND) {
            return given > 0 ? EXIT_DONE : view_fail(call, EXIT_DONE, N_("no cycle has run yet"));
        }
        if (status != STATUS_OK) {
            return view_fail_status(call, status);
        }
        view_give(call, run_row_json(&run));
    }
    return EXIT_DONE;
}

/* [{"target","entity","operation","state","count"}, …] */
static json_t *writes_counted(struct view_call *call, int64_t run)
{
    struct write_count counts[SIDES * ENTITIES * 3 * 7];
    size_t count = 0;
    json_t *list = json_array();
    if (journal_count(call->view->store, run, counts, sizeof counts / sizeof counts[0], &count) !=
        STATUS_OK) {
        return list;
    }
    for (size_t i = 0; i < count; i++) {
        const struct write_count *at = &counts[i];
        json_array_append_new(
            list,
            json_pack("{s:s, s:s, s:s, s:s, s:I}", "target", side_name(at->target), "entity",
                      entity_name(at->entity), "operation", write_operation_name(at->operation),
                      "state", write_state_name(at->state), "count", (json_int_t)at->count));
    }
    return list;
}

int view_of_run(struct view_call *call)
{
    struct run_row run;
    int64_t number = view_integer(call, "number");
    if (number <= 0) {
        return view_fail(call, EXIT_USAGE, N_("the number of a cycle is needed"));
    }
    enum status status = call->view->store == NULL
                             ? STATUS_NOT_FOUND
                             : run_get(call->view->store, number, call->arena, &run);
    if (status == STATUS_NOT_FOUND) {
        return view_fail(call, EXIT_INPUT, N_("there is no such cycle"));
    }
    if (status != STATUS_OK) {
        return view_fail_status(call, status);
    }
    json_t *row = run_row_json(&run);
    json_object_set_new(row, "writes", writes_counted(call, number));
    return view_give(call, row);
}

static json_t *key_text(const struct hash *key)
{
    struct buffer hex;
    buffer_init(&hex, 256);
    buffer_hex(&hex, key->at, sizeof key->at, false);
    json_t *text = value_text(buffer_slice(&hex));
    buffer_free(&hex);
    return text;
}

/* What the write follows from: a change of data, or only one of the mapping or the region. */
static const char *cause_of(const char *reason)
{
    return strcmp(reason, "mapping_changed") == 0 ? "mapping"
           : strcmp(reason, "scope_changed") == 0 ? "scope"
                                                  : "data";
}

static json_t *plan_row(const struct write *write)
{
    return json_pack(
        "{s:I, s:o, s:s, s:s, s:o, s:s, s:o, s:s, s:o, s:s?, s:s, s:I, s:i, s:s, s:s}", "run", (json_int_t)write->run,
        "key", key_text(&write->key), "target", side_name(write->target), "entity",
        entity_name(write->entity), "target_id", value_text(write->target_id), "operation",
        write_operation_name(write->operation), "subject", value_text(write->masked), "subject_ref",
        write->reference, "fields", value_fields(write->fields), "reason", write->reason, "cause",
        cause_of(write->reason), "version", (json_int_t)write->version, "wave", (int)write->wave, "state",
        write_state_name(write->state), "code", write->code);
}

/* What an undo did not take back, each with its reason in "why". */
static int give_left_out(struct view_call *call, int64_t run)
{
    struct write write = {.number = 0};
    struct slice why = {NULL, 0};
    for (;;) {
        arena_reset(call->arena);
        enum status status = journal_next_left_out(call->view->store, run, write.number,
                                                   call->arena, &write, &why);
        if (status != STATUS_OK) {
            return status == STATUS_NOT_FOUND ? EXIT_DONE : view_fail_status(call, status);
        }
        json_t *row = plan_row(&write);
        json_object_set_new(row, "why", value_text(why));
        view_give(call, row);
    }
}

static int give_state(struct view_call *call, int64_t run, enum write_state state)
{
    struct write write = {.number = 0};
    for (;;) {
        arena_reset(call->arena);
        enum status status = journal_next_in_state(call->view->store, state, run, write.number,
                                                   call->arena, &write);
        if (status != STATUS_OK) {
            return status == STATUS_NOT_FOUND ? EXIT_DONE : view_fail_status(call, status);
        }
        view_give(call, plan_row(&write));
    }
}

/* "list": "proposed" (also without it), "all", whatever became of it, or "left_out" by an undo. */
int view_of_plan(struct view_call *call)
{
    int64_t run = view_integer(call, "run");
    const char *list = view_text(call, "list");
    int code = EXIT_DONE;
    if (run <= 0) {
        return view_fail(call, EXIT_USAGE, N_("the number of a cycle is needed"));
    }
    if (call->view->store == NULL) {
        return view_fail(call, EXIT_DONE, N_("no cycle has run yet"));
    }
    if (list != NULL && strcmp(list, "left_out") == 0) {
        return give_left_out(call, run);
    }
    if (list == NULL || strcmp(list, "all") != 0) {
        return give_state(call, run, WRITE_PROPOSED);
    }
    for (int state = WRITE_PROPOSED; code == EXIT_DONE && state <= WRITE_DROPPED; state++) {
        code = give_state(call, run, (enum write_state)state);
    }
    return code;
}
