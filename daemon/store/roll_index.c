#include "daemon/store/roll_index.h"

#include <stdlib.h>
#include <string.h>

enum { IN_A_BUCKET = 16 };

static uint64_t head_of(const struct hash *raw)
{
    uint64_t head = 0;
    memcpy(&head, raw->at, sizeof head);
    return head;
}

static size_t bucket_of(const struct roll_index *index, uint64_t head)
{
    return (size_t)(head & (index->buckets - 1));
}

static bool is_entry(const struct roll_entry *entry)
{
    return entry->slot > 0 && entry->slot <= UINT32_MAX && !hash_is_zero(entry->raw);
}

static void count_entry(struct roll_index *index, const struct roll_entry *entry)
{
    index->starts[bucket_of(index, head_of(&entry->raw)) + 1]++;
}

/* starts[b] is where the next one of bucket b goes, until all have gone: then it is where b ends. */
static void put_entry(struct roll_index *index, const struct roll_entry *entry)
{
    uint64_t head = head_of(&entry->raw);
    uint32_t at = index->starts[bucket_of(index, head)]++;
    index->digests[at] = head;
    index->slots[at] = (uint32_t)entry->slot;
}

typedef void take_entry(struct roll_index *index, const struct roll_entry *entry);

static enum status each_entry(struct store *store, enum side side, enum entity entity, take_entry *take,
                              struct roll_index *index)
{
    struct roll_page page = {.count = 0};
    enum status status = STATUS_OK;
    for (unsigned number = 1; status == STATUS_OK; number++) {
        status = roll_get(store, side, entity, number, &page);
        for (size_t at = 0; status == STATUS_OK && at < page.count; at++) {
            if (is_entry(&page.entries[at]))
                take(index, &page.entries[at]);
        }
    }
    roll_page_free(&page);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status make_room(struct roll_index *index)
{
    index->buckets = 1;
    while (index->buckets * IN_A_BUCKET < index->count)
        index->buckets *= 2;
    index->starts = calloc(index->buckets + 2, sizeof *index->starts);
    index->digests = malloc((index->count + 1) * sizeof *index->digests);
    index->slots = malloc((index->count + 1) * sizeof *index->slots);
    return index->starts == NULL || index->digests == NULL || index->slots == NULL ? STATUS_NO_MEMORY
                                                                                   : STATUS_OK;
}

static enum status fill(struct store *store, enum side side, enum entity entity, struct roll_index *index)
{
    enum status status = each_entry(store, side, entity, count_entry, index);
    for (size_t bucket = 1; bucket <= index->buckets; bucket++)
        index->starts[bucket] += index->starts[bucket - 1];
    if (status == STATUS_OK)
        status = each_entry(store, side, entity, put_entry, index);
    memmove(index->starts + 1, index->starts, index->buckets * sizeof *index->starts);
    index->starts[0] = 0;
    return status;
}

enum status roll_index_build(struct store *store, enum side side, enum entity entity, size_t most,
                             struct roll_index *ret)
{
    struct roll_index index = {.count = 0};
    enum status status = roll_rows(store, side, entity, &index.count);
    if (status == STATUS_OK && index.count > most)
        return STATUS_TOO_LARGE;
    if (status == STATUS_OK)
        status = make_room(&index);
    if (status == STATUS_OK)
        status = fill(store, side, entity, &index);
    if (status != STATUS_OK)
        roll_index_free(&index);
    *ret = index;
    return status;
}

int64_t roll_index_find(const struct roll_index *index, const struct hash *raw)
{
    if (index->count == 0)
        return 0;
    uint64_t head = head_of(raw);
    size_t bucket = bucket_of(index, head);
    for (uint32_t at = index->starts[bucket]; at < index->starts[bucket + 1]; at++) {
        if (index->digests[at] == head)
            return index->slots[at];
    }
    return 0;
}

void roll_index_free(struct roll_index *index)
{
    free(index->starts);
    free(index->digests);
    free(index->slots);
    *index = (struct roll_index){.count = 0};
}
