/* What cycle.c, a cycle's jobs, and cycle_close.c, its last one, share. For these only. */
#ifndef WORK_CYCLE_INSIDE_H
#define WORK_CYCLE_INSIDE_H

#include "daemon/work/cycle.h"

enum { COUNTS_BYTES = 16 * 1024 };
enum { EXIT_IN_STEP = 0, EXIT_CONFLICTS = 3, EXIT_PLATFORM = 4, EXIT_HELD = 5, EXIT_BUSY = 75,
       EXIT_INTERNAL = 70, EXIT_CANNOT_CREATE = 73 };

const char *cycle_kind_name(enum run_kind kind); /* "full", "incremental", "scoped" */
/* What the cycle came to: counts and exit code, its row, its line in the log, the log's head; then, where it stands, a
 * bounded piece of what another key once sealed. */
enum status cycle_close(struct cycle *cycle);

#endif
