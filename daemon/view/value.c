#include "daemon/view/value.h"

#include "mapping/base/civil.h"
#include "mapping/mask.h"

enum { VALUE_BYTES = 64 * 1024 };

json_t *value_text(struct slice text)
{
    if (slice_empty(text)) {
        return json_null();
    }
    json_t *value = json_stringn(text.at, text.size);
    return value != NULL ? value : json_string("\xEF\xBF\xBD"); /* not UTF-8: shown as unreadable */
}

json_t *value_json(enum field field, struct slice value)
{
    int64_t number = 0;
    if (slice_empty(value)) {
        return json_null();
    }
    switch (field_row(field)->form) {
    case FORM_AMOUNT:
    case FORM_YEAR:
    case FORM_COUNT:
        return slice_integer(value, &number) ? json_integer(number) : value_text(value);
    case FORM_FLAG:
        return slice_is(value, "true")    ? json_true()
               : slice_is(value, "false") ? json_false()
                                          : value_text(value);
    case FORM_TEXT:
    case FORM_CODE:
    case FORM_CODES:
    case FORM_WORD:
    case FORM_INSTANT:
    case FORM_DATE: break;
    }
    return value_text(value);
}

json_t *value_masked(enum field field, const struct record *of)
{
    struct slice value = of->value[field];
    if (slice_empty(value) || field_row(field)->mask == MASK_NONE) {
        return value_json(field, value);
    }
    struct buffer masked;
    buffer_init(&masked, VALUE_BYTES);
    mask_field(field, of, &masked);
    json_t *json =
        masked.status == STATUS_OK ? value_text(buffer_slice(&masked)) : json_string("*");
    buffer_free(&masked);
    return json;
}

json_t *value_instant(int64_t instant)
{
    char text[21];
    if (instant == 0) {
        return json_null();
    }
    civil_utc_text(instant, text);
    return json_string(text);
}

json_t *value_record(const struct record *record)
{
    json_t *object = json_object();
    for (enum field field = field_first(record->entity); field < field_end(record->entity);
         field++) {
        json_object_set_new(object, field_row(field)->name,
                            value_json(field, record->value[field]));
    }
    json_object_set_new(object, "remote_id", value_text(record->remote_id));
    json_object_set_new(object, "version", json_integer(record->version));
    json_object_set_new(object, "updated", value_instant(record->updated));
    return object;
}

json_t *value_fields(field_set set)
{
    json_t *names = json_array();
    for (enum field field = 0; field < FIELDS; field++) {
        if ((set & FIELD_BIT(field)) != 0) {
            json_array_append_new(names, json_string(field_row(field)->name));
        }
    }
    return names;
}
