/* What was answered under each Idempotency-Key, for 24 hours (municipal platform). */
#ifndef PLATFORM_IDEMPOTENCY_H
#define PLATFORM_IDEMPOTENCY_H

#include "mapping/base/bytes.h"
#include "tests/platform/index.h"

enum { IDEMPOTENCY_SECONDS = 24 * 3600 };

struct idempotency_entry {
    char *key;
    char *answer;
    size_t answer_size;
    uint64_t request; /* hash of method, path and body */
    int64_t stored;   /* seconds */
};

/* Zero-initialised it is empty and ready. */
struct idempotency {
    struct idempotency_entry *entries;
    uint32_t count, capacity;
    struct index index;
};

/* The living entry of that key; NULL: the key is free. */
const struct idempotency_entry *idempotency_find(const struct idempotency *kept, const char *key,
                                                 int64_t now);
/* Keeps the answer; what cannot be kept for want of memory is not. */
void idempotency_keep(struct idempotency *kept, const char *key, uint64_t request,
                      struct slice answer, int64_t now);
uint64_t idempotency_hash(const char *method, const char *path, struct slice body);
void idempotency_free(struct idempotency *kept);

#endif
