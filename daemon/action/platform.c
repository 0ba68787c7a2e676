/* accept-platform and rebase: what the operator says of a platform that is no longer the one that was known
 * (reconciliation.md, "Guards"). After either the side is read whole by the next cycle. A platform that was put
 * right is compared with what was known of it before, so that too early a word changes nothing; of one that was
 * restored everything is forgotten, versions too, so that lower ones are taken. Links, bases and decisions stay. */
#include "daemon/action/record_event.h"
#include "daemon/store/conflicts.h"
#include "daemon/store/stage_forget.h"
#include "daemon/sync/conflict_kind.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum { NAME_BYTES = 32 };

static void meta_name(const char *what, enum side side, char ret[NAME_BYTES])
{
    (void)snprintf(ret, NAME_BYTES, "%s.%s", what, side_name(side));
}

static enum status close_conflict(struct action_call *call, enum side side)
{
    struct store *store = call->action->store;
    struct conflict_filter filter = {.open_only = true, .state = -1, .severity = -1,
                                     .kind = conflict_kind_name(KIND_platform_changed)};
    struct conflict conflict;
    struct slice subject = side == MUNICIPAL ? SLICE("side:municipal") : SLICE("side:provincial");
    enum status status = STATUS_OK;
    while (status == STATUS_OK) {
        status = conflict_next(store, &filter, call->arena, &conflict);
        if (status != STATUS_OK) {
            break;
        }
        filter.after = conflict.number;
        if (slice_equal(conflict.subject, subject)) {
            status = conflict_set_state(store, conflict.number, CONFLICT_CLOSED, call->action->now);
        }
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* What was read before the change was noticed: later changes on the restored side are people's. */
static enum status since_of(struct action_call *call, enum side side, struct slice *ret)
{
    char name[NAME_BYTES];
    struct store *store = call->action->store;
    meta_name("changed", side, name);
    enum status status = store_meta_get(store, name, call->arena, ret);
    if (status != STATUS_NOT_FOUND) {
        return status;
    }
    int64_t since[ENTITIES] = {0};
    for (enum entity entity = 0; entity < ENTITIES; entity++) {
        struct watermark mark;
        status = stage_watermark(store, side, entity, &mark);
        if (status != STATUS_OK) {
            return status;
        }
        since[entity] = mark.since;
    }
    *ret = arena_printf(call->arena, "{\"since\":[%lld,%lld,%lld]}", (long long)since[0],
                        (long long)since[1], (long long)since[2]);
    return ret->at == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

static enum status next_epoch(struct action_call *call, enum side side, int64_t *ret)
{
    char name[NAME_BYTES];
    struct slice text = {NULL, 0};
    struct store *store = call->action->store;
    meta_name("epoch", side, name);
    *ret = 0;
    enum status status = store_meta_get(store, name, call->arena, &text);
    if (status == STATUS_OK && !slice_integer(text, ret)) {
        status = STATUS_CORRUPT;
    }
    if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
        return status;
    }
    (*ret)++;
    text = arena_printf(call->arena, "%lld", (long long)*ret);
    return text.at == NULL ? STATUS_NO_MEMORY : store_meta_set(store, name, text);
}

static enum status begin_rebase(struct action_call *call, enum side side, int64_t *ret_epoch)
{
    char name[NAME_BYTES];
    struct slice since = {NULL, 0};
    enum status status = since_of(call, side, &since);
    if (status != STATUS_OK) {
        return status;
    }
    meta_name("rebase", side, name);
    status = store_meta_set(call->action->store, name, since);
    return status == STATUS_OK ? next_epoch(call, side, ret_epoch) : status;
}

/* The run that first doubted the side; behind every run when none did. */
static enum status doubted_since(struct action_call *call, enum side side, int64_t *ret)
{
    char name[NAME_BYTES];
    struct slice text = {NULL, 0};
    meta_name("changed", side, name);
    *ret = INT64_MAX;
    enum status status = store_meta_get(call->action->store, name, call->arena, &text);
    if (status != STATUS_OK) {
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    }
    json_t *object = json_loadb(text.at, text.size, JSON_REJECT_DUPLICATES, NULL);
    *ret = json_integer_value(json_object_get(object, "run"));
    json_decref(object);
    return STATUS_OK;
}

static enum status forget(struct action_call *call, enum side side, bool restored)
{
    char name[NAME_BYTES];
    struct store *store = call->action->store;
    meta_name("changed", side, name);
    int64_t since = 0;
    enum status status = restored ? STATUS_OK : doubted_since(call, side, &since);
    if (status == STATUS_OK) {
        status = stage_forget_since(store, side, since);
    }
    if (status == STATUS_OK) {
        status = stage_forget_watermarks(store, side, restored);
    }
    if (status == STATUS_OK) {
        status = store_meta_set(store, name, (struct slice){NULL, 0});
    }
    return status == STATUS_OK ? close_conflict(call, side) : status;
}

static enum status speak(struct action_call *call, enum side side, bool restored, const char *reason,
                         json_t *row)
{
    int64_t epoch = 0;
    enum status status = restored ? begin_rebase(call, side, &epoch) : STATUS_OK;
    if (status == STATUS_OK) {
        status = forget(call, side, restored);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (restored) {
        (void)json_object_set_new(row, "epoch", json_integer(epoch));
    }
    (void)json_object_set_new(row, "reason", json_string(reason));
    return record_event(call->action, restored ? "platform_rebased" : "platform_accepted", row);
}

static int platform_command(struct action_call *call, bool restored)
{
    enum side side = MUNICIPAL;
    const char *name = json_string_value(json_object_get(call->arguments, "side"));
    if (name == NULL || !side_find(slice_of(name), &side)) {
        return action_fail(call, EXIT_USAGE, N_("the side is municipal or provincial"));
    }
    const char *reason = action_reason(call);
    if (reason == NULL) {
        return EXIT_USAGE;
    }
    json_t *row = json_pack("{s:s, s:b}", "side", side_name(side), "restored", restored);
    enum status status = row == NULL ? STATUS_NO_MEMORY : store_begin(call->action->store);
    if (status != STATUS_OK) {
        json_decref(row);
        return action_fail_status(call, status);
    }
    status = speak(call, side, restored, reason, row);
    if (status == STATUS_OK) {
        status = store_commit(call->action->store);
    } else {
        store_rollback(call->action->store);
    }
    if (status != STATUS_OK) {
        json_decref(row);
        return action_fail_status(call, status);
    }
    return action_give(call, row);
}

int action_of_accept_platform(struct action_call *call)
{
    return platform_command(call, false);
}

int action_of_rebase(struct action_call *call)
{
    return platform_command(call, true);
}
