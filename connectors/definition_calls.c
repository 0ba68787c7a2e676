/* The calls of a definition: sign-on, clock, and for each entity listing, query, reading,
 * writing. */
#include "connectors/definition_read.h"

#include <string.h>

enum { LARGEST_MOST = 256 }; /* items of one batch, and persons of one query */

static const char *const CALL_NAMES[] = {"method",  "path",    "unsigned", "query",
                                         "headers", "body",    "form",     "record",
                                         "largest", "results", NULL};
static const char *const PATH_ALLOWED = "a path that begins with /, of letters, digits, - . _ ~ / "
                                        "and {id}, {origin_system}, {origin_number}, {year}";

static bool is_placeholder(const char *text, size_t *ret_size)
{
    static const char *const known[] = {"{id}", "{origin_system}", "{origin_number}", "{year}"};
    for (size_t index = 0; index < sizeof known / sizeof *known; index++) {
        *ret_size = strlen(known[index]);
        if (strncmp(text, known[index], *ret_size) == 0)
            return true;
    }
    return false;
}

static bool is_path(const char *text)
{
    size_t size = 0;
    if (*text != '/')
        return false;
    while (*text != '\0') {
        bool letter = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z');
        bool plain = letter || (*text >= '0' && *text <= '9') || strchr("-._~/", *text) != NULL;
        if (!plain && !is_placeholder(text, &size))
            return false;
        text += plain ? 1 : size;
    }
    return true;
}

static enum status read_line(struct jsonplace *place, const json_t *object, struct call_form *form)
{
    static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", NULL};
    int method = 0;
    enum status status = definition_read_word(place, object, "method", REQUIRED, methods, &method);
    if (status != STATUS_OK)
        return status;
    form->method = methods[method];
    status = definition_read_text(place, object, "path", REQUIRED, &form->path);
    if (status == STATUS_OK && !is_path(form->path))
        status = jsonplace_wrong_key(place, "path", json_object_get(object, "path"), PATH_ALLOWED);
    if (status == STATUS_OK)
        status = definition_read_flag(place, object, "unsigned", &form->is_unsigned);
    return status;
}

static enum status read_contents(struct jsonplace *place, const json_t *object,
                                 struct call_form *form)
{
    enum status status =
        definition_read_values(place, object, "query", VALUE_IN_QUERY, &form->query);
    if (status == STATUS_OK)
        status = definition_read_values(place, object, "headers", VALUE_IN_HEADER, &form->headers);
    if (status == STATUS_OK)
        status = definition_read_values(place, object, "body", VALUE_IN_BODY, &form->body);
    if (status == STATUS_OK)
        status = definition_read_values(place, object, "form", VALUE_IN_FORM, &form->form);
    if (status != STATUS_OK)
        return status;
    bool both = form->body != NULL && form->form != NULL;
    bool idle = strcmp(form->method, "GET") == 0 && (form->body != NULL || form->form != NULL);
    if (both || idle)
        return jsonplace_wrong_key(place, form->body != NULL ? "body" : "form",
                                   form->body != NULL ? form->body : form->form,
                                   both ? "a body or a form, not both" : "no body with GET");
    return STATUS_OK;
}

static enum status read_results(struct jsonplace *place, const json_t *parent,
                                struct call_form *form)
{
    static const char *const names[] = {"pointer", "index", "record", NULL};
    const json_t *object = NULL;
    size_t length = 0;
    enum status status =
        definition_read_section(place, parent, "results", REQUIRED, names, &object, &length);
    if (status == STATUS_OK)
        status = definition_read_pointer(place, object, "pointer", REQUIRED, &form->results);
    if (status == STATUS_OK)
        status = definition_read_pointer(place, object, "index", REQUIRED, &form->result_index);
    if (status == STATUS_OK)
        status = definition_read_pointer(place, object, "record", REQUIRED, &form->result_record);
    if (status == STATUS_OK)
        jsonplace_leave(place, length);
    return status;
}

/* What one kind of call has and the others must not have. */
static enum status read_parts(struct jsonplace *place, const json_t *object, unsigned parts,
                              struct call_form *form)
{
    static const struct {
        const char *key;
        unsigned part;
        const char *where;
    } rows[] = {{"record", CALL_HAS_RECORD, "only in read, create, update"},
                {"largest", CALL_HAS_LARGEST, "only in query, batch"},
                {"results", CALL_HAS_RESULTS, "only in batch"}};
    int64_t largest = 0;
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++) {
        const json_t *value = json_object_get(object, rows[index].key);
        if (value != NULL && (parts & rows[index].part) == 0)
            return jsonplace_wrong_key(place, rows[index].key, value, rows[index].where);
    }
    enum status status = STATUS_OK;
    if ((parts & CALL_HAS_RECORD) != 0)
        status = definition_read_pointer(place, object, "record", REQUIRED, &form->record);
    if (status == STATUS_OK && (parts & CALL_HAS_LARGEST) != 0)
        status = definition_read_number(place, object, "largest", 1, LARGEST_MOST, &largest);
    if (status == STATUS_OK && (parts & CALL_HAS_LARGEST) != 0 && largest == 0)
        status = jsonplace_wrong_key(place, "largest", NULL, "a whole number, 1 to 256");
    if (status == STATUS_OK && (parts & CALL_HAS_RESULTS) != 0)
        status = read_results(place, object, form);
    form->largest = (size_t)largest;
    return status;
}

enum status definition_read_call(struct jsonplace *place, const json_t *object, const char *key,
                                 unsigned parts, struct call_form *ret)
{
    const json_t *call = NULL;
    size_t length = 0;
    struct call_form form = {.present = true};
    enum status status =
        definition_read_section(place, object, key, REQUIRED, CALL_NAMES, &call, &length);
    if (status == STATUS_OK)
        status = read_line(place, call, &form);
    if (status == STATUS_OK)
        status = read_contents(place, call, &form);
    if (status == STATUS_OK)
        status = read_parts(place, call, parts, &form);
    if (status != STATUS_OK)
        return status;
    *ret = form;
    jsonplace_leave(place, length);
    return STATUS_OK;
}

static const struct {
    enum call call;
    unsigned parts;
} ENTITY_CALLS[] = {{CALL_LIST, 0},
                    {CALL_QUERY, CALL_HAS_LARGEST},
                    {CALL_READ, CALL_HAS_RECORD},
                    {CALL_CREATE, CALL_HAS_RECORD},
                    {CALL_UPDATE, CALL_HAS_RECORD},
                    {CALL_BATCH, CALL_HAS_LARGEST | CALL_HAS_RESULTS}};

static enum status read_entity(struct jsonplace *place, const json_t *entities, enum entity entity,
                               struct definition *definition)
{
    static const char *const names[] = {"list", "query", "read", "create", "update", "batch", NULL};
    const json_t *object = NULL;
    size_t length = 0;
    enum status status = definition_read_section(place, entities, entity_name(entity), OPTIONAL,
                                                 names, &object, &length);
    if (status != STATUS_OK || object == NULL)
        return status;
    for (size_t index = 0; index < sizeof ENTITY_CALLS / sizeof *ENTITY_CALLS; index++) {
        enum call call = ENTITY_CALLS[index].call;
        if (json_object_get(object, call_name(call)) == NULL)
            continue;
        status = definition_read_call(place, object, call_name(call), ENTITY_CALLS[index].parts,
                                      &definition->calls[entity][call]);
        if (status != STATUS_OK)
            return status;
    }
    jsonplace_leave(place, length);
    return STATUS_OK;
}

enum status definition_read_entities(struct jsonplace *place, struct definition *definition)
{
    static const char *const names[] = {"account", "hours", "annual", NULL};
    const json_t *object = NULL;
    size_t length = 0;
    enum status status = definition_read_section(place, definition->root, "entities", REQUIRED,
                                                 names, &object, &length);
    for (int entity = 0; status == STATUS_OK && entity < ENTITIES; entity++)
        status = read_entity(place, object, (enum entity)entity, definition);
    if (status == STATUS_OK)
        jsonplace_leave(place, length);
    return status;
}
