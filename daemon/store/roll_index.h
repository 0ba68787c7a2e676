/* The roll of a side's entity by digest, for a platform that lists in another order each time: 12 bytes a
 * record in memory, as long as one listing takes. */
#ifndef STORE_ROLL_INDEX_H
#define STORE_ROLL_INDEX_H

#include "daemon/store/roll.h"

enum { ROLL_INDEX_BYTES = 12 };

/* All zero: empty. One owner. */
struct roll_index {
    size_t count;
    size_t buckets;    /* a power of two */
    uint32_t *starts;  /* of each bucket, and behind the last one */
    uint64_t *digests; /* their first half: enough to tell a city's records apart */
    uint32_t *slots;
};

/* Of the pages as they are now. TOO_LARGE: there are more than `most` records. NO_MEMORY. */
enum status roll_index_build(struct store *store, enum side side, enum entity entity, size_t most,
                             struct roll_index *ret);
/* 0: it is not on the roll. */
int64_t roll_index_find(const struct roll_index *index, const struct hash *raw);
void roll_index_free(struct roll_index *index);

#endif
