#include "daemon/cli/carry_inside.h"

#include "daemon/cli/check.h"
#include "daemon/cli/decisions.h"
#include "daemon/cli/explain.h"
#include "daemon/cli/replay.h"
#include "daemon/cli/language.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static int terminal_width(int of)
{
    struct winsize size = {.ws_col = 0};
    const char *columns = getenv("COLUMNS");
    if (isatty(of) && ioctl(of, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        return size.ws_col;
    }
    int width = columns != NULL ? atoi(columns) : 0;
    return width >= 40 ? width : (isatty(of) ? 80 : 0);
}

void carried_row(void *context, json_t *row)
{
    struct carried *at = context;
    show_row(&at->show, row);
}

static void on_progress(void *context, json_t *json)
{
    struct carried *at = context;
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    progress_show(&at->progress, json, (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

int carried_ask(struct carried *at, const char *command, json_t *arguments, view_row row)
{
    const struct session_reply reply = {row, on_progress, at};
    return session_ask(&at->session, command, arguments, false, &reply);
}

static int view(struct carried *at)
{
    return carried_ask(at, at->invocation->command->name, at->invocation->arguments, carried_row);
}

/* One after the other, each of them logged by itself. */
static int persons(struct carried *at)
{
    size_t index;
    json_t *id;
    int first = EXIT_DONE;
    json_array_foreach(json_object_get(at->invocation->arguments, "persons"), index, id)
    {
        json_t *arguments = json_pack("{s:O, s:O?}", "person", id, "year",
                                      json_object_get(at->invocation->arguments, "year"));
        int code = carried_ask(at, "person", arguments, carried_row);
        json_decref(arguments);
        first = first != EXIT_DONE ? first : code;
        if (code != EXIT_DONE) {
            break;
        }
    }
    return first;
}

static void on_log_row(void *context, json_t *row)
{
    struct carried *at = context;
    int64_t number = json_integer_value(json_object_get(row, "n"));
    at->last = number > at->last ? number : at->last;
    show_row(&at->show, row);
}

static int follow_log(struct carried *at)
{
    json_t *arguments = at->invocation->arguments;
    bool follow = json_is_true(json_object_get(arguments, "follow"));
    int code = carried_ask(at, "log", arguments, on_log_row);
    const struct timespec second = {.tv_sec = 1};
    while (follow && code == EXIT_DONE && !ferror(stdout)) {
        (void)fflush(stdout);
        (void)nanosleep(&second, NULL);
        json_object_set_new(arguments, "after", json_integer(at->last));
        code = carried_ask(at, "log", arguments, on_log_row);
    }
    return code;
}

void carried_cycle_row(void *context, json_t *row)
{
    struct carried *at = context;
    at->run = json_integer_value(json_object_get(row, "run"));
    json_decref(at->kept);
    at->kept = json_incref(row);
}

static int resync(struct carried *at)
{
    json_t *arguments = at->invocation->arguments;
    bool no_wait = json_is_true(json_object_get(arguments, "no_wait"));
    bool dry = json_is_true(json_object_get(arguments, "dry_run"));
    const struct session_reply reply = {carried_cycle_row, on_progress, at};
    json_object_set_new(arguments, "wait", json_boolean(!no_wait));
    int code = session_ask(&at->session, "resync", arguments, no_wait, &reply);
    progress_end(&at->progress);
    if (at->kept == NULL) {
        return code;
    }
    if (dry) {
        carried_read_plan(at);
        json_object_set(at->kept, "proposed", at->plan);
    }
    show_row(&at->show, at->kept);
    if (dry && !at->show.json) {
        carried_show_proposed(at);
    }
    return code;
}

static int check(struct carried *at, int settings_code)
{
    bool online = json_is_true(json_object_get(at->invocation->arguments, "online"));
    return check_run(&at->session, settings_code, online, carried_row, at);
}

static int explain(struct carried *at)
{
    json_t *stored = explain_stored_arguments(&at->session, at->invocation->arguments);
    if (stored != NULL) {
        int code = carried_ask(at, "explain", stored, carried_row);
        json_decref(stored);
        return code;
    }
    if (at->session.message[0] != '\0') {
        return EXIT_USAGE;
    }
    return explain_run(&at->session, at->invocation->arguments, carried_row, at);
}

static int resolve(struct carried *at)
{
    const struct session_reply reply = {carried_row, NULL, at};
    return decisions_run(&at->session, at->invocation->arguments, &reply);
}

/* Commands that are more than one question. */
static const struct {
    const char *name;
    int (*function)(struct carried *at);
} special[] = {
    {"resync", resync},      {"plan", carried_plan},  {"apply", carried_apply},
    {"undo", carried_undo},  {"person", persons},     {"log", follow_log},
    {"resolve", resolve},    {"explain", explain},
    {"backup", carried_backup}, {"restore", carried_restore},
};

static int carry(struct carried *at)
{
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
        if (strcmp(special[i].name, at->invocation->command->name) == 0) {
            return special[i].function(at);
        }
    }
    return view(at);
}

static void begin(struct carried *at, struct invocation *invocation)
{
    bool colour = !invocation->no_color && isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL;
    *at = (struct carried){.invocation = invocation};
    at->show = (struct show){.paper = {stdout, terminal_width(STDOUT_FILENO), colour},
                             .json = invocation->json,
                             .command = invocation->command->name};
    progress_begin(&at->progress, invocation->json && !isatty(STDERR_FILENO) ? NULL : stderr,
                   isatty(STDERR_FILENO), terminal_width(STDERR_FILENO));
}

int carry_out(struct invocation *invocation)
{
    struct carried at;
    begin(&at, invocation);
    bool alone = strcmp(invocation->command->name, "replay") == 0; /* a file is all it needs */
    int code = alone ? EXIT_DONE : session_open(invocation->config, &at.session);
    if (alone) {
        code = replay_run(invocation->arguments, carried_row, &at, at.session.message, sizeof at.session.message);
    } else if (strcmp(invocation->command->name, "check") == 0) {
        code = check(&at, code);
    } else if (code == EXIT_DONE) {
        code = carry(&at);
    }
    if (!show_end(&at.show) && code == EXIT_DONE) {
        code = EXIT_INTERNAL;
    }
    if (at.session.message[0] != '\0') {
        fprintf(stderr, "cebridge: %s\n", at.session.message);
    }
    json_decref(at.kept);
    json_decref(at.plan);
    session_close(&at.session);
    return code;
}
