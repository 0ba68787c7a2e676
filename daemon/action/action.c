#include "daemon/action/action.h"

#include <string.h>

enum { ACTION_ARENA_BYTES = 4 * 1024 * 1024, REASON_BYTES = 2000 };

#define ACTION_ROW_VIEW(name)
#define ACTION_ROW_ACTION(name) {#name, action_of_##name},
#define ACTION_ROW_CYCLE(name)
#define ACTION_ROW_LOCAL(name)

static const struct action_row {
    const char *command;
    action_function function;
} actions[] = {
#define ACTION_ROW(name, kind, roles, help) ACTION_ROW_##kind(name)
    COMMAND_MAP(ACTION_ROW)
#undef ACTION_ROW
};

int action_run(const struct action *action, const char *command, json_t *arguments, view_row row,
               void *context, const char **ret_message)
{
    struct arena arena;
    struct action_call call = {.action = action,
                               .arguments = arguments,
                               .row = row,
                               .context = context,
                               .message = "",
                               .arena = &arena};
    arena_init(&arena, ACTION_ARENA_BYTES);
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        if (strcmp(actions[i].command, command) == 0) {
            int code = actions[i].function(&call);
            arena_free(&arena);
            *ret_message = call.message;
            return code;
        }
    }
    *ret_message = N_("no such command");
    return EXIT_USAGE;
}

int action_give(struct action_call *call, json_t *row)
{
    if (row == NULL) {
        return action_fail_status(call, STATUS_NO_MEMORY);
    }
    call->row(call->context, row);
    json_decref(row);
    return EXIT_DONE;
}

int action_fail(struct action_call *call, enum exit_code code, const char *message)
{
    call->message = message;
    return (int)code;
}

const char *action_reason(struct action_call *call)
{
    const char *reason = json_string_value(json_object_get(call->arguments, "reason"));
    if (reason == NULL || slice_empty(slice_trim(slice_of(reason))) || strlen(reason) > REASON_BYTES) {
        call->message = N_("a reason is needed, of at most 2000 bytes");
        return NULL;
    }
    return reason;
}

int action_fail_status(struct action_call *call, enum status status)
{
    return action_fail(call, command_exit_of(status), status_text(status));
}
