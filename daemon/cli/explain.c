#include "daemon/cli/explain.h"

#include "daemon/cli/language.h"
#include "mapping/decode.h"
#include "mapping/explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECORD_BYTES = 1024 * 1024 };

static int say(struct session *session, enum exit_code code, const char *text)
{
    (void)snprintf(session->message, sizeof session->message, "%s", text);
    return (int)code;
}

/* explain needs the mapping only: no secrets, no state. */
static int load_mapping(struct session *session, struct mapping **ret)
{
    struct fault fault = {.status = STATUS_OK};
    char *text = NULL, path[256] = "";
    size_t size = 0;
    enum status status = settings_read_definition(
        &session->settings, "mapping", session->settings.mapping, &text, &size, path, &fault);
    if (status == STATUS_OK) {
        status = mapping_load((struct slice){text, size}, path, ret, &fault);
    }
    free(text);
    if (status != STATUS_OK) {
        session_fault(&fault, session->message, sizeof session->message);
        return EXIT_SETTINGS;
    }
    return EXIT_DONE;
}

static int read_record(struct session *session, const char *path, struct buffer *ret)
{
    char piece[8192];
    size_t size = 0;
    FILE *from = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    if (from == NULL) {
        return say(session, EXIT_INPUT, _("the file cannot be read"));
    }
    buffer_init(ret, RECORD_BYTES);
    while ((size = fread(piece, 1, sizeof piece, from)) > 0) {
        buffer_append(ret, (struct slice){piece, size});
    }
    if (from != stdin) {
        fclose(from);
    }
    return ret->status == STATUS_OK && ret->size > 0
               ? EXIT_DONE
               : say(session, EXIT_INPUT, _("the record is empty or larger than 1 MiB"));
}

/* The first entity as which the record decodes; else the one with a readable key; else account. */
static enum entity guess(const struct mapping *mapping, enum side side, struct slice json)
{
    enum entity best = ENTITY_ACCOUNT;
    bool keyed = false;
    struct arena arena;
    arena_init(&arena, 16 * RECORD_BYTES);
    for (enum entity entity = 0; entity < ENTITIES; entity++) {
        struct decoded decoded;
        if (decode_record(mapping, side, entity, json, session_now(), &arena, &decoded) !=
            STATUS_OK) {
            continue;
        }
        if (decoded.ok) {
            best = entity;
            break;
        }
        if (decoded.key_readable && !keyed) {
            best = entity;
            keyed = true;
        }
    }
    arena_free(&arena);
    return best;
}

static int explain(struct session *session, const struct mapping *mapping, json_t *arguments,
                   struct slice json, json_t **ret)
{
    enum side side = MUNICIPAL;
    enum entity entity = ENTITY_ACCOUNT;
    const char *named = json_string_value(json_object_get(arguments, "entity"));
    (void)side_find(slice_of(json_string_value(json_object_get(arguments, "from"))), &side);
    if (named == NULL || !entity_find(slice_of(named), &entity)) {
        entity = guess(mapping, side, json);
    }
    enum status status = explain_record(mapping, side, entity, json, session_now(), ret);
    return status == STATUS_OK ? EXIT_DONE
           : status == STATUS_INVALID
               ? say(session, EXIT_INPUT, _("this is not one JSON object"))
               : say(session, command_exit_of(status), _(status_text(status)));
}

json_t *explain_stored_arguments(struct session *session, json_t *typed)
{
    const char *what = json_string_value(json_object_get(typed, "file"));
    const char *which = json_string_value(json_object_get(typed, "which"));
    const char *from = json_string_value(json_object_get(typed, "from"));
    int64_t number = 0;
    if (which == NULL && from != NULL) {
        return NULL;
    }
    if (which != NULL && strcmp(what, "record") == 0) {
        return json_pack("{s:s}", "record", which);
    }
    if (which != NULL && strcmp(what, "conflict") == 0 && slice_integer(slice_of(which), &number) &&
        number > 0) {
        return json_pack("{s:I}", "conflict", (json_int_t)number);
    }
    (void)say(session, EXIT_USAGE,
              _("a file and --from, 'conflict' and its number, or 'record' and its reference, is needed"));
    return NULL;
}

int explain_run(struct session *session, json_t *arguments, view_row row, void *context)
{
    struct mapping *mapping = NULL;
    struct buffer record = {.at = NULL};
    json_t *explained = NULL;
    int code = load_mapping(session, &mapping);
    if (code == EXIT_DONE) {
        code = read_record(session, json_string_value(json_object_get(arguments, "file")), &record);
    }
    if (code == EXIT_DONE) {
        code = explain(session, mapping, arguments, slice_trim(buffer_slice(&record)), &explained);
    }
    if (code == EXIT_DONE) {
        row(context, explained);
    }
    json_decref(explained);
    buffer_free(&record);
    mapping_free(mapping);
    return code;
}
