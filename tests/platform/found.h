/* Rows gathered for an answer: by the codes of a POST query, or one by one. The same on both
 * platforms. */
#ifndef PLATFORM_FOUND_H
#define PLATFORM_FOUND_H

#include "tests/platform/store.h"

#include <jansson.h>
#include <stdbool.h>

enum { FOUND_CODES_MOST = 200 };

/* Zero-initialised it is empty; whoever has it frees rows. */
struct found {
    const struct row **rows;
    size_t count, capacity;
    bool failed; /* out of memory */
};

/* A store_visit: context is the struct found. */
void found_add(void *context, const struct row *row);
/* Looks up each code of a JSON list as stored; of accounts only persons, or only organisations.
 * NULL and null are empty lists; false: not a list of at most FOUND_CODES_MOST texts. */
bool found_codes(const struct store *store, enum entity entity, const json_t *codes, bool persons,
                 struct found *found);
/* Ordered by id, each once, of that year (0: any). */
void found_settle(struct found *found, enum entity entity, int year);

#endif
