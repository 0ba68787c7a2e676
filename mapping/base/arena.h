/* Memory with one owner: what belongs to a page, a batch or a request is taken from an arena and
 * freed whole. An arena never gives more than its limit; out of memory is a NULL, never an abort. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "mapping/base/bytes.h"

#include <stddef.h>
#include <stdint.h>

struct arena_block;

struct arena {
    struct arena_block *blocks; /* newest first */
    size_t limit;               /* bytes in all that may be given */
    size_t given;               /* bytes given since the last reset */
};

/* Nothing is allocated yet. limit_bytes: the most that all pieces together may take. */
void arena_init(struct arena *arena, size_t limit_bytes);

/* size bytes, aligned for any type, zeroed; NULL when the limit or the machine has no more. */
void *arena_alloc(struct arena *arena, size_t size);

/* A copy of the slice, NUL-terminated behind its end; .at == NULL when there is no room. */
struct slice arena_copy(struct arena *arena, struct slice text);

/* printf into the arena, NUL-terminated; .at == NULL when there is no room. */
struct slice arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The number in decimal digits, as printf writes it. */
struct slice arena_number(struct arena *arena, int64_t number);

/* All pieces are gone; one block is kept for the next use. */
void arena_reset(struct arena *arena);

/* All memory is given back; the arena may be used again. */
void arena_free(struct arena *arena);

#endif
