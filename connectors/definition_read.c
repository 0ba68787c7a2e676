#include "connectors/definition_read.h"

#include "mapping/base/civil.h"

#include <stdio.h>
#include <string.h>

enum { ALLOWED_BYTES = 256 };

enum status definition_read_section(struct jsonplace *place, const json_t *parent, const char *key,
                                    enum need need, const char *const names[],
                                    const json_t **ret_object, size_t *ret_length)
{
    const json_t *object = json_object_get(parent, key);
    *ret_object = NULL;
    if (object == NULL && need == OPTIONAL)
        return STATUS_OK;
    if (!json_is_object(object))
        return jsonplace_wrong_key(place, key, object, "an object");
    *ret_length = jsonplace_enter(place, key);
    enum status status = jsonplace_known(place, object, names);
    if (status == STATUS_OK)
        *ret_object = object;
    return status;
}

enum status definition_read_text(struct jsonplace *place, const json_t *object, const char *key,
                                 enum need need, const char **ret)
{
    const json_t *value = json_object_get(object, key);
    if (value == NULL && need == OPTIONAL)
        return STATUS_OK;
    if (!json_is_string(value) || (need == REQUIRED && json_string_length(value) == 0) ||
        strlen(json_string_value(value)) != json_string_length(value))
        return jsonplace_wrong_key(place, key, value, "a text");
    *ret = json_string_value(value);
    return STATUS_OK;
}

enum status definition_read_flag(struct jsonplace *place, const json_t *object, const char *key,
                                 bool *ret)
{
    const json_t *value = json_object_get(object, key);
    if (value == NULL)
        return STATUS_OK;
    if (!json_is_boolean(value))
        return jsonplace_wrong_key(place, key, value, "true, false");
    *ret = json_is_true(value);
    return STATUS_OK;
}

enum status definition_read_number(struct jsonplace *place, const json_t *object, const char *key,
                                   int64_t low, int64_t high, int64_t *ret)
{
    const json_t *value = json_object_get(object, key);
    char allowed[64];
    if (value == NULL)
        return STATUS_OK;
    if (json_is_integer(value) && json_integer_value(value) >= low &&
        json_integer_value(value) <= high) {
        *ret = json_integer_value(value);
        return STATUS_OK;
    }
    (void)snprintf(allowed, sizeof allowed, "a whole number, %lld to %lld", (long long)low,
                   (long long)high);
    return jsonplace_wrong_key(place, key, value, allowed);
}

void definition_read_list(const char *const words[], char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t index = 0; words[index] != NULL && used < size; index++) {
        int more = snprintf(text + used, size - used, "%s%s", index > 0 ? ", " : "", words[index]);
        used += more > 0 ? (size_t)more : 0;
    }
}

enum status definition_read_word(struct jsonplace *place, const json_t *object, const char *key,
                                 enum need need, const char *const words[], int *ret)
{
    const json_t *value = json_object_get(object, key);
    char allowed[ALLOWED_BYTES];
    if (value == NULL && need == OPTIONAL)
        return STATUS_OK;
    for (int index = 0; json_is_string(value) && words[index] != NULL; index++) {
        if (strcmp(json_string_value(value), words[index]) == 0) {
            *ret = index;
            return STATUS_OK;
        }
    }
    definition_read_list(words, allowed, sizeof allowed);
    return jsonplace_wrong_key(place, key, value, allowed);
}

static bool is_pointer(const char *text)
{
    if (*text != '\0' && *text != '/')
        return false;
    for (; *text != '\0'; text++) {
        if (*text == '~' && text[1] != '0' && text[1] != '1')
            return false;
    }
    return true;
}

enum status definition_read_pointer(struct jsonplace *place, const json_t *object, const char *key,
                                    enum need need, struct slice *ret)
{
    const json_t *value = json_object_get(object, key);
    if (value == NULL && need == OPTIONAL)
        return STATUS_OK;
    const char *text = json_string_value(value);
    if (text == NULL || !is_pointer(text) || strlen(text) != json_string_length(value))
        return jsonplace_wrong_key(place, key, value,
                                   "a JSON Pointer: \"/data/records\", or \"\" for all of it");
    *ret = slice_of(text);
    return STATUS_OK;
}

/* Only what civil_parse knows may stand in a format. */
static bool is_time_format(const char *text)
{
    bool some = false;
    for (; *text != '\0'; text++) {
        if (*text != '%')
            continue;
        text++;
        if (*text == '\0' || strchr("YmdHMSz", *text) == NULL)
            return false;
        some = true;
    }
    return some;
}

static bool read_zone(const char *text, int *ret_seconds)
{
    char whole[48];
    int64_t instant = 0;
    (void)snprintf(whole, sizeof whole, "1970-01-02T00:00:00%.16s", text);
    if (!civil_parse(slice_of(whole), "%Y-%m-%dT%H:%M:%S%z", 0, &instant))
        return false;
    *ret_seconds = (int)(CIVIL_DAY_SECONDS - instant);
    return true;
}

enum status definition_read_time(struct jsonplace *place, const json_t *object, enum need need,
                                 struct time_form *ret)
{
    const char *zone = NULL;
    enum status status = definition_read_text(place, object, "time", need, &ret->format);
    if (status != STATUS_OK || ret->format == NULL)
        return status;
    if (!is_time_format(ret->format))
        return jsonplace_wrong_key(place, "time", json_object_get(object, "time"),
                                   "a format of %Y %m %d %H %M %S %z: \"%Y-%m-%d %H:%M:%S\"");
    ret->zone_seconds = CIVIL_CST_SECONDS;
    status = definition_read_text(place, object, "zone", OPTIONAL, &zone);
    if (status != STATUS_OK || zone == NULL)
        return status;
    if (!read_zone(zone, &ret->zone_seconds))
        return jsonplace_wrong_key(place, "zone", json_object_get(object, "zone"),
                                   "what the zone is ahead of UTC: \"+08:00\"");
    return STATUS_OK;
}
