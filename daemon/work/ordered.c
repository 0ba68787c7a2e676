#include "daemon/work/ordered.h"

#include "daemon/store/conflicts.h"
#include "daemon/store/runs.h"
#include "daemon/work/undo.h"

enum { EXIT_WRONG = 65, EXIT_STATE = 70, EXIT_FORBIDDEN = 77 };

static const char *refuse(int *ret_exit, int exit_code, const char *why)
{
    *ret_exit = exit_code;
    return why;
}

static const char *refuse_run(struct desk *desk, int *ret_exit)
{
    struct run_row run;
    enum status status = run_get(desk->store, desk->order.undo_run, &desk->arena, &run);
    if (status == STATUS_NOT_FOUND)
        return refuse(ret_exit, EXIT_WRONG, "there is no such cycle");
    return status == STATUS_OK ? NULL
                               : refuse(ret_exit, EXIT_STATE, "the state cannot be read");
}

static const char *refuse_conflict(struct desk *desk, int *ret_exit)
{
    struct conflict conflict;
    enum status status =
        conflict_get(desk->store, desk->order.undo_conflict, &desk->arena, &conflict);
    if (status == STATUS_NOT_FOUND)
        return refuse(ret_exit, EXIT_WRONG, "there is no such conflict");
    if (status != STATUS_OK)
        return refuse(ret_exit, EXIT_STATE, "the state cannot be read");
    if (conflict.state == CONFLICT_DECIDED || conflict.state == CONFLICT_APPLIED)
        return refuse(ret_exit, EXIT_WRONG, "the decision is still being carried out; try again later");
    return conflict.decided_at != 0
               ? NULL
               : refuse(ret_exit, EXIT_WRONG, "nobody decided this conflict: there is nothing to take back");
}

const char *ordered_refusal(struct desk *desk, bool observes, int *ret_exit)
{
    if (!desk->order.reviewed && !desk_undoing(desk))
        return NULL;
    if (observes)
        return refuse(ret_exit, EXIT_FORBIDDEN,
                      "the mode is observe: nothing is written; `cebridge mode write` first");
    if (desk->order.undo_run != 0)
        return refuse_run(desk, ret_exit);
    return desk->order.undo_conflict != 0 ? refuse_conflict(desk, ret_exit) : NULL;
}

enum status ordered_log(struct desk *desk)
{
    const struct desk_order *order = &desk->order;
    struct buffer members;
    if (!order->reviewed && !desk_undoing(desk))
        return STATUS_OK;
    buffer_init(&members, 4096);
    buffer_text(&members, "\"who\":");
    buffer_json(&members, order->who);
    buffer_printf(&members, ",\"run\":%lld,\"dry_run\":%s", (long long)desk->run,
                  desk->dry ? "true" : "false");
    if (order->reviewed) {
        buffer_printf(&members, ",\"writes\":%zu,\"plan\":", order->keys.count);
        buffer_json(&members, order->plan);
    } else if (order->undo_run != 0) {
        buffer_printf(&members, ",\"undoes\":%lld", (long long)order->undo_run);
    } else {
        buffer_printf(&members, ",\"conflict\":%lld", (long long)order->undo_conflict);
    }
    enum status status = desk_event(desk, order->reviewed ? "apply" : "undo", &members);
    buffer_free(&members);
    return status;
}

enum status ordered_end(struct desk *desk, bool whole)
{
    const struct desk_order *order = &desk->order;
    if (order->reviewed)
        desk->counts.left_out = (int64_t)(order->keys.count - order->found.count);
    bool undone = whole && desk_undoing(desk) && !desk->dry && desk->guard == NULL;
    return undone || (desk_undoing(desk) && desk->dry) ? undo_end(desk) : STATUS_OK;
}
