/* What systemd is told of the service (sd_notify), and the watchdog that is fed from the loop: a
 * loop that hangs feeds nothing and is restarted. Without systemd all of it does nothing. */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

#include "mapping/base/status.h"

#include <uv.h>

struct notify {
    uv_timer_t watchdog;
};

/* Starts the watchdog's timer when the manager asks for one (at half its time). */
enum status notify_open(uv_loop_t *loop, struct notify *notify);
void notify_ready(void); /* also after a reload */
void notify_reloading(void);
void notify_stopping(void);
/* STATUS=: one line of words without personal data, shown by systemctl. printf-like. */
void notify_status(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Asks for `seconds` more to start or to stop. */
void notify_extend(unsigned seconds);
/* *notify must live until the loop has called the handle's close. */
void notify_close(struct notify *notify);

#endif
