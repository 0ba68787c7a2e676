#include "tests/platform/nonce.h"

#include <stdlib.h>
#include <string.h>

/* Drops what is too old once it is half of what is kept, so that the work is spread out. */
static void nonces_prune(struct nonces *nonces, int64_t now)
{
    uint32_t middle = nonces->count / 2;
    if (nonces->count < 4096 || now - nonces->seen[middle].seconds < NONCE_SECONDS)
        return;
    nonces->count -= middle;
    memmove(nonces->seen, nonces->seen + middle, nonces->count * sizeof *nonces->seen);
    index_clear(&nonces->index);
    for (uint32_t at = 0; at < nonces->count; at++)
        index_add(&nonces->index, nonces->seen[at].hash, at);
}

bool nonces_take(struct nonces *nonces, const char *nonce, int64_t now)
{
    uint64_t hash = index_hash(nonce, strlen(nonce), 0);
    size_t position = 0;
    for (uint32_t at; (at = index_next(&nonces->index, hash, &position)) != UINT32_MAX;)
        if (nonces->seen[at].hash == hash && now - nonces->seen[at].seconds < NONCE_SECONDS)
            return false;
    nonces_prune(nonces, now);
    if (nonces->count == nonces->capacity) {
        uint32_t capacity = nonces->capacity == 0 ? 1024 : nonces->capacity * 2;
        struct nonce_seen *grown = realloc(nonces->seen, capacity * sizeof *grown);
        if (grown == NULL)
            return true;
        nonces->seen = grown;
        nonces->capacity = capacity;
    }
    nonces->seen[nonces->count] = (struct nonce_seen){hash, now};
    index_add(&nonces->index, hash, nonces->count++);
    return true;
}

void nonces_free(struct nonces *nonces)
{
    free(nonces->seen);
    index_free(&nonces->index);
    *nonces = (struct nonces){0};
}
