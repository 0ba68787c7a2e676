/* Which record of the other side is the same: accounts by their codes, hour records by origin, then by
 * their natural key; and when more than one could be, that nothing is written for any of them
 * (reconciliation.md, "Correlating"). */
#ifndef WORK_CORRELATE_H
#define WORK_CORRELATE_H

#include "daemon/work/person.h"

enum match {
    MATCH_LINKED,     /* by a link that holds */
    MATCH_FOUND,      /* exactly one on each side, not linked yet */
    MATCH_ALONE,      /* none on the other side */
    MATCH_DUPLICATE,  /* one key twice on one side */
    MATCH_AMBIGUOUS,  /* one natural key several times */
    MATCH_APART,      /* one key on each side, and people said that the two are not the same */
    MATCH_TWIN,       /* an invalid twin of a valid record: left out */
    MATCH_FROZEN      /* its counterpart is quarantined */
};

struct correlation {
    enum match match;
    enum side duplicate_side;
    struct link link;            /* LINKED: as stored; FOUND: to be stored, number 0 */
    struct slice remote_id[SIDES];
    struct slice group;          /* AMBIGUOUS: reference of the group */
};

/* `copy` is the record at hand, `person` its resolved person (hours only). Texts in the desk's arena. */
enum status correlate(struct desk *desk, const struct desk_copy *copy, const struct person *person,
                      struct correlation *ret);

/* The reference of the group that the record's natural key makes with its like, in the desk's arena. */
enum status correlate_group(struct desk *desk, const struct desk_copy *copy, const struct person *person,
                            struct slice *ret);

#endif
