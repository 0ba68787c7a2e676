#include "mapping/base/civil.h"
#include "tests/platform/codes.h"
#include "tests/platform/fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_YEAR = 1990, LAST_YEAR = 2100, WHOLE_DIGITS = 9 };

void draft_begin(struct draft *draft, const struct schema *schema, const struct row *row)
{
    memset(draft, 0, sizeof *draft);
    draft->extra =
        row == NULL || row->extra == NULL ? json_object() : json_loads(row->extra, 0, NULL);
    switch (schema->entity) {
    case ENTITY_ACCOUNT:
        if (row != NULL)
            draft->is.account = *row_account(row);
        else
            draft->is.account = (struct platform_account){
                .kind = KIND_PERSON, .review = REVIEW_WAITING, .valid = true};
        break;
    case ENTITY_HOURS:
        if (row != NULL)
            draft->is.hours = *row_hours(row);
        else
            draft->is.hours = (struct platform_hours){.review = REVIEW_DRAFT, .valid = true};
        break;
    case ENTITY_ANNUAL:
    case ENTITY_COUNT:
        if (row != NULL)
            draft->is.annual = *row_annual(row);
        break;
    }
}

void draft_free(struct draft *draft)
{
    json_decref(draft->extra);
    draft->extra = NULL;
}

void draft_error(struct draft *draft, const char *field, const char *reason)
{
    if (draft->error_count < FIELDS_MOST)
        draft->errors[draft->error_count++] = (struct field_error){field, reason};
}

bool draft_given(const struct draft *draft, const struct schema *schema, const char *name)
{
    for (size_t at = 0; at < schema->count; at++)
        if (strcmp(schema->fields[at].name, name) == 0)
            return (draft->given >> at & 1U) != 0;
    return false;
}

char *draft_extra(const struct draft *draft)
{
    if (json_object_size(draft->extra) == 0)
        return NULL;
    return json_dumps(draft->extra, JSON_COMPACT);
}

bool fields_scalar(const json_t *value, char room[48], const char **ret)
{
    if (json_is_string(value)) {
        *ret = json_string_value(value);
        return strlen(*ret) == json_string_length(value);
    }
    if (json_is_integer(value))
        snprintf(room, 48, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        snprintf(room, 48, "%.15g", json_real_value(value));
    else
        return false;
    *ret = room;
    return true;
}

bool fields_amount(const char *text, int64_t *ret_centi)
{
    size_t whole = strspn(text, "0123456789");
    size_t rest = text[whole] == '.' ? strspn(text + whole + 1, "0123456789") : 0;
    bool point = text[whole] == '.';
    if (whole == 0 || whole > WHOLE_DIGITS || text[whole + point + rest] != '\0' || rest > 2 ||
        (point && rest == 0))
        return false;
    int64_t centi = strtoll(text, NULL, 10) * 100;
    if (rest > 0)
        centi += (text[whole + 1] - '0') * 10;
    if (rest > 1)
        centi += text[whole + 2] - '0';
    *ret_centi = centi;
    return true;
}

/* The code point at the start; the text is well-formed, the JSON reader saw to that. */
static uint32_t code_point(const char **text)
{
    const unsigned char *at = (const unsigned char *)*text;
    unsigned more = at[0] >= 0xF0 ? 3 : at[0] >= 0xE0 ? 2 : at[0] >= 0xC0 ? 1 : 0;
    uint32_t point = more == 0 ? at[0] : at[0] & (0x3FU >> more);
    for (unsigned index = 1; index <= more; index++)
        point = point << 6 | (at[index] & 0x3FU);
    *text += more + 1;
    return point;
}

const char *fields_text_fault(const json_t *value, unsigned limit)
{
    const char *text = json_string_value(value);
    if (strlen(text) != json_string_length(value))
        return "NUL character";
    unsigned count = 0;
    while (*text != '\0') {
        uint32_t point = code_point(&text);
        if (point < 0x20 || (point >= 0x7F && point < 0xA0))
            return "control character";
        if (point == 0xFFFD)
            return "replacement character";
        count++;
    }
    return count > limit ? "too long" : NULL;
}

/* Where a member goes and how strictly it is looked at. */
struct reading {
    const struct schema *schema;
    const struct field *field;
    enum fields_mode mode;
    struct draft *draft;
    bool hours_filled, credits_filled; /* of two amounts, of which one is used */
};

static void *place_of(const struct reading *reading)
{
    return (char *)&reading->draft->is + reading->field->offset;
}

static const char *check_text(const struct field *field, const char *text)
{
    switch (field->check) {
    case CHECK_REGION:
        return strlen(text) == 6 && strspn(text, "0123456789") == 6 ? NULL : "not a region code";
    case CHECK_RESIDENT: return codes_resident(text) ? NULL : "not a resident ID";
    case CHECK_CREDIT: return codes_credit(text) ? NULL : "not a unified social credit code";
    case CHECK_NONE: break;
    }
    return NULL;
}

static const char *read_text(const struct reading *reading, const json_t *value)
{
    const struct field *field = reading->field;
    const char *text = json_is_null(value) ? "" : json_string_value(value);
    if (text == NULL)
        return "not a text";
    if (json_is_string(value) && strlen(text) != json_string_length(value))
        return "NUL character";
    if (reading->mode != FIELDS_STAFF && text[0] != '\0') {
        const char *wrong = fields_text_fault(value, field->limit);
        wrong = wrong == NULL ? check_text(field, text) : wrong;
        if (wrong != NULL)
            return wrong;
    }
    memcpy(place_of(reading), &text, sizeof text);
    return NULL;
}

static const char *read_word(const struct reading *reading, const char *text)
{
    for (const struct field_word *word = reading->field->words; word->text != NULL; word++) {
        if (strcmp(word->text, text) != 0)
            continue;
        if (reading->field->type == FIELD_FLAG) {
            bool flag = word->value != 0;
            memcpy(place_of(reading), &flag, sizeof flag);
        } else {
            memcpy(place_of(reading), &word->value, sizeof word->value);
        }
        return NULL;
    }
    return "not in the dictionary";
}

static const char *read_time(const struct reading *reading, const char *text)
{
    int64_t instant = 0;
    const char *format =
        reading->schema->side == PLATFORM_MUNICIPAL ? "%Y-%m-%d %H:%M:%S" : "%Y-%m-%dT%H:%M:%S%z";
    if (text[0] != '\0' && !civil_parse(slice_of(text), format, CIVIL_CST_SECONDS, &instant))
        return "not a time";
    memcpy(place_of(reading), &instant, sizeof instant);
    return NULL;
}

static const char *read_amount(struct reading *reading, const char *text)
{
    enum field_unit unit = reading->field->unit;
    bool of_annual = reading->schema->entity == ENTITY_ANNUAL;
    int64_t centi = 0;
    if (text[0] == '\0' && (unit != UNIT_ANY || of_annual))
        return NULL;
    if (!fields_amount(text, &centi))
        return "not an amount with at most two decimals";
    memcpy(place_of(reading), &centi, sizeof centi);
    if (of_annual || unit == UNIT_ANY)
        return NULL;
    reading->draft->is.hours.credits = unit == UNIT_CREDITS;
    reading->hours_filled = reading->hours_filled || unit == UNIT_HOURS;
    reading->credits_filled = reading->credits_filled || unit == UNIT_CREDITS;
    return NULL;
}

static const char *read_number(const struct reading *reading, const char *text)
{
    int64_t number;
    if (!slice_integer(slice_of(text), &number))
        return "not a number";
    if (reading->field->type == FIELD_VERSION) {
        memcpy(place_of(reading), &number, sizeof number);
        return NULL;
    }
    if (number < FIRST_YEAR || number > LAST_YEAR)
        return "not a year";
    int year = (int)number;
    memcpy(place_of(reading), &year, sizeof year);
    return NULL;
}

static const char *read_list(const struct reading *reading, const json_t *value)
{
    char *room = reading->draft->formers;
    size_t used = 0, at;
    json_t *item;
    if (!json_is_array(value) && !json_is_null(value))
        return "not a list";
    room[0] = '\0';
    json_array_foreach(value, at, item)
    {
        const char *text = json_string_value(item);
        if (text == NULL || strlen(text) + used + 2 > FORMERS_SIZE || strchr(text, ' ') != NULL)
            return "not a list of codes";
        used +=
            (size_t)snprintf(room + used, FORMERS_SIZE - used, "%s%s", used > 0 ? " " : "", text);
    }
    const char *list = room;
    memcpy(place_of(reading), &list, sizeof list);
    return NULL;
}

/* NULL, or why the value cannot be taken. */
static const char *read_value(struct reading *reading, const json_t *value)
{
    char room[48];
    const char *text = "";
    enum field_type type = reading->field->type;
    if (type == FIELD_TEXT)
        return read_text(reading, value);
    if (type == FIELD_LIST)
        return read_list(reading, value);
    if (!json_is_null(value) && !fields_scalar(value, room, &text))
        return "neither a text nor a number";
    if (type == FIELD_WORD || type == FIELD_FLAG)
        return read_word(reading, text);
    if (type == FIELD_TIME)
        return read_time(reading, text);
    if (type == FIELD_AMOUNT)
        return read_amount(reading, text);
    if (type != FIELD_ID)
        return read_number(reading, text);
    return NULL; /* an id is taken by whoever seeds */
}

static bool applies(const struct reading *reading)
{
    unsigned kinds = reading->field->kinds;
    return kinds == 0 || (kinds & 1U << reading->draft->is.account.kind) != 0;
}

static bool is_empty(const json_t *value)
{
    return value == NULL || json_is_null(value) ||
           (json_is_string(value) && json_string_length(value) == 0);
}

/* Whether the platform takes no notice of the member. */
static bool ignored(const struct reading *reading, const json_t *value)
{
    const struct field *field = reading->field;
    if (reading->mode == FIELDS_STAFF)
        return !applies(reading) && is_empty(value);
    bool given_by_server = (field->flags & FIELD_SERVER) != 0;
    bool former_at_create = reading->mode == FIELDS_CREATE && field->type == FIELD_LIST;
    return given_by_server || former_at_create || (!applies(reading) && is_empty(value));
}

/* Reads one member; a fixed one must say what already stands. */
static const char *read_member(struct reading *reading, const json_t *value)
{
    const struct field *field = reading->field;
    if (reading->mode == FIELDS_STAFF)
        return applies(reading) ? read_value(reading, value) : "not of this kind";
    if (!applies(reading))
        return "must be empty for this kind";
    if ((field->flags & FIELD_REQUIRED) != 0 && is_empty(value))
        return "required";
    struct schema one = {reading->schema->side, reading->schema->entity, field, 1};
    union record before = reading->draft->is;
    const char *wrong = read_value(reading, value);
    if (wrong != NULL || reading->mode != FIELDS_UPDATE || (field->flags & FIELD_FIXED) == 0)
        return wrong;
    bool same = fields_same(&one, &before, &reading->draft->is);
    reading->draft->is = before;
    return same ? NULL : "cannot be changed";
}

static void read_field(struct reading *reading, size_t number, const json_t *object)
{
    const struct field *field = reading->field;
    const json_t *value = json_object_get(object, field->name);
    struct draft *draft = reading->draft;
    if (value == NULL) {
        bool missing = reading->mode == FIELDS_CREATE && (field->flags & FIELD_REQUIRED) != 0;
        if (missing && applies(reading))
            draft_error(draft, field->name, "required");
        return;
    }
    if (ignored(reading, value))
        return;
    draft->given |= 1U << number;
    const char *wrong = read_member(reading, value);
    if (wrong == NULL)
        json_object_del(draft->extra, field->name);
    else if (reading->mode == FIELDS_STAFF)
        json_object_set(draft->extra, field->name, (json_t *)(uintptr_t)value);
    else
        draft_error(draft, field->name, wrong);
}

/* Of classHour and credit exactly one is filled. */
static void check_amounts(const struct reading *reading)
{
    const struct schema *schema = reading->schema;
    struct draft *draft = reading->draft;
    if (schema->side != PLATFORM_MUNICIPAL || schema->entity != ENTITY_HOURS ||
        reading->mode == FIELDS_STAFF)
        return;
    if (reading->hours_filled && reading->credits_filled)
        draft_error(draft, "classHour", "both amounts are filled");
    if (reading->hours_filled || reading->credits_filled)
        return;
    const char *used = draft->is.hours.credits ? "credit" : "classHour";
    if (reading->mode == FIELDS_CREATE)
        draft_error(draft, "classHour", "required");
    else if (draft_given(draft, schema, used))
        draft_error(draft, used, "required");
}

static bool is_known(const struct schema *schema, const char *name)
{
    for (size_t at = 0; at < schema->count; at++)
        if (strcmp(schema->fields[at].name, name) == 0)
            return true;
    return false;
}

void fields_read(const struct schema *schema, const json_t *object, enum fields_mode mode,
                 struct draft *draft)
{
    struct reading reading = {.schema = schema, .mode = mode, .draft = draft};
    for (size_t at = 0; at < schema->count; at++) {
        reading.field = &schema->fields[at];
        read_field(&reading, at, object);
    }
    check_amounts(&reading);
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        if (!is_known(schema, name))
            json_object_set(draft->extra, name, value);
    }
}
