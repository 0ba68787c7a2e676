#include "daemon/cli/decisions.h"

#include "daemon/cli/language.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int say(struct session *session, enum exit_code code, const char *text)
{
    (void)snprintf(session->message, sizeof session->message, "%s", text);
    return (int)code;
}

/* "-": the value comes from standard input, so that it stands in no process list. */
static bool read_value(json_t *arguments)
{
    char line[4096];
    const char *value = json_string_value(json_object_get(arguments, "value"));
    if (value == NULL || strcmp(value, "-") != 0) {
        return true;
    }
    if (fgets(line, sizeof line, stdin) == NULL) {
        return false;
    }
    struct slice text = slice_trim(slice_of(line));
    json_t *json = json_stringn(text.at, text.size);
    explicit_bzero(line, sizeof line);
    return json != NULL && json_object_set_new(arguments, "value", json) == 0;
}

static int one_line(struct session *session, const char *line, const struct session_reply *reply)
{
    json_t *decision = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
    int code = EXIT_DONE;
    if (!json_is_object(decision)) {
        code = say(session, EXIT_INPUT, _("not one JSON object"));
    } else {
        code = session_ask(session, "resolve", decision, false, reply);
    }
    json_decref(decision);
    return code;
}

static int from_file(struct session *session, const char *path, const struct session_reply *reply)
{
    FILE *from = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    char *line = NULL;
    size_t capacity = 0;
    int first = EXIT_DONE, number = 0;
    if (from == NULL) {
        return say(session, EXIT_INPUT, _("the file cannot be read"));
    }
    while (getline(&line, &capacity, from) > 0) {
        number++;
        if (slice_empty(slice_trim(slice_of(line)))) {
            continue;
        }
        int code = one_line(session, line, reply);
        if (code != EXIT_DONE) {
            fprintf(stderr, _("line %d: %s"), number, session->message);
            fputc('\n', stderr);
            first = first != EXIT_DONE ? first : code;
        }
        session->message[0] = '\0';
    }
    free(line);
    if (from != stdin) {
        fclose(from);
    }
    return first;
}

int decisions_run(struct session *session, json_t *arguments, const struct session_reply *reply)
{
    const char *file = json_string_value(json_object_get(arguments, "file"));
    bool number = json_object_get(arguments, "number") != NULL;
    if ((file != NULL) == number) {
        return say(session, EXIT_USAGE, _("the number of a conflict, or --file, is needed"));
    }
    if (file != NULL) {
        return from_file(session, file, reply);
    }
    return read_value(arguments) ? session_ask(session, "resolve", arguments, false, reply)
                                 : say(session, EXIT_INPUT, _("no value was given"));
}
