/* The daemon at work: the schedule begins cycles, the control socket brings commands, signals
 * reload and stop. One loop; what may block runs beside it (requests.h). */
#ifndef DAEMON_SERVICE_H
#define DAEMON_SERVICE_H

#include "daemon/bridge.h"
#include "daemon/configuration.h"
#include "daemon/control.h"
#include "daemon/notify.h"
#include "daemon/schedule.h"

struct request;
struct shown;

enum { SERVICE_WAITING = 16 }; /* resyncs that wait for the running cycle */

struct service {
    uv_loop_t loop;
    const char *file;
    struct configuration *configuration; /* in force */
    struct configuration *next;          /* a reload that waits for the running cycle */
    struct bridge *bridge;
    struct control *control; /* NULL with --once */
    struct notify notify;
    struct schedule schedule;
    uv_timer_t timer, deadline;
    uv_signal_t signals[3];
    bool once, stopping, closing;
    const char *shown_stage; /* in the foreground: of the last line, and when it was */
    uint64_t shown_ms;
    int open_rooms;            /* while closing */
    bool platform_down[SIDES]; /* as last logged */
    int64_t head_logged_ms;    /* by the loop's clock; 0: not yet */
    int64_t certificate_logged_ms[SIDES]; /* likewise */
    bool platform_changed[SIDES];
    bool stale;      /* the alarm was given */
    int64_t good_ms; /* monotonic: when a cycle last ended well */
    enum due running;          /* what the schedule counts the running cycle as */
    int exit_code;             /* of the cycle, with --once */
    /* requests.c */
    struct request *current; /* whose cycle runs; NULL: the schedule's */
    struct request *waiting[SERVICE_WAITING];
    size_t waiting_count;
    size_t busy; /* views and actions under way */
    uv_async_t shown_async;
    uv_mutex_t shown_lock;
    struct shown *shown;
};

/* Runs until it is told to stop. once: one cycle (full or incremental) in the foreground. The exit
 * code of operators.md. */
int service_run(const char *file, bool once, bool full);

/* service_log.c: a cycle's end to the journal, with what changed since the last one; the alarm `stale` once, also while
 * a cycle does not end. */
void service_log_cycle(struct service *service, const struct cycle_result *result);
void service_log_stale(struct service *service, int64_t run);
bool service_was_paused(const struct cycle_result *result);

/* For requests.c. */
struct clocks service_clocks(void);
/* Begins a cycle and tells the schedule. */
enum status service_begin(struct service *service, const struct cycle_order *order);
/* Something ended: goes on with what waits, or with closing. */
void service_proceed(struct service *service);

#endif
