/* The lock file that keeps a second process out of the state, with the holder's pid in it. */
#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include "mapping/base/status.h"

struct lock {
    int file; /* descriptor; -1: not held */
};

/* Takes the lock at `path` (made with mode 0600) without waiting. BUSY: another holder, whose pid
 * is given in ret_holder (0: not known yet). IO, DENIED, FULL: ret_code is errno. The lock goes
 * with the process, however it ends. */
enum status lock_take(const char *path, struct lock *ret, long *ret_holder, int *ret_code);
void lock_release(struct lock *lock);

#endif
