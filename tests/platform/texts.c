#include "tests/platform/texts.h"

#include <stdlib.h>
#include <string.h>

enum { TEXTS_BLOCK = 256 * 1024 };

struct texts_block {
    struct texts_block *next;
    size_t size, used;
    char at[];
};

static struct texts_block *block_new(struct texts *texts, size_t size)
{
    size_t room = size > TEXTS_BLOCK ? size : TEXTS_BLOCK;
    struct texts_block *block = malloc(sizeof *block + room);
    if (block == NULL)
        return NULL;
    block->size = room;
    block->used = 0;
    block->next = texts->blocks;
    texts->blocks = block;
    return block;
}

const char *texts_copy(struct texts *texts, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return "";
    size_t size = strlen(text) + 1;
    struct texts_block *block = texts->blocks;
    if (block == NULL || block->size - block->used < size)
        block = block_new(texts, size);
    if (block == NULL)
        return NULL;
    char *copy = block->at + block->used;
    memcpy(copy, text, size);
    block->used += size;
    return copy;
}

static bool kept_grow(struct texts *texts)
{
    uint32_t capacity = texts->capacity == 0 ? 1024 : texts->capacity * 2;
    const char **grown = realloc(texts->kept, capacity * sizeof *grown);
    if (grown == NULL)
        return false;
    texts->kept = grown;
    texts->capacity = capacity;
    return true;
}

const char *texts_keep(struct texts *texts, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return "";
    uint64_t hash = index_hash(text, strlen(text), 0);
    size_t position = 0;
    for (uint32_t at; (at = index_next(&texts->known, hash, &position)) != UINT32_MAX;)
        if (strcmp(texts->kept[at], text) == 0)
            return texts->kept[at];
    if (texts->count == texts->capacity && !kept_grow(texts))
        return NULL;
    const char *copy = texts_copy(texts, text);
    if (copy == NULL || !index_add(&texts->known, hash, texts->count))
        return NULL;
    texts->kept[texts->count++] = copy;
    return copy;
}

void texts_free(struct texts *texts)
{
    while (texts->blocks != NULL) {
        struct texts_block *next = texts->blocks->next;
        free(texts->blocks);
        texts->blocks = next;
    }
    index_free(&texts->known);
    free(texts->kept);
    *texts = (struct texts){0};
}
