/* Sets and maps of 16-byte hashes in memory, for what one cycle has to remember: codes asked for,
 * subjects planned, a person's day. Open addressing; grows by doubling; one owner. */
#ifndef WORK_HASHSET_H
#define WORK_HASHSET_H

#include "daemon/store/store.h"

struct hashset {
    struct hashset_slot *slots;
    size_t capacity; /* a power of two, or 0 */
    size_t count;
};

bool hashset_has(const struct hashset *set, struct hash hash);
/* NO_MEMORY; adding twice is fine. The all-zero hash stands for 'none' and is never a member. */
enum status hashset_add(struct hashset *set, struct hash hash);
/* The number kept with a member; it is added with 0 when it was none. NULL: out of memory. The pointer
 * holds until the next add. */
int64_t *hashset_number(struct hashset *set, struct hash hash);
/* No longer a member; nothing happens to one that was none. */
void hashset_remove(struct hashset *set, struct hash hash);
void hashset_clear(struct hashset *set); /* empty, memory given back */

#endif
