#include "connectors/definition_read.h"

#include <string.h>

static const char *const SIGNING_NAMES[] = {
    "parts", "joiner", "algorithm", "encoding", "body_digest", "timestamp", "zone", "place", NULL};
static const char *const DIGESTS[] = {"md5", "sha1", "sha256", "sm3", NULL};
static const char *const ENCODINGS[] = {"hex_lower", "hex_upper", "base64", NULL};
static const char *const ALGORITHMS[] = {"md5",       "sha1",        "sha256",   "sm3", "hmac-md5",
                                         "hmac-sha1", "hmac-sha256", "hmac-sm3", NULL};
static const char PARTS_ALLOWED[] =
    "method, path, target, query, sorted_query, body, body_digest, timestamp, nonce, key_id, "
    "secret, token, {\"header\": NAME}, {\"text\": TEXT}";

static bool simple_part(const json_t *value, struct signing_part *ret)
{
    const char *name = json_string_value(value);
    for (int kind = 0; name != NULL && kind < SIGNING_HEADER; kind++) {
        if (strcmp(name, signing_part_name((enum signing_part_kind)kind)) == 0) {
            ret->kind = (enum signing_part_kind)kind;
            return true;
        }
    }
    return false;
}

/* {"header": "Date"} or {"text": "v1"}. */
static bool naming_part(const json_t *value, struct signing_part *ret)
{
    const char *header = json_string_value(json_object_get(value, "header"));
    const char *text = json_string_value(json_object_get(value, "text"));
    if (json_object_size(value) != 1 || (header == NULL && text == NULL))
        return false;
    ret->kind = header != NULL ? SIGNING_HEADER : SIGNING_TEXT;
    ret->text = slice_of(header != NULL ? header : text);
    return true;
}

static enum status read_parts(struct jsonplace *place, const json_t *object,
                              struct signing *signing)
{
    const json_t *parts = json_object_get(object, "parts");
    size_t count = json_array_size(parts);
    if (count == 0 || count > SIGNING_PARTS_MOST)
        return jsonplace_wrong_key(place, "parts", parts, "a list of 1 to 16 parts");
    size_t length = jsonplace_enter(place, "parts");
    for (size_t index = 0; index < count; index++) {
        const json_t *value = json_array_get(parts, index);
        size_t inner = jsonplace_enter_index(place, index);
        if (!simple_part(value, &signing->parts[index]) &&
            !naming_part(value, &signing->parts[index]))
            return jsonplace_wrong(place, value, PARTS_ALLOWED);
        jsonplace_leave(place, inner);
    }
    signing->part_count = count;
    jsonplace_leave(place, length);
    return STATUS_OK;
}

static enum status read_place(struct jsonplace *place, const json_t *object,
                              struct signing *signing)
{
    const json_t *where = json_object_get(object, "place");
    const char *header = json_string_value(json_object_get(where, "header"));
    const char *query = json_string_value(json_object_get(where, "query"));
    const char *name = header != NULL ? header : query;
    if (json_object_size(where) != 1 || name == NULL || *name == '\0')
        return jsonplace_wrong_key(place, "place", where, "{\"header\": NAME}, {\"query\": NAME}");
    signing->place = header != NULL ? SIGNING_IN_HEADER : SIGNING_IN_QUERY;
    signing->name = slice_of(name);
    size_t length = jsonplace_enter(place, "place");
    enum status status =
        header != NULL ? definition_check_header(place, name, json_object_get(where, "header"))
                       : STATUS_OK;
    if (status == STATUS_OK)
        jsonplace_leave(place, length);
    return status;
}

/* "s", "ms", or a format in the zone. */
static enum status read_timestamp(struct jsonplace *place, const json_t *object,
                                  struct definition *definition)
{
    const json_t *value = json_object_get(object, "timestamp");
    const char *text = json_string_value(value);
    if (value == NULL)
        return STATUS_OK;
    if (text != NULL && (strcmp(text, "s") == 0 || strcmp(text, "ms") == 0)) {
        definition->timestamp = text[0] == 's' ? TIMESTAMP_SECONDS : TIMESTAMP_MILLISECONDS;
        return STATUS_OK;
    }
    json_t *form = json_object();
    const json_t *zone = json_object_get(object, "zone");
    struct jsonplace quiet = *place;
    quiet.fault = NULL;
    if (form == NULL || text == NULL ||
        json_object_set(form, "time", (json_t *)(uintptr_t)value) != 0 ||
        (zone != NULL && json_object_set(form, "zone", (json_t *)(uintptr_t)zone) != 0) ||
        definition_read_time(&quiet, form, REQUIRED, &definition->timestamp_form) != STATUS_OK) {
        json_decref(form);
        return jsonplace_wrong_key(
            place, "timestamp", value,
            "s, ms, or a format with its zone: \"%Y%m%d%H%M%S\", \"+08:00\"");
    }
    json_decref(form); /* its texts are the root's */
    definition->timestamp = TIMESTAMP_FORMAT;
    return STATUS_OK;
}

enum status definition_read_signing(struct jsonplace *place, struct definition *definition)
{
    struct signing *signing = &definition->signing;
    const json_t *object = NULL;
    const char *joiner = "";
    size_t length = 0;
    int algorithm = 0, encoding = 0, body = SIGNING_SHA256;
    enum status status = definition_read_section(place, definition->root, "signing", OPTIONAL,
                                                 SIGNING_NAMES, &object, &length);
    if (status != STATUS_OK || object == NULL)
        return status;
    status = read_parts(place, object, signing);
    if (status == STATUS_OK)
        status = definition_read_text(place, object, "joiner", OPTIONAL, &joiner);
    if (status == STATUS_OK)
        status = definition_read_word(place, object, "algorithm", REQUIRED, ALGORITHMS, &algorithm);
    if (status == STATUS_OK)
        status = definition_read_word(place, object, "encoding", REQUIRED, ENCODINGS, &encoding);
    if (status == STATUS_OK)
        status = definition_read_word(place, object, "body_digest", OPTIONAL, DIGESTS, &body);
    if (status == STATUS_OK)
        status = read_timestamp(place, object, definition);
    if (status == STATUS_OK)
        status = read_place(place, object, signing);
    if (status != STATUS_OK)
        return status;
    signing->joiner = slice_of(joiner);
    signing->keyed = algorithm >= SIGNING_DIGESTS;
    signing->digest = (enum signing_digest)(algorithm % SIGNING_DIGESTS);
    signing->encoding = (enum signing_encoding)encoding;
    signing->body_digest = (enum signing_digest)body;
    jsonplace_leave(place, length);
    return STATUS_OK;
}
