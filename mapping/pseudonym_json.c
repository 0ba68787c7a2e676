#include "mapping/pseudonym_inside.h"

#include "mapping/mapfile_table.h"
#include "mapping/scan.h"
#include "mapping/split.h"

#include <string.h>

enum { SCALAR_BYTES = 256 * 1024 };

struct rewriting {
    struct pseudonym *pseudonym;
    const struct mapping *mapping;
    enum side side;
    const struct pseudonym_frame *frame;
    const char *end;
    struct arena arena;
    struct buffer *ret;
};

static struct slice last_part(const struct mapfile_side *side, const struct mapfile_pointer *pointer)
{
    struct slice rest = pointer->rest;
    if (slice_empty(rest))
        return side->members[pointer->member];
    for (size_t index = rest.size; index > 0; index--) {
        if (rest.at[index - 1] == '/')
            return (struct slice){rest.at + index, rest.size - index};
    }
    return rest;
}

static bool is_control(const struct mapfile_side *side, struct slice name)
{
    const struct mapfile_pointer *pointers[] = {&side->id, &side->version, &side->updated};
    for (size_t index = 0; index < 3; index++) {
        if (pointers[index]->text.size > 0 && slice_equal(last_part(side, pointers[index]), name))
            return true;
    }
    return false;
}

static bool field_stands_in(const struct mapping *mapping, enum side side, enum field field, struct slice name)
{
    const struct mapfile_place *place = &mapping->places[field][side];
    const struct mapfile_side *members = &mapping->sides[field_row(field)->entity][side];
    for (size_t way = 0; way < place->way_count; way++) {
        for (size_t index = 0; index < place->ways[way].pointer_count; index++) {
            if (slice_equal(last_part(members, &place->ways[way].pointers[index]), name))
                return true;
        }
    }
    return false;
}

/* By the fields that any entity keeps in a member of that name. False: none does. */
static bool known_member(const struct rewriting *at, struct slice name, enum replaced *ret)
{
    bool known = false;
    *ret = REPLACED_NOT;
    for (enum field field = 0; field < FIELDS; field++) {
        if (!field_stands_in(at->mapping, at->side, field, name))
            continue;
        known = true;
        if (pseudonym_of_field(field) > *ret)
            *ret = pseudonym_of_field(field);
    }
    for (int entity = 0; entity < ENTITIES && !known; entity++)
        known = is_control(&at->mapping->sides[entity][at->side], name);
    return known;
}

/* A list in the frame may hold texts about people ("the name … is too long"); a code or a total is no list. */
static enum replaced of_member(const struct rewriting *at, struct slice name, bool list)
{
    enum replaced replaced = REPLACED_NOT;
    if (known_member(at, name, &replaced))
        return replaced;
    for (size_t index = 0; index < at->frame->count && !list; index++) {
        if (slice_equal(at->frame->names[index], name))
            return REPLACED_NOT;
    }
    return REPLACED_TEXT;
}

/* The name of a member that an answer speaks of ("areaCode") is nobody's datum. */
static bool names_member(const struct rewriting *at, struct slice text)
{
    enum replaced replaced = REPLACED_NOT;
    return known_member(at, text, &replaced);
}

static void put_string(struct rewriting *at, struct slice value, enum replaced replaced)
{
    struct slice text = {0};
    struct buffer pseudo;
    if (split_scalar(value, &at->arena, &text) != STATUS_OK) {
        at->ret->status = STATUS_NO_MEMORY;
        return;
    }
    buffer_init(&pseudo, SCALAR_BYTES);
    if (replaced == REPLACED_TEXT && names_member(at, text))
        buffer_append(&pseudo, text);
    else
        pseudonym_as(at->pseudonym, replaced, text, &pseudo);
    buffer_json(at->ret, buffer_slice(&pseudo));
    if (at->ret->status == STATUS_OK)
        at->ret->status = pseudo.status;
    buffer_free(&pseudo);
}

/* Other digits, of which none may be a leading zero: it stays a number of as many. */
static void put_fraction(struct rewriting *at, struct slice value)
{
    uint8_t chance[16];
    pseudonym_chance(at->pseudonym, "number", 0, value, chance);
    for (size_t index = 0; index < value.size; index++) {
        char byte = value.at[index];
        if (byte >= '0' && byte <= '9')
            byte = (char)('1' + chance[index % sizeof chance] % 9);
        buffer_append(at->ret, (struct slice){&byte, 1});
    }
}

/* true, false and null stay. A whole number is the text of its digits, as decoding reads it. */
static void put_literal(struct rewriting *at, struct slice value, enum replaced replaced)
{
    bool whole = true;
    bool literal = value.at[0] == 't' || value.at[0] == 'f' || value.at[0] == 'n';
    for (size_t index = 0; index < value.size; index++)
        whole = whole && value.at[index] >= '0' && value.at[index] <= '9';
    if (literal)
        buffer_append(at->ret, value);
    else if (whole || replaced != REPLACED_TEXT || at->pseudonym == NULL)
        pseudonym_as(at->pseudonym, replaced, value, at->ret);
    else
        put_fraction(at, value);
}

static const char *put_value(struct rewriting *at, const char *from, enum replaced replaced, unsigned depth);

/* from: the opening quote of a member's name. Behind its value. */
static const char *put_member(struct rewriting *at, const char *from, unsigned depth)
{
    struct slice name = {0};
    const char *behind = scan_string(from, at->end);
    struct slice raw = {from, (size_t)(behind - from)};
    if (split_scalar(raw, &at->arena, &name) != STATUS_OK)
        at->ret->status = STATUS_NO_MEMORY;
    buffer_append(at->ret, raw);
    buffer_append(at->ret, SLICE(":"));
    const char *value = scan_space(scan_space(behind, at->end) + 1, at->end);
    return put_value(at, value, of_member(at, name, *value == '['), depth);
}

static const char *put_container(struct rewriting *at, const char *from, enum replaced replaced, unsigned depth)
{
    bool object = *from == '{';
    char close = object ? '}' : ']';
    buffer_append(at->ret, (struct slice){from, 1});
    from = scan_space(from + 1, at->end);
    while (*from != close) {
        from = object ? put_member(at, from, depth + 1) : put_value(at, from, replaced, depth + 1);
        from = scan_space(from, at->end);
        if (*from == ',') {
            buffer_append(at->ret, SLICE(","));
            from = scan_space(from + 1, at->end);
        }
    }
    buffer_append(at->ret, (struct slice){from, 1});
    return from + 1;
}

/* The text was checked as a whole before: each value ends where it is told. */
static const char *put_value(struct rewriting *at, const char *from, enum replaced replaced, unsigned depth)
{
    if (*from == '{' || *from == '[')
        return put_container(at, from, replaced, depth);
    const char *behind = scan_value(from, at->end, depth);
    struct slice value = {from, (size_t)(behind - from)};
    arena_reset(&at->arena);
    if (*from == '"')
        put_string(at, value, replaced);
    else
        put_literal(at, value, replaced);
    return behind;
}

enum status pseudonym_json(struct pseudonym *pseudonym, const struct mapping *mapping, enum side side,
                           const struct pseudonym_frame *frame, struct slice json, struct buffer *ret)
{
    const char *end = json.at + json.size;
    const char *from = json.size == 0 ? NULL : scan_space(json.at, end);
    const char *behind = from == NULL || from == end ? NULL : scan_value(from, end, 0);
    if (behind == NULL || scan_space(behind, end) != end)
        return STATUS_INVALID;
    struct rewriting at = {.pseudonym = pseudonym, .mapping = mapping, .side = side, .frame = frame, .end = end,
                           .ret = ret};
    arena_init(&at.arena, 4 * (size_t)SCALAR_BYTES);
    (void)put_value(&at, from, REPLACED_TEXT, 0);
    arena_free(&at.arena);
    return ret->status;
}
