/* All content of a store as sorted JSON lines, in the canonical terms, to compare end states: no
 * ids, versions, or times of writing. */
#ifndef PLATFORM_DUMP_H
#define PLATFORM_DUMP_H

#include "mapping/base/bytes.h"
#include "tests/platform/store.h"

/* entity: one of them, or ENTITY_COUNT for all. NO_MEMORY. */
enum status dump_store(const struct store *store, enum entity entity, struct buffer *ret);

/* Two sums over hashes of the lines, whatever their order: equal dumps have equal digests. */
struct dump_digest {
    uint64_t sums[2];
    size_t lines;
};

enum status dump_digest(const struct store *store, enum entity entity, struct dump_digest *ret);

#endif
