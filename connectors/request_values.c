#include "connectors/request_values.h"

#include "mapping/encode.h"

#include "connectors/value_source.h"
#include "mapping/base/civil.h"
#include "mapping/split.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct slice number_text(const struct request_values *values, int64_t number)
{
    return arena_printf(values->arena, "%lld", (long long)number);
}

/* Numbers of the request; false: the source is none, or stands for nothing. */
static bool source_number(const struct request_values *values, enum value_source source,
                          int64_t *ret)
{
    const struct request *request = values->request;
    const struct paging *paging = &values->platform->definition->paging;
    switch (source) {
    case SOURCE_PAGE:
        *ret = (int64_t)(request->page == 0 ? 1 : request->page) - 1 + paging->first;
        return true;
    case SOURCE_SIZE:
        *ret = request->size == 0 ? (int64_t)paging->largest : (int64_t)request->size;
        return true;
    case SOURCE_YEAR: *ret = request->year; return request->year != 0;
    case SOURCE_VERSION: *ret = values->item == NULL ? 0 : values->item->version; return *ret != 0;
    case SOURCE_SINCE: *ret = request->since; return request->has_since;
    case SOURCE_KEY_ID:
    case SOURCE_SECRET:
    case SOURCE_TOKEN:
    case SOURCE_TIMESTAMP:
    case SOURCE_NONCE:
    case SOURCE_IDEMPOTENCY_KEY:
    case SOURCE_CURSOR:
    case SOURCE_REGION:
    case SOURCE_PERSONS:
    case SOURCE_ORGANISATIONS:
    case SOURCE_ID:
    case SOURCE_ORIGIN_SYSTEM:
    case SOURCE_ORIGIN_NUMBER:
    case SOURCE_RECORD:
    case SOURCES:
    default: return false;
    }
}

static struct slice id_of(const struct request_values *values)
{
    if (values->item != NULL && !slice_empty(values->item->remote_id))
        return values->item->remote_id;
    return values->item == NULL || values->request->call == CALL_UPDATE ? values->request->remote_id
                                                                        : (struct slice){0};
}

static struct slice source_text(const struct request_values *values, enum value_source source)
{
    const struct request_item *item = values->item;
    switch (source) {
    case SOURCE_KEY_ID: return values->platform->key_id;
    case SOURCE_SECRET: return values->platform->secret;
    case SOURCE_TOKEN: return values->platform->token;
    case SOURCE_TIMESTAMP: return values->timestamp;
    case SOURCE_NONCE: return values->nonce;
    case SOURCE_IDEMPOTENCY_KEY: return values->request->key;
    case SOURCE_CURSOR: return values->request->cursor;
    case SOURCE_REGION: return values->request->region;
    case SOURCE_ID: return id_of(values);
    case SOURCE_ORIGIN_SYSTEM: return item == NULL ? (struct slice){0} : item->origin_system;
    case SOURCE_ORIGIN_NUMBER: return item == NULL ? (struct slice){0} : item->origin_number;
    case SOURCE_PAGE:
    case SOURCE_SIZE:
    case SOURCE_SINCE:
    case SOURCE_YEAR:
    case SOURCE_VERSION:
    case SOURCE_PERSONS:
    case SOURCE_ORGANISATIONS:
    case SOURCE_RECORD:
    case SOURCES:
    default: return (struct slice){0};
    }
}

/* The member of the record at the pointer, borrowed; NULL: none. One step only is needed: what
 * encode_record makes is flat, but deeper ones are followed too. */
static json_t *record_at(const struct request_values *values, struct slice pointer)
{
    json_t *at = values->item == NULL ? NULL : values->item->record;
    while (at != NULL && pointer.size > 0) {
        char name[64];
        const char *end = memchr(pointer.at + 1, '/', pointer.size - 1);
        size_t size = end == NULL ? pointer.size - 1 : (size_t)(end - pointer.at) - 1;
        if (size >= sizeof name)
            return NULL;
        memcpy(name, pointer.at + 1, size);
        name[size] = '\0';
        at = json_object_get(at, name);
        pointer = (struct slice){pointer.at + 1 + size, pointer.size - 1 - size};
    }
    return at;
}

static bool is_present(const struct request_values *values, const char *pointer)
{
    enum value_source source = SOURCES;
    struct slice rest;
    int64_t number = 0;
    if (pointer == NULL || !value_source_find(pointer, &source, &rest))
        return false;
    if (source == SOURCE_PERSONS)
        return values->request->person_count > 0;
    if (source == SOURCE_ORGANISATIONS)
        return values->request->organisation_count > 0;
    if (source == SOURCE_RECORD)
        return record_at(values, rest) != NULL;
    return source_number(values, source, &number) || !slice_empty(source_text(values, source));
}

static bool left_out(const struct request_values *values, const json_t *form)
{
    return is_present(values, json_string_value(json_object_get(form, "unless")));
}

/* A scalar of a definition or a record as text. */
static enum status scalar_text(const struct request_values *values, const json_t *value,
                               struct slice *ret)
{
    *ret = (struct slice){0};
    if (json_is_string(value))
        *ret = (struct slice){json_string_value(value), json_string_length(value)};
    else if (json_is_integer(value))
        *ret = number_text(values, json_integer_value(value));
    else if (json_is_boolean(value))
        *ret = slice_of(json_is_true(value) ? "true" : "false");
    else if (!json_is_null(value) && value != NULL)
        return STATUS_INVALID;
    else
        return STATUS_OK;
    return ret->at == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

static int zone_of(const json_t *form)
{
    const char *zone = json_string_value(json_object_get(form, "zone"));
    char whole[48];
    int64_t instant = CIVIL_DAY_SECONDS - CIVIL_CST_SECONDS;
    (void)snprintf(whole, sizeof whole, "1970-01-02T00:00:00%.16s", zone == NULL ? "+08:00" : zone);
    (void)civil_parse(slice_of(whole), "%Y-%m-%dT%H:%M:%S%z", 0, &instant);
    return (int)(CIVIL_DAY_SECONDS - instant);
}

static enum status time_text(const struct request_values *values, const json_t *form,
                             int64_t instant, struct slice *ret)
{
    struct buffer text;
    buffer_init(&text, 128);
    civil_format(&text, instant, json_string_value(json_object_get(form, "time")), zone_of(form));
    *ret = text.status == STATUS_OK ? arena_copy(values->arena, buffer_slice(&text))
                                    : (struct slice){0};
    buffer_free(&text);
    return ret->at == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

/* The bare text of a source, without prefix and suffix. */
static enum status taken_text(const struct request_values *values, const json_t *form,
                              struct slice *ret)
{
    enum value_source source = SOURCES;
    struct slice rest;
    int64_t number = 0;
    *ret = (struct slice){0};
    if (!value_source_find(json_string_value(json_object_get(form, "from")), &source, &rest))
        return STATUS_INVALID;
    if (source == SOURCE_RECORD)
        return scalar_text(values, record_at(values, rest), ret);
    if (source_number(values, source, &number)) {
        if (source == SOURCE_SINCE)
            return time_text(values, form, number, ret);
        *ret = number_text(values, number);
        return ret->at == NULL ? STATUS_NO_MEMORY : STATUS_OK;
    }
    *ret = source_text(values, source);
    return STATUS_OK;
}

enum status request_value(const struct request_values *values, const json_t *form,
                          struct slice *ret)
{
    struct slice bare = {0};
    if (!json_is_object(form))
        return scalar_text(values, form, ret);
    *ret = (struct slice){0};
    if (left_out(values, form))
        return STATUS_OK;
    enum status status = taken_text(values, form, &bare);
    if (status != STATUS_OK || slice_empty(bare))
        return status;
    const char *prefix = json_string_value(json_object_get(form, "prefix"));
    const char *suffix = json_string_value(json_object_get(form, "suffix"));
    if (prefix == NULL && suffix == NULL) {
        *ret = bare;
        return STATUS_OK;
    }
    *ret = arena_printf(values->arena, "%s%.*s%s", prefix == NULL ? "" : prefix, (int)bare.size,
                        bare.at, suffix == NULL ? "" : suffix);
    return ret->at == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

enum status request_value_named(const struct request_values *values, struct slice name,
                                struct slice *ret)
{
    char pointer[32];
    enum value_source source = SOURCES;
    struct slice rest;
    int64_t number = 0;
    if (name.size + 2 > sizeof pointer)
        return STATUS_INVALID;
    (void)snprintf(pointer, sizeof pointer, "/%.*s", (int)name.size, name.at);
    if (!value_source_find(pointer, &source, &rest))
        return STATUS_INVALID;
    *ret = source_number(values, source, &number) ? number_text(values, number)
                                                  : source_text(values, source);
    return STATUS_OK;
}

/* --- bodies: *ret is a new reference, NULL where there is nothing to say --------------------- */

static enum status fill(const struct request_values *values, const json_t *form, json_t **ret);

static enum status text_json(struct slice text, json_t **ret)
{
    *ret = json_stringn(text.at == NULL ? "" : text.at, text.size);
    if (*ret != NULL)
        return STATUS_OK;
    json_t *probe = json_stringn_nocheck("", 0); /* not UTF-8, or no memory? */
    json_decref(probe);
    return probe == NULL ? STATUS_NO_MEMORY : STATUS_INVALID;
}

static enum status list_json(const struct slice *texts, size_t count, bool always, json_t **ret)
{
    *ret = NULL;
    if (count == 0 && !always)
        return STATUS_OK;
    json_t *list = json_array();
    enum status status = list == NULL ? STATUS_NO_MEMORY : STATUS_OK;
    for (size_t index = 0; status == STATUS_OK && index < count; index++) {
        json_t *text = NULL;
        status = text_json(texts[index], &text);
        if (status == STATUS_OK && json_array_append_new(list, text) != 0)
            status = STATUS_NO_MEMORY;
    }
    if (status != STATUS_OK) {
        json_decref(list);
        return status;
    }
    *ret = list;
    return STATUS_OK;
}

/* "as": "integer" gives a number where the text is one that fits; ids of 19 digits do. */
static enum status scalar_json(const struct request_values *values, const json_t *form,
                               enum value_source source, json_t **ret)
{
    struct slice text = {0};
    int64_t number = 0;
    const char *as = json_string_value(json_object_get(form, "as"));
    bool plain = json_object_get(form, "prefix") == NULL && json_object_get(form, "suffix") == NULL;
    bool counted = source == SOURCE_PAGE || source == SOURCE_SIZE || source == SOURCE_YEAR ||
                   source == SOURCE_VERSION;
    enum status status = request_value(values, form, &text);
    if (status != STATUS_OK || text.at == NULL)
        return status;
    bool integer = plain && (as == NULL ? counted : strcmp(as, "integer") == 0);
    bool spelt = text.size > 1 && (text.at[0] == '0' || text.at[0] == '-'); /* must stay a text */
    if (!integer || spelt || !slice_integer(text, &number))
        return text_json(text, ret);
    *ret = json_integer(number);
    return *ret == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

static enum status taken_json(const struct request_values *values, const json_t *form, json_t **ret)
{
    const struct request *request = values->request;
    enum value_source source = SOURCES;
    struct slice rest;
    bool always = json_is_true(json_object_get(form, "always"));
    if (!value_source_find(json_string_value(json_object_get(form, "from")), &source, &rest))
        return STATUS_INVALID;
    if (left_out(values, form))
        return STATUS_OK;
    if (source == SOURCE_PERSONS)
        return list_json(request->persons, request->person_count, always, ret);
    if (source == SOURCE_ORGANISATIONS)
        return list_json(request->organisations, request->organisation_count, always, ret);
    if (source != SOURCE_RECORD)
        return scalar_json(values, form, source, ret);
    *ret = json_incref(record_at(values, rest));
    return STATUS_OK;
}

static enum status each_json(const struct request_values *values, const json_t *form, json_t **ret)
{
    json_t *list = json_array();
    enum status status = list == NULL ? STATUS_NO_MEMORY : STATUS_OK;
    for (size_t index = 0; status == STATUS_OK && index < values->request->item_count; index++) {
        struct request_values of_item = *values;
        json_t *element = NULL;
        of_item.item = &values->request->items[index];
        status = fill(&of_item, form, &element);
        if (status == STATUS_OK && element == NULL)
            status = STATUS_INVALID; /* results are matched by index: none may be left out */
        if (status == STATUS_OK && json_array_append_new(list, element) != 0)
            status = STATUS_NO_MEMORY;
    }
    if (status != STATUS_OK) {
        json_decref(list);
        return status;
    }
    *ret = list;
    return STATUS_OK;
}

/* One member; "*" puts in all members of what it stands for. */
static enum status add_member(const struct request_values *values, json_t *object, const char *key,
                              const json_t *form)
{
    json_t *value = NULL;
    enum status status = fill(values, form, &value);
    if (status != STATUS_OK || value == NULL)
        return status;
    int failed = 0;
    if (strcmp(key, "*") != 0)
        failed = json_object_set(object, key, value);
    else if (json_is_object(value))
        failed = json_object_update(object, value);
    else
        status = STATUS_INVALID;
    json_decref(value);
    return failed != 0 ? STATUS_NO_MEMORY : status;
}

static enum status object_json(const struct request_values *values, const json_t *form,
                               json_t **ret)
{
    const char *key;
    json_t *member;
    json_t *object = json_object();
    enum status status = object == NULL ? STATUS_NO_MEMORY : STATUS_OK;
    json_object_foreach((json_t *)(uintptr_t)form, key, member)
    {
        if (status == STATUS_OK)
            status = add_member(values, object, key, member);
    }
    if (status != STATUS_OK) {
        json_decref(object);
        return status;
    }
    *ret = object;
    return STATUS_OK;
}

static enum status array_json(const struct request_values *values, const json_t *form, json_t **ret)
{
    json_t *list = json_array();
    enum status status = list == NULL ? STATUS_NO_MEMORY : STATUS_OK;
    for (size_t index = 0; status == STATUS_OK && index < json_array_size(form); index++) {
        json_t *element = NULL;
        status = fill(values, json_array_get(form, index), &element);
        if (status == STATUS_OK && element != NULL && json_array_append_new(list, element) != 0)
            status = STATUS_NO_MEMORY;
    }
    if (status != STATUS_OK) {
        json_decref(list);
        return status;
    }
    *ret = list;
    return STATUS_OK;
}

static enum status fill(const struct request_values *values, const json_t *form, json_t **ret)
{
    *ret = NULL;
    if (json_object_get(form, "from") != NULL)
        return taken_json(values, form, ret);
    if (json_object_get(form, "each") != NULL)
        return each_json(values, json_object_get(form, "each"), ret);
    if (json_is_object(form))
        return object_json(values, form, ret);
    if (json_is_array(form))
        return array_json(values, form, ret);
    *ret = json_incref((json_t *)(uintptr_t)form);
    return STATUS_OK;
}

enum status request_body(const struct request_values *values, const json_t *template,
                         struct slice *ret)
{
    json_t *body = NULL;
    enum status status = fill(values, template, &body);
    if (status != STATUS_OK)
        return status;
    if (body == NULL)
        return STATUS_INVALID;
    char *text = json_dumps(body, ENCODE_DUMP_FLAGS | JSON_ENCODE_ANY);
    json_decref(body);
    if (text == NULL)
        return STATUS_NO_MEMORY;
    *ret = arena_copy(values->arena, slice_of(text));
    free(text);
    return ret->at == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}
