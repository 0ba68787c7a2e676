#include "mapping/encode.h"

#include "mapping/base/civil.h"
#include "mapping/mapfile_table.h"
#include "mapping/text.h"

#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES = 256 * 1024, NUMBER_BYTES = 32, NAME_BYTES = 128 };

/* One record on its way out. */
struct encoding {
    const struct mapping *mapping;
    struct rule_context context;
    const struct record *values;
    field_set set;
    bool create;
    json_t *object;
};

/* A number by its own digits: whole ones as such, since a double holds no 19 digits. */
static json_t *number_json(struct slice text)
{
    char copy[NUMBER_BYTES];
    int64_t whole = 0;
    if (slice_integer(text, &whole))
        return json_integer(whole);
    if (text.size >= sizeof copy)
        return NULL;
    memcpy(copy, text.at, text.size);
    copy[text.size] = '\0';
    return json_real(strtod(copy, NULL));
}

static json_t *text_json(struct slice text)
{
    return json_stringn(text.at == NULL ? "" : text.at, text.size);
}

static json_t *spelling_json(const struct spelling *spelling)
{
    return spelling->number ? number_json(spelling->text) : text_json(spelling->text);
}

static json_t *empty_json(const struct encoding *at)
{
    return at->mapping->empty_is_null[at->context.side] ? json_null() : json_string("");
}

/* Puts the value where the pointer says, making the objects on the way. value is taken over. */
static enum status put_at(json_t *object, struct slice pointer, json_t *value)
{
    char name[NAME_BYTES];
    const char *at = pointer.at + 1;
    const char *end = pointer.at + pointer.size;
    while (value != NULL) {
        size_t size = 0;
        for (; at < end && *at != '/' && size + 1 < sizeof name; at++) {
            bool escaped = *at == '~' && at + 1 < end;
            name[size++] = !escaped ? *at : *++at == '0' ? '~' : '/';
        }
        name[size] = '\0';
        if (at >= end)
            return json_object_set_new(object, name, value) == 0 ? STATUS_OK : STATUS_NO_MEMORY;
        at++;
        json_t *below = json_object_get(object, name);
        if (below == NULL) {
            below = json_object();
            if (json_object_set_new(object, name, below) != 0)
                break;
        }
        object = below;
    }
    json_decref(value);
    return STATUS_NO_MEMORY;
}

static json_t *codes_json(struct slice codes)
{
    json_t *list = json_array();
    while (codes.size > 0) {
        const char *space = memchr(codes.at, ' ', codes.size);
        size_t size = space == NULL ? codes.size : (size_t)(space - codes.at);
        (void)json_array_append_new(list, json_stringn(codes.at, size));
        size += space == NULL ? 0 : 1;
        codes = (struct slice){codes.at + size, codes.size - size};
    }
    return list;
}

static enum status put_codes(struct encoding *at, const struct mapfile_way *way, struct slice codes)
{
    if (slice_empty(way->separator))
        return put_at(at->object, way->pointers[0].text, codes_json(codes));
    struct buffer text;
    buffer_init(&text, ARENA_BYTES);
    for (size_t index = 0; index < codes.size; index++)
        buffer_append(&text, codes.at[index] == ' ' ? way->separator
                                                    : (struct slice){codes.at + index, 1});
    enum status status = text.status;
    if (status == STATUS_OK)
        status = put_at(at->object, way->pointers[0].text,
                        slice_empty(codes) ? empty_json(at) : json_stringn(text.at, text.size));
    buffer_free(&text);
    return status;
}

/* A create carries the text as its side has it, where that fits the field as well as its value
 * does. */
static struct slice text_to_write(const struct encoding *at, enum field field)
{
    struct slice original = at->values->original[field];
    size_t most = at->mapping->characters[field];
    if (!at->create || slice_empty(original) || (most > 0 && text_characters(original) > most))
        return at->values->value[field];
    return original;
}

static enum status put_way(struct encoding *at, enum field field, const struct mapfile_way *way,
                           bool empty)
{
    struct slice value = empty ? (struct slice){0} : at->values->value[field];
    struct spelling spelling = {0};
    if (way->pointer_count == 0)
        return STATUS_OK;
    if (field_row(field)->form == FORM_CODES)
        return put_codes(at, way, value);
    if (slice_empty(value))
        return put_at(at->object, way->pointers[0].text, empty_json(at));
    enum form form = field_row(field)->form;
    if (form == FORM_TEXT || form == FORM_CODE)
        value = text_to_write(at, field);
    enum status status = rule_write(&way->chain, &at->context, value, way->number, &spelling);
    if (status != STATUS_OK)
        return status;
    return put_at(at->object, way->pointers[0].text, spelling_json(&spelling));
}

static bool way_holds(const struct encoding *at, const struct mapfile_way *way)
{
    if (way->when == FIELDS)
        return true;
    for (size_t index = 0; index < way->word_count; index++) {
        if (slice_equal(at->values->value[way->when], way->words[index]))
            return true;
    }
    return false;
}

static const struct mapfile_way *holding_way(const struct encoding *at,
                                             const struct mapfile_place *place)
{
    for (size_t index = 0; index < place->way_count; index++) {
        if (way_holds(at, &place->ways[index]))
            return &place->ways[index];
    }
    return NULL;
}

static bool same_place(const struct mapfile_way *one, const struct mapfile_way *other)
{
    return one != NULL && slice_equal(one->pointers[0].text, other->pointers[0].text);
}

/* The way that holds gets the value. The others are emptied where the record is new, or where the
 * field that says which way holds is written too. */
static enum status put_field(struct encoding *at, enum field field)
{
    const struct mapfile_place *place = &at->mapping->places[field][at->context.side];
    const struct mapfile_way *holder = holding_way(at, place);
    enum status status = holder == NULL ? STATUS_OK : put_way(at, field, holder, false);
    for (size_t index = 0; place->ways != NULL && index < place->way_count; index++) {
        const struct mapfile_way *way = &place->ways[index];
        bool moved = at->create || (way->when != FIELDS && (at->set & FIELD_BIT(way->when)) != 0);
        if (status == STATUS_OK && way != holder && moved && !same_place(holder, way))
            status = put_way(at, field, way, true);
    }
    return status;
}

/* A field that is said by which way of another is filled is written with that other. */
static field_set with_deciding(const struct mapping *mapping, enum side side, enum entity entity,
                               field_set set)
{
    for (enum field field = field_first(entity); field < field_end(entity); field++) {
        enum field other = mapping->places[field][side].decided_by;
        if ((set & FIELD_BIT(field)) != 0 && other != FIELDS)
            set |= FIELD_BIT(other);
    }
    return set;
}

static enum status encode_set(struct encoding *at, json_t **ret)
{
    struct arena arena;
    enum entity entity = at->values->entity;
    enum status status = STATUS_OK;
    at->object = json_object();
    if (at->object == NULL)
        return STATUS_NO_MEMORY;
    arena_init(&arena, ARENA_BYTES);
    at->context.arena = &arena;
    at->set = with_deciding(at->mapping, at->context.side, entity, at->set);
    for (enum field field = field_first(entity); field < field_end(entity); field++) {
        if (status == STATUS_OK && (at->set & FIELD_BIT(field)) != 0)
            status = put_field(at, field);
    }
    at->context.arena = NULL;
    arena_free(&arena);
    at->context.arena = NULL;
    if (status != STATUS_OK)
        json_decref(at->object);
    else
        *ret = at->object;
    return status;
}

enum status encode_record(const struct mapping *mapping, enum side target,
                          const struct record *values, field_set set, bool create, json_t **ret)
{
    field_set writable = 0;
    for (enum field field = field_first(values->entity); field < field_end(values->entity);
         field++) {
        if (mapping_writable(mapping, target, field, values, create))
            writable |= FIELD_BIT(field);
    }
    struct encoding at = {.mapping = mapping,
                          .context = {.side = target},
                          .values = values,
                          .set = set & writable,
                          .create = create};
    return encode_set(&at, ret);
}

enum status encode_fields(const struct mapping *mapping, enum side target,
                          const struct record *values, field_set set, json_t **ret)
{
    struct encoding at = {
        .mapping = mapping, .context = {.side = target}, .values = values, .set = set};
    return encode_set(&at, ret);
}

static enum status put_control(const struct mapping *mapping, enum side side,
                               const struct record *record, json_t *object)
{
    const struct mapfile_side *table = &mapping->sides[record->entity][side];
    struct arena arena;
    struct rule_context context = {.side = side, .arena = &arena};
    struct spelling updated = {0};
    char utc[21];
    enum status status = STATUS_OK;
    if (table->id_of_count == 0)
        status = put_at(object, table->id.text, text_json(record->remote_id));
    if (status == STATUS_OK)
        status = put_at(object, table->version.text, json_integer(record->version));
    civil_utc_text(record->updated, utc);
    arena_init(&arena, ARENA_BYTES);
    if (status == STATUS_OK)
        status = rule_write(&table->updated_chain, &context, slice_of(utc), false, &updated);
    if (status == STATUS_OK)
        status = put_at(object, table->updated.text, spelling_json(&updated));
    arena_free(&arena);
    return status;
}

enum status encode_whole(const struct mapping *mapping, enum side side, const struct record *record,
                         json_t **ret)
{
    json_t *object = NULL;
    field_set all = 0;
    for (enum field field = field_first(record->entity); field < field_end(record->entity); field++)
        all |= FIELD_BIT(field);
    enum status status = encode_fields(mapping, side, record, all, &object);
    if (status != STATUS_OK)
        return status;
    status = put_control(mapping, side, record, object);
    if (status != STATUS_OK)
        json_decref(object);
    else
        *ret = object;
    return status;
}
