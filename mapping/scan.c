#include "mapping/scan.h"

#include <endian.h>
#include <stdbool.h>
#include <string.h>

enum { WORD = 8 };
#define EACH(byte) (0x0101010101010101U * (uint64_t)(byte))

static inline bool is_space(char byte)
{
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

/* Compact JSON has none at all: that is asked first. */
static inline const char *skip_space(const char *at, const char *end)
{
    while (at < end && *at <= ' ' && is_space(*at))
        at++;
    return at;
}

const char *scan_space(const char *at, const char *end)
{
    return skip_space(at, end);
}

static int hex_digit(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    if (byte >= 'a' && byte <= 'f')
        return byte - 'a' + 10;
    return byte >= 'A' && byte <= 'F' ? byte - 'A' + 10 : -1;
}

/* Four hex digits; -1 when they are not. */
static int32_t hex_unit(const char *at, const char *end)
{
    int32_t value = 0;
    if (end - at < 4)
        return -1;
    for (int index = 0; index < 4; index++) {
        int digit = hex_digit(at[index]);
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* at: behind "\u". The code point, a pair of surrogates joined. NULL: not allowed. */
static const char *take_escaped_point(const char *at, const char *end, int32_t *ret)
{
    int32_t first = hex_unit(at, end);
    if (first <= 0 || (first >= 0xDC00 && first <= 0xDFFF))
        return NULL;
    *ret = first;
    if (first < 0xD800 || first > 0xDBFF)
        return at + 4;
    if (end - at < 6 || at[4] != '\\' || at[5] != 'u')
        return NULL;
    int32_t second = hex_unit(at + 6, end);
    if (second < 0xDC00 || second > 0xDFFF)
        return NULL;
    *ret = 0x10000 + (first - 0xD800) * 0x400 + (second - 0xDC00);
    return at + 10;
}

/* at: behind the backslash. */
static const char *skip_escape(const char *at, const char *end)
{
    int32_t point = 0;
    if (at == end)
        return NULL;
    switch (*at) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't': return at + 1;
    case 'u': return take_escaped_point(at + 1, end, &point);
    default: return NULL;
    }
}

static inline bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

/* One well-formed sequence of two to four bytes (Unicode, table 3-7). */
static inline const char *skip_sequence(const char *at, const char *end)
{
    unsigned char lead = (unsigned char)at[0];
    ptrdiff_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || end - at < size || !is_continuation(at[1]))
        return NULL;
    if (size == 2)
        return at + 2;
    unsigned char second = (unsigned char)at[1];
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
        (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F))
        return NULL;
    if (!is_continuation(at[2]) || (size == 4 && !is_continuation(at[3])))
        return NULL;
    return at + size;
}

/* Past the bytes that need no second look, eight at a time: not a quote, a backslash, a control
 * character, or a byte of a longer sequence. In each byte of the mask the highest bit says 'look':
 * a borrow may set it falsely, but only behind one that is set rightly. */
static inline const char *skip_plain(const char *at, const char *end)
{
    while (end - at >= WORD) {
        uint64_t word;
        memcpy(&word, at, WORD);
        word = le64toh(word);
        uint64_t quote = word ^ EACH('"');
        uint64_t backslash = word ^ EACH('\\');
        uint64_t look = (word - EACH(0x20)) | (quote - EACH(1)) | (backslash - EACH(1)) | word;
        look &= EACH(0x80);
        if (look != 0)
            return at + __builtin_ctzll(look) / WORD;
        at += WORD;
    }
    return at;
}

static inline const char *skip_string(const char *at, const char *end)
{
    for (at = skip_plain(at + 1, end); at != NULL && at < end;) {
        unsigned char byte = (unsigned char)*at;
        if (byte == '"')
            return at + 1;
        if (byte >= 0x80) {
            at = skip_sequence(at, end);
        } else if (byte == '\\') {
            at = skip_escape(at + 1, end);
        } else if (byte < 0x20) {
            return NULL;
        } else {
            at = skip_plain(at + 1, end);
        }
    }
    return NULL;
}

const char *scan_string(const char *at, const char *end)
{
    return at < end && *at == '"' ? skip_string(at, end) : NULL;
}

/* At least one digit; NULL: none. */
static inline const char *skip_digits(const char *at, const char *end)
{
    const char *start = at;
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    return at > start ? at : NULL;
}

static inline const char *skip_number(const char *at, const char *end)
{
    if (*at == '-')
        at++;
    at = at < end && *at == '0' ? at + 1 : skip_digits(at, end);
    if (at != NULL && at < end && *at == '.')
        at = skip_digits(at + 1, end);
    if (at != NULL && at < end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < end && (*at == '+' || *at == '-'))
            at++;
        at = skip_digits(at, end);
    }
    return at;
}

static inline const char *skip_word(const char *at, const char *end, const char *word, size_t size)
{
    return (size_t)(end - at) >= size && memcmp(at, word, size) == 0 ? at + size : NULL;
}

/* A name and its colon: where its value begins. */
static inline const char *skip_name(const char *at, const char *end)
{
    if (at >= end || *at != '"')
        return NULL;
    at = skip_string(at, end);
    if (at == NULL)
        return NULL;
    at = skip_space(at, end);
    return at < end && *at == ':' ? skip_space(at + 1, end) : NULL;
}

/* at: the opening bracket; depth: with this one. */
static const char *skip_container(const char *at, const char *end, unsigned depth)
{
    bool object = *at == '{';
    char close = object ? '}' : ']';
    if (depth > SCAN_DEPTH)
        return NULL;
    at = skip_space(at + 1, end);
    if (at < end && *at == close)
        return at + 1;
    for (;;) {
        if (object)
            at = skip_name(at, end);
        at = at == NULL ? NULL : scan_value(at, end, depth);
        if (at == NULL)
            return NULL;
        at = skip_space(at, end);
        if (at == end || (*at != ',' && *at != close))
            return NULL;
        if (*at == close)
            return at + 1;
        at = skip_space(at + 1, end);
    }
}

const char *scan_value(const char *at, const char *end, unsigned depth)
{
    if (at >= end)
        return NULL;
    switch (*at) {
    case '"': return skip_string(at, end);
    case '{':
    case '[': return skip_container(at, end, depth + 1);
    case 't': return skip_word(at, end, "true", 4);
    case 'f': return skip_word(at, end, "false", 5);
    case 'n': return skip_word(at, end, "null", 4);
    default: return skip_number(at, end);
    }
}

static size_t put_point(int32_t point, char ret[4])
{
    static const int leads[] = {0, 0, 0xC0, 0xE0, 0xF0};
    size_t size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t index = size - 1; index > 0; index--) {
        ret[index] = (char)(0x80 | (point & 0x3F));
        point >>= 6;
    }
    ret[0] = (char)(leads[size] | point);
    return size;
}

size_t scan_character(const char **at, const char *end, char ret[4])
{
    static const char letters[] = "bfnrt";
    static const char meant[] = "\b\f\n\r\t";
    int32_t point = 0;
    if (**at != '\\') {
        ret[0] = *(*at)++;
        return 1;
    }
    char letter = (*at)[1];
    if (letter == 'u') {
        *at = take_escaped_point(*at + 2, end, &point);
        return put_point(point, ret);
    }
    const char *known = memchr(letters, letter, sizeof letters - 1);
    ret[0] = known == NULL ? letter : meant[known - letters];
    *at += 2;
    return 1;
}
