#include "mapping/mapfile.h"

#include "mapping/mapfile_table.h"
#include "mapping/word.h"

#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES = 4 * 1024 * 1024, REGIONS_MOST = 4096, FORMAT = 1, IGNORED_MOST = 32 };

static const char *const FILE_KEYS[] = {
    "$schema",         "format",       "name",     "about",  "sides", "regions",
    "retired_regions", "dictionaries", "entities", "notice", NULL};
static const char *const DIRECTIONS[] = {"both", "to_provincial", "to_municipal", "compare", NULL};

typedef enum status part_loader(struct jsonplace *place, const json_t *json,
                                struct mapping *mapping);

/* Loads one member that must be there. */
static enum status load_member(struct jsonplace *place, const json_t *object, const char *key,
                               part_loader *loader, struct mapping *mapping)
{
    const json_t *value = json_object_get(object, key);
    size_t length = jsonplace_enter(place, key);
    enum status status = value == NULL ? jsonplace_wrong(place, NULL, "this key is required")
                                       : loader(place, value, mapping);
    jsonplace_leave(place, length);
    return status;
}

static enum status load_text(struct jsonplace *place, const json_t *object, const char *key,
                             struct slice *ret)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_string(value) || json_string_length(value) == 0 || json_string_length(value) > 64)
        return jsonplace_wrong_key(place, key, value, "a text of 1 to 64 bytes");
    *ret = (struct slice){json_string_value(value), json_string_length(value)};
    return STATUS_OK;
}

static enum status load_side(struct jsonplace *place, const json_t *json, enum side side,
                             struct mapping *mapping)
{
    static const char *const KEYS[] = {"system", "empty", NULL};
    const json_t *empty = json_object_get(json, "empty");
    enum status status = jsonplace_known(place, json, KEYS);
    if (status == STATUS_OK)
        status = load_text(place, json, "system", &mapping->system[side]);
    if (status != STATUS_OK)
        return status;
    bool is_text = json_is_string(empty) && json_string_length(empty) == 0;
    if (!is_text && !json_is_null(empty))
        return jsonplace_wrong_key(place, "empty", empty, "\"\" or null");
    mapping->empty_is_null[side] = !is_text;
    return STATUS_OK;
}

static enum status load_sides(struct jsonplace *place, const json_t *json, struct mapping *mapping)
{
    const char *names[SIDES + 1] = {side_name(MUNICIPAL), side_name(PROVINCIAL), NULL};
    enum status status = jsonplace_known(place, json, names);
    for (enum side side = MUNICIPAL; side < SIDES && status == STATUS_OK; side++) {
        size_t length = jsonplace_enter(place, names[side]);
        status = load_side(place, json_object_get(json, names[side]), side, mapping);
        jsonplace_leave(place, length);
    }
    if (status == STATUS_OK && slice_equal(mapping->system[MUNICIPAL], mapping->system[PROVINCIAL]))
        status = jsonplace_wrong(place, json, "another system code for each side");
    return status;
}

static bool is_region(const char *code)
{
    size_t size = strlen(code);
    return size >= 2 && size < NOTICE_REGION && strspn(code, "0123456789") == size;
}

static enum status load_region(struct jsonplace *place, const char *code, const json_t *value,
                               struct mapping *mapping)
{
    struct mapfile_region *region = &mapping->regions[mapping->region_count];
    if (!is_region(code))
        return jsonplace_wrong_key(place, code, NULL, "a region code of digits (GB/T 2260)");
    region->code = slice_of(code);
    region->now = region->code;
    if (json_is_string(value)) {
        region->name = slice_of(json_string_value(value));
        mapping->region_count++;
        return STATUS_OK;
    }
    static const char *const KEYS[] = {"name", "to", "now", NULL};
    size_t length = jsonplace_enter(place, code);
    enum status status = jsonplace_known(place, value, KEYS);
    if (status == STATUS_OK)
        status = load_text(place, value, "name", &region->name);
    if (status == STATUS_OK)
        status = load_text(place, value, "now", &region->now);
    jsonplace_leave(place, length);
    mapping->region_count += status == STATUS_OK;
    return status;
}

static enum status load_regions(struct jsonplace *place, const json_t *json,
                                struct mapping *mapping)
{
    const char *code;
    json_t *value;
    if (!json_is_object(json) || json_object_size(json) > REGIONS_MOST)
        return jsonplace_wrong(place, json, "an object of up to 4096 regions");
    json_object_foreach((json_t *)(uintptr_t)json, code, value)
    {
        enum status status = load_region(place, code, value, mapping);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static enum status load_region_tables(struct jsonplace *place, const json_t *root,
                                      struct mapping *mapping)
{
    mapping->regions =
        arena_alloc(&mapping->arena, (size_t)2 * REGIONS_MOST * sizeof *mapping->regions);
    if (mapping->regions == NULL)
        return STATUS_NO_MEMORY;
    enum status status = load_member(place, root, "regions", load_regions, mapping);
    mapping->region_current = mapping->region_count;
    if (status == STATUS_OK && json_object_get(root, "retired_regions") != NULL)
        status = load_member(place, root, "retired_regions", load_regions, mapping);
    return status;
}

static enum status load_dictionaries(struct jsonplace *place, const json_t *json,
                                     struct mapping *mapping)
{
    const char *name;
    json_t *value;
    if (!json_is_object(json) || json_object_size(json) > MAPFILE_DICTIONARIES)
        return jsonplace_wrong(place, json, "an object of up to 24 dictionaries");
    mapping->dictionaries =
        arena_alloc(&mapping->arena, MAPFILE_DICTIONARIES * sizeof *mapping->dictionaries);
    if (mapping->dictionaries == NULL)
        return STATUS_NO_MEMORY;
    json_object_foreach((json_t *)(uintptr_t)json, name, value)
    {
        size_t length = jsonplace_enter(place, name);
        enum status status = dictionary_load(place, name, value, &mapping->arena,
                                             &mapping->dictionaries[mapping->dictionary_count]);
        jsonplace_leave(place, length);
        if (status != STATUS_OK)
            return status;
        mapping->dictionary_count++;
    }
    return STATUS_OK;
}

static enum status load_id(struct jsonplace *place, const json_t *json, enum entity entity,
                           struct mapfile_side *side, struct arena *arena)
{
    static const char *const KEYS[] = {"of", NULL};
    if (!json_is_object(json))
        return mapfile_load_pointer(place, json, side, arena, &side->id);
    enum status status = jsonplace_known(place, json, KEYS);
    const json_t *of = json_object_get(json, "of");
    if (status == STATUS_OK &&
        (!json_is_array(of) || json_array_size(of) < 1 || json_array_size(of) > MAPFILE_ID_FIELDS))
        status = jsonplace_wrong_key(place, "of", of, "a list of one or two fields");
    for (size_t index = 0; status == STATUS_OK && index < json_array_size(of); index++) {
        const json_t *name = json_array_get(of, index);
        if (!json_is_string(name) || !field_find(entity, slice_of(json_string_value(name)),
                                                 &side->id_of[side->id_of_count++]))
            status = jsonplace_wrong_key(place, "of", name, "a field of this entity");
    }
    return status;
}

static enum status load_updated(struct jsonplace *place, const json_t *json,
                                struct mapfile_side *side, struct mapping *mapping)
{
    static const char *const KEYS[] = {"at", "read", NULL};
    const json_t *read = json_object_get(json, "read");
    enum status status = jsonplace_known(place, json, KEYS);
    size_t length = jsonplace_enter(place, "at");
    if (status == STATUS_OK)
        status = mapfile_load_pointer(place, json_object_get(json, "at"), side, &mapping->arena,
                                      &side->updated);
    jsonplace_leave(place, length);
    length = jsonplace_enter(place, "read");
    if (status == STATUS_OK)
        status = rule_load(place, read, mapping->dictionaries, mapping->dictionary_count,
                           &mapping->arena, &side->updated_chain);
    if (status == STATUS_OK)
        status = rule_fits(place, read, &side->updated_chain, FIELD_ACCOUNT_CREATED);
    jsonplace_leave(place, length);
    return status;
}

/* Members that the mapping knows and does not use. */
static enum status load_ignored(struct jsonplace *place, const json_t *json,
                                struct mapfile_side *side, struct arena *arena)
{
    if (json == NULL)
        return STATUS_OK;
    if (!json_is_array(json) || json_array_size(json) > IGNORED_MOST)
        return jsonplace_wrong(place, json, "a list of up to 32 JSON Pointers");
    for (size_t index = 0; index < json_array_size(json); index++) {
        struct mapfile_pointer pointer;
        size_t length = jsonplace_enter_index(place, index);
        enum status status =
            mapfile_load_pointer(place, json_array_get(json, index), side, arena, &pointer);
        jsonplace_leave(place, length);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static enum status load_control(struct jsonplace *place, const json_t *json, enum entity entity,
                                enum side which, struct mapping *mapping)
{
    static const char *const KEYS[] = {"id", "version", "updated", "ignore", NULL};
    struct mapfile_side *side = &mapping->sides[entity][which];
    enum status status = jsonplace_known(place, json, KEYS);
    for (size_t index = 0; status == STATUS_OK && KEYS[index] != NULL; index++) {
        const json_t *value = json_object_get(json, KEYS[index]);
        size_t length = jsonplace_enter(place, KEYS[index]);
        if (index == 0)
            status = load_id(place, value, entity, side, &mapping->arena);
        else if (index == 1)
            status = mapfile_load_pointer(place, value, side, &mapping->arena, &side->version);
        else if (index == 2)
            status = load_updated(place, value, side, mapping);
        else
            status = load_ignored(place, value, side, &mapping->arena);
        jsonplace_leave(place, length);
    }
    return status;
}

static enum status load_direction(struct jsonplace *place, const json_t *json, enum direction *ret)
{
    const json_t *value = json_object_get(json, "direction");
    if (value == NULL)
        return STATUS_OK;
    for (enum direction at = DIRECTION_BOTH; at <= DIRECTION_COMPARE; at++) {
        if (json_is_string(value) && strcmp(json_string_value(value), DIRECTIONS[at]) == 0) {
            *ret = at;
            return STATUS_OK;
        }
    }
    return jsonplace_wrong_key(place, "direction", value,
                               "both, to_provincial, to_municipal, compare");
}

static enum status load_entity(struct jsonplace *place, const json_t *json, enum entity entity,
                               struct mapping *mapping)
{
    static const char *const KEYS[] = {"direction", "municipal", "provincial", "fields", NULL};
    enum status status = jsonplace_known(place, json, KEYS);
    if (status == STATUS_OK)
        status = load_direction(place, json, &mapping->direction[entity]);
    for (enum side side = MUNICIPAL; side < SIDES && status == STATUS_OK; side++) {
        size_t length = jsonplace_enter(place, side_name(side));
        status = load_control(place, json_object_get(json, side_name(side)), entity, side, mapping);
        jsonplace_leave(place, length);
    }
    size_t length = jsonplace_enter(place, "fields");
    if (status == STATUS_OK)
        status = mapfile_load_fields(place, json_object_get(json, "fields"), entity, mapping);
    jsonplace_leave(place, length);
    return status;
}

static void find_lossy(struct mapping *mapping, enum entity entity, enum side side)
{
    for (enum field field = field_first(entity); field < field_end(entity); field++) {
        const struct mapfile_place *place = &mapping->places[field][side];
        for (size_t way = 0; way < place->way_count; way++) {
            if (rule_lossy(&place->ways[way].chain))
                mapping->lossy[entity][side] |= FIELD_BIT(field);
        }
    }
}

static enum status load_entities(struct jsonplace *place, const json_t *json,
                                 struct mapping *mapping)
{
    const char *names[ENTITIES + 1] = {0};
    for (enum entity entity = ENTITY_ACCOUNT; entity < ENTITIES; entity++)
        names[entity] = entity_name(entity);
    enum status status = jsonplace_known(place, json, names);
    for (enum entity entity = ENTITY_ACCOUNT; entity < ENTITIES && status == STATUS_OK; entity++) {
        size_t length = jsonplace_enter(place, names[entity]);
        status = load_entity(place, json_object_get(json, names[entity]), entity, mapping);
        jsonplace_leave(place, length);
        find_lossy(mapping, entity, MUNICIPAL);
        find_lossy(mapping, entity, PROVINCIAL);
    }
    return status;
}

static enum status load_notice(struct jsonplace *place, const json_t *json, struct mapping *mapping)
{
    return mapfile_load_notice(place, json, &mapping->notice);
}

static enum status load_root(struct jsonplace *place, struct mapping *mapping)
{
    const json_t *format = json_object_get(mapping->root, "format");
    enum status status = jsonplace_known(place, mapping->root, FILE_KEYS);
    if (status == STATUS_OK && (!json_is_integer(format) || json_integer_value(format) != FORMAT))
        status = jsonplace_wrong_key(place, "format", format, "1");
    if (status == STATUS_OK)
        status = load_text(place, mapping->root, "name", &mapping->name);
    if (status == STATUS_OK)
        status = load_member(place, mapping->root, "sides", load_sides, mapping);
    if (status == STATUS_OK)
        status = load_region_tables(place, mapping->root, mapping);
    if (status == STATUS_OK)
        status = load_member(place, mapping->root, "dictionaries", load_dictionaries, mapping);
    if (status == STATUS_OK)
        status = load_member(place, mapping->root, "entities", load_entities, mapping);
    if (status == STATUS_OK)
        status = load_member(place, mapping->root, "notice", load_notice, mapping);
    return status;
}

/* FNV-1a: it only has to tell one text from another. */
static uint64_t text_digest(struct slice text)
{
    uint64_t digest = 0xCBF29CE484222325U;
    for (size_t index = 0; index < text.size; index++)
        digest = (digest ^ (unsigned char)text.at[index]) * 0x100000001B3U;
    return digest;
}

enum status mapping_load(struct slice json, const char *file, struct mapping **ret,
                         struct fault *ret_fault)
{
    struct jsonplace place = {.text = json, .file = file, .fault = ret_fault};
    struct mapping *mapping = calloc(1, sizeof *mapping);
    if (mapping == NULL)
        return fault_set(ret_fault, STATUS_NO_MEMORY, file, 0, "", "", "");
    arena_init(&mapping->arena, ARENA_BYTES);
    mapping->digest = text_digest(json);
    enum status status = jsonplace_load(&place, &mapping->root);
    if (status == STATUS_OK)
        status = load_root(&place, mapping);
    if (status == STATUS_NO_MEMORY)
        (void)fault_set(ret_fault, status, file, 0, "", "", "");
    if (status != STATUS_OK) {
        mapping_free(mapping);
        return status;
    }
    *ret = mapping;
    return STATUS_OK;
}

void mapping_free(struct mapping *mapping)
{
    if (mapping == NULL)
        return;
    json_decref(mapping->root);
    arena_free(&mapping->arena);
    free(mapping);
}

bool mapping_has(const struct mapping *mapping, enum side side, enum field field)
{
    const struct mapfile_place *place = &mapping->places[field][side];
    return place->way_count > 0 || place->decided_by != FIELDS;
}

struct slice mapping_member(const struct mapping *mapping, enum side side, enum field field)
{
    const struct mapfile_place *place = &mapping->places[field][side];
    for (size_t way = 0; way < place->way_count; way++) {
        if (place->ways[way].pointer_count > 0)
            return mapping->sides[field_row(field)->entity][side]
                .members[place->ways[way].pointers[0].member];
    }
    return (struct slice){0};
}

enum policy mapping_policy(const struct mapping *mapping, enum field field)
{
    bool both = mapping_has(mapping, MUNICIPAL, field) && mapping_has(mapping, PROVINCIAL, field);
    return both || mapping->policy[field] >= POLICY_VALID ? mapping->policy[field] : POLICY_IGNORE;
}

enum direction mapping_direction(const struct mapping *mapping, enum entity entity)
{
    return mapping->direction[entity];
}

const char *direction_name(enum direction direction)
{
    return DIRECTIONS[direction];
}

bool mapping_writable(const struct mapping *mapping, enum side side, enum field field,
                      const struct record *of, bool create)
{
    const struct mapfile_place *place = &mapping->places[field][side];
    enum mapfile_write least = create ? MAPFILE_CREATE : MAPFILE_ALWAYS;
    const char *const *kinds = word_list(FIELD_ACCOUNT_KIND);
    bool known =
        of != NULL && of->entity == ENTITY_ACCOUNT && !slice_empty(of->value[FIELD_ACCOUNT_KIND]);
    if (!mapping_has(mapping, side, field))
        return false;
    for (size_t kind = 0; kind < MAPFILE_KINDS; kind++) {
        bool meant = !known || slice_is(of->value[FIELD_ACCOUNT_KIND], kinds[kind]);
        if (meant && place->write[kind] >= least)
            return true;
    }
    return false;
}

bool mapping_identity(const struct mapping *mapping, enum field field)
{
    return mapping->identity[field];
}

field_set mapping_lossy(const struct mapping *mapping, enum side side, enum entity entity)
{
    return mapping->lossy[entity][side];
}

size_t mapping_characters(const struct mapping *mapping, enum field field)
{
    return mapping->characters[field];
}

uint64_t mapping_digest(const struct mapping *mapping)
{
    return mapping->digest;
}

struct slice mapping_name(const struct mapping *mapping)
{
    return mapping->name;
}

struct slice mapping_side_system(const struct mapping *mapping, enum side side)
{
    return mapping->system[side];
}

static const struct mapfile_region *find_region(const struct mapping *mapping, struct slice code)
{
    for (size_t index = 0; index < mapping->region_count; index++) {
        if (slice_equal(mapping->regions[index].code, code))
            return &mapping->regions[index];
    }
    return NULL;
}

struct slice mapping_region_name(const struct mapping *mapping, struct slice region)
{
    const struct mapfile_region *found = find_region(mapping, region);
    return found == NULL ? (struct slice){0} : found->name;
}

struct slice mapping_region_now(const struct mapping *mapping, struct slice region)
{
    const struct mapfile_region *found = find_region(mapping, region);
    return found == NULL ? region : found->now;
}

bool mapping_region_at(const struct mapping *mapping, size_t index, struct slice *ret_code,
                       struct slice *ret_name)
{
    if (index >= mapping->region_current)
        return false;
    *ret_code = mapping->regions[index].code;
    *ret_name = mapping->regions[index].name;
    return true;
}

const struct notice *mapping_notice(const struct mapping *mapping)
{
    return &mapping->notice;
}

size_t mapping_regions_inside(const struct mapping *mapping, struct slice prefix, struct slice *ret, size_t most)
{
    struct slice code = {0};
    struct slice name = {0};
    size_t count = 0;
    for (size_t index = 0; count < most && mapping_region_at(mapping, index, &code, &name); index++) {
        if (slice_starts(code, prefix) && code.size > prefix.size)
            ret[count++] = code;
    }
    return count;
}
