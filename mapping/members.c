#include "mapping/members.h"

#include "mapping/split.h"

#include <string.h>

/* Rows were checked byte by byte when their page was split; here it only matters that nothing
 * outside the slice is ever touched, whatever the bytes are. */
struct scan {
    const char *at, *end;
};

static void skip_space(struct scan *scan)
{
    while (scan->at < scan->end &&
           (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\n' || *scan->at == '\r'))
        scan->at++;
}

static bool take(struct scan *scan, char byte)
{
    skip_space(scan);
    if (scan->at >= scan->end || *scan->at != byte)
        return false;
    scan->at++;
    return true;
}

/* A string with its quotes: mostly it ends with the next one. */
static bool take_string(struct scan *scan, struct slice *ret)
{
    const char *start = scan->at;
    if (scan->at >= scan->end || *scan->at != '"')
        return false;
    const char *quote = memchr(start + 1, '"', (size_t)(scan->end - start) - 1);
    if (quote != NULL && memchr(start + 1, '\\', (size_t)(quote - start) - 1) == NULL) {
        scan->at = quote + 1;
        *ret = (struct slice){start, (size_t)(scan->at - start)};
        return true;
    }
    for (scan->at++; scan->at < scan->end; scan->at++) {
        if (*scan->at == '"') {
            scan->at++;
            *ret = (struct slice){start, (size_t)(scan->at - start)};
            return true;
        }
        if (*scan->at == '\\')
            scan->at++;
    }
    scan->at = scan->end;
    return false;
}

static bool take_container(struct scan *scan)
{
    struct slice text;
    size_t depth = 0;
    while (scan->at < scan->end) {
        char byte = *scan->at;
        if (byte == '"') {
            if (!take_string(scan, &text))
                return false;
            continue;
        }
        scan->at++;
        depth += byte == '{' || byte == '[';
        if ((byte == '}' || byte == ']') && --depth == 0)
            return true;
    }
    return false;
}

static bool take_value(struct scan *scan, struct slice *ret)
{
    skip_space(scan);
    const char *start = scan->at;
    if (scan->at >= scan->end)
        return false;
    if (*scan->at == '"')
        return take_string(scan, ret);
    if (*scan->at == '{' || *scan->at == '[') {
        if (!take_container(scan))
            return false;
    } else {
        while (scan->at < scan->end && strchr(",]} \t\r\n", *scan->at) == NULL)
            scan->at++;
    }
    *ret = (struct slice){start, (size_t)(scan->at - start)};
    return ret->size > 0;
}

/* The member's name, decoded only where it has escapes. */
static enum status take_name(struct scan *scan, struct arena *arena, struct slice *ret)
{
    struct slice quoted = {0};
    skip_space(scan);
    if (!take_string(scan, &quoted) || !take(scan, ':'))
        return STATUS_INVALID;
    *ret = (struct slice){quoted.at + 1, quoted.size - 2};
    if (memchr(ret->at, '\\', ret->size) == NULL)
        return STATUS_OK;
    return split_text(quoted, SLICE(""), arena, ret);
}

/* Members mostly come in the same order: the search begins behind the last one found. */
static size_t find_member(const struct mapfile_side *side, struct slice name, size_t start)
{
    for (size_t step = 0; step < side->member_count; step++) {
        size_t index = start + step;
        index -= index >= side->member_count ? side->member_count : 0;
        if (slice_equal(side->members[index], name))
            return index;
    }
    return side->member_count;
}

typedef void member_visitor(size_t member, struct slice name, struct slice value, void *context);

static enum status each_member(struct slice json, const struct mapfile_side *side,
                               struct arena *arena, member_visitor *visit, void *context)
{
    struct scan scan = {json.at, json.at + json.size};
    size_t member = 0;
    if (!take(&scan, '{'))
        return STATUS_INVALID;
    bool more = !take(&scan, '}');
    while (more) {
        struct slice name = {0};
        struct slice value = {0};
        enum status status = take_name(&scan, arena, &name);
        if (status != STATUS_OK)
            return status;
        if (!take_value(&scan, &value))
            return STATUS_INVALID;
        size_t found = find_member(side, name, member);
        visit(found, name, value, context);
        member = found + 1 < side->member_count ? found + 1 : 0;
        more = take(&scan, ',');
        if (!more && !take(&scan, '}'))
            return STATUS_INVALID;
    }
    skip_space(&scan);
    return scan.at == scan.end ? STATUS_OK : STATUS_INVALID;
}

struct keeping {
    const struct mapfile_side *side;
    struct members *members;
};

static void keep_member(size_t member, struct slice name, struct slice value, void *context)
{
    const struct keeping *keeping = context;
    (void)name;
    if (member == keeping->side->member_count) {
        keeping->members->unknown = true;
        return;
    }
    if (keeping->members->value[member].at != NULL)
        keeping->members->twice |= (uint64_t)1 << member;
    keeping->members->value[member] = value;
}

enum status members_read(struct slice json, const struct mapfile_side *side, struct arena *arena,
                         struct members *ret)
{
    struct keeping keeping = {side, ret};
    *ret = (struct members){.twice = 0};
    return each_member(json, side, arena, keep_member, &keeping);
}

static bool is_scalar_word(struct slice raw)
{
    return (raw.at[0] >= '0' && raw.at[0] <= '9') || raw.at[0] == '-' || slice_is(raw, "true") ||
           slice_is(raw, "false");
}

struct slice members_raw(const struct members *members, const struct mapfile_pointer *pointer)
{
    struct slice raw = members->value[pointer->member];
    struct slice below = {0};
    if (slice_empty(raw) || slice_empty(pointer->rest))
        return raw;
    return split_value(raw, pointer->rest, &below) == STATUS_OK ? below : (struct slice){0};
}

enum status members_text(const struct members *members, const struct mapfile_pointer *pointer,
                         struct arena *arena, struct slice *ret)
{
    struct slice raw = members_raw(members, pointer);
    *ret = (struct slice){0};
    if (raw.at == NULL || raw.size == 0 || slice_is(raw, "null"))
        return STATUS_OK;
    if (raw.at[0] != '"') {
        *ret = raw;
        return is_scalar_word(raw) ? STATUS_OK : STATUS_INVALID;
    }
    if (memchr(raw.at, '\\', raw.size) == NULL) {
        *ret = (struct slice){raw.at + 1, raw.size - 2};
        return STATUS_OK;
    }
    return split_text(raw, SLICE(""), arena, ret);
}

bool members_twice(const struct members *members, const struct mapfile_pointer *pointer)
{
    return (members->twice >> pointer->member & 1) != 0;
}

struct calling {
    const struct mapfile_side *side;
    members_unknown *callback;
    void *context;
};

static void call_back(size_t member, struct slice name, struct slice value, void *context)
{
    const struct calling *calling = context;
    (void)value;
    if (member == calling->side->member_count)
        calling->callback(name, calling->context);
}

enum status members_each_unknown(struct slice json, const struct mapfile_side *side,
                                 struct arena *arena, members_unknown *callback, void *context)
{
    struct calling calling = {side, callback, context};
    return each_member(json, side, arena, call_back, &calling);
}
