#include "mapping/split.h"

#include <string.h>

struct reader {
    const char *at, *end;
};

static void skip_space(struct reader *reader)
{
    while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\t' ||
                                        *reader->at == '\n' || *reader->at == '\r'))
        reader->at++;
}

static bool take(struct reader *reader, char byte)
{
    if (reader->at == reader->end || *reader->at != byte)
        return false;
    reader->at++;
    return true;
}

static int hex_digit(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    if (byte >= 'a' && byte <= 'f')
        return byte - 'a' + 10;
    return byte >= 'A' && byte <= 'F' ? byte - 'A' + 10 : -1;
}

/* Four hex digits behind "\u"; -1 when they are not. */
static int32_t take_hex(struct reader *reader)
{
    int32_t value = 0;
    if (reader->end - reader->at < 4)
        return -1;
    for (int index = 0; index < 4; index++) {
        int digit = hex_digit(*reader->at++);
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* The code point of a \u escape, surrogate pairs joined; -1: not allowed. */
static int32_t take_escape_point(struct reader *reader)
{
    int32_t first = take_hex(reader);
    if (first <= 0 || (first >= 0xDC00 && first <= 0xDFFF))
        return -1;
    if (first < 0xD800 || first > 0xDBFF)
        return first;
    if (!take(reader, '\\') || !take(reader, 'u'))
        return -1;
    int32_t second = take_hex(reader);
    if (second < 0xDC00 || second > 0xDFFF)
        return -1;
    return 0x10000 + (first - 0xD800) * 0x400 + (second - 0xDC00);
}

static bool skip_escape(struct reader *reader)
{
    if (reader->at == reader->end)
        return false;
    char byte = *reader->at++;
    return byte == 'u' ? take_escape_point(reader) > 0
                       : byte != '\0' && strchr("\"\\/bfnrt", byte) != NULL;
}

/* One well-formed UTF-8 sequence of two to four bytes. */
static bool skip_sequence(struct reader *reader)
{
    const unsigned char *at = (const unsigned char *)reader->at;
    size_t left = (size_t)(reader->end - reader->at);
    size_t size = at[0] >= 0xF0 ? 4 : at[0] >= 0xE0 ? 3 : 2;
    if (at[0] < 0xC2 || at[0] > 0xF4 || size > left)
        return false;
    for (size_t index = 1; index < size; index++) {
        if ((at[index] & 0xC0) != 0x80)
            return false;
    }
    if ((at[0] == 0xE0 && at[1] < 0xA0) || (at[0] == 0xED && at[1] > 0x9F) ||
        (at[0] == 0xF0 && at[1] < 0x90) || (at[0] == 0xF4 && at[1] > 0x8F))
        return false;
    reader->at += size;
    return true;
}

/* Behind the opening quote, past the closing one. */
static bool skip_string(struct reader *reader)
{
    while (reader->at < reader->end) {
        unsigned char byte = (unsigned char)*reader->at;
        if (byte == '"') {
            reader->at++;
            return true;
        }
        if (byte == '\\') {
            reader->at++;
            if (!skip_escape(reader))
                return false;
        } else if (byte >= 0x80) {
            if (!skip_sequence(reader))
                return false;
        } else if (byte < 0x20) {
            return false;
        } else {
            reader->at++;
        }
    }
    return false;
}

static bool skip_digits(struct reader *reader)
{
    const char *start = reader->at;
    while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9')
        reader->at++;
    return reader->at > start;
}

static bool skip_number(struct reader *reader)
{
    (void)take(reader, '-');
    if (!take(reader, '0') && !skip_digits(reader))
        return false;
    if (take(reader, '.') && !skip_digits(reader))
        return false;
    if (take(reader, 'e') || take(reader, 'E')) {
        if (!take(reader, '+'))
            (void)take(reader, '-');
        return skip_digits(reader);
    }
    return true;
}

static bool skip_word(struct reader *reader, struct slice word)
{
    if ((size_t)(reader->end - reader->at) < word.size ||
        memcmp(reader->at, word.at, word.size) != 0)
        return false;
    reader->at += word.size;
    return true;
}

static bool skip_value(struct reader *reader, int depth);

static bool skip_member(struct reader *reader, int depth)
{
    skip_space(reader);
    if (!take(reader, '"') || !skip_string(reader))
        return false;
    skip_space(reader);
    return take(reader, ':') && skip_value(reader, depth);
}

/* Behind the opening bracket: elements or members until `close`. */
static bool skip_inside(struct reader *reader, char close, int depth)
{
    if (depth > SPLIT_DEPTH)
        return false;
    skip_space(reader);
    if (take(reader, close))
        return true;
    do {
        if (!(close == '}' ? skip_member(reader, depth) : skip_value(reader, depth)))
            return false;
        skip_space(reader);
    } while (take(reader, ','));
    return take(reader, close);
}

static bool skip_value(struct reader *reader, int depth)
{
    skip_space(reader);
    if (reader->at == reader->end)
        return false;
    switch (*reader->at) {
    case '"': reader->at++; return skip_string(reader);
    case '{': reader->at++; return skip_inside(reader, '}', depth + 1);
    case '[': reader->at++; return skip_inside(reader, ']', depth + 1);
    case 't': return skip_word(reader, SLICE("true"));
    case 'f': return skip_word(reader, SLICE("false"));
    case 'n': return skip_word(reader, SLICE("null"));
    default: return skip_number(reader);
    }
}

/* Is the key's text (as written, quotes off) the pointer's token (with ~0 and ~1)? Keys of platforms that
 * are named in definitions are plain; an escaped key is no match. */
static bool key_is(struct slice key, struct slice token)
{
    size_t at = 0;
    for (size_t index = 0; index < token.size; index++) {
        char byte = token.at[index];
        if (byte == '~' && index + 1 < token.size)
            byte = token.at[++index] == '1' ? '/' : '~';
        if (at == key.size || key.at[at++] != byte)
            return false;
    }
    return at == key.size;
}

static bool next_token(struct slice *pointer, struct slice *ret)
{
    if (pointer->size == 0 || pointer->at[0] != '/')
        return false;
    const char *start = pointer->at + 1;
    const char *slash = memchr(start, '/', pointer->size - 1);
    size_t size = slash == NULL ? pointer->size - 1 : (size_t)(slash - start);
    *ret = (struct slice){start, size};
    pointer->at += size + 1;
    pointer->size -= size + 1;
    return true;
}

/* The member or element that the token names, of the object or array at the reader. */
static enum status enter(struct reader *reader, struct slice token)
{
    bool object = take(reader, '{');
    int64_t wanted = -1;
    struct slice key = {0};
    if (!object && !take(reader, '['))
        return STATUS_NOT_FOUND;
    if (!object && !slice_integer(token, &wanted))
        return STATUS_NOT_FOUND;
    skip_space(reader);
    if (reader->at < reader->end && (*reader->at == '}' || *reader->at == ']'))
        return STATUS_NOT_FOUND;
    for (int64_t index = 0;; index++) {
        skip_space(reader);
        if (object) {
            const char *start = reader->at + 1;
            if (!take(reader, '"') || !skip_string(reader))
                return STATUS_INVALID;
            key = (struct slice){start, (size_t)(reader->at - start - 1)};
            skip_space(reader);
            if (!take(reader, ':'))
                return STATUS_INVALID;
            skip_space(reader);
        }
        if (object ? key_is(key, token) : index == wanted)
            return STATUS_OK;
        if (!skip_value(reader, 0))
            return STATUS_INVALID;
        skip_space(reader);
        if (!take(reader, ','))
            return STATUS_NOT_FOUND;
    }
}

static bool whole_text(struct slice json)
{
    struct reader reader = {json.at, json.at + json.size};
    if (json.size == 0 || !skip_value(&reader, 0))
        return false;
    skip_space(&reader);
    return reader.at == reader.end;
}

static enum status find(struct slice json, struct slice pointer, struct reader *ret)
{
    struct reader reader = {json.at, json.at + json.size};
    struct slice token = {0};
    if (!whole_text(json))
        return STATUS_INVALID;
    skip_space(&reader);
    while (next_token(&pointer, &token)) {
        enum status status = enter(&reader, token);
        if (status != STATUS_OK)
            return status;
    }
    skip_space(&reader);
    *ret = reader;
    return STATUS_OK;
}

enum status split_value(struct slice json, struct slice pointer, struct slice *ret)
{
    struct reader reader;
    enum status status = find(json, pointer, &reader);
    if (status != STATUS_OK)
        return status;
    const char *start = reader.at;
    if (!skip_value(&reader, 0))
        return STATUS_INVALID;
    *ret = (struct slice){start, (size_t)(reader.at - start)};
    return STATUS_OK;
}

static size_t count_rows(struct reader reader)
{
    size_t count = 0;
    skip_space(&reader);
    if (reader.at < reader.end && *reader.at == ']')
        return 0;
    do {
        if (!skip_value(&reader, 0))
            return count;
        count++;
        skip_space(&reader);
    } while (take(&reader, ','));
    return count;
}

enum status split_rows(struct slice page, struct slice pointer, struct arena *arena,
                       struct split_page *ret)
{
    struct reader reader;
    enum status status = find(page, pointer, &reader);
    if (status != STATUS_OK)
        return status;
    if (!take(&reader, '['))
        return STATUS_INVALID;
    struct split_page split = {.count = count_rows(reader)};
    split.rows = arena_alloc(arena, (split.count + 1) * sizeof *split.rows);
    if (split.rows == NULL)
        return STATUS_NO_MEMORY;
    for (size_t index = 0; index < split.count; index++) {
        skip_space(&reader);
        const char *start = reader.at;
        (void)skip_value(&reader, 0);
        split.rows[index] = (struct slice){start, (size_t)(reader.at - start)};
        skip_space(&reader);
        (void)take(&reader, ',');
    }
    *ret = split;
    return STATUS_OK;
}

static size_t put_point(char *to, int32_t point)
{
    if (point < 0x80) {
        to[0] = (char)point;
        return 1;
    }
    size_t size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const int leads[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t index = size - 1; index > 0; index--) {
        to[index] = (char)(0x80 | (point & 0x3F));
        point >>= 6;
    }
    to[0] = (char)(leads[size] | point);
    return size;
}

static size_t put_escape(struct reader *reader, char *to)
{
    static const char from[] = "bfnrt";
    static const char into[] = "\b\f\n\r\t";
    char byte = *reader->at++;
    const char *at = strchr(from, byte);
    if (byte == 'u')
        return put_point(to, take_escape_point(reader));
    *to = at == NULL || byte == '\0' ? byte : into[at - from];
    return 1;
}

static enum status unescape(struct slice inside, struct arena *arena, struct slice *ret)
{
    struct reader reader = {inside.at, inside.at + inside.size};
    char *text = arena_alloc(arena, inside.size + 1);
    size_t used = 0;
    if (text == NULL)
        return STATUS_NO_MEMORY;
    while (reader.at < reader.end) {
        if (*reader.at != '\\') {
            text[used++] = *reader.at++;
            continue;
        }
        reader.at++;
        used += put_escape(&reader, text + used);
    }
    *ret = (struct slice){text, used};
    return STATUS_OK;
}

enum status split_scalar(struct slice value, struct arena *arena, struct slice *ret)
{
    if (value.size == 0 || value.at[0] == '{' || value.at[0] == '[')
        return STATUS_INVALID;
    if (value.at[0] == '"')
        return unescape((struct slice){value.at + 1, value.size - 2}, arena, ret);
    *ret = slice_is(value, "null") ? SLICE("") : value;
    return STATUS_OK;
}

enum status split_text(struct slice json, struct slice pointer, struct arena *arena,
                       struct slice *ret)
{
    struct slice value = {0};
    enum status status = split_value(json, pointer, &value);
    return status == STATUS_OK ? split_scalar(value, arena, ret) : status;
}
