/* One key judged: its copies loaded, matched, judged by the pure core, and what follows from it written
 * down: base, conflicts, planned writes, what waits and why. Inside a transaction. */
#ifndef WORK_PAIR_H
#define WORK_PAIR_H

#include "daemon/work/correlate.h"
#include "daemon/work/finding.h"

struct pair {
    enum entity entity;
    enum side side;               /* of the record at hand */
    bool has[SIDES];
    struct desk_copy copy[SIDES];
    struct record view[SIDES];    /* as compared: persons by the account they belong to */
    struct person person[SIDES];  /* of hour records */
    struct correlation correlation;
    enum presence presence[SIDES];
    struct record base;
    field_set base_fields;
    int64_t changed_at[SIDES][FIELDS];
    struct findings findings;
    struct judgement judgement;
    const char *waits;            /* why nothing was created yet; NULL: nothing waits */
    bool waits_on;                /* it waited before for the same, and nothing about it is new */
    bool apart_moved;             /* what keeps the copies apart is another conflict, or none any more */
    bool hours_wait;              /* of an account that left the region: hours of hers wait for it */
    bool match_dropped;           /* the match did not hold: to be judged again without it */
    bool unsettled;               /* something is still to be written, read or awaited: stays dirty */
    const char *reason;           /* of its writes; NULL: the situation's name */
    field_set oscillating;        /* of what would be written: fields that both sides write back and forth */
    int64_t undoes;               /* the write that its write takes back; 0: none */
};

/* The pair of a record as pair_judge sees it, with the link's base, its subject and what the log holds
 * of it; nothing is judged or written. ret_linked: both sides hold it, linked and not frozen. The desk's
 * arena is reset first, and holds the pair's texts. */
enum status pair_look(struct desk *desk, enum side side, enum entity entity, struct slice remote_id,
                      struct pair *ret, bool *ret_linked);

/* Judges a pair that pair_look loaded, by what the state knows now, into its judgement; nothing is written. */
void pair_consider(const struct desk *desk, struct pair *pair);

/* planning: writes are journalled; otherwise (after a write was settled) only the base and the conflicts
 * are brought up to date. The desk's arena is reset first. */
enum status pair_judge(struct desk *desk, enum side side, enum entity entity, struct slice remote_id,
                       bool planning);

/* The side's record in its own words; has[side] must hold. The pair's. */
const struct record *pair_copy(const struct pair *pair, enum side side);

#endif
