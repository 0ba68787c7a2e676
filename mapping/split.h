/* A page's bytes into the slices of its records, and values by JSON Pointer (RFC 6901), in one
 * strict pass without building a tree: what is unchanged is never decoded. The whole text is
 * checked each time, as scan.h says; of keys that come twice the last counts. */
#ifndef MAPPING_SPLIT_H
#define MAPPING_SPLIT_H

#include "mapping/base/arena.h"
#include "mapping/scan.h"

#include <stdbool.h>

enum { SPLIT_DEPTH = SCAN_DEPTH };

struct split_page {
    struct slice *rows; /* in the arena; each points into the page */
    size_t count;
    struct slice array; /* with its brackets, in the page */
    bool same;          /* the array is the one that was expected: its rows were not looked at */
};

/* An array that may come again, byte for byte: such a one was checked when it came first. */
struct split_expected {
    size_t size;
    uint8_t digest[16]; /* digest_quick of its bytes, with its brackets */
};

/* The elements of the array at the pointer ("/data/records"; "" is the whole text). expected may be
 * NULL. INVALID: not JSON, or no array there. NOT_FOUND: nothing there. NO_MEMORY. */
enum status split_rows(struct slice page, struct slice pointer,
                       const struct split_expected *expected, struct arena *arena,
                       struct split_page *ret);
/* The value's own bytes (a string with its quotes). NOT_FOUND; INVALID: not JSON, or no pointer. */
enum status split_value(struct slice json, struct slice pointer, struct slice *ret);
/* A scalar as text: a string unescaped, a number's own digits, true or false; null is empty. It
 * lies in the arena, or in `json`. INVALID also for an object or array. */
enum status split_text(struct slice json, struct slice pointer, struct arena *arena,
                       struct slice *ret);
/* The text of one value's bytes, as split_value and split_rows give them. */
enum status split_scalar(struct slice value, struct arena *arena, struct slice *ret);

#endif
