#include "daemon/work/hashset.h"

#include <stdlib.h>
#include <string.h>

struct hashset_slot {
    struct hash hash;
    int64_t number;
};

enum { FIRST_CAPACITY = 64 };

/* The members are keyed hashes already: any eight bytes of them spread evenly. */
static size_t slot_of(const struct hashset *set, struct hash hash)
{
    uint64_t bits = 0;
    memcpy(&bits, hash.at, sizeof bits);
    size_t index = (size_t)bits & (set->capacity - 1);
    while (!hash_is_zero(set->slots[index].hash) && !hash_equal(set->slots[index].hash, hash))
        index = (index + 1) & (set->capacity - 1);
    return index;
}

bool hashset_has(const struct hashset *set, struct hash hash)
{
    return set->capacity > 0 && !hash_is_zero(hash) &&
           !hash_is_zero(set->slots[slot_of(set, hash)].hash);
}

static enum status hashset_grow(struct hashset *set)
{
    struct hashset grown = {.capacity = set->capacity == 0 ? FIRST_CAPACITY : set->capacity * 2,
                            .count = set->count};
    grown.slots = calloc(grown.capacity, sizeof *grown.slots);
    if (grown.slots == NULL)
        return STATUS_NO_MEMORY;
    for (size_t index = 0; index < set->capacity; index++) {
        if (!hash_is_zero(set->slots[index].hash))
            grown.slots[slot_of(&grown, set->slots[index].hash)] = set->slots[index];
    }
    free(set->slots);
    *set = grown;
    return STATUS_OK;
}

int64_t *hashset_number(struct hashset *set, struct hash hash)
{
    if (set->count * 2 >= set->capacity && hashset_grow(set) != STATUS_OK)
        return NULL;
    size_t index = slot_of(set, hash);
    if (hash_is_zero(set->slots[index].hash)) {
        set->slots[index].hash = hash;
        set->count++;
    }
    return &set->slots[index].number;
}

enum status hashset_add(struct hashset *set, struct hash hash)
{
    if (hash_is_zero(hash))
        return STATUS_OK;
    return hashset_number(set, hash) == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

/* Whoever stands behind it may have had to give way to it: up to the next gap all are placed anew. */
void hashset_remove(struct hashset *set, struct hash hash)
{
    static const struct hashset_slot none = {.number = 0};
    if (!hashset_has(set, hash))
        return;
    size_t index = slot_of(set, hash);
    set->slots[index] = none;
    set->count--;
    index = (index + 1) & (set->capacity - 1);
    while (!hash_is_zero(set->slots[index].hash)) {
        struct hashset_slot moved = set->slots[index];
        set->slots[index] = none;
        set->slots[slot_of(set, moved.hash)] = moved;
        index = (index + 1) & (set->capacity - 1);
    }
}

void hashset_clear(struct hashset *set)
{
    free(set->slots);
    *set = (struct hashset){0};
}
