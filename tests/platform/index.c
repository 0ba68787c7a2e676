#include "tests/platform/index.h"

#include <stdlib.h>
#include <string.h>

enum { INDEX_SMALLEST = 1024 };

uint64_t index_hash(const void *bytes, size_t size, uint64_t seed)
{
    const unsigned char *at = bytes;
    uint64_t hash = 0xcbf29ce484222325U ^ seed;
    for (size_t place = 0; place < size; place++)
        hash = (hash ^ at[place]) * 0x100000001b3U;
    hash ^= hash >> 32;
    hash *= 0x9e3779b97f4a7c15U;
    return hash ^ hash >> 29;
}

static void slot_put(struct index *index, struct index_slot slot)
{
    size_t mask = index->capacity - 1;
    size_t at = slot.hash & mask;
    while (index->slots[at].place != 0)
        at = (at + 1) & mask;
    index->slots[at] = slot;
    index->used++;
}

static bool index_grow(struct index *index)
{
    struct index larger = {0};
    larger.capacity = index->capacity == 0 ? INDEX_SMALLEST : index->capacity * 2;
    larger.slots = calloc(larger.capacity, sizeof *larger.slots);
    if (larger.slots == NULL)
        return false;
    for (size_t at = 0; at < index->capacity; at++)
        if (index->slots[at].place != 0)
            slot_put(&larger, index->slots[at]);
    free(index->slots);
    *index = larger;
    return true;
}

bool index_add(struct index *index, uint64_t hash, uint32_t place)
{
    size_t position = 0;
    for (uint32_t found; (found = index_next(index, hash, &position)) != UINT32_MAX;)
        if (found == place)
            return true;
    if (index->used * 4 >= index->capacity * 3 && !index_grow(index))
        return false;
    slot_put(index, (struct index_slot){(uint32_t)hash, place + 1});
    return true;
}

uint32_t index_next(const struct index *index, uint64_t hash, size_t *position)
{
    if (index->capacity == 0)
        return UINT32_MAX;
    size_t mask = index->capacity - 1;
    for (;;) {
        const struct index_slot *slot = &index->slots[((uint32_t)hash + *position) & mask];
        (*position)++;
        if (slot->place == 0)
            return UINT32_MAX;
        if (slot->hash == (uint32_t)hash)
            return slot->place - 1;
    }
}

void index_clear(struct index *index)
{
    if (index->slots != NULL)
        memset(index->slots, 0, index->capacity * sizeof *index->slots);
    index->used = 0;
}

void index_free(struct index *index)
{
    free(index->slots);
    *index = (struct index){0};
}
