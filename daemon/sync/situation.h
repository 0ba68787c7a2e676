/* In which situation a key is: the table of reconciliation.md, "Situations". Every combination of
 * facts falls into exactly one row; the rows can be read as the page's table. */
#ifndef SYNC_SITUATION_H
#define SYNC_SITUATION_H

#include "mapping/field.h"

/* What a side is known to hold of a key. UNREAD never comes here: nothing is decided then. */
enum presence {
    PRESENCE_ABSENT,  /* a certified listing lacks it, and it was never linked */
    PRESENCE_VALID,
    PRESENCE_INVALID, /* marked invalid on its side */
    PRESENCE_GONE,    /* linked, and a read by its id answered 'no such record' */
    PRESENCE_OUTSIDE, /* stands outside the region */
    PRESENCES
};

enum base_state { BASE_NONE, BASE_VALID, BASE_INVALID, BASE_STATES };

enum action {
    ACTION_NOTHING,
    ACTION_CREATE_PROVINCIAL, /* when eligible */
    ACTION_CREATE_MUNICIPAL,
    ACTION_MERGE,             /* field by field; also carries a one-sided change over */
    ACTION_REVOKE_PROVINCIAL, /* under the guard */
    ACTION_REVOKE_MUNICIPAL,
    ACTION_CONFLICT,
    ACTION_SET_ASIDE          /* outside on both sides */
};

#define SITUATION_MAP(X)                                                                           \
    X(new_municipal, CREATE_PROVINCIAL)                                                            \
    X(new_provincial, CREATE_MUNICIPAL)                                                            \
    X(first_contact, MERGE)                                                                        \
    X(in_sync, NOTHING)                                                                            \
    X(municipal_changed, MERGE)                                                                    \
    X(provincial_changed, MERGE)                                                                   \
    X(converged, NOTHING)                                                                          \
    X(both_changed, MERGE)                                                                         \
    X(municipal_revoked, REVOKE_PROVINCIAL)                                                        \
    X(provincial_revoked, REVOKE_MUNICIPAL)                                                        \
    X(revoked_or_changed, CONFLICT)                                                                \
    X(reinstated, CONFLICT)                                                                        \
    X(retired, NOTHING)                                                                            \
    X(never_shared, NOTHING)                                                                       \
    X(vanished, CONFLICT)                                                                          \
    X(left_region, CONFLICT)                                                                       \
    X(elsewhere, CONFLICT)                                                                         \
    X(out_of_scope, SET_ASIDE)

enum situation {
#define SITUATION_ENUM(name, action) SITUATION_##name,
    SITUATION_MAP(SITUATION_ENUM)
#undef SITUATION_ENUM
    SITUATIONS
};

struct situation_facts {
    enum presence presence[SIDES];
    enum base_state base;
    bool changed[SIDES]; /* against the base; a field under an open conflict does not count while its
                            side's value is the recorded one, nor one with policy ignore */
    bool same;           /* both sides hold the same content */
};

/* The row, SITUATIONS when the facts cannot be: absent with a base, gone without one. */
enum situation situation_of(const struct situation_facts *facts);
/* How many rows of the table take these facts: 1 for all that can be, 0 for the others (for the proof). */
unsigned situation_rows(const struct situation_facts *facts);
const char *situation_name(enum situation situation);
enum action situation_action(enum situation situation);
/* The table's own static name, or NULL. */
const char *situation_intern(struct slice name);

#endif
