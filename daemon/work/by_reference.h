/* Which record a subject_ref is of. A reference cannot be turned back into a name: what is known of
 * it is looked through, conflicts and writes first. */
#ifndef WORK_BY_REFERENCE_H
#define WORK_BY_REFERENCE_H

#include "daemon/store/store.h"
#include "mapping/mapfile.h"

struct referred {
    enum entity entity;
    struct slice remote_id[SIDES]; /* empty: not known by what it was found in */
};

/* 16 hex digits? */
bool reference_is(struct slice text);
/* reference: NUL-terminated. The texts lie in the arena. A record that was never in conflict nor
 * written is found by looking through all that is staged: slow. NOT_FOUND. */
enum status by_reference(struct store *store, const struct mapping *mapping, int64_t now,
                         const char *reference, struct arena *arena, struct referred *ret);

#endif
