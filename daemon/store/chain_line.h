/* One line of the event log, read without a parser: its form is fixed (daemon/store/chain.h). */
#ifndef STORE_CHAIN_LINE_H
#define STORE_CHAIN_LINE_H

#include "mapping/base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

/* The n of a line; false when it does not begin as one. */
bool chain_line_number(struct slice line, int64_t *ret);
/* The instant and the name of its event, which points into the line; false: not of that form. */
bool chain_line_event(struct slice line, int64_t *ret_time, struct slice *ret_event);
/* The 64 digits of its prev, at its very end; NULL when they are not there. */
const char *chain_line_prev(struct slice line);

/* What the log says of itself. */
#define CHAIN_EVENT_ROTATED "log_rotated"     /* first of a file: names the file before */
#define CHAIN_EVENT_FORGOTTEN "log_forgotten" /* a file that was deleted after its time */
#define CHAIN_EVENT_TORN "log_torn" /* what a crash left behind the last line was put aside */
/* The lines that say which person's data went from which level to the other (daemon/work/apply.c). */
#define CHAIN_EVENT_MOVEMENT "write"

/* The file that a CHAIN_EVENT_ROTATED or _FORGOTTEN names; empty: none. */
struct slice chain_line_file(struct slice line);

#endif
