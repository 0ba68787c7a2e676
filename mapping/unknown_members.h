/* What a record holds beside what the mapping names. */
#ifndef MAPPING_UNKNOWN_MEMBERS_H
#define MAPPING_UNKNOWN_MEMBERS_H

#include "mapping/base/arena.h"
#include "mapping/mapfile.h"

/* The first `most` names that the mapping does not know, as the platform spells them; texts in the arena or in the
 * bytes. INVALID: not one JSON object; NO_MEMORY. */
enum status unknown_members(const struct mapping *mapping, enum side side, enum entity entity,
                            struct slice json, struct arena *arena, size_t most, struct slice *ret_names,
                            size_t *ret_count);

#endif
