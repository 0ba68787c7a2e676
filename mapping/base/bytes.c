#include "mapping/base/bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct slice slice_of(const char *text)
{
    return text == NULL ? (struct slice){0} : (struct slice){text, strlen(text)};
}

bool slice_equal(struct slice one, struct slice other)
{
    return one.size == other.size && (one.size == 0 || memcmp(one.at, other.at, one.size) == 0);
}

bool slice_is(struct slice text, const char *other)
{
    return slice_equal(text, slice_of(other));
}

bool slice_empty(struct slice text)
{
    return text.size == 0;
}

bool slice_starts(struct slice text, struct slice prefix)
{
    return text.size >= prefix.size &&
           (prefix.size == 0 || memcmp(text.at, prefix.at, prefix.size) == 0);
}

int slice_compare(struct slice one, struct slice other)
{
    size_t shared = one.size < other.size ? one.size : other.size;
    int order = shared == 0 ? 0 : memcmp(one.at, other.at, shared);
    if (order != 0)
        return order;
    return (one.size > other.size) - (one.size < other.size);
}

static bool is_space(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

struct slice slice_trim(struct slice text)
{
    while (text.size > 0 && is_space(text.at[0])) {
        text.at++;
        text.size--;
    }
    while (text.size > 0 && is_space(text.at[text.size - 1]))
        text.size--;
    return text;
}

bool slice_next_word(struct slice *rest, struct slice *ret)
{
    if (rest->size == 0)
        return false;
    const char *space = memchr(rest->at, ' ', rest->size);
    size_t size = space == NULL ? rest->size : (size_t)(space - rest->at);
    *ret = (struct slice){rest->at, size};
    rest->at += space == NULL ? size : size + 1;
    rest->size -= space == NULL ? size : size + 1;
    return true;
}

bool slice_integer(struct slice text, int64_t *ret)
{
    bool negative = text.size > 0 && text.at[0] == '-';
    size_t index = negative ? 1 : 0;
    int64_t value = 0;
    if (index == text.size)
        return false;
    for (; index < text.size; index++) {
        int digit = text.at[index] - '0';
        if (digit < 0 || digit > 9)
            return false;
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, digit, &value))
            return false;
    }
    if (!negative && value == INT64_MIN)
        return false;
    *ret = negative ? value : -value;
    return true;
}

void buffer_init(struct buffer *buffer, size_t limit_bytes)
{
    *buffer = (struct buffer){.limit = limit_bytes};
}

static bool buffer_reserve(struct buffer *buffer, size_t more)
{
    if (buffer->status != STATUS_OK)
        return false;
    if (more > buffer->limit - buffer->size) {
        buffer->status = STATUS_TOO_LARGE;
        return false;
    }
    size_t needed = buffer->size + more + 1;
    if (needed <= buffer->capacity)
        return true;
    size_t capacity = buffer->capacity < 256 ? 256 : buffer->capacity;
    while (capacity < needed)
        capacity *= 2;
    char *grown = realloc(buffer->at, capacity);
    if (grown == NULL) {
        buffer->status = STATUS_NO_MEMORY;
        return false;
    }
    buffer->at = grown;
    buffer->capacity = capacity;
    return true;
}

void buffer_append(struct buffer *buffer, struct slice text)
{
    if (!buffer_reserve(buffer, text.size))
        return;
    if (text.size > 0)
        memcpy(buffer->at + buffer->size, text.at, text.size);
    buffer->size += text.size;
    buffer->at[buffer->size] = '\0';
}

void buffer_text(struct buffer *buffer, const char *text)
{
    buffer_append(buffer, slice_of(text));
}

void buffer_printf(struct buffer *buffer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (size < 0) {
        buffer->status = STATUS_INVALID;
        return;
    }
    if (!buffer_reserve(buffer, (size_t)size))
        return;
    va_start(arguments, format);
    (void)vsnprintf(buffer->at + buffer->size, (size_t)size + 1, format, arguments);
    va_end(arguments);
    buffer->size += (size_t)size;
}

/* Length of the well-formed UTF-8 sequence at the start, 0 when there is none. */
static size_t utf8_length(const unsigned char *at, size_t size)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = at[0] < 0x80 ? 1 : at[0] >= 0xF0 ? 4 : at[0] >= 0xE0 ? 3 : at[0] >= 0xC2 ? 2 : 0;
    if (length == 0 || length > size || at[0] > 0xF4)
        return 0;
    if (length == 1)
        return 1;
    uint32_t point = at[0] & (0x7FU >> length);
    for (size_t index = 1; index < length; index++) {
        if ((at[index] & 0xC0) != 0x80)
            return 0;
        point = point << 6 | (at[index] & 0x3FU);
    }
    bool surrogate = point >= 0xD800 && point <= 0xDFFF;
    return point < smallest[length] || point > 0x10FFFF || surrogate ? 0 : length;
}

void buffer_json(struct buffer *buffer, struct slice text)
{
    buffer_append(buffer, SLICE("\""));
    for (size_t index = 0; index < text.size;) {
        const unsigned char *at = (const unsigned char *)text.at + index;
        size_t length = utf8_length(at, text.size - index);
        if (length == 0) {
            buffer_append(buffer, SLICE("\xEF\xBF\xBD"));
            index++;
            continue;
        }
        if (*at == '"' || *at == '\\')
            buffer_printf(buffer, "\\%c", *at);
        else if (*at < 0x20 || *at == 0x7F)
            buffer_printf(buffer, "\\u%04x", *at);
        else
            buffer_append(buffer, (struct slice){(const char *)at, length});
        index += length;
    }
    buffer_append(buffer, SLICE("\""));
}

void buffer_hex(struct buffer *buffer, const void *bytes, size_t size, bool upper)
{
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    const unsigned char *at = bytes;
    for (size_t index = 0; index < size; index++) {
        char pair[2] = {digits[at[index] >> 4], digits[at[index] & 15]};
        buffer_append(buffer, (struct slice){pair, 2});
    }
}

struct slice buffer_slice(const struct buffer *buffer)
{
    return (struct slice){buffer->at == NULL ? "" : buffer->at, buffer->size};
}

void buffer_clear(struct buffer *buffer)
{
    buffer->size = 0;
    buffer->status = STATUS_OK;
    if (buffer->at != NULL)
        buffer->at[0] = '\0';
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->at);
    buffer_init(buffer, buffer->limit);
}
