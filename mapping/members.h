/* One JSON object taken apart into the members that the mapping knows, without building a tree:
 * each value by its own bytes. */
#ifndef MAPPING_MEMBERS_H
#define MAPPING_MEMBERS_H

#include "mapping/mapfile_table.h"

struct members {
    struct slice value[MAPFILE_MEMBERS]; /* raw bytes; .at == NULL: absent */
    uint64_t twice; /* bit n: member n came more than once; which holds is unknown */
    bool unknown;   /* a member that the mapping does not name */
};

/* json must outlive `ret`. INVALID: not one JSON object; NO_MEMORY. */
enum status members_read(struct slice json, const struct mapfile_side *side, struct arena *arena,
                         struct members *ret);

/* The decoded text of the scalar at the pointer; null or absent: empty. INVALID: not a scalar, or
 * not well-formed. */
enum status members_text(const struct members *members, const struct mapfile_pointer *pointer,
                         struct arena *arena, struct slice *ret);
/* The raw bytes at the pointer; empty: absent. */
struct slice members_raw(const struct members *members, const struct mapfile_pointer *pointer);
bool members_twice(const struct members *members, const struct mapfile_pointer *pointer);

/* Calls back with each name that the mapping does not know, for explaining. */
typedef void members_unknown(struct slice name, void *context);
enum status members_each_unknown(struct slice json, const struct mapfile_side *side,
                                 struct arena *arena, members_unknown *callback, void *context);

#endif
