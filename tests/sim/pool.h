/* The memory of SQLite, which asks for some fifty thousand small pieces a seed: under ASan each costs as much as
 * what is done with it. Pieces of this pool are poisoned as ASan poisons its own: before and behind the size asked
 * for, and from when they are freed until many others were. What a report lacks are the stacks. */
#ifndef SIM_POOL_H
#define SIM_POOL_H

#include <stdbool.h>

/* From here on; before SQLite was used. */
void pool_begin(void);
/* SQLite still holds memory, though nothing is open: somebody leaks it. Says so. */
bool pool_holds(void);
#endif
