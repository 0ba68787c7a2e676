/* What must hold once both sides are in step, found independently of the bridge's own rules: from the records of
 * both platforms, what people did, and the bridge's links and conflicts (reconciliation.md). */
#ifndef SIM_ORACLE_H
#define SIM_ORACLE_H

#include "daemon/store/store.h"
#include "tests/sim/world.h"

enum { ROUNDS_MOST = 16, HISTORY_LINKS = 512 };

/* What happened, by round. A round's cycle is clean when it ended whole and no fault was played in it: after it
 * both sides were in step. */
struct history {
    struct edits edits;
    bool clean[ROUNDS_MOST];
    int rounds;
    int64_t last_link[WORLD_ENTITIES]; /* the highest number looked at */
    /* by link number and field: bit n, both sides held the same after the clean round n */
    uint32_t agreed[WORLD_ENTITIES][HISTORY_LINKS][FACT_FIELDS];
    bool clock_put; /* a platform's clock was: before and behind, times are not to be compared */
    bool rebased;   /* a side was said to have been put back, which gives up what was edited there since */
    bool state_put; /* the bridge's own was, from earlier: what was agreed and decided since is not known any more */
};

/* After each round's cycle: whoever was linked in it is one and the same, and what both sides agree on is noted.
 * False: a line on stderr says who is not. round -1: none. */
bool oracle_after_cycle(struct store *store, struct history *history, int round);

/* Once all is quiet. False: lines on stderr say what does not hold. */
bool oracle_in_step(struct store *store, const struct history *history);

/* Somebody stands outside the region, on either side. */
bool oracle_anyone_outside(void);

/* A number that is another when a conflict opened, reopened or ended. */
uint64_t oracle_conflicts(struct store *store);
/* Lines on stderr: what stands on both sides, links, conflicts; for a seed that is looked at. */
void oracle_show(struct store *store);

#endif
