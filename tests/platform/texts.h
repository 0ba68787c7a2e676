/* Strings that live as long as their owner: copied close together, or kept once each. */
#ifndef PLATFORM_TEXTS_H
#define PLATFORM_TEXTS_H

#include "tests/platform/index.h"

#include <stddef.h>
#include <stdint.h>

struct texts_block;

/* Zero-initialised it is empty and ready. */
struct texts {
    struct texts_block *blocks;
    struct index known;
    const char **kept;
    uint32_t count, capacity;
};

/* NULL counts as "", which costs nothing. NULL: out of memory. */
const char *texts_copy(struct texts *texts, const char *text);
/* The one copy of that text, for what stands in many records. */
const char *texts_keep(struct texts *texts, const char *text);
void texts_free(struct texts *texts);

#endif
