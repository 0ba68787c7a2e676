/* The memory of SQLite and Jansson, which ask for some seventy thousand small pieces a seed: under ASan each costs
 * as much as what is done with it. Pieces of a pool are poisoned as ASan poisons its own: behind the size asked for,
 * before it, and from when they are freed until long after; what is missing are the stacks in a report. */
#ifndef SIM_POOL_H
#define SIM_POOL_H

/* From here on; before either library was used. */
void pool_begin(void);
#endif
