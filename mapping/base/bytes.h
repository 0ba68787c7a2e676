/* Text by pointer and length, and a buffer that grows up to a limit. A slice owns nothing. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include "mapping/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* UTF-8 (or raw bytes) of `size` bytes; .at == NULL means 'no value', size 0 'empty'. */
struct slice {
    const char *at;
    size_t size;
};

#define SLICE(literal) ((struct slice){"" literal, sizeof(literal) - 1})

struct slice slice_of(const char *text); /* NULL gives no value */
bool slice_equal(struct slice one, struct slice other); /* no value equals empty */
bool slice_is(struct slice text, const char *other);
bool slice_empty(struct slice text);                    /* no value, or size 0 */
bool slice_starts(struct slice text, struct slice prefix);
int slice_compare(struct slice one, struct slice other); /* bytes, as memcmp; shorter first */
struct slice slice_trim(struct slice text);              /* ASCII white space at both ends */
/* Takes the next word of a list separated by single spaces off the front; false at the end. */
bool slice_next_word(struct slice *rest, struct slice *ret);
/* Decimal digits, an optional leading '-'; false when anything else stands there or it overflows. */
bool slice_integer(struct slice text, int64_t *ret);

/* Grows as needed up to `limit` bytes. Zero-initialised with a limit it is ready to use. Once an
 * append failed, `status` stays set and later appends do nothing: look at it once, at the end. */
struct buffer {
    char *at; /* always NUL-terminated behind size once anything was appended */
    size_t size;
    size_t capacity;
    size_t limit;
    enum status status; /* OK, NO_MEMORY, TOO_LARGE */
};

void buffer_init(struct buffer *buffer, size_t limit_bytes);
void buffer_append(struct buffer *buffer, struct slice text);
void buffer_text(struct buffer *buffer, const char *text);
void buffer_printf(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The text as a JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
void buffer_json(struct buffer *buffer, struct slice text);
void buffer_hex(struct buffer *buffer, const void *bytes, size_t size, bool upper);
struct slice buffer_slice(const struct buffer *buffer);
void buffer_clear(struct buffer *buffer); /* empty again, memory kept, status OK */
void buffer_free(struct buffer *buffer);

#endif
