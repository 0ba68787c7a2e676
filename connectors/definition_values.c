/* Values of headers, queries and forms, and templates of bodies. A value is a scalar as it stands,
 * or taken from the request: {"from": "/page"}. In a body any JSON may hold such values; {"each":
 * …} is a list with one element an item of the batch; the member "*" stands for all members of what
 * it takes. */
#include "connectors/definition_read.h"
#include "connectors/value_source.h"

#include <string.h>
#include <strings.h>

enum { TEMPLATE_DEPTH = 16 };

static const char *const VALUE_NAMES[] = {"from",   "as",     "time",   "zone", "prefix",
                                          "suffix", "unless", "always", NULL};
static const char *const AS_WORDS[] = {"text", "integer", NULL};
static const char SOURCES_ALLOWED[] =
    "/key_id, /secret, /token, /timestamp, /nonce, /idempotency_key, /page, /size, /cursor, "
    "/since, /year, /region, /persons, /organisations, /id, /version, /origin_system, "
    "/origin_number, /record, /record/…";
static const char URL_ALLOWED[] =
    "in a query: /key_id, /timestamp, /nonce, /idempotency_key, /page, /size, /cursor, /since, "
    "/year, /region, /id, /version, /origin_system, /origin_number; no person, no secret";

static enum status check_source(struct jsonplace *place, const json_t *object, const char *key,
                                enum value_place where, enum value_source *ret)
{
    struct slice rest;
    const json_t *value = json_object_get(object, key);
    const char *pointer = json_string_value(value);
    if (pointer == NULL || !value_source_find(pointer, ret, &rest))
        return jsonplace_wrong_key(place, key, value, SOURCES_ALLOWED);
    if (where == VALUE_IN_QUERY && !value_source_in_url(*ret))
        return jsonplace_wrong_key(place, key, value, URL_ALLOWED);
    bool many = *ret == SOURCE_PERSONS || *ret == SOURCE_ORGANISATIONS ||
                (*ret == SOURCE_RECORD && rest.size == 0);
    if (many && where != VALUE_IN_BODY)
        return jsonplace_wrong_key(place, key, value, "lists and records only in a body");
    return STATUS_OK;
}

/* {"from": …} with what may stand beside it. */
static enum status check_taken(struct jsonplace *place, const json_t *object,
                               enum value_place where)
{
    enum value_source source = SOURCES;
    struct time_form form = {0};
    const char *text = NULL;
    bool flag = false;
    int word = 0;
    enum status status = jsonplace_known(place, object, VALUE_NAMES);
    if (status == STATUS_OK)
        status = check_source(place, object, "from", where, &source);
    if (status == STATUS_OK)
        status = definition_read_word(place, object, "as", OPTIONAL, AS_WORDS, &word);
    if (status == STATUS_OK)
        status = definition_read_time(place, object, source == SOURCE_SINCE ? REQUIRED : OPTIONAL,
                                      &form);
    if (status == STATUS_OK && form.format != NULL && source != SOURCE_SINCE)
        return jsonplace_wrong_key(place, "time", json_object_get(object, "time"),
                                   "only beside \"from\": \"/since\"");
    if (status == STATUS_OK)
        status = definition_read_text(place, object, "prefix", OPTIONAL, &text);
    if (status == STATUS_OK)
        status = definition_read_text(place, object, "suffix", OPTIONAL, &text);
    if (status == STATUS_OK)
        status = definition_read_flag(place, object, "always", &flag);
    if (status == STATUS_OK && json_object_get(object, "unless") != NULL)
        status = check_source(place, object, "unless", VALUE_IN_BODY, &source);
    return status;
}

static enum status check_template(struct jsonplace *place, const json_t *value, unsigned depth);

static enum status check_members(struct jsonplace *place, const json_t *object, unsigned depth)
{
    const char *key;
    json_t *member;
    json_object_foreach((json_t *)(uintptr_t)object, key, member)
    {
        size_t length = jsonplace_enter(place, key);
        if (strcmp(key, "*") == 0 && json_object_get(member, "from") == NULL)
            return jsonplace_wrong(place, member, "{\"from\": \"/record\"}");
        enum status status = check_template(place, member, depth + 1);
        if (status != STATUS_OK)
            return status;
        jsonplace_leave(place, length);
    }
    return STATUS_OK;
}

static enum status check_elements(struct jsonplace *place, const json_t *array, unsigned depth)
{
    for (size_t index = 0; index < json_array_size(array); index++) {
        size_t length = jsonplace_enter_index(place, index);
        enum status status = check_template(place, json_array_get(array, index), depth + 1);
        if (status != STATUS_OK)
            return status;
        jsonplace_leave(place, length);
    }
    return STATUS_OK;
}

static enum status check_each(struct jsonplace *place, const json_t *object, unsigned depth)
{
    static const char *const names[] = {"each", NULL};
    enum status status = jsonplace_known(place, object, names);
    if (status != STATUS_OK)
        return status;
    size_t length = jsonplace_enter(place, "each");
    status = check_template(place, json_object_get(object, "each"), depth + 1);
    if (status == STATUS_OK)
        jsonplace_leave(place, length);
    return status;
}

static enum status check_template(struct jsonplace *place, const json_t *value, unsigned depth)
{
    if (depth > TEMPLATE_DEPTH)
        return jsonplace_wrong(place, value, "a template nested at most 16 deep");
    if (json_object_get(value, "from") != NULL)
        return check_taken(place, value, VALUE_IN_BODY);
    if (json_object_get(value, "each") != NULL)
        return check_each(place, value, depth);
    if (json_is_object(value))
        return check_members(place, value, depth);
    return json_is_array(value) ? check_elements(place, value, depth) : STATUS_OK;
}

enum status definition_check_header(struct jsonplace *place, const char *name, const json_t *value)
{
    static const char marks[] = "!#$%&'*+-.^_`|~";
    static const char *const ours[] = {"Host", "Content-Length", "Connection", "Transfer-Encoding",
                                       NULL};
    bool good = *name != '\0';
    for (const char *at = name; good && *at != '\0'; at++) {
        bool letter = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z');
        good = letter || (*at >= '0' && *at <= '9') || strchr(marks, *at) != NULL;
    }
    for (size_t index = 0; good && ours[index] != NULL; index++)
        good = strcasecmp(name, ours[index]) != 0;
    return good ? STATUS_OK
                : jsonplace_wrong(place, value,
                                  "a header's name, but not Host, Content-Length, Connection");
}

/* A value of a header, a query or a form: a scalar, or taken. */
static enum status check_value(struct jsonplace *place, const char *key, const json_t *value,
                               enum value_place where)
{
    if (where == VALUE_IN_HEADER) {
        enum status status = definition_check_header(place, key, value);
        if (status != STATUS_OK)
            return status;
    }
    if (json_is_object(value))
        return check_taken(place, value, where);
    if (json_is_string(value) || json_is_integer(value) || json_is_boolean(value))
        return STATUS_OK;
    return jsonplace_wrong(place, value, "a text, a whole number, or {\"from\": \"/page\"}");
}

enum status definition_read_values(struct jsonplace *place, const json_t *object, const char *key,
                                   enum value_place where, const json_t **ret)
{
    const json_t *values = json_object_get(object, key);
    const char *name;
    json_t *value;
    if (values == NULL)
        return STATUS_OK;
    size_t length = jsonplace_enter(place, key);
    enum status status = STATUS_OK;
    if (where == VALUE_IN_BODY)
        status = check_template(place, values, 0);
    else if (!json_is_object(values))
        return jsonplace_wrong(place, values, "an object of names and values");
    if (where != VALUE_IN_BODY) {
        json_object_foreach((json_t *)(uintptr_t)values, name, value)
        {
            size_t inner = jsonplace_enter(place, name);
            status = check_value(place, name, value, where);
            if (status != STATUS_OK)
                return status;
            jsonplace_leave(place, inner);
        }
    }
    if (status != STATUS_OK)
        return status;
    jsonplace_leave(place, length);
    *ret = values;
    return STATUS_OK;
}
