#include "tests/platform/idempotency.h"

#include <stdlib.h>
#include <string.h>

uint64_t idempotency_hash(const char *method, const char *path, struct slice body)
{
    uint64_t hash = index_hash(method, strlen(method) + 1, 11);
    hash = index_hash(path, strlen(path) + 1, hash);
    return index_hash(body.at, body.size, hash);
}

static struct idempotency_entry *entry_of(const struct idempotency *kept, const char *key)
{
    size_t position = 0;
    uint64_t hash = index_hash(key, strlen(key), 0);
    for (uint32_t at; (at = index_next(&kept->index, hash, &position)) != UINT32_MAX;)
        if (strcmp(kept->entries[at].key, key) == 0)
            return &kept->entries[at];
    return NULL;
}

const struct idempotency_entry *idempotency_find(const struct idempotency *kept, const char *key,
                                                 int64_t now)
{
    const struct idempotency_entry *entry = entry_of(kept, key);
    return entry == NULL || now - entry->stored >= IDEMPOTENCY_SECONDS ? NULL : entry;
}

static struct idempotency_entry *entry_new(struct idempotency *kept, const char *key)
{
    if (kept->count == kept->capacity) {
        uint32_t capacity = kept->capacity == 0 ? 256 : kept->capacity * 2;
        struct idempotency_entry *grown = realloc(kept->entries, capacity * sizeof *grown);
        if (grown == NULL)
            return NULL;
        kept->entries = grown;
        kept->capacity = capacity;
    }
    struct idempotency_entry *entry = &kept->entries[kept->count];
    *entry = (struct idempotency_entry){.key = strdup(key)};
    if (entry->key == NULL)
        return NULL;
    if (!index_add(&kept->index, index_hash(key, strlen(key), 0), kept->count)) {
        free(entry->key);
        return NULL;
    }
    kept->count++;
    return entry;
}

void idempotency_keep(struct idempotency *kept, const char *key, uint64_t request,
                      struct slice answer, int64_t now)
{
    struct idempotency_entry *entry = entry_of(kept, key);
    if (entry == NULL)
        entry = entry_new(kept, key);
    char *copy = entry == NULL ? NULL : malloc(answer.size + 1);
    if (copy == NULL)
        return;
    memcpy(copy, answer.at, answer.size);
    free(entry->answer);
    entry->answer = copy;
    entry->answer_size = answer.size;
    entry->request = request;
    entry->stored = now;
}

void idempotency_free(struct idempotency *kept)
{
    for (uint32_t at = 0; at < kept->count; at++) {
        free(kept->entries[at].key);
        free(kept->entries[at].answer);
    }
    free(kept->entries);
    index_free(&kept->index);
    *kept = (struct idempotency){0};
}
