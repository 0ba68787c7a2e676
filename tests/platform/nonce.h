/* The nonces of the last five minutes. */
#ifndef PLATFORM_NONCE_H
#define PLATFORM_NONCE_H

#include "tests/platform/index.h"

#include <stdbool.h>

enum { NONCE_SECONDS = 300 };

struct nonce_seen {
    uint64_t hash;
    int64_t seconds;
};

/* Zero-initialised it is empty and ready. */
struct nonces {
    struct nonce_seen *seen;
    uint32_t count, capacity;
    struct index index;
};

/* Remembers it; false: it was seen within the time. Nonces are told apart by a 64-bit hash. */
bool nonces_take(struct nonces *nonces, const char *nonce, int64_t now);
void nonces_free(struct nonces *nonces);

#endif
