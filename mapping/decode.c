#include "mapping/decode.h"

#include "mapping/base/civil.h"
#include "mapping/codes.h"
#include "mapping/mapfile_table.h"
#include "mapping/members.h"
#include "mapping/split.h"
#include "mapping/text.h"
#include "mapping/word.h"

#include <string.h>

enum { ID_BYTES = 64, FORMER_BYTES = 32 };

/* One record on its way. */
struct decoding {
    const struct mapping *mapping;
    const struct mapfile_side *side;
    struct rule_context context;
    struct members members;
    struct decoded *ret;
    field_set failed; /* fields that could not be read */
};

static void fail(struct decoding *at, enum field field, const char *name, const char *reason)
{
    struct decoded *ret = at->ret;
    if (field != FIELDS)
        at->failed |= FIELD_BIT(field);
    if (!ret->ok)
        return;
    ret->ok = false;
    ret->bad_field = field;
    ret->bad_name = name;
    ret->reason = reason;
    ret->missing = strcmp(reason, "missing") == 0;
}

static void fail_field(struct decoding *at, enum field field, const char *reason)
{
    fail(at, field, field_row(field)->name, reason);
}

/* --- one value --- */

/* Also U+3000, which people type for a space. */
static struct slice trim_wide(struct slice text)
{
    static const char WIDE[] = "\xE3\x80\x80";
    for (text = slice_trim(text); text.size >= 3; text = slice_trim(text)) {
        if (memcmp(text.at, WIDE, 3) == 0)
            text.at += 3;
        else if (memcmp(text.at + text.size - 3, WIDE, 3) != 0)
            break;
        text.size -= 3;
    }
    return text;
}

/* The text at the first pointer that is filled. INVALID with a reason. */
static enum status fetch(struct decoding *at, const struct mapfile_way *way, struct slice *ret,
                         const char **ret_reason)
{
    *ret = (struct slice){0};
    for (size_t index = 0; index < way->pointer_count && slice_empty(*ret); index++) {
        const struct mapfile_pointer *pointer = &way->pointers[index];
        enum status status = members_text(&at->members, pointer, at->context.arena, ret);
        if (members_twice(&at->members, pointer)) {
            *ret_reason = "duplicate";
            return STATUS_INVALID;
        }
        if (status != STATUS_OK) {
            struct slice raw = members_raw(&at->members, pointer);
            *ret_reason = raw.size > 0 && raw.at[0] == '"' ? "character" : "type";
            return status;
        }
        *ret = trim_wide(*ret);
    }
    return STATUS_OK;
}

static bool way_holds(const struct decoding *at, const struct mapfile_way *way)
{
    if (way->when == FIELDS)
        return true;
    for (size_t index = 0; index < way->word_count; index++) {
        if (slice_equal(at->ret->record.value[way->when], way->words[index]))
            return true;
    }
    return false;
}

/* A field that decides another says it by which of its ways is filled: exactly one has to be. */
static enum status filled_way(struct decoding *at, const struct mapfile_place *place,
                              const struct mapfile_way **ret, const char **ret_reason)
{
    const struct mapfile_way *found = NULL;
    for (size_t index = 0; index < place->way_count; index++) {
        struct slice text;
        enum status status = fetch(at, &place->ways[index], &text, ret_reason);
        if (status != STATUS_OK)
            return status;
        if (slice_empty(text))
            continue;
        if (found != NULL) {
            *ret_reason = "both_amounts";
            return STATUS_INVALID;
        }
        found = &place->ways[index];
    }
    *ret = found;
    return STATUS_OK;
}

/* NULL: no way holds, since the field that says which could not be read. */
static enum status choose_way(struct decoding *at, const struct mapfile_place *place,
                              const struct mapfile_way **ret, const char **ret_reason)
{
    *ret = NULL;
    if (place->decides)
        return filled_way(at, place, ret, ret_reason);
    for (size_t index = 0; index < place->way_count && *ret == NULL; index++) {
        if (way_holds(at, &place->ways[index]))
            *ret = &place->ways[index];
    }
    return STATUS_OK;
}

static const char *length_fault(const struct decoding *at, enum field field, struct slice text)
{
    size_t most = at->mapping->characters[field];
    return most > 0 && text.size > most && text_characters(text) > most ? "length" : NULL;
}

static bool keeps_original(enum field field)
{
    enum form form = field_row(field)->form;
    return form == FORM_TEXT || form == FORM_CODE;
}

static enum status read_single(struct decoding *at, enum field field, const struct mapfile_way *way,
                               const char **ret_reason)
{
    struct record *record = &at->ret->record;
    struct slice text = {0};
    struct slice value = {0};
    enum status status = fetch(at, way, &text, ret_reason);
    if (status == STATUS_OK)
        status = rule_read(&way->chain, &at->context, text, &value, ret_reason);
    if (status != STATUS_OK)
        return status;
    const char *wrong = word_form_fault(field, value);
    wrong = wrong == NULL ? length_fault(at, field, value) : wrong;
    if (wrong != NULL) {
        *ret_reason = wrong;
        return STATUS_INVALID;
    }
    record->value[field] = value;
    if (keeps_original(field) && !slice_empty(value))
        record->original[field] = text;
    return STATUS_OK;
}

/* --- lists of codes --- */

/* A code that was put right may have been wrong in any way: what is no valid code is kept in upper
 * case if it can be a code at all. It only serves to recognise the person. */
static enum status former_code(struct decoding *at, const struct mapfile_way *way,
                               struct slice text, struct codes *list)
{
    static const struct rule_chain UPPER = {{{.kind = RULE_trim}, {.kind = RULE_upper}}, 2};
    const char *reason = NULL;
    struct slice code = {0};
    enum status status = rule_read(&way->chain, &at->context, text, &code, &reason);
    if (status == STATUS_INVALID)
        status = rule_read(&UPPER, &at->context, text, &code, &reason);
    if (status != STATUS_OK)
        return status;
    for (size_t index = 0; index < code.size; index++) {
        char byte = code.at[index];
        if (!((byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z')))
            return STATUS_OK;
    }
    if (code.size <= FORMER_BYTES)
        codes_add(list, code);
    return STATUS_OK;
}

static enum status read_array(struct decoding *at, const struct mapfile_way *way, struct slice raw,
                              struct codes *list)
{
    struct split_page page = {0};
    enum status status = split_rows(raw, SLICE(""), NULL, at->context.arena, &page);
    for (size_t index = 0; index < page.count && status == STATUS_OK; index++) {
        struct slice text = {0};
        status = split_text(page.rows[index], SLICE(""), at->context.arena, &text);
        if (status == STATUS_OK)
            status = former_code(at, way, text, list);
    }
    return status;
}

static enum status read_joined(struct decoding *at, const struct mapfile_way *way,
                               struct slice text, struct codes *list)
{
    struct slice separator = slice_empty(way->separator) ? SLICE(" ") : way->separator;
    enum status status = STATUS_OK;
    while (text.size > 0 && status == STATUS_OK) {
        const char *end = memmem(text.at, text.size, separator.at, separator.size);
        size_t size = end == NULL ? text.size : (size_t)(end - text.at);
        status = former_code(at, way, (struct slice){text.at, size}, list);
        size += end == NULL ? 0 : separator.size;
        text = (struct slice){text.at + size, text.size - size};
    }
    return status;
}

static enum status read_codes(struct decoding *at, enum field field, const struct mapfile_way *way,
                              const char **ret_reason)
{
    struct codes list = {.count = 0};
    struct slice raw = members_raw(&at->members, &way->pointers[0]);
    struct slice text = {0};
    enum status status = STATUS_OK;
    if (raw.size > 0 && raw.at[0] == '[') {
        if (raw.size > 2)
            status = read_array(at, way, raw, &list);
    } else {
        status = fetch(at, way, &text, ret_reason);
        if (status == STATUS_OK)
            status = read_joined(at, way, text, &list);
    }
    if (status != STATUS_OK) {
        *ret_reason = "type";
        return status;
    }
    return codes_join(&list, at->context.arena, &at->ret->record.value[field]);
}

/* --- fields --- */

/* Only NO_MEMORY is a status here; all else is told of the record. */
static enum status read_field(struct decoding *at, enum field field)
{
    const struct mapfile_place *place = &at->mapping->places[field][at->context.side];
    const struct mapfile_way *way = NULL;
    const char *reason = "type";
    enum status status = choose_way(at, place, &way, &reason);
    if (status == STATUS_OK && way != NULL)
        status = field_row(field)->form == FORM_CODES ? read_codes(at, field, way, &reason)
                                                      : read_single(at, field, way, &reason);
    if (status == STATUS_NO_MEMORY)
        return status;
    if (status != STATUS_OK) {
        fail_field(at, field, reason);
        return STATUS_OK;
    }
    bool undecided = way == NULL && !place->decides;
    if (place->required && slice_empty(at->ret->record.value[field]) && !undecided)
        fail_field(at, field, "missing");
    if (place->decides && way != NULL)
        at->ret->record.value[way->when] = way->words[0];
    return STATUS_OK;
}

static enum status read_fields(struct decoding *at)
{
    enum entity entity = at->ret->record.entity;
    for (enum field field = field_first(entity); field < field_end(entity); field++) {
        if (at->mapping->places[field][at->context.side].way_count == 0)
            continue;
        enum status status = read_field(at, field);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

/* --- control values --- */

static enum status control_text(struct decoding *at, const struct mapfile_pointer *pointer,
                                const char *name, struct slice *ret)
{
    enum status status = members_text(&at->members, pointer, at->context.arena, ret);
    *ret = status == STATUS_OK ? slice_trim(*ret) : (struct slice){0};
    if (status == STATUS_NO_MEMORY)
        return status;
    if (status != STATUS_OK || members_twice(&at->members, pointer)) {
        fail(at, FIELDS, name, status == STATUS_OK ? "duplicate" : "type");
        *ret = (struct slice){0};
    } else if (slice_empty(*ret)) {
        fail(at, FIELDS, name, "missing");
    }
    return STATUS_OK;
}

static bool id_is_plain(struct slice text)
{
    for (size_t index = 0; index < text.size; index++) {
        if ((unsigned char)text.at[index] < 0x20 || (unsigned char)text.at[index] == 0x7F)
            return false;
    }
    return text.size <= ID_BYTES;
}

static enum status read_own_id(struct decoding *at)
{
    struct slice text = {0};
    enum status status = control_text(at, &at->side->id, "id", &text);
    if (status != STATUS_OK)
        return status;
    if (!id_is_plain(text)) {
        fail(at, FIELDS, "id", text.size > ID_BYTES ? "length" : "character");
        return STATUS_OK;
    }
    at->ret->record.remote_id = text;
    return STATUS_OK;
}

/* For an id made of fields: the canonical value, or what stands there when it is at fault. */
static enum status id_part(struct decoding *at, enum field field, struct slice *ret)
{
    const struct mapfile_place *place = &at->mapping->places[field][at->context.side];
    const char *reason = NULL;
    *ret = at->ret->record.value[field];
    if (!slice_empty(*ret) || place->way_count == 0)
        return STATUS_OK;
    enum status status = fetch(at, &place->ways[0], ret, &reason);
    if (status != STATUS_OK)
        *ret = (struct slice){0};
    return status == STATUS_NO_MEMORY ? status : STATUS_OK;
}

static enum status make_id(struct decoding *at)
{
    struct slice parts[MAPFILE_ID_FIELDS] = {{0}};
    enum status status = STATUS_OK;
    for (size_t index = 0; index < at->side->id_of_count && status == STATUS_OK; index++) {
        status = id_part(at, at->side->id_of[index], &parts[index]);
        if (status == STATUS_OK && (slice_empty(parts[index]) || !id_is_plain(parts[index])))
            return STATUS_OK; /* the field itself says what is wrong */
    }
    if (status != STATUS_OK || parts[0].size + parts[1].size >= ID_BYTES)
        return status;
    struct slice id = at->side->id_of_count == 1
                          ? parts[0]
                          : arena_printf(at->context.arena, "%.*s/%.*s", (int)parts[0].size,
                                         parts[0].at, (int)parts[1].size, parts[1].at);
    at->ret->record.remote_id = id;
    return id.at == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

static enum status read_id(struct decoding *at)
{
    return at->side->id_of_count > 0 ? make_id(at) : read_own_id(at);
}

static enum status read_version(struct decoding *at)
{
    struct slice text = {0};
    int64_t version = 0;
    enum status status = control_text(at, &at->side->version, "version", &text);
    if (status != STATUS_OK || slice_empty(text))
        return status;
    if (!slice_integer(text, &version) || version < 1)
        fail(at, FIELDS, "version", "integer");
    else
        at->ret->record.version = version;
    return STATUS_OK;
}

static enum status read_updated(struct decoding *at)
{
    struct slice text = {0};
    const char *reason = NULL;
    enum status status = control_text(at, &at->side->updated, "updated", &text);
    if (status != STATUS_OK || slice_empty(text))
        return status;
    status = rule_read(&at->side->updated_chain, &at->context, text, &text, &reason);
    if (status == STATUS_INVALID) {
        fail(at, FIELDS, "updated", reason);
        return STATUS_OK;
    }
    if (status == STATUS_OK)
        (void)civil_parse(text, "%Y-%m-%dT%H:%M:%S%z", 0, &at->ret->record.updated);
    return status;
}

/* --- whole records --- */

/* A record with no origin was entered by hand on its side (platforms.md, "Origin"). */
static void fill_origin(struct decoding *at, enum field system, enum field number)
{
    struct record *record = &at->ret->record;
    if (((FIELD_BIT(system) | FIELD_BIT(number)) & at->failed) != 0)
        return;
    if (!slice_empty(record->value[system]) && !slice_empty(record->value[number]))
        return;
    if (slice_empty(record->remote_id))
        return;
    record->value[system] = mapping_side_system(at->mapping, at->context.side);
    record->value[number] = record->remote_id;
    record->original[system] = record->value[system];
    record->original[number] = record->value[number];
}

static bool key_is_readable(const struct record *record)
{
    enum field one = FIELD_ANNUAL_PERSON;
    enum field other = FIELD_ANNUAL_YEAR;
    if (record->entity == ENTITY_ACCOUNT) {
        one = FIELD_ACCOUNT_KIND;
        other = FIELD_ACCOUNT_CODE;
    } else if (record->entity == ENTITY_HOURS) {
        one = FIELD_HOURS_ORIGIN_SYSTEM;
        other = FIELD_HOURS_ORIGIN_NUMBER;
    }
    return !slice_empty(record->value[one]) && !slice_empty(record->value[other]);
}

static enum status begin(struct decoding *at, const struct mapping *mapping, enum side side,
                         enum entity entity, struct slice json, int64_t now, struct arena *arena,
                         struct decoded *ret)
{
    at->mapping = mapping;
    at->side = &mapping->sides[entity][side];
    at->context = (struct rule_context){.side = side, .now = now, .arena = arena};
    at->ret = ret;
    at->failed = 0;
    *ret = (struct decoded){.record.entity = entity, .ok = true, .bad_field = FIELDS};
    enum status status = members_read(json, at->side, arena, &at->members);
    ret->unknown_member = at->members.unknown;
    return status;
}

enum status decode_record(const struct mapping *mapping, enum side side, enum entity entity,
                          struct slice json, int64_t now, struct arena *arena, struct decoded *ret)
{
    struct decoding at;
    struct decoded decoded;
    enum status status = begin(&at, mapping, side, entity, json, now, arena, &decoded);
    if (status == STATUS_OK)
        status = read_fields(&at);
    if (status == STATUS_OK)
        status = read_id(&at);
    if (status == STATUS_OK)
        status = read_version(&at);
    if (status == STATUS_OK)
        status = read_updated(&at);
    if (status != STATUS_OK)
        return status;
    if (entity == ENTITY_ACCOUNT)
        fill_origin(&at, FIELD_ACCOUNT_ORIGIN_SYSTEM, FIELD_ACCOUNT_ORIGIN_NUMBER);
    else if (entity == ENTITY_HOURS)
        fill_origin(&at, FIELD_HOURS_ORIGIN_SYSTEM, FIELD_HOURS_ORIGIN_NUMBER);
    decoded.key_readable = key_is_readable(&decoded.record);
    decoded.lossy = mapping->lossy[entity][side];
    *ret = decoded;
    return STATUS_OK;
}

enum status decode_head(const struct mapping *mapping, enum side side, enum entity entity,
                        struct slice json, struct arena *arena, struct decoded_head *ret)
{
    struct decoding at;
    struct decoded decoded;
    enum status status = begin(&at, mapping, side, entity, json, 0, arena, &decoded);
    if (status == STATUS_OK)
        status = read_updated(&at);
    int64_t updated = decoded.ok ? decoded.record.updated : 0;
    /* an id made of fields must be spelt as decode_record() spells it; a birth date is not judged
     * by the day here, so the last possible one is taken */
    at.context.now = INT32_MAX;
    for (size_t index = 0; index < at.side->id_of_count && status == STATUS_OK; index++)
        status = read_field(&at, at.side->id_of[index]);
    if (status == STATUS_OK)
        status = read_id(&at);
    if (status == STATUS_OK)
        *ret = (struct decoded_head){decoded.record.remote_id, updated};
    return status;
}
