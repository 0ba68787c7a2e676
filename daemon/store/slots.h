/* A set of slots (numbers of staged rows, which are given out from 1 on without large gaps): one bit
 * each, so a city's records fit into a megabyte. */
#ifndef STORE_SLOTS_H
#define STORE_SLOTS_H

#include "mapping/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero: empty. One owner. */
struct slots {
    uint64_t *words;
    size_t capacity; /* words */
};

bool slots_has(const struct slots *slots, int64_t slot);
/* NO_MEMORY; INVALID: no slot has that number. Adding twice is fine. */
enum status slots_add(struct slots *slots, int64_t slot);
/* Of `count` slots from `first` on. */
bool slots_any(const struct slots *slots, int64_t first, int64_t count);
/* ret_new: so many of them were not in it. */
enum status slots_add_run(struct slots *slots, int64_t first, int64_t count, int64_t *ret_new);
void slots_clear(struct slots *slots); /* empty, memory given back */

#endif
