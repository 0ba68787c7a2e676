#include "mapping/explain.h"

#include "mapping/base/civil.h"
#include "mapping/decode.h"
#include "mapping/encode.h"
#include "mapping/mapfile_table.h"
#include "mapping/members.h"
#include "mapping/split.h"
#include "mapping/text.h"

#include <stdlib.h>

enum { ARENA_BYTES = 8 * 1024 * 1024 };

/* A text for JSON: what is not UTF-8 is shown as such. */
static json_t *text_json(struct slice text)
{
    json_t *json = json_stringn(text.at == NULL ? "" : text.at, text.size);
    return json != NULL ? json : json_string("(not UTF-8)");
}

/* The way that was read: the first that has something, else the first. */
static const struct mapfile_way *way_read(const struct mapfile_place *place,
                                          const struct members *members,
                                          const struct record *record)
{
    for (size_t index = 0; index < place->way_count; index++) {
        const struct mapfile_way *way = &place->ways[index];
        bool holds = way->when == FIELDS;
        for (size_t word = 0; word < way->word_count; word++)
            holds = holds || slice_equal(record->value[way->when], way->words[word]);
        if (holds && way->pointer_count > 0 &&
            (place->way_count == 1 || !slice_empty(members_raw(members, &way->pointers[0]))))
            return way;
    }
    return place->way_count > 0 ? &place->ways[0] : NULL;
}

static const char *write_word(const struct mapping *mapping, enum side side, enum field field,
                              const struct record *record)
{
    if (mapping_writable(mapping, side, field, record, false))
        return "always";
    return mapping_writable(mapping, side, field, record, true) ? "create" : "never";
}

static json_t *written_json(const struct mapping *mapping, enum side side,
                            const struct record *record, enum field field)
{
    json_t *written = NULL;
    if (encode_fields(mapping, side, record, FIELD_BIT(field), &written) != STATUS_OK)
        return json_null();
    return written;
}

/* What is being explained. */
struct explaining {
    const struct mapping *mapping;
    enum side side;
    struct members members;
    struct decoded decoded;
    field_set lossy;
    struct arena *arena;
};

/* What stands there as a text; a list as its own bytes. */
static struct slice text_read(const struct explaining *at, const struct mapfile_way *way)
{
    struct slice text = {0};
    if (way == NULL || way->pointer_count == 0)
        return text;
    if (members_text(&at->members, &way->pointers[0], at->arena, &text) != STATUS_OK)
        text = members_raw(&at->members, &way->pointers[0]);
    return text;
}

/* The first step of reconciliation.md, "Normalising", before dictionaries, units and zones. */
static struct slice text_normal(const struct explaining *at, const struct mapfile_way *way,
                                struct slice text)
{
    struct slice normal = {0};
    bool name = way != NULL && rule_find(&way->chain, RULE_name) != NULL;
    return text_normalise(text, name, at->arena, &normal) == STATUS_OK ? normal : (struct slice){0};
}

static json_t *field_json(const struct explaining *at, enum field field)
{
    const struct mapfile_place *place = &at->mapping->places[field][at->side];
    const struct record *record = &at->decoded.record;
    const struct mapfile_way *way = way_read(place, &at->members, record);
    json_t *json = json_object();
    struct slice text = text_read(at, way);
    struct slice pointer =
        way != NULL && way->pointer_count > 0 ? way->pointers[0].text : (struct slice){0};
    (void)json_object_set_new(json, "field", json_string(field_row(field)->name));
    (void)json_object_set_new(json, "at", text_json(pointer));
    (void)json_object_set_new(json, "read", text_json(text));
    (void)json_object_set_new(json, "normalised", text_json(text_normal(at, way, text)));
    (void)json_object_set_new(json, "canonical", text_json(record->value[field]));
    (void)json_object_set_new(json, "written", written_json(at->mapping, at->side, record, field));
    (void)json_object_set_new(json, "policy",
                              json_string(policy_name(mapping_policy(at->mapping, field))));
    (void)json_object_set_new(json, "write",
                              json_string(write_word(at->mapping, at->side, field, record)));
    (void)json_object_set_new(json, "law", json_boolean((at->lossy & FIELD_BIT(field)) == 0));
    (void)json_object_set_new(json, "reason",
                              at->decoded.bad_field == field && !at->decoded.ok
                                  ? json_string(at->decoded.reason)
                                  : json_null());
    return json;
}

static void add_unknown(struct slice name, void *context)
{
    json_t *list = context;
    (void)json_array_append_new(list, text_json(name));
}

static json_t *fields_json(const struct explaining *at)
{
    json_t *list = json_array();
    enum entity entity = at->decoded.record.entity;
    for (enum field field = field_first(entity); field < field_end(entity); field++) {
        if (mapping_has(at->mapping, at->side, field))
            (void)json_array_append_new(list, field_json(at, field));
    }
    return list;
}

static json_t *key_json(const struct decoded *decoded)
{
    struct buffer text;
    buffer_init(&text, 1024);
    if (decoded->key_readable)
        record_subject(&decoded->record, &text);
    json_t *json = decoded->key_readable ? text_json(buffer_slice(&text)) : json_null();
    buffer_free(&text);
    return json;
}

static json_t *updated_json(const struct record *record)
{
    char text[21];
    if (record->updated == 0)
        return json_null();
    civil_utc_text(record->updated, text);
    return json_string(text);
}

static json_t *record_json(const struct explaining *at, json_t *unknown)
{
    const struct decoded *decoded = &at->decoded;
    json_t *json = json_object();
    (void)json_object_set_new(json, "side", json_string(side_name(at->side)));
    (void)json_object_set_new(json, "entity", json_string(entity_name(decoded->record.entity)));
    (void)json_object_set_new(json, "ok", json_boolean(decoded->ok));
    (void)json_object_set_new(json, "field",
                              decoded->ok ? json_null() : json_string(decoded->bad_name));
    (void)json_object_set_new(json, "reason",
                              decoded->ok ? json_null() : json_string(decoded->reason));
    (void)json_object_set_new(json, "id", text_json(decoded->record.remote_id));
    (void)json_object_set_new(json, "version", json_integer(decoded->record.version));
    (void)json_object_set_new(json, "updated", updated_json(&decoded->record));
    (void)json_object_set_new(json, "key", key_json(decoded));
    (void)json_object_set_new(json, "unknown", unknown);
    (void)json_object_set_new(json, "fields", fields_json(at));
    return json;
}

enum status explain_record(const struct mapping *mapping, enum side side, enum entity entity,
                           struct slice json, int64_t now, json_t **ret)
{
    struct arena arena;
    struct explaining at = {.mapping = mapping, .side = side, .arena = &arena};
    const struct mapfile_side *table = &mapping->sides[entity][side];
    json_t *unknown = json_array();
    if (unknown == NULL)
        return STATUS_NO_MEMORY;
    arena_init(&arena, ARENA_BYTES);
    struct slice whole = {0};
    /* a page was checked when it was split; this text comes from anywhere */
    enum status status = split_value(json, SLICE(""), &whole);
    if (status == STATUS_OK)
        status = decode_record(mapping, side, entity, whole, now, &arena, &at.decoded);
    if (status == STATUS_OK)
        status = members_read(whole, table, &arena, &at.members);
    if (status == STATUS_OK)
        status = members_each_unknown(whole, table, &arena, add_unknown, unknown);
    if (status == STATUS_OK)
        status = explain_law(mapping, side, entity, whole, now, &arena, &at.lossy);
    if (status == STATUS_OK)
        *ret = record_json(&at, unknown);
    else
        json_decref(unknown);
    arena_free(&arena);
    return status == STATUS_OK && *ret == NULL ? STATUS_NO_MEMORY : status;
}

static field_set compare(const struct record *one, const struct record *other)
{
    field_set differs = 0;
    for (enum field field = field_first(one->entity); field < field_end(one->entity); field++) {
        if (!slice_equal(one->value[field], other->value[field]))
            differs |= FIELD_BIT(field);
    }
    return differs;
}

/* Writes the record as its side would and reads that again. */
static enum status back_and_forth(const struct mapping *mapping, enum side side,
                                  const struct record *record, int64_t now, struct arena *arena,
                                  struct decoded *ret)
{
    json_t *whole = NULL;
    enum status status = encode_whole(mapping, side, record, &whole);
    if (status != STATUS_OK)
        return status;
    char *text = json_dumps(whole, ENCODE_DUMP_FLAGS);
    json_decref(whole);
    struct slice copy = text == NULL ? (struct slice){0} : arena_copy(arena, slice_of(text));
    free(text);
    if (copy.at == NULL)
        return STATUS_NO_MEMORY;
    return decode_record(mapping, side, record->entity, copy, now, arena, ret);
}

enum status explain_law(const struct mapping *mapping, enum side side, enum entity entity,
                        struct slice json, int64_t now, struct arena *arena, field_set *ret_lossy)
{
    struct decoded first;
    struct decoded second;
    enum status status = decode_record(mapping, side, entity, json, now, arena, &first);
    if (status == STATUS_OK)
        status = back_and_forth(mapping, side, &first.record, now, arena, &second);
    if (status == STATUS_OK)
        *ret_lossy = compare(&first.record, &second.record);
    return status;
}
