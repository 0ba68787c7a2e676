/* Is the bridge's own state the one that the sync log tells of, or was it put back from a backup? Then its
 * first cycle only observes (reconciliation.md, "Guards"). */
#ifndef WORK_OWN_STATE_H
#define WORK_OWN_STATE_H

#include "daemon/store/chain.h"
#include "daemon/store/store.h"

/* The setting of operation that says so; `restore` sets it in what it puts back. */
extern const char OWN_STATE_RESTORED[];

/* Once, when both are opened: compares the last cycle that the state knows with the last that the log names.
 * A state without any cycle was not put back: it is new. */
enum status own_state_look(struct store *store, struct chain *chain, int64_t now);
/* Has no cycle looked at both platforms since it was put back? */
bool own_state_doubtful(struct store *store);
/* A cycle did. Inside a transaction. */
enum status own_state_trust(struct store *store);

#endif
