#include "daemon/cli/carry_out.h"

#include "daemon/cli/check.h"
#include "daemon/cli/decisions.h"
#include "daemon/cli/explain.h"
#include "daemon/cli/language.h"
#include "daemon/cli/progress.h"
#include "daemon/cli/session.h"
#include "daemon/cli/show.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/* One command with its output. */
struct carried {
    struct invocation *invocation;
    struct session session;
    struct show show;
    struct progress progress;
    int64_t run;  /* of the last row of a cycle */
    int64_t last; /* line of the log that was shown last */
    json_t *kept; /* the cycle's row while its plan is read; NULL: rows are shown at once */
    json_t *plan;
};

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

static void on_row(void *context, json_t *row)
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

static int ask(struct carried *at, const char *command, json_t *arguments, view_row row)
{
    const struct session_reply reply = {row, on_progress, at};
    return session_ask(&at->session, command, arguments, false, &reply);
}

static int view(struct carried *at)
{
    return ask(at, at->invocation->command->name, at->invocation->arguments, on_row);
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
        int code = ask(at, "person", arguments, on_row);
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
    int code = ask(at, "log", arguments, on_log_row);
    const struct timespec second = {.tv_sec = 1};
    while (follow && code == EXIT_DONE && !ferror(stdout)) {
        (void)fflush(stdout);
        (void)nanosleep(&second, NULL);
        json_object_set_new(arguments, "after", json_integer(at->last));
        code = ask(at, "log", arguments, on_log_row);
    }
    return code;
}

static void on_cycle_row(void *context, json_t *row)
{
    struct carried *at = context;
    at->run = json_integer_value(json_object_get(row, "run"));
    json_decref(at->kept);
    at->kept = json_incref(row);
}

static void on_plan_row(void *context, json_t *row)
{
    struct carried *at = context;
    (void)json_array_append(at->plan, row);
}

/* The proposed writes of the run, into at->plan. The cycle's message stands. */
static void read_plan(struct carried *at)
{
    char message[sizeof at->session.message];
    json_t *arguments = json_pack("{s:I}", "run", (json_int_t)at->run);
    memcpy(message, at->session.message, sizeof message);
    at->plan = json_array();
    (void)ask(at, "plan", arguments, on_plan_row);
    memcpy(at->session.message, message, sizeof message);
    json_decref(arguments);
}

static void show_proposed(struct carried *at)
{
    size_t index;
    json_t *row;
    struct show plan = at->show;
    plan.command = "plan";
    plan.rows = 0;
    if (json_array_size(at->plan) == 0) {
        fprintf(stdout, "\n%s\n", _("There is nothing to write."));
        return;
    }
    fputc('\n', stdout);
    json_array_foreach(at->plan, index, row)
    {
        show_row(&plan, row);
    }
    (void)show_end(&plan);
}

static int resync(struct carried *at)
{
    json_t *arguments = at->invocation->arguments;
    bool no_wait = json_is_true(json_object_get(arguments, "no_wait"));
    bool dry = json_is_true(json_object_get(arguments, "dry_run"));
    const struct session_reply reply = {on_cycle_row, on_progress, at};
    json_object_set_new(arguments, "wait", json_boolean(!no_wait));
    int code = session_ask(&at->session, "resync", arguments, no_wait, &reply);
    progress_end(&at->progress);
    if (at->kept == NULL) {
        return code;
    }
    if (dry) {
        read_plan(at);
        json_object_set(at->kept, "proposed", at->plan);
    }
    show_row(&at->show, at->kept);
    if (dry && !at->show.json) {
        show_proposed(at);
    }
    return code;
}

/* A cycle that writes nothing, then what it would have written. A command that only shows ends with
 * 0 whether conflicts are open or not. */
static int plan(struct carried *at)
{
    int64_t run = json_integer_value(json_object_get(at->invocation->arguments, "run"));
    int code = EXIT_DONE;
    if (run == 0) {
        json_t *arguments = json_pack("{s:b, s:b}", "dry_run", true, "wait", true);
        code = ask(at, "resync", arguments, on_cycle_row);
        json_decref(arguments);
        progress_end(&at->progress);
        code = code == EXIT_CONFLICTS || code == EXIT_HELD ? EXIT_DONE : code;
        run = at->run;
    }
    if (run == 0) {
        return code;
    }
    json_t *arguments = json_pack("{s:I}", "run", (json_int_t)run);
    int shown = ask(at, "plan", arguments, on_row);
    json_decref(arguments);
    if (at->show.rows == 0 && !at->show.json && shown == EXIT_DONE) {
        puts(_("There is nothing to write."));
    }
    return code != EXIT_DONE ? code : shown;
}

static int check(struct carried *at, int settings_code)
{
    bool online = json_is_true(json_object_get(at->invocation->arguments, "online"));
    return check_run(&at->session, settings_code, online, on_row, at);
}

static int explain_record_of(struct carried *at)
{
    return explain_run(&at->session, at->invocation->arguments, on_row, at);
}

static int resolve(struct carried *at)
{
    const struct session_reply reply = {on_row, NULL, at};
    return decisions_run(&at->session, at->invocation->arguments, &reply);
}

/* Commands that are more than one question. */
static const struct {
    const char *name;
    int (*function)(struct carried *at);
} special[] = {
    {"resync", resync},  {"plan", plan},       {"person", persons},
    {"log", follow_log}, {"resolve", resolve}, {"explain", explain_record_of},
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
    int code = session_open(invocation->config, &at.session);
    if (strcmp(invocation->command->name, "check") == 0) {
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
