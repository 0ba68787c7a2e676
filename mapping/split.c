#include "mapping/split.h"

#include "mapping/digest.h"

#include <string.h>

enum { ROWS_AT_FIRST = 128 };

/* One walk through a text, and what it found at its pointer. */
struct walk {
    const char *end;
    struct arena *arena;    /* NULL: the value is wanted, not its rows */
    const struct split_expected *expected; /* may be NULL */
    struct split_page page; /* its rows */
    size_t room;            /* rows that page.rows can take */
    struct slice value;     /* .at == NULL: not found */
    bool no_memory;
};

static void forget(struct walk *walk)
{
    walk->page.count = 0;
    walk->page.same = false;
    walk->value = (struct slice){0};
}

static bool keep_row(struct walk *walk, struct slice row)
{
    struct split_page *page = &walk->page;
    if (page->count == walk->room) {
        size_t room = walk->room == 0 ? ROWS_AT_FIRST : walk->room * 2;
        struct slice *rows = arena_alloc(walk->arena, room * sizeof *rows);
        if (rows == NULL) {
            walk->no_memory = true;
            return false;
        }
        if (page->count > 0)
            memcpy(rows, page->rows, page->count * sizeof *rows);
        page->rows = rows;
        walk->room = room;
    }
    page->rows[page->count++] = row;
    return true;
}

/* Is what stands between a key's quotes the pointer's token, in which ~1 is '/' and ~0 is '~'? */
static bool key_is(const char *at, const char *end, struct slice token)
{
    size_t index = 0;
    while (at < end) {
        char character[4];
        size_t size = scan_character(&at, end, character);
        for (size_t byte = 0; byte < size; byte++) {
            char wanted = index < token.size ? token.at[index++] : '\0';
            if (wanted == '~' && index < token.size)
                wanted = token.at[index++] == '1' ? '/' : '~';
            if (wanted != character[byte])
                return false;
        }
    }
    return index == token.size;
}

static struct slice take_token(struct slice *pointer)
{
    const char *start = pointer->at + 1;
    const char *slash = memchr(start, '/', pointer->size - 1);
    size_t size = slash == NULL ? pointer->size - 1 : (size_t)(slash - start);
    pointer->at = start + size;
    pointer->size -= size + 1;
    return (struct slice){start, size};
}

static const char *walk_value(struct walk *walk, const char *at, struct slice pointer,
                              unsigned depth);

/* at: an opening bracket, in `depth` others. Where the first element begins, or behind the closing
 * one when there is none. NULL: the text ends, or it is nested too deep. */
static const char *open_container(const struct walk *walk, const char *at, char close,
                                  unsigned depth, bool *ret_more)
{
    at = scan_space(at + 1, walk->end);
    if (depth >= SPLIT_DEPTH || at == walk->end)
        return NULL;
    *ret_more = *at != close;
    return *ret_more ? at : at + 1;
}

/* at: behind an element, or NULL. Where the next one begins, or behind the closing bracket. */
static const char *next_element(const struct walk *walk, const char *at, char close, bool *ret_more)
{
    if (at == NULL)
        return NULL;
    at = scan_space(at, walk->end);
    if (at == walk->end || (*at != ',' && *at != close))
        return NULL;
    *ret_more = *at == ',';
    return *ret_more ? scan_space(at + 1, walk->end) : at + 1;
}

static bool is_expected(const struct walk *walk, const char *at)
{
    const struct split_expected *expected = walk->expected;
    uint8_t digest[16];
    if (expected == NULL || expected->size == 0 || (size_t)(walk->end - at) < expected->size)
        return false;
    digest_quick((struct slice){at, expected->size}, digest);
    return memcmp(digest, expected->digest, sizeof digest) == 0;
}

static const char *walk_rows(struct walk *walk, const char *at, unsigned depth)
{
    bool more = false;
    walk->page.same = is_expected(walk, at);
    if (walk->page.same)
        return at + walk->expected->size;
    at = open_container(walk, at, ']', depth, &more);
    while (at != NULL && more) {
        const char *start = at;
        at = scan_value(start, walk->end, depth + 1);
        if (at == NULL || !keep_row(walk, (struct slice){start, (size_t)(at - start)}))
            return NULL;
        at = next_element(walk, at, ']', &more);
    }
    return at;
}

static const char *walk_array(struct walk *walk, const char *at, struct slice pointer,
                              unsigned depth)
{
    struct slice token = take_token(&pointer);
    int64_t wanted = -1;
    bool more = false;
    if (token.size == 0 || (token.at[0] == '0' && token.size > 1) || !slice_integer(token, &wanted))
        wanted = -1;
    at = open_container(walk, at, ']', depth, &more);
    for (int64_t index = 0; at != NULL && more; index++) {
        at = index == wanted ? walk_value(walk, at, pointer, depth + 1)
                             : scan_value(at, walk->end, depth + 1);
        at = next_element(walk, at, ']', &more);
    }
    return at;
}

/* at: a member's name. Where its value begins. */
static const char *take_name(const struct walk *walk, const char *at, struct slice token,
                             bool *ret_match)
{
    const char *behind = scan_string(at, walk->end);
    if (behind == NULL)
        return NULL;
    *ret_match = key_is(at + 1, behind - 1, token);
    at = scan_space(behind, walk->end);
    return at < walk->end && *at == ':' ? scan_space(at + 1, walk->end) : NULL;
}

static const char *walk_object(struct walk *walk, const char *at, struct slice pointer,
                               unsigned depth)
{
    struct slice token = take_token(&pointer);
    bool more = false;
    at = open_container(walk, at, '}', depth, &more);
    while (at != NULL && more) {
        bool match = false;
        at = take_name(walk, at, token, &match);
        if (at == NULL)
            return NULL;
        if (match)
            forget(walk);
        at =
            match ? walk_value(walk, at, pointer, depth + 1) : scan_value(at, walk->end, depth + 1);
        at = next_element(walk, at, '}', &more);
    }
    return at;
}

/* Checks the value at `at` and keeps what the pointer names in it. Behind the value, or NULL. */
static const char *walk_value(struct walk *walk, const char *at, struct slice pointer,
                              unsigned depth)
{
    const char *start = at;
    bool filled = at < walk->end;
    if (filled && pointer.size > 0 && *at == '{')
        return walk_object(walk, at, pointer, depth);
    if (filled && pointer.size > 0 && *at == '[')
        return walk_array(walk, at, pointer, depth);
    bool rows = filled && pointer.size == 0 && walk->arena != NULL && *at == '[';
    at = rows ? walk_rows(walk, at, depth) : scan_value(at, walk->end, depth);
    if (at == NULL || pointer.size > 0)
        return at;
    walk->value = (struct slice){start, (size_t)(at - start)};
    return at;
}

static enum status walk_text(struct walk *walk, struct slice json, struct slice pointer)
{
    if (json.size == 0 || (pointer.size > 0 && pointer.at[0] != '/'))
        return STATUS_INVALID;
    walk->end = json.at + json.size;
    const char *at = walk_value(walk, scan_space(json.at, walk->end), pointer, 0);
    if (walk->no_memory)
        return STATUS_NO_MEMORY;
    if (at == NULL || scan_space(at, walk->end) != walk->end)
        return STATUS_INVALID;
    return walk->value.at == NULL ? STATUS_NOT_FOUND : STATUS_OK;
}

enum status split_value(struct slice json, struct slice pointer, struct slice *ret)
{
    struct walk walk = {0};
    enum status status = walk_text(&walk, json, pointer);
    if (status == STATUS_OK)
        *ret = walk.value;
    return status;
}

enum status split_rows(struct slice page, struct slice pointer,
                       const struct split_expected *expected, struct arena *arena,
                       struct split_page *ret)
{
    struct walk walk = {.arena = arena, .expected = expected};
    enum status status = walk_text(&walk, page, pointer);
    if (status != STATUS_OK)
        return status;
    if (walk.value.at[0] != '[')
        return STATUS_INVALID;
    *ret = walk.page;
    ret->array = walk.value;
    return STATUS_OK;
}

static enum status unescape(struct slice inside, struct arena *arena, struct slice *ret)
{
    const char *at = inside.at;
    const char *end = at + inside.size;
    size_t size = 0;
    char *text = arena_alloc(arena, inside.size + 1); /* no escape is shorter than what it means */
    if (text == NULL)
        return STATUS_NO_MEMORY;
    while (at < end) {
        char character[4];
        size_t taken = scan_character(&at, end, character);
        memcpy(text + size, character, taken);
        size += taken;
    }
    *ret = (struct slice){text, size};
    return STATUS_OK;
}

enum status split_scalar(struct slice value, struct arena *arena, struct slice *ret)
{
    if (value.size == 0 || value.at[0] == '{' || value.at[0] == '[')
        return STATUS_INVALID;
    if (value.at[0] != '"') {
        *ret = slice_is(value, "null") ? SLICE("") : value;
        return STATUS_OK;
    }
    if (value.size < 2)
        return STATUS_INVALID;
    struct slice inside = {value.at + 1, value.size - 2};
    if (inside.size > 0 && memchr(inside.at, '\\', inside.size) != NULL)
        return unescape(inside, arena, ret);
    *ret = inside;
    return STATUS_OK;
}

enum status split_text(struct slice json, struct slice pointer, struct arena *arena,
                       struct slice *ret)
{
    struct slice value = {0};
    enum status status = split_value(json, pointer, &value);
    return status == STATUS_OK ? split_scalar(value, arena, ret) : status;
}
