/* Fields that both sides write back and forth are frozen alone, by a conflict `oscillation` of the record
 * (reconciliation.md, "Guards"; daemon/sync/oscillation.h). What the bridge wrote lately is read from its
 * journal, and only for a record that would be written again. */
#ifndef WORK_FLIPS_H
#define WORK_FLIPS_H

#include "daemon/work/pair.h"

/* Who writes it: the reason of such a conflict. Its values say what each side holds. */
#define FLIPS_WRITERS "municipal, provincial"

/* Of a judged pair: which fields of what would be written go back and forth. */
enum status flips_find(struct desk *desk, const struct pair *pair, field_set *ret);
/* Frozen by what the log holds: open and not decided, or accepted, until either side changes. */
field_set flips_held(const struct pair *pair);
/* Does the log hold an open one of this field? */
bool flips_open(const struct pair *pair, enum field field);

#endif
