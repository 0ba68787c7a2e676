#include "mapping/mapfile_table.h"
#include "mapping/word.h"

#include <stdio.h>
#include <string.h>

enum { CHARACTERS_MOST = 4096, TEXT_CHARACTERS = 200, FIELDS_OF_ENTITY = 32 };

/* Without one of these a record is quarantined (reconciliation.md, "The canonical model"). */
static const enum field REQUIRED[] = {
    FIELD_ACCOUNT_KIND,   FIELD_ACCOUNT_CODE,  FIELD_ACCOUNT_NAME, FIELD_ACCOUNT_REGION,
    FIELD_ACCOUNT_REVIEW, FIELD_ACCOUNT_VALID, FIELD_HOURS_PERSON, FIELD_HOURS_YEAR,
    FIELD_HOURS_CATEGORY, FIELD_HOURS_UNIT,    FIELD_HOURS_AMOUNT, FIELD_HOURS_SOURCE,
    FIELD_HOURS_FINISHED, FIELD_HOURS_REVIEW,  FIELD_HOURS_VALID,  FIELD_ANNUAL_PERSON,
    FIELD_ANNUAL_YEAR,
};

/* Keys, and the parts of the natural key: what may say which record is which. */
static const enum field IDENTITY[] = {
    FIELD_ACCOUNT_KIND,        FIELD_ACCOUNT_CODE,        FIELD_ACCOUNT_FORMER_CODES,
    FIELD_HOURS_ORIGIN_SYSTEM, FIELD_HOURS_ORIGIN_NUMBER, FIELD_HOURS_PERSON,
    FIELD_HOURS_YEAR,          FIELD_HOURS_CATEGORY,      FIELD_HOURS_COURSE_CODE,
    FIELD_HOURS_EVIDENCE,      FIELD_HOURS_FINISHED,      FIELD_ANNUAL_PERSON,
    FIELD_ANNUAL_YEAR,
};

static bool is_among(enum field field, const enum field *list, size_t count)
{
    for (size_t index = 0; index < count; index++) {
        if (list[index] == field)
            return true;
    }
    return false;
}

bool mapfile_requires(enum field field)
{
    return is_among(field, REQUIRED, sizeof REQUIRED / sizeof *REQUIRED);
}

/* "a~1b" to "a/b". */
static struct slice unescape(struct slice token, struct arena *arena)
{
    char *text = arena_alloc(arena, token.size + 1);
    size_t size = 0;
    for (size_t index = 0; text != NULL && index < token.size; index++) {
        char byte = token.at[index];
        if (byte == '~' && index + 1 < token.size)
            byte = token.at[++index] == '0' ? '~' : '/';
        text[size++] = byte;
    }
    return (struct slice){text, size};
}

static enum status register_member(struct mapfile_side *side, struct slice name,
                                   struct jsonplace *place, size_t *ret)
{
    for (size_t index = 0; index < side->member_count; index++) {
        if (slice_equal(side->members[index], name)) {
            *ret = index;
            return STATUS_OK;
        }
    }
    if (side->member_count == MAPFILE_MEMBERS)
        return jsonplace_wrong(place, NULL, "at most 64 different members in a record");
    side->members[side->member_count] = name;
    *ret = side->member_count++;
    return STATUS_OK;
}

static enum status load_pointer_text(struct jsonplace *place, struct slice text,
                                     struct mapfile_side *side, struct arena *arena,
                                     struct mapfile_pointer *ret)
{
    size_t end = 1;
    while (end < text.size && text.at[end] != '/')
        end++;
    struct slice name = unescape((struct slice){text.at + 1, end - 1}, arena);
    if (name.at == NULL)
        return STATUS_NO_MEMORY;
    ret->text = text;
    ret->rest = (struct slice){text.at + end, text.size - end};
    return register_member(side, name, place, &ret->member);
}

enum status mapfile_load_pointer(struct jsonplace *place, const json_t *json,
                                 struct mapfile_side *side, struct arena *arena,
                                 struct mapfile_pointer *ret)
{
    const char *text = json_string_value(json);
    if (text == NULL || text[0] != '/' || strlen(text) < 2 || strlen(text) > 120)
        return jsonplace_wrong(place, json, "a JSON Pointer such as /id");
    return load_pointer_text(place, slice_of(text), side, arena, ret);
}

/* What is being loaded: one field at one side. */
struct loading {
    struct jsonplace *place;
    struct mapping *mapping;
    enum entity entity;
    enum field field;
    enum side side;
};

static enum status load_when(struct loading *at, const json_t *json, struct mapfile_way *way)
{
    static const char ALLOWED[] = "{\"field\": [words]} of an earlier field with words";
    void *member = json_object_iter((json_t *)(uintptr_t)json);
    way->when = FIELDS;
    if (json == NULL)
        return STATUS_OK;
    if (!json_is_object(json) || json_object_size(json) != 1 ||
        !field_find(at->entity, slice_of(json_object_iter_key(member)), &way->when) ||
        word_list(way->when) == NULL || way->when == at->field)
        return jsonplace_wrong_key(at->place, "when", json, ALLOWED);
    const json_t *words = json_object_iter_value(member);
    size_t count = json_is_array(words) ? json_array_size(words) : 1;
    if (count < 1 || count > MAPFILE_WORDS)
        return jsonplace_wrong_key(at->place, "when", words, "one to six words");
    for (size_t index = 0; index < count; index++) {
        const json_t *word = json_is_array(words) ? json_array_get(words, index) : words;
        struct slice text = slice_of(json_string_value(word));
        if (word_find(way->when, text) == NULL)
            return jsonplace_wrong_key(at->place, "when", word, "a word of that field");
        way->words[way->word_count++] = text;
    }
    return STATUS_OK;
}

/* The pointers of first_of() come behind the one that is written. */
static enum status load_pointers(struct loading *at, const json_t *json, struct mapfile_way *way)
{
    struct mapfile_side *side = &at->mapping->sides[at->entity][at->side];
    const struct rule_step *first_of = rule_find(&way->chain, RULE_first_of);
    const struct rule_step *split = rule_find(&way->chain, RULE_split);
    enum status status = STATUS_OK;
    if (json != NULL)
        status = mapfile_load_pointer(at->place, json, side, &at->mapping->arena,
                                      &way->pointers[way->pointer_count++]);
    for (size_t index = 0; first_of != NULL && index < first_of->count && status == STATUS_OK;
         index++) {
        if (way->pointer_count == MAPFILE_POINTERS)
            return jsonplace_wrong(at->place, json, "at most four pointers in all");
        status = load_pointer_text(at->place, first_of->arguments[index].text, side,
                                   &at->mapping->arena, &way->pointers[way->pointer_count++]);
    }
    if (split != NULL)
        way->separator = split->arguments[0].text;
    if (status == STATUS_OK && way->pointer_count == 0 &&
        rule_find(&way->chain, RULE_const) == NULL)
        status = jsonplace_wrong(at->place, json, "a JSON Pointer, or const in \"read\"");
    return status;
}

static enum status load_way(struct loading *at, const json_t *json, struct mapfile_way *way)
{
    const json_t *read = json_object_get(json, "read");
    const json_t *as = json_object_get(json, "as");
    enum status status = load_when(at, json_object_get(json, "when"), way);
    size_t length = jsonplace_enter(at->place, "read");
    if (status == STATUS_OK)
        status = rule_load(at->place, read, at->mapping->dictionaries,
                           at->mapping->dictionary_count, &at->mapping->arena, &way->chain);
    if (status == STATUS_OK)
        status = rule_fits(at->place, read, &way->chain, at->field);
    jsonplace_leave(at->place, length);
    length = jsonplace_enter(at->place, "at");
    if (status == STATUS_OK)
        status = load_pointers(at, json_object_get(json, "at"), way);
    jsonplace_leave(at->place, length);
    if (status != STATUS_OK)
        return status;
    bool is_number = json_is_string(as) && strcmp(json_string_value(as), "number") == 0;
    if (as != NULL && !is_number &&
        !(json_is_string(as) && strcmp(json_string_value(as), "text") == 0))
        return jsonplace_wrong_key(at->place, "as", as, "text, number");
    way->number = is_number;
    return STATUS_OK;
}

static enum status load_ways(struct loading *at, const json_t *json, struct mapfile_place *ret)
{
    static const char *const KEYS[] = {"when", "at", "read", "as", NULL};
    const json_t *list = json_object_get(json, "ways");
    size_t count = list == NULL ? 1 : json_array_size(list);
    if (list != NULL && (count < 2 || count > MAPFILE_WAYS))
        return jsonplace_wrong_key(at->place, "ways", list, "a list of two to four ways");
    ret->ways = arena_alloc(&at->mapping->arena, count * sizeof *ret->ways);
    if (ret->ways == NULL)
        return STATUS_NO_MEMORY;
    ret->way_count = count;
    if (list == NULL)
        return load_way(at, json, &ret->ways[0]);
    enum status status = STATUS_OK;
    size_t length = jsonplace_enter(at->place, "ways");
    for (size_t index = 0; index < count && status == STATUS_OK; index++) {
        const json_t *way = json_array_get(list, index);
        size_t inner = jsonplace_enter_index(at->place, index);
        status = jsonplace_known(at->place, way, KEYS);
        if (status == STATUS_OK && json_object_get(way, "when") == NULL)
            status =
                jsonplace_wrong_key(at->place, "when", NULL, "a condition in each of the ways");
        if (status == STATUS_OK)
            status = load_way(at, way, &ret->ways[index]);
        jsonplace_leave(at->place, inner);
    }
    jsonplace_leave(at->place, length);
    return status;
}

static bool write_of(const json_t *json, enum mapfile_write *ret)
{
    static const char *const WORDS[] = {"never", "create", "always"};
    for (enum mapfile_write at = MAPFILE_NEVER; at <= MAPFILE_ALWAYS; at++) {
        if (json_is_string(json) && strcmp(json_string_value(json), WORDS[at]) == 0) {
            *ret = at;
            return true;
        }
    }
    return false;
}

/* "always", or one for each kind of account. */
static enum status load_write(struct loading *at, const json_t *json, struct mapfile_place *ret)
{
    const char *const *kinds = word_list(FIELD_ACCOUNT_KIND);
    const json_t *write = json_object_get(json, "write");
    bool by_kind = json_is_object(write) && at->entity == ENTITY_ACCOUNT;
    if (write == NULL)
        return STATUS_OK;
    size_t length = jsonplace_enter(at->place, "write");
    enum status status = by_kind ? jsonplace_known(at->place, write, kinds) : STATUS_OK;
    for (size_t kind = 0; kind < MAPFILE_KINDS && status == STATUS_OK; kind++) {
        const json_t *value = by_kind ? json_object_get(write, kinds[kind]) : write;
        if (!write_of(value, &ret->write[kind]))
            status = jsonplace_wrong(at->place, value,
                                     "always, create, never, or one of them for each kind of "
                                     "account");
    }
    jsonplace_leave(at->place, length);
    if (status == STATUS_OK && at->entity == ENTITY_ANNUAL && ret->write[0] != MAPFILE_NEVER)
        status = jsonplace_wrong_key(at->place, "write", write,
                                     "never (yearly results are the platform's)");
    return status;
}

static enum status load_decided(struct loading *at, const json_t *json, struct mapfile_place *ret)
{
    const json_t *value = json_object_get(json, "decided_by");
    if (!json_is_string(value) ||
        !field_find(at->entity, slice_of(json_string_value(value)), &ret->decided_by) ||
        ret->decided_by == at->field || json_object_get(json, "at") != NULL ||
        json_object_get(json, "read") != NULL || json_object_get(json, "ways") != NULL)
        return jsonplace_wrong_key(at->place, "decided_by", value,
                                   "a field whose ways say it, and then no at, read, ways here");
    return STATUS_OK;
}

static enum status load_place(struct loading *at, const json_t *json)
{
    static const char *const KEYS[] = {"at",    "read", "as",         "required",
                                       "write", "ways", "decided_by", NULL};
    struct mapfile_place *ret = &at->mapping->places[at->field][at->side];
    const json_t *required = json_object_get(json, "required");
    enum status status = jsonplace_known(at->place, json, KEYS);
    if (status != STATUS_OK)
        return status;
    if (required != NULL &&
        (!json_is_boolean(required) || (json_is_false(required) && mapfile_requires(at->field))))
        return jsonplace_wrong_key(at->place, "required", required,
                                   mapfile_requires(at->field) ? "true" : "true, false");
    ret->required = json_is_true(required) || mapfile_requires(at->field);
    status = json_object_get(json, "decided_by") != NULL ? load_decided(at, json, ret)
                                                         : load_ways(at, json, ret);
    if (status == STATUS_OK)
        status = load_write(at, json, ret);
    return status;
}

static enum status load_policy(struct loading *at, const json_t *json)
{
    enum policy fixed = field_row(at->field)->policy;
    const json_t *value = json_object_get(json, "policy");
    enum policy policy = POLICIES;
    at->mapping->policy[at->field] = fixed;
    if (value == NULL)
        return STATUS_OK;
    if (fixed >= POLICY_VALID)
        return jsonplace_wrong_key(at->place, "policy", value,
                                   "no policy: this field is not merged by one");
    if (!json_is_string(value) || !policy_find(slice_of(json_string_value(value)), &policy))
        return jsonplace_wrong_key(
            at->place, "policy", value,
            "conflict, newest, municipal, provincial, chain, larger, ignore");
    bool review = at->field == record_review_field(at->entity);
    bool amount = field_row(at->field)->form == FORM_AMOUNT;
    if ((policy == POLICY_CHAIN && !review) || (policy == POLICY_LARGER && !amount))
        return jsonplace_wrong_key(at->place, "policy", value,
                                   "chain for a review, larger for an amount only");
    at->mapping->policy[at->field] = policy;
    return STATUS_OK;
}

static enum status load_choices(struct loading *at, const json_t *json)
{
    const json_t *identity = json_object_get(json, "identity");
    const json_t *characters = json_object_get(json, "characters");
    bool may = is_among(at->field, IDENTITY, sizeof IDENTITY / sizeof *IDENTITY);
    at->mapping->identity[at->field] = may && (identity == NULL || json_is_true(identity));
    if (identity != NULL && (!json_is_boolean(identity) || (json_is_true(identity) && !may)))
        return jsonplace_wrong_key(at->place, "identity", identity,
                                   may ? "true, false" : "false: not a part of any key");
    if (field_row(at->field)->form == FORM_TEXT)
        at->mapping->characters[at->field] = TEXT_CHARACTERS;
    if (characters == NULL)
        return load_policy(at, json);
    json_int_t count = json_integer_value(characters);
    if (!json_is_integer(characters) || count < 1 || count > CHARACTERS_MOST)
        return jsonplace_wrong_key(at->place, "characters", characters, "1 to 4096");
    at->mapping->characters[at->field] = (size_t)count;
    return load_policy(at, json);
}

static enum status load_field(struct loading *at, const json_t *json)
{
    static const char *const KEYS[] = {"policy",    "identity",   "characters",
                                       "municipal", "provincial", NULL};
    enum status status = jsonplace_known(at->place, json, KEYS);
    if (status == STATUS_OK)
        status = load_choices(at, json);
    for (at->side = MUNICIPAL; at->side < SIDES && status == STATUS_OK; at->side++) {
        const json_t *place = json_object_get(json, side_name(at->side));
        if (place == NULL && !mapfile_requires(at->field))
            continue;
        size_t length = jsonplace_enter(at->place, side_name(at->side));
        status = load_place(at, place);
        jsonplace_leave(at->place, length);
    }
    return status;
}

/* A condition must be on a field that is read earlier, or that this one decides. */
static enum status check_when(struct loading *at)
{
    const struct mapfile_place *place = &at->mapping->places[at->field][at->side];
    for (size_t index = 0; index < place->way_count; index++) {
        enum field when = place->ways[index].when;
        if (when == FIELDS)
            continue;
        const struct mapfile_place *other = &at->mapping->places[when][at->side];
        bool decides = other->decided_by == at->field;
        bool earlier = when < at->field && other->way_count > 0;
        if (!decides && !earlier)
            return jsonplace_wrong(at->place, NULL,
                                   "ways on a field that is mapped here and stands earlier in the "
                                   "canonical model, or is decided by this one");
    }
    return STATUS_OK;
}

static enum status check_decided(struct loading *at)
{
    const struct mapfile_place *place = &at->mapping->places[at->field][at->side];
    if (place->decided_by == FIELDS)
        return STATUS_OK;
    struct mapfile_place *other = &at->mapping->places[place->decided_by][at->side];
    other->decides = true;
    for (size_t index = 0; index < other->way_count; index++) {
        if (other->ways[index].when != at->field || other->ways[index].word_count != 1)
            return jsonplace_wrong(
                at->place, NULL, "decided_by a field each of whose ways has one word of this one");
    }
    return other->way_count > 1 ? STATUS_OK
                                : jsonplace_wrong(at->place, NULL, "decided_by a field with ways");
}

static enum status check_field(struct loading *at)
{
    enum status status = STATUS_OK;
    for (at->side = MUNICIPAL; at->side < SIDES && status == STATUS_OK; at->side++) {
        size_t length = jsonplace_enter(at->place, side_name(at->side));
        status = check_when(at);
        if (status == STATUS_OK)
            status = check_decided(at);
        jsonplace_leave(at->place, length);
    }
    return status;
}

static void no_places(struct mapping *mapping, enum entity entity)
{
    for (enum field field = field_first(entity); field < field_end(entity); field++) {
        mapping->policy[field] = field_row(field)->policy;
        for (enum side side = MUNICIPAL; side < SIDES; side++)
            mapping->places[field][side].decided_by = FIELDS;
    }
}

/* One field after the other, in the canonical order, by `step`. */
static enum status each_field(struct loading *at, const json_t *json,
                              enum status (*step)(struct loading *, const json_t *))
{
    for (at->field = field_first(at->entity); at->field < field_end(at->entity); at->field++) {
        const char *name = field_row(at->field)->name;
        const json_t *value = json_object_get(json, name);
        if (value == NULL && mapfile_requires(at->field))
            return jsonplace_wrong_key(at->place, name, NULL, "this field is required");
        if (value == NULL)
            continue;
        size_t length = jsonplace_enter(at->place, name);
        enum status status = step(at, value);
        jsonplace_leave(at->place, length);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static enum status check_step(struct loading *at, const json_t *json)
{
    (void)json;
    return check_field(at);
}

enum status mapfile_load_fields(struct jsonplace *place, const json_t *json, enum entity entity,
                                struct mapping *mapping)
{
    const char *names[FIELDS_OF_ENTITY + 1] = {0};
    struct loading at = {.place = place, .mapping = mapping, .entity = entity};
    for (enum field field = field_first(entity); field < field_end(entity); field++)
        names[field - field_first(entity)] = field_row(field)->name;
    no_places(mapping, entity);
    enum status status = jsonplace_known(place, json, names);
    if (status == STATUS_OK)
        status = each_field(&at, json, load_field);
    if (status == STATUS_OK)
        status = each_field(&at, json, check_step);
    return status;
}
