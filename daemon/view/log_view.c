/* log: the lines of the chained log as they are, filtered. In log_dir the current file is
 * events.jsonl; what was rotated away is events-TIME.jsonl beside it (daemon/store/chain.h). */
#include "daemon/view/view.h"
#include "mapping/base/civil.h"
#include "mapping/identity.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOG_FILES = 4096, LOG_NAME = 256 };

struct log_filter {
    char since[21], until[21]; /* "": none; as the lines' times, so that texts compare */
    int64_t run;
    int64_t after; /* line number behind which to go on */
    const char *event;
    char reference[17]; /* "": anybody */
};

struct log_files {
    char (*names)[LOG_NAME];
    size_t count;
};

static bool is_log_name(const char *name)
{
    return strncmp(name, "events", 6) == 0 && strstr(name, ".jsonl") != NULL &&
           strlen(name) < LOG_NAME && strstr(name, ".gz") == NULL;
}

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

/* The file that is written now comes last; before it the older ones in order of name. */
static int by_age(const void *one, const void *other)
{
    const char *first = one, *second = other;
    bool first_now = strcmp(first, "events.jsonl") == 0;
    bool second_now = strcmp(second, "events.jsonl") == 0;
    return first_now != second_now ? first_now - second_now : strcmp(first, second);
}

static enum status list_files(const char *folder, struct log_files *ret)
{
    DIR *open_folder = opendir(folder);
    const struct dirent *entry = NULL;
    if (open_folder == NULL) {
        return STATUS_NOT_FOUND;
    }
    ret->names = calloc(LOG_FILES, LOG_NAME);
    while (ret->names != NULL && (entry = readdir(open_folder)) != NULL && ret->count < LOG_FILES) {
        if (is_log_name(entry->d_name)) {
            memcpy(ret->names[ret->count++], entry->d_name, strlen(entry->d_name) + 1);
        }
    }
    closedir(open_folder);
    if (ret->names == NULL) {
        return STATUS_NO_MEMORY;
    }
    qsort(ret->names, ret->count, LOG_NAME, by_age);
    return STATUS_OK;
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

int view_of_log(struct view_call *call)
{
    struct log_filter filter;
    struct log_files files = {.count = 0};
    const char *folder = call->view->settings->log_dir;
    if (json_is_true(json_object_get(call->arguments, "verify"))) {
        return view_verify_log(call);
    }
    int code = read_filter(call, &filter);
    if (code != EXIT_DONE || call->message[0] != '\0') {
        return code;
    }
    enum status status = list_files(folder, &files);
    if (status == STATUS_NOT_FOUND) {
        return view_fail(call, EXIT_DONE, N_("there is no log yet"));
    }
    for (size_t i = 0; i < files.count; i++) {
        struct slice path = arena_printf(call->arena, "%s/%s", folder, files.names[i]);
        FILE *file = path.at != NULL ? fopen(path.at, "re") : NULL;
        if (file == NULL) {
            free(files.names);
            return view_fail(call, EXIT_DENIED, N_("the log cannot be read"));
        }
        read_lines(call, &filter, file);
        fclose(file);
    }
    free(files.names);
    return status == STATUS_OK ? EXIT_DONE : view_fail_status(call, status);
}
