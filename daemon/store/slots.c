#include "daemon/store/slots.h"

#include <stdlib.h>
#include <string.h>

enum { BITS = 64, WORDS_FIRST = 1024 };
static const int64_t slot_most = INT64_C(1) << 40;

bool slots_has(const struct slots *slots, int64_t slot)
{
    size_t word = (size_t)slot / BITS;
    return slot > 0 && word < slots->capacity && (slots->words[word] >> (slot % BITS) & 1) != 0;
}

static enum status grow(struct slots *slots, size_t word)
{
    size_t capacity = slots->capacity == 0 ? WORDS_FIRST : slots->capacity;
    while (capacity <= word)
        capacity += capacity / 2;
    uint64_t *grown = realloc(slots->words, capacity * sizeof *grown);
    if (grown == NULL)
        return STATUS_NO_MEMORY;
    memset(grown + slots->capacity, 0, (capacity - slots->capacity) * sizeof *grown);
    slots->words = grown;
    slots->capacity = capacity;
    return STATUS_OK;
}

enum status slots_add(struct slots *slots, int64_t slot)
{
    if (slot <= 0 || slot > slot_most)
        return STATUS_INVALID;
    size_t word = (size_t)slot / BITS;
    enum status status = word < slots->capacity ? STATUS_OK : grow(slots, word);
    if (status == STATUS_OK)
        slots->words[word] |= UINT64_C(1) << (slot % BITS);
    return status;
}

/* Of the word that holds `slot`, the bits from there on, as far as they are of the run that ends before `end`. */
static uint64_t mask_of(int64_t slot, int64_t end)
{
    int64_t from = slot % BITS;
    int64_t bits = end - slot < BITS - from ? end - slot : BITS - from;
    return (bits == BITS ? UINT64_MAX : (UINT64_C(1) << bits) - 1) << from;
}

bool slots_any(const struct slots *slots, int64_t first, int64_t count)
{
    for (int64_t slot = first, end = first + count; slot > 0 && slot < end; slot += BITS - slot % BITS) {
        size_t word = (size_t)slot / BITS;
        if (word < slots->capacity && (slots->words[word] & mask_of(slot, end)) != 0)
            return true;
    }
    return false;
}

enum status slots_add_run(struct slots *slots, int64_t first, int64_t count, int64_t *ret_new)
{
    *ret_new = 0;
    if (first <= 0 || count <= 0 || first > slot_most || count > slot_most - first)
        return STATUS_INVALID;
    size_t last = (size_t)(first + count - 1) / BITS;
    enum status status = last < slots->capacity ? STATUS_OK : grow(slots, last);
    for (int64_t slot = first, end = first + count; status == STATUS_OK && slot < end; slot += BITS - slot % BITS) {
        uint64_t *word = &slots->words[slot / BITS];
        uint64_t fresh = mask_of(slot, end) & ~*word;
        *ret_new += __builtin_popcountll(fresh);
        *word |= fresh;
    }
    return status;
}

void slots_clear(struct slots *slots)
{
    free(slots->words);
    *slots = (struct slots){NULL, 0};
}
