/* A field that both sides write back and forth: pure, on the bridge's own recent writes of it
 * (reconciliation.md, "Guards"). */
#ifndef SYNC_OSCILLATION_H
#define SYNC_OSCILLATION_H

#include "mapping/field.h"

#include <stddef.h>

enum { OSCILLATION_SECONDS = 24 * 3600 };

/* One write of the field: what the target held, and what it was given, which the other side had written. */
struct flip {
    enum side target;
    struct slice before, after;
};

/* Oldest first, the last one not sent yet: would the field have gone A→B→A three times, at the end of this
 * list, and did both sides write it meanwhile? */
bool oscillates(const struct flip *flips, size_t count);

#endif
