/* A whole bridge of its own in a simulation: the daemon's sources on the simulated loop, wire and worker, with
 * a state on a memory file system. One at a time. */
#ifndef SIM_BRIDGE_DRIVER_H
#define SIM_BRIDGE_DRIVER_H

#include "daemon/bridge_inside.h"
#include "tests/sim/chance.h"

/* Makes the folder (in /dev/shm) with settings, secrets and an empty state that later ones are copied from. To be
 * called once, in the repository's root. */
void driver_prepare(void);
void driver_remove(void);

/* Requests that may begin in a second on each side, for bridges that are opened from now on. */
/* Of the next bridge that is opened: small pages of the municipal platform, so that its listings have several. */
void driver_small_pages(bool on);
void driver_set_rate(unsigned per_second);
/* Opens a bridge with an empty state. */
void driver_begin(void);
void driver_end(void);
/* Copies the state aside, between two cycles; and later puts it where the state is, the log going on. A backup has no
 * stage; a machine put back has one of then. False: nothing was kept. */
void driver_keep_state(void);
bool driver_put_state_back(bool with_stage);

/* Between begin and end; not across a crash. */
struct bridge *driver_bridge(void);

/* Are the cycles from now on recorded? */
void driver_record(bool on);

struct driver_result {
    int exit_code; /* as `cebridge resync` */
    bool crashed;
    bool guard_held;
    bool replayed; /* it was not recorded, or its recording was replayed to the same decisions */
    bool changed[SIDES]; /* another platform seems to stand there */
};

/* One cycle to its end. crash_at: after so many steps of the loop all that is in memory is lost, and the next
 * cycle begins with what the files held then; 0: never. */
struct driver_result driver_cycle(enum cycle_kind kind, unsigned crash_at);

/* From now on a listing may be empty: no fault is played any more, and all of a small city can have left the region. */
void driver_trust_listings(void);
/* An operator says of each side that the last cycle doubted that it was restored. Whether there was one. */
bool driver_rebase(const struct driver_result *result);

/* A clerk decides some of what is open, at random, as `cebridge resolve` does. How many were decided. */
unsigned driver_decide(struct chance *chance, unsigned percent);

#endif
