/* Connections that wait for a moment to come; a thread of its own wakes them. */
#ifndef PLATFORM_DELAY_H
#define PLATFORM_DELAY_H

#include "mapping/base/status.h"

#include <stdint.h>

struct MHD_Connection;

/* Starts the thread; once. */
enum status delay_begin(void);
/* Suspends the connection, in a callback of its own, until ms from now. */
void delay_connection(struct MHD_Connection *connection, int64_t ms);
/* Wakes all and ends the thread; before the daemons are stopped. */
void delay_end(void);

#endif
