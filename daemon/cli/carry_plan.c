/* plan, apply and undo: what would be written, exactly that carried out, and taken back. */
#include "daemon/cli/carry_inside.h"
#include "daemon/cli/language.h"
#include "daemon/cli/plan_file.h"
#include "daemon/order.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int say(struct carried *at, enum exit_code code, const char *text)
{
    (void)snprintf(at->session.message, sizeof at->session.message, "%s", text);
    return (int)code;
}

static void on_plan_row(void *context, json_t *row)
{
    struct carried *at = context;
    (void)json_array_append(at->plan, row);
}

/* A list of the cycle's writes (view `plan`), into at->plan. The cycle's message stands unless this
 * fails. */
static int read_list(struct carried *at, const char *list)
{
    char message[sizeof at->session.message];
    json_t *arguments = json_pack("{s:I, s:s}", "run", (json_int_t)at->run, "list", list);
    memcpy(message, at->session.message, sizeof message);
    json_decref(at->plan);
    at->plan = json_array();
    int code = carried_ask(at, "plan", arguments, on_plan_row);
    if (code == EXIT_DONE) {
        memcpy(at->session.message, message, sizeof message);
    }
    json_decref(arguments);
    return code;
}

void carried_read_plan(struct carried *at)
{
    (void)read_list(at, "proposed");
}

void carried_show_proposed(struct carried *at)
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

/* --- plan ------------------------------------------------------------------------------------- */

/* Where the plan goes: beside its name first, so that a file of that name is a whole plan. */
struct plan_out {
    const char *path; /* NULL: to no file; "-": standard output */
    char *beside;
    FILE *to;
};

static int open_out(struct carried *at, struct plan_out *out)
{
    int file = -1;
    out->path = json_string_value(json_object_get(at->invocation->arguments, "out"));
    if (out->path == NULL) {
        return EXIT_DONE;
    }
    if (strcmp(out->path, "-") == 0) {
        out->to = stdout;
        return EXIT_DONE;
    }
    if (asprintf(&out->beside, "%s.XXXXXX", out->path) < 0) {
        out->beside = NULL;
        return say(at, EXIT_INTERNAL, _("out of memory"));
    }
    file = mkostemp(out->beside, O_CLOEXEC); /* 0600 */
    out->to = file < 0 ? NULL : fdopen(file, "w");
    if (out->to == NULL) {
        (void)snprintf(at->session.message, sizeof at->session.message,
                       _("the plan's file cannot be created: %s"), strerror(errno));
        free(out->beside);
        out->beside = NULL;
        return EXIT_CREATE;
    }
    return EXIT_DONE;
}

/* keep: the file takes its name; else it goes. */
static int close_out(struct carried *at, struct plan_out *out, bool keep)
{
    int code = EXIT_DONE;
    if (out->beside == NULL) {
        return code;
    }
    bool good = keep && fflush(out->to) == 0 && fsync(fileno(out->to)) == 0;
    good = fclose(out->to) == 0 && good && rename(out->beside, out->path) == 0;
    if (keep && !good) {
        (void)snprintf(at->session.message, sizeof at->session.message,
                       _("the plan's file cannot be created: %s"), strerror(errno));
        code = EXIT_CREATE;
    }
    if (!good) {
        (void)unlink(out->beside);
    }
    free(out->beside);
    out->beside = NULL;
    return code;
}

/* The writes that the cycle counted; another cycle may have put its own plan in place of this one. */
static bool is_whole(struct carried *at)
{
    int64_t count = 0;
    json_t *counts = json_object_get(at->kept, "counts");
    for (enum side side = MUNICIPAL; at->kept != NULL && side < SIDES; side++) {
        json_t *of_side = json_object_get(counts, side_name(side));
        count += json_integer_value(json_object_get(of_side, "create")) +
                 json_integer_value(json_object_get(of_side, "update")) +
                 json_integer_value(json_object_get(of_side, "revoke"));
    }
    return at->kept == NULL || count == (int64_t)json_array_size(at->plan);
}

static int write_out(struct carried *at, struct plan_out *out)
{
    char hash[PLAN_FILE_HASH] = "";
    if (!is_whole(at)) {
        return say(at, EXIT_BUSY, _("another cycle ran in between; try again"));
    }
    if (json_array_size(at->plan) > ORDER_WRITES) {
        return say(at, EXIT_INPUT, _("too many writes for one plan"));
    }
    if (plan_file_write(out->to, at->run, session_now(), at->plan, hash) != STATUS_OK) {
        return say(at, EXIT_CREATE, _("the plan's file cannot be written"));
    }
    bool named = out->beside != NULL;
    int code = close_out(at, out, true);
    if (code == EXIT_DONE && named) {
        fprintf(stderr, _("%zu writes stand in %s, hash %s"), json_array_size(at->plan), out->path,
                hash);
        fputc('\n', stderr);
    }
    return code;
}

/* What no change of data brought is shown apart, behind the rest; cause NULL: all, in order. */
static void show_part(struct carried *at, const char *cause)
{
    size_t index;
    json_t *row;
    bool named = cause == NULL || strcmp(cause, "data") == 0;
    json_array_foreach(at->plan, index, row)
    {
        if (cause != NULL && strcmp(show_text(row, "cause"), cause) != 0) {
            continue;
        }
        if (!named) {
            (void)show_end(&at->show);
            printf("\n%s\n", strcmp(cause, "scope") == 0
                                 ? _("Only because the scope changed, not the data:")
                                 : _("Only because the mapping changed, not the data:"));
            named = true;
        }
        carried_row(at, row);
    }
}

static int show_plan_rows(struct carried *at, struct plan_out *out)
{
    int code = read_list(at, "proposed");
    if (out->to != stdout && at->show.json) {
        show_part(at, NULL);
    } else if (out->to != stdout) {
        show_part(at, "data");
        show_part(at, "mapping");
        show_part(at, "scope");
        if (code == EXIT_DONE && json_array_size(at->plan) == 0) {
            puts(_("There is nothing to write."));
        }
    }
    return code == EXIT_DONE && out->to != NULL ? write_out(at, out) : code;
}

/* A cycle that writes nothing, then what it would have written. A command that only shows ends with
 * 0 whether conflicts are open or not. */
int carried_plan(struct carried *at)
{
    struct plan_out out = {.path = NULL};
    int code = open_out(at, &out);
    at->run = json_integer_value(json_object_get(at->invocation->arguments, "run"));
    if (code == EXIT_DONE && at->run == 0) {
        json_t *arguments = json_pack("{s:b, s:b}", "dry_run", true, "wait", true);
        code = carried_ask(at, "resync", arguments, carried_cycle_row);
        json_decref(arguments);
        progress_end(&at->progress);
        code = code == EXIT_CONFLICTS || code == EXIT_HELD ? EXIT_DONE : code;
    }
    if (at->run != 0 && (code == EXIT_DONE || out.to == NULL)) {
        int shown = show_plan_rows(at, &out);
        code = code != EXIT_DONE ? code : shown;
    }
    (void)close_out(at, &out, false);
    return code;
}

/* --- apply ------------------------------------------------------------------------------------ */

static int read_file(struct carried *at, struct plan_file *plan)
{
    const char *path = json_string_value(json_object_get(at->invocation->arguments, "file"));
    const char *why = NULL;
    FILE *from = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    if (from == NULL) {
        return say(at, EXIT_INPUT, _("the file cannot be read"));
    }
    enum status status = plan_file_read(from, ORDER_WRITES, plan, &why);
    if (from != stdin) {
        fclose(from);
    }
    if (status == STATUS_INVALID && plan->line > 0) {
        (void)snprintf(at->session.message, sizeof at->session.message, _("line %d: %s"),
                       plan->line, _(why));
    } else if (status != STATUS_OK) {
        (void)say(at, EXIT_INPUT, _(why != NULL ? why : status_text(status)));
    }
    return (int)command_exit_of(status);
}

/* What became of each key, and of whom other writes were planned: {"KEY": row, "TARGET REF": true} */
static json_t *by_key(json_t *rows)
{
    size_t index;
    json_t *row;
    json_t *found = json_object();
    json_array_foreach(rows, index, row)
    {
        const char *key = show_text(row, "key");
        bool settled = strcmp(show_text(row, "state"), "settled") == 0;
        char of_whom[64];
        (void)snprintf(of_whom, sizeof of_whom, "%s %s", show_text(row, "target"),
                       show_text(row, "subject_ref"));
        json_object_set_new(found, of_whom, json_true());
        if (settled || json_object_get(found, key) == NULL) {
            json_object_set(found, key, row);
        }
    }
    return found;
}

/* Why the write of the file was not carried out; NULL: it was, or it is held with its plan. */
static const char *why_left_out(json_t *found, json_t *item, bool whole)
{
    char of_whom[64];
    json_t *row = json_object_get(found, show_text(item, "key"));
    const char *state = show_text(row, "state");
    if (row != NULL) {
        bool unknown = strcmp(state, "sent") == 0 || strcmp(show_text(row, "code"), "unknown") == 0;
        bool fine = strcmp(state, "settled") == 0 || strcmp(state, "proposed") == 0;
        return fine ? NULL : unknown ? "unknown" : state;
    }
    (void)snprintf(of_whom, sizeof of_whom, "%s %s", show_text(item, "target"),
                   show_text(item, "subject_ref"));
    return !whole ? "interrupted" : json_object_get(found, of_whom) != NULL ? "changed"
                                                                            : "not_planned";
}

static json_t *left_out_of(struct carried *at, const struct plan_file *plan, bool whole)
{
    size_t index;
    json_t *item;
    json_t *list = json_array(), *found = by_key(at->plan);
    json_array_foreach(plan->writes, index, item)
    {
        const char *why = why_left_out(found, item, whole);
        if (why != NULL) {
            json_t *row = json_copy(item);
            json_object_set_new(row, "why", json_string(why));
            json_array_append_new(list, row);
        }
    }
    json_decref(found);
    return list;
}

static void show_left_out(struct carried *at, json_t *list)
{
    size_t index;
    json_t *row;
    json_object_set(at->kept, "left_out", list);
    show_row(&at->show, at->kept);
    if (at->show.json || json_array_size(list) == 0) {
        return;
    }
    printf("\n%s\n", _("Left out:"));
    struct show left_out = at->show;
    left_out.command = "left_out";
    json_array_foreach(list, index, row)
    {
        show_left_out_row(&left_out, row);
    }
    (void)show_end(&left_out);
}

/* Was the cycle read and decided to its end? */
static bool was_decided(const struct carried *at, int code)
{
    json_t *counts = json_object_get(at->kept, "counts");
    return code == EXIT_DONE || code == EXIT_CONFLICTS ||
           (code == EXIT_HELD && strcmp(show_text(counts, "guard"), "listing_shrank") != 0);
}

int carried_apply(struct carried *at)
{
    struct plan_file plan = {.writes = NULL};
    int code = read_file(at, &plan);
    if (code == EXIT_DONE) {
        json_t *arguments = json_pack("{s:s, s:s, s:b}", "keys", plan.keys, "plan", plan.hash,
                                      "wait", true);
        code = carried_ask(at, "apply", arguments, carried_cycle_row);
        json_decref(arguments);
        progress_end(&at->progress);
    }
    if (at->kept != NULL) {
        (void)read_list(at, "all");
        json_t *list = left_out_of(at, &plan, was_decided(at, code));
        json_object_set_new(at->kept, "plan", json_string(plan.hash));
        show_left_out(at, list);
        json_decref(list);
    }
    plan_file_free(&plan);
    return code;
}

/* --- undo ------------------------------------------------------------------------------------- */

/* "RUN" or "conflict N", as the request's arguments; NULL: neither. */
static json_t *undo_arguments(json_t *typed)
{
    const char *what = json_string_value(json_object_get(typed, "what"));
    json_int_t number = json_integer_value(json_object_get(typed, "number"));
    bool dry = json_is_true(json_object_get(typed, "dry_run"));
    int64_t run = 0;
    if (strcmp(what, "conflict") == 0 && number > 0) {
        return json_pack("{s:I, s:b, s:b}", "undo_conflict", number, "dry_run", dry, "wait", true);
    }
    if (number != 0 || !slice_integer(slice_of(what), &run) || run < 1) {
        return NULL;
    }
    return json_pack("{s:I, s:b, s:b}", "undo_run", (json_int_t)run, "dry_run", dry, "wait", true);
}

int carried_undo(struct carried *at)
{
    json_t *arguments = undo_arguments(at->invocation->arguments);
    if (arguments == NULL) {
        return say(at, EXIT_USAGE, _("the number of a cycle, or 'conflict' and its number, is needed"));
    }
    bool dry = json_is_true(json_object_get(arguments, "dry_run"));
    int code = carried_ask(at, "undo", arguments, carried_cycle_row);
    json_decref(arguments);
    progress_end(&at->progress);
    if (at->kept == NULL) {
        return code;
    }
    (void)read_list(at, "left_out");
    json_t *list = json_incref(at->plan);
    if (dry) {
        carried_read_plan(at);
        json_object_set(at->kept, "proposed", at->plan);
    }
    show_left_out(at, list);
    json_decref(list);
    if (dry && !at->show.json) {
        carried_show_proposed(at);
    }
    return code;
}
