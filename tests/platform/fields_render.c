#include "mapping/base/civil.h"
#include "tests/platform/fields.h"

#include <stdlib.h>
#include <string.h>

enum { LAST_CREDIT_YEAR = 2019 };

static const char *text_at(const void *record, const struct field *field)
{
    const char *text;
    memcpy(&text, (const char *)record + field->offset, sizeof text);
    return text == NULL ? "" : text;
}

static int64_t long_at(const void *record, const struct field *field)
{
    int64_t value;
    memcpy(&value, (const char *)record + field->offset, sizeof value);
    return value;
}

static int int_at(const void *record, const struct field *field)
{
    int value;
    if (field->type == FIELD_FLAG)
        return *((const char *)record + field->offset) != 0;
    memcpy(&value, (const char *)record + field->offset, sizeof value);
    return value;
}

static void plain_text(struct buffer *buffer, const struct field *field, const char *text)
{
    bool harmless = true;
    size_t size = 0;
    for (; text[size] != '\0'; size++)
        harmless = harmless && text[size] >= ' ' && text[size] != '"' && text[size] != '\\';
    if (size == 0) {
        buffer_text(buffer, field->form == FORM_NULL ? "null" : "\"\"");
        return;
    }
    if (!harmless) {
        buffer_json(buffer, (struct slice){text, size});
        return;
    }
    buffer_append(buffer, SLICE("\""));
    buffer_append(buffer, (struct slice){text, size});
    buffer_append(buffer, SLICE("\""));
}

/* A value that is written without need of escapes. */
static void bare(struct buffer *buffer, const struct field *field, struct slice text)
{
    if (field->form != FORM_NUMBER)
        buffer_append(buffer, SLICE("\""));
    buffer_append(buffer, text);
    if (field->form != FORM_NUMBER)
        buffer_append(buffer, SLICE("\""));
}

static struct slice decimal(char room[32], int64_t value)
{
    char *at = room + 32;
    uint64_t rest = value < 0 ? (uint64_t)-value : (uint64_t)value;
    do
        *--at = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (value < 0)
        *--at = '-';
    return (struct slice){at, (size_t)(room + 32 - at)};
}

static void render_number(struct buffer *buffer, const struct field *field, int64_t value)
{
    char room[32];
    bare(buffer, field, decimal(room, value));
}

static void render_word(struct buffer *buffer, const struct field *field, int value)
{
    for (const struct field_word *word = field->words; word->text != NULL; word++)
        if (word->value == value) {
            bare(buffer, field, slice_of(word->text));
            return;
        }
    buffer_printf(buffer, field->form == FORM_NUMBER ? "%d" : "\"%02d\"", value);
}

static void digits(char *at, int count, int value)
{
    while (count-- > 0) {
        at[count] = (char)('0' + value % 10);
        value /= 10;
    }
}

static void render_time(struct buffer *buffer, enum platform_side side, int64_t instant,
                        bool end_of_day)
{
    struct civil civil = civil_from_instant(instant - (end_of_day ? 1 : 0), CIVIL_CST_SECONDS);
    if (end_of_day)
        civil = (struct civil){civil.year, civil.month, civil.day, 24, 0, 0};
    char text[] = "0000-00-00 00:00:00+08:00";
    digits(text, 4, civil.year);
    digits(text + 5, 2, civil.month);
    digits(text + 8, 2, civil.day);
    digits(text + 11, 2, civil.hour);
    digits(text + 14, 2, civil.minute);
    digits(text + 17, 2, civil.second);
    text[10] = side == PLATFORM_MUNICIPAL ? ' ' : 'T';
    buffer_append(buffer, SLICE("\""));
    buffer_append(buffer, (struct slice){text, side == PLATFORM_MUNICIPAL ? 19U : 25U});
    buffer_append(buffer, SLICE("\""));
}

void fields_time(struct buffer *buffer, enum platform_side side, int64_t instant)
{
    render_time(buffer, side, instant, false);
}

static void render_amount(struct buffer *buffer, const struct schema *schema,
                          const struct field *field, int64_t centi)
{
    char room[32];
    struct slice whole = decimal(room, centi / 100);
    int rest = (int)(centi < 0 ? -(centi % 100) : centi % 100);
    if (field->form != FORM_NUMBER)
        buffer_append(buffer, SLICE("\""));
    if (centi < 0 && centi > -100)
        buffer_append(buffer, SLICE("-"));
    buffer_append(buffer, whole);
    char text[] = ".00";
    digits(text + 1, 2, rest);
    size_t size = schema->side == PLATFORM_PROVINCIAL || rest % 10 != 0 ? 3 : rest != 0 ? 2 : 0;
    buffer_append(buffer, (struct slice){text, size});
    if (field->form != FORM_NUMBER)
        buffer_append(buffer, SLICE("\""));
}

/* Whether the record has that unit: else the member is empty. */
static bool unit_fits(const struct schema *schema, const struct field *field, const void *record)
{
    if (field->unit == UNIT_ANY)
        return true;
    if (schema->entity == ENTITY_HOURS)
        return ((const struct platform_hours *)record)->credits == (field->unit == UNIT_CREDITS);
    const struct platform_annual *annual = record;
    return (annual->year <= LAST_CREDIT_YEAR) == (field->unit == UNIT_CREDITS) ||
           long_at(record, field) != 0;
}

static void render_list(struct buffer *buffer, const struct field *field, const char *text)
{
    buffer_append(buffer, SLICE("["));
    for (bool first = true; *text != '\0'; first = false) {
        size_t size = strcspn(text, " ");
        if (!first)
            buffer_append(buffer, SLICE(","));
        bare(buffer, field, (struct slice){text, size});
        text += size + (text[size] == ' ');
    }
    buffer_append(buffer, SLICE("]"));
}

static void render_value(const struct schema *schema, const struct field *field, const void *record,
                         const struct row *row, struct buffer *buffer)
{
    switch (field->type) {
    case FIELD_TEXT: plain_text(buffer, field, text_at(record, field)); break;
    case FIELD_WORD:
    case FIELD_FLAG: render_word(buffer, field, int_at(record, field)); break;
    case FIELD_TIME:
        if (long_at(record, field) == 0)
            plain_text(buffer, field, "");
        else /* a municipal midnight is now and then written as the end of the day before */
            render_time(buffer, schema->side, long_at(record, field),
                        schema->side == PLATFORM_MUNICIPAL && row->rank % 2 == 1 &&
                            (field->flags & FIELD_REQUIRED) != 0 &&
                            (long_at(record, field) + CIVIL_CST_SECONDS) % CIVIL_DAY_SECONDS == 0);
        break;
    case FIELD_YEAR: render_number(buffer, field, int_at(record, field)); break;
    case FIELD_AMOUNT:
        if (unit_fits(schema, field, record))
            render_amount(buffer, schema, field, long_at(record, field));
        else
            buffer_text(buffer, field->form == FORM_NULL ? "null" : "\"\"");
        break;
    case FIELD_ID: bare(buffer, field, slice_of(text_at(record, field))); break;
    case FIELD_VERSION: render_number(buffer, field, long_at(record, field)); break;
    case FIELD_LIST: render_list(buffer, field, text_at(record, field)); break;
    }
}

static const void *record_of(enum entity entity, const struct row *row)
{
    if (entity == ENTITY_ACCOUNT)
        return row_account(row);
    return entity == ENTITY_HOURS ? (const void *)row_hours(row) : (const void *)row_annual(row);
}

static bool has_field(const struct schema *schema, const struct field *field, const void *record)
{
    return field->kinds == 0 || schema->entity != ENTITY_ACCOUNT ||
           (field->kinds & 1U << ((const struct platform_account *)record)->kind) != 0;
}

static void render_known(const struct schema *schema, const struct row *row, struct buffer *buffer)
{
    const void *record = record_of(schema->entity, row);
    buffer_append(buffer, SLICE("{"));
    for (size_t at = 0; at < schema->count; at++) {
        const struct field *field = &schema->fields[at];
        buffer_text(buffer, at == 0 ? "\"" : ",\"");
        buffer_text(buffer, field->name);
        buffer_append(buffer, SLICE("\":"));
        if (has_field(schema, field, record))
            render_value(schema, field, record, row, buffer);
        else
            plain_text(buffer, field, "");
    }
    buffer_append(buffer, SLICE("}"));
}

void fields_render(const struct schema *schema, const struct row *row, struct buffer *buffer)
{
    size_t start = buffer->size;
    render_known(schema, row, buffer);
    if (row->extra == NULL || buffer->status != STATUS_OK)
        return;
    json_t *record = json_loadb(buffer->at + start, buffer->size - start, 0, NULL);
    json_t *extra = json_loads(row->extra, 0, NULL);
    if (record != NULL && extra != NULL && json_object_update(record, extra) == 0) {
        char *text = json_dumps(record, JSON_COMPACT);
        buffer->size = start;
        buffer_text(buffer, text);
        free(text);
    }
    json_decref(record);
    json_decref(extra);
}

bool fields_same(const struct schema *schema, const void *one, const void *other)
{
    for (size_t at = 0; at < schema->count; at++) {
        const struct field *field = &schema->fields[at];
        if ((field->flags & FIELD_SERVER) != 0)
            continue;
        bool same = true;
        if (field->type == FIELD_TEXT || field->type == FIELD_LIST)
            same = strcmp(text_at(one, field), text_at(other, field)) == 0;
        else if (field->type == FIELD_TIME || field->type == FIELD_AMOUNT)
            same = long_at(one, field) == long_at(other, field);
        else if (field->type != FIELD_ID && field->type != FIELD_VERSION)
            same = int_at(one, field) == int_at(other, field);
        if (!same)
            return false;
    }
    if (schema->entity != ENTITY_HOURS)
        return true;
    const struct platform_hours *left = one, *right = other;
    return left->credits == right->credits;
}
