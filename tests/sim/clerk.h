/* A clerk in a simulation, who decides conflicts at random by the command's own action (`cebridge resolve`). */
#ifndef SIM_CLERK_H
#define SIM_CLERK_H

#include "daemon/settings.h"
#include "daemon/store/store.h"
#include "mapping/mapfile.h"
#include "tests/sim/chance.h"

struct chain;

struct clerk { /* borrowed, all of it */
    struct store *store;
    const struct mapping *mapping;
    const struct settings *settings;
    struct chain *chain;
    int64_t now; /* instant */
};

/* Of the open conflicts that may be decided by a value, each with that chance. How many were looked at. */
unsigned clerk_decide(const struct clerk *clerk, struct chance *chance, unsigned percent);

/* An operator says that the platform was restored, as `cebridge rebase` does. */
void clerk_rebase(const struct clerk *clerk, enum side side);

#endif
