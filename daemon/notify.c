#include "daemon/notify.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <systemd/sd-daemon.h>
#include <time.h>

static void on_watchdog(uv_timer_t *timer)
{
    (void)timer;
    (void)sd_notify(0, "WATCHDOG=1");
}

enum status notify_open(uv_loop_t *loop, struct notify *notify)
{
    uint64_t limit_us = 0;
    if (uv_timer_init(loop, &notify->watchdog) != 0)
        return STATUS_NO_MEMORY;
    uv_unref((uv_handle_t *)&notify->watchdog);
    if (sd_watchdog_enabled(0, &limit_us) <= 0 || limit_us < 2000)
        return STATUS_OK;
    uint64_t half_ms = limit_us / 2000;
    return uv_timer_start(&notify->watchdog, on_watchdog, 0, half_ms) == 0 ? STATUS_OK : STATUS_IO;
}

void notify_ready(void)
{
    (void)sd_notify(0, "READY=1");
}

void notify_reloading(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    (void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld",
                     (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
}

void notify_stopping(void)
{
    (void)sd_notify(0, "STOPPING=1");
}

void notify_status(const char *format, ...)
{
    char text[256];
    va_list values;
    va_start(values, format);
    (void)vsnprintf(text, sizeof text, format, values);
    va_end(values);
    (void)sd_notifyf(0, "STATUS=%s", text);
}

void notify_extend(unsigned seconds)
{
    (void)sd_notifyf(0, "EXTEND_TIMEOUT_USEC=%llu", (unsigned long long)seconds * 1000000);
}

void notify_close(struct notify *notify)
{
    uv_close((uv_handle_t *)&notify->watchdog, NULL);
}
