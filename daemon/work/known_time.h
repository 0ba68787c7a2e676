/* What others' clocks say, against the machine's own: a log file is deleted only when its time is over by both
 * (a clock that was put years ahead deletes nothing that must be kept). */
#ifndef WORK_KNOWN_TIME_H
#define WORK_KNOWN_TIME_H

#include "daemon/work/desk.h"

/* What the platforms last told, from the state. Nothing where no log is written. */
enum status known_time_open(struct desk *desk);
/* What they tell now, as far as their clocks are to be trusted: the earlier of both. */
void known_time_take(struct desk *desk);
/* For a later process. Inside a transaction. */
enum status known_time_keep(struct desk *desk);

#endif
