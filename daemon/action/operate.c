/* mode, pause and resume: what the operator sets, kept in the state. */
#include "daemon/action/record_event.h"

#include <string.h>

/* Sets one small setting and logs it, both or neither. */
static enum status set_and_log(const struct action *action, const char *name, struct slice value,
                               const char *event, json_t *members)
{
    enum status status = store_begin(action->store);
    if (status != STATUS_OK) {
        return status;
    }
    status = store_meta_set(action->store, name, value);
    if (status == STATUS_OK) {
        status = record_event(action, event, members);
    }
    if (status != STATUS_OK) {
        store_rollback(action->store);
        return status;
    }
    return store_commit(action->store);
}

/* Takes the row, which is also what the log says. */
static int operate(struct action_call *call, const char *name, struct slice value,
                   const char *event, json_t *row)
{
    if (row == NULL) {
        return action_fail_status(call, STATUS_NO_MEMORY);
    }
    enum status status = set_and_log(call->action, name, value, event, row);
    if (status != STATUS_OK) {
        json_decref(row);
        return action_fail_status(call, status);
    }
    return action_give(call, row);
}

int action_of_mode(struct action_call *call)
{
    const char *mode = json_string_value(json_object_get(call->arguments, "mode"));
    if (mode == NULL || (strcmp(mode, "observe") != 0 && strcmp(mode, "write") != 0)) {
        return action_fail(call, EXIT_USAGE, N_("the mode is observe or write"));
    }
    return operate(call, "mode", slice_of(mode), "mode", json_pack("{s:s}", "mode", mode));
}

int action_of_pause(struct action_call *call)
{
    return operate(call, "paused", SLICE("1"), "paused", json_pack("{s:b}", "paused", true));
}

/* "HASH WHO" of the first of two people who release a plan. */
static struct slice first_mark(const struct action_call *call, struct slice hash)
{
    return arena_printf(call->arena, "%.*s %s", (int)hash.size, hash.at, call->action->who);
}

/* Has somebody else released this very plan before? */
static bool second_person(const struct action_call *call, struct slice hash)
{
    struct slice mark = {NULL, 0};
    struct slice own = first_mark(call, hash);
    return own.at != NULL &&
           store_meta_get(call->action->store, "release_first", call->arena, &mark) == STATUS_OK &&
           mark.size > hash.size && slice_starts(mark, hash) && !slice_equal(mark, own);
}

static int first_release(struct action_call *call, int64_t run, struct slice hash)
{
    struct slice mark = first_mark(call, hash);
    if (mark.at == NULL) {
        return action_fail_status(call, STATUS_NO_MEMORY);
    }
    return operate(call, "release_first", mark, "plan_release_asked",
                   json_pack("{s:n, s:I, s:s}", "released", "waits_for_second", (json_int_t)run, "hash",
                             hash.at));
}

/* The held plan of that cycle and no other: what was looked at is what is written. */
static int release(struct action_call *call, int64_t run)
{
    struct slice text = {NULL, 0};
    enum status status = store_meta_get(call->action->store, "held_plan", call->arena, &text);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
        return action_fail_status(call, status);
    }
    json_t *held = slice_empty(text) ? NULL : json_loadb(text.at, text.size, 0, NULL);
    const char *hash = json_string_value(json_object_get(held, "hash"));
    if (hash == NULL || json_integer_value(json_object_get(held, "run")) != run) {
        json_decref(held);
        return action_fail(call, EXIT_INPUT, N_("that is not the plan that is held"));
    }
    struct slice kept = arena_copy(call->arena, slice_of(hash));
    json_decref(held);
    if (kept.at == NULL) {
        return action_fail_status(call, STATUS_NO_MEMORY);
    }
    if (call->action->settings->release_by > 1 && !second_person(call, kept)) {
        return first_release(call, run, kept);
    }
    return operate(call, "release", kept, "plan_released",
                   json_pack("{s:I, s:s}", "released", (json_int_t)run, "hash", kept.at));
}

int action_of_resume(struct action_call *call)
{
    int64_t run = json_integer_value(json_object_get(call->arguments, "release_plan"));
    if (run != 0) {
        return release(call, run);
    }
    return operate(call, "paused", SLICE("0"), "resumed", json_pack("{s:b}", "paused", false));
}
