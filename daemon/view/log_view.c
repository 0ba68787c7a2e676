/* log: the lines of the chained log as they are, filtered, across its files (daemon/store/chain.h). */
#include "daemon/store/chain_files.h"
#include "daemon/view/view.h"
#include "mapping/base/civil.h"
#include "mapping/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct log_filter {
    char since[21], until[21]; /* "": none; as the lines' times, so that texts compare */
    int64_t run;
    int64_t after; /* line number behind which to go on */
    const char *event;
    char reference[17]; /* "": anybody */
};

static bool mentions(json_t *line, const char *reference)
{
    const char *name;
    json_t *value;
    json_object_foreach(line, name, value)
    {
        const char *text = json_string_value(value);
        if (text != NULL && strstr(name, "ref") != NULL && strcmp(text, reference) == 0) {
            return true;
        }
    }
    return false;
}

static bool wanted(const struct log_filter *filter, json_t *line)
{
    const char *time = json_string_value(json_object_get(line, "time"));
    const char *event = json_string_value(json_object_get(line, "event"));
    if (filter->after != 0 && json_integer_value(json_object_get(line, "n")) <= filter->after) {
        return false;
    }
    /* The first 19 characters: a line's time may have parts of a second. */
    if (time != NULL && ((filter->since[0] != '\0' && strncmp(time, filter->since, 19) < 0) ||
                         (filter->until[0] != '\0' && strncmp(time, filter->until, 19) > 0))) {
        return false;
    }
    if (filter->run != 0 && json_integer_value(json_object_get(line, "run")) != filter->run) {
        return false;
    }
    if (filter->event != NULL && (event == NULL || strcmp(event, filter->event) != 0)) {
        return false;
    }
    return filter->reference[0] == '\0' || mentions(line, filter->reference);
}

static void read_lines(struct view_call *call, const struct log_filter *filter, FILE *file)
{
    char *text = NULL;
    size_t capacity = 0;
    ssize_t size = 0;
    while ((size = getline(&text, &capacity, file)) > 0) {
        /* A line that is being written has no end yet: it is for the next look. */
        json_t *line = text[size - 1] == '\n' ? json_loadb(text, (size_t)size, 0, NULL) : NULL;
        if (line != NULL && wanted(filter, line)) {
            call->row(call->context, line);
        }
        json_decref(line);
    }
    free(text);
}

static int read_filter(struct view_call *call, struct log_filter *ret)
{
    int64_t since = view_integer(call, "since"), until = view_integer(call, "until");
    const char *person = view_text(call, "person");
    char code[19];
    *ret = (struct log_filter){.run = view_integer(call, "run"),
                               .after = view_integer(call, "after"),
                               .event = view_text(call, "event")};
    if (since != 0) {
        civil_utc_text(since, ret->since);
    }
    if (until != 0) {
        civil_utc_text(until, ret->until);
    }
    if (person == NULL) {
        return EXIT_DONE;
    }
    int today = (int)((call->view->now + CIVIL_CST_SECONDS) / CIVIL_DAY_SECONDS);
    if (identity_person(slice_of(person), today, code) != IDENTITY_OK) {
        return view_fail(call, EXIT_INPUT, N_("this is no valid resident ID"));
    }
    if (call->view->store == NULL) {
        return view_fail(call, EXIT_DONE, N_("no cycle has run yet"));
    }
    keyed_ref(store_keyed(call->view->store), arena_printf(call->arena, "person:%s", code),
              ret->reference);
    return EXIT_DONE;
}

/* By its name already: all its lines were shown, or are too old. */
static bool may_hold(const struct log_filter *filter, const char *name)
{
    int64_t last = 0, closed = 0;
    char time[21];
    if (!chain_file_facts(name, &last, &closed)) {
        return true; /* the current one */
    }
    civil_utc_text(closed, time);
    return last > filter->after &&
           (filter->since[0] == '\0' || strncmp(time, filter->since, 19) >= 0);
}

static enum status read_files(struct view_call *call, const struct log_filter *filter,
                              const struct chain_files *files)
{
    enum status status = STATUS_OK;
    for (size_t place = 0; status == STATUS_OK && place <= files->count; place++) {
        FILE *file = NULL;
        if (!may_hold(filter, chain_files_name(files, place))) {
            continue;
        }
        status = chain_files_read(files, place, &file);
        if (status == STATUS_OK && file != NULL) {
            read_lines(call, filter, file);
        }
        chain_files_done(files, file);
    }
    return status;
}

static enum status read_log(struct view_call *call, const struct log_filter *filter)
{
    struct chain_files files;
    int directory = open(call->view->settings->log_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) {
        return errno == ENOENT ? STATUS_NOT_FOUND : chain_errno(errno);
    }
    enum status status = chain_files_open(directory, &files);
    if (status == STATUS_OK) {
        status = read_files(call, filter, &files);
    }
    chain_files_close(&files);
    (void)close(directory);
    return status;
}

int view_of_log(struct view_call *call)
{
    struct log_filter filter;
    if (json_is_true(json_object_get(call->arguments, "verify"))) {
        return view_verify_log(call);
    }
    int code = read_filter(call, &filter);
    if (code != EXIT_DONE || call->message[0] != '\0') {
        return code;
    }
    enum status status = read_log(call, &filter);
    if (status == STATUS_NOT_FOUND) {
        return view_fail(call, EXIT_DONE, N_("there is no log yet"));
    }
    if (status == STATUS_DENIED || status == STATUS_IO) {
        return view_fail(call, EXIT_DENIED, N_("the log cannot be read"));
    }
    return status == STATUS_OK ? EXIT_DONE : view_fail_status(call, status);
}
