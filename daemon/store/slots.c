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

void slots_clear(struct slots *slots)
{
    free(slots->words);
    *slots = (struct slots){NULL, 0};
}
