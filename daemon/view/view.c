#include "daemon/view/view.h"

#include <string.h>

enum { VIEW_ARENA_BYTES = 64 * 1024 * 1024 };

#define VIEW_ROW_VIEW(name) {#name, view_of_##name},
#define VIEW_ROW_ACTION(name)
#define VIEW_ROW_CYCLE(name)
#define VIEW_ROW_LOCAL(name)

static const struct view_row_entry {
    const char *command;
    view_function function;
} views[] = {
#define VIEW_ROW(name, kind, roles, help) VIEW_ROW_##kind(name)
    COMMAND_MAP(VIEW_ROW)
#undef VIEW_ROW
};

static view_function view_find(const char *command)
{
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        if (strcmp(views[i].command, command) == 0) {
            return views[i].function;
        }
    }
    return NULL;
}

int view_run(const struct view *view, const char *command, json_t *arguments, view_row row,
             void *context, const char **ret_message)
{
    struct arena arena;
    struct view_call call = {.view = view,
                             .arguments = arguments,
                             .row = row,
                             .context = context,
                             .message = "",
                             .arena = &arena};
    view_function function = view_find(command);
    if (function == NULL) {
        *ret_message = N_("no such command");
        return EXIT_USAGE;
    }
    arena_init(&arena, VIEW_ARENA_BYTES);
    int code = function(&call);
    arena_free(&arena);
    *ret_message = call.message;
    return code;
}

int view_give(struct view_call *call, json_t *row)
{
    if (row == NULL) {
        return view_fail_status(call, STATUS_NO_MEMORY);
    }
    call->row(call->context, row);
    json_decref(row);
    return EXIT_DONE;
}

int64_t view_integer(const struct view_call *call, const char *name)
{
    return json_integer_value(json_object_get(call->arguments, name));
}

const char *view_text(const struct view_call *call, const char *name)
{
    return json_string_value(json_object_get(call->arguments, name));
}

int view_fail(struct view_call *call, enum exit_code code, const char *message)
{
    call->message = message;
    return (int)code;
}

int view_fail_status(struct view_call *call, enum status status)
{
    return view_fail(call, command_exit_of(status), status_text(status));
}
