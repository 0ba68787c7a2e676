/* A page's bytes into the slices of its records, and values by JSON Pointer, in one strict pass without
 * building a tree: what is unchanged is never decoded. Accepts what RFC 8259 allows in UTF-8, nested
 * at most 64 deep; NUL in a string and lone surrogates are refused. Duplicate keys are not looked for. */
#ifndef MAPPING_SPLIT_H
#define MAPPING_SPLIT_H

#include "mapping/base/arena.h"

enum { SPLIT_DEPTH = 64 };

struct split_page {
    struct slice *rows; /* in the arena; each points into the page */
    size_t count;
};

/* The elements of the array at the pointer ("/data/records"; "" is the whole text). INVALID: not JSON, or
 * no array there. NOT_FOUND: nothing there. */
enum status split_rows(struct slice page, struct slice pointer, struct arena *arena,
                       struct split_page *ret);
/* The value's own bytes (a string with its quotes). NOT_FOUND, INVALID. The whole text is checked. */
enum status split_value(struct slice json, struct slice pointer, struct slice *ret);
/* A scalar as text: a string unescaped, a number's own digits, true or false; null is empty. INVALID also
 * for an object or array. */
enum status split_text(struct slice json, struct slice pointer, struct arena *arena,
                       struct slice *ret);
/* The text of one value's bytes, as split_value gives them. */
enum status split_scalar(struct slice value, struct arena *arena, struct slice *ret);

#endif
