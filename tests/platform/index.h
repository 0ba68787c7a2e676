/* A hash index from a key's hash to record numbers, several for one key. It holds no keys: whoever
 * looks up compares the record itself, so that an entry of a key that was changed does no harm. */
#ifndef PLATFORM_INDEX_H
#define PLATFORM_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct index_slot {
    uint32_t hash;
    uint32_t place; /* + 1; 0: free */
};

/* Zero-initialised it is empty and ready. */
struct index {
    struct index_slot *slots;
    size_t capacity; /* a power of two */
    size_t used;
};

/* Hash of bytes, well mixed; chain by giving the last result as seed. */
uint64_t index_hash(const void *bytes, size_t size, uint64_t seed);
/* Nothing is added where the pair stands already. False: out of memory. */
bool index_add(struct index *index, uint64_t hash, uint32_t place);
/* The next place of that hash; UINT32_MAX: no more. *position is 0 before the first call. */
uint32_t index_next(const struct index *index, uint64_t hash, size_t *position);
void index_clear(struct index *index); /* empty, memory kept */
void index_free(struct index *index);

#endif
