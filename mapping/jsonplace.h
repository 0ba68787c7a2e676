/* Definition files as people write them: reading strictly, and saying where in the file something
 * is wrong: file, line, key as a JSON Pointer, what was read, what is allowed. */
#ifndef MAPPING_JSONPLACE_H
#define MAPPING_JSONPLACE_H

#include "mapping/base/bytes.h"

#include <jansson.h>
#include <stdbool.h>

enum { JSONPLACE_PATH = 256 };

/* A file being read, and where in it. Borrowed: text, file, fault. */
struct jsonplace {
    struct slice text;
    const char *file;
    struct fault *fault;       /* may be NULL */
    char path[JSONPLACE_PATH]; /* JSON Pointer of the value at hand */
};

/* Parses with duplicate keys refused; the root must be an object. INVALID with the line. The caller
 * owns *ret. The parser's own text is not shown: it quotes the input. */
enum status jsonplace_load(struct jsonplace *place, json_t **ret);

/* One step down, and back up: the returned length is what jsonplace_leave() takes. */
size_t jsonplace_enter(struct jsonplace *place, const char *key);
size_t jsonplace_enter_index(struct jsonplace *place, size_t index);
void jsonplace_leave(struct jsonplace *place, size_t length);

/* INVALID at the place at hand. value: what stands there, NULL: nothing does. */
enum status jsonplace_wrong(struct jsonplace *place, const json_t *value, const char *allowed);
/* INVALID at a key of the object at hand. */
enum status jsonplace_wrong_key(struct jsonplace *place, const char *key, const json_t *value,
                                const char *allowed);
/* Every key of the object must be one of `names` (ends with NULL); else INVALID, with the nearest.
 * Also INVALID where the value is no object. */
enum status jsonplace_known(struct jsonplace *place, const json_t *object,
                            const char *const names[]);

/* The line (from 1) of the pointer's value, or of its key where it has one; where there is none, of
 * what should hold it. The text may be any bytes. */
int jsonplace_line(struct slice text, const char *pointer);
/* Of `names` (ends with NULL) the one with the fewest edits from the word; NULL when none is near.
 */
const char *jsonplace_nearest(const char *word, const char *const names[]);

#endif
