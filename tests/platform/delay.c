#include "tests/platform/delay.h"

#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdbool.h>
#include <time.h>

enum { WAITING_MOST = 1024 };

struct waiting {
    struct MHD_Connection *connection;
    int64_t due; /* ms of the monotonic clock */
};

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    struct waiting list[WAITING_MOST];
    size_t count;
    bool ended;
} delays = {.lock = PTHREAD_MUTEX_INITIALIZER};

static int64_t monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Wakes those that are due (all, when it ends); returns when the next one is, -1: none. */
static int64_t wake_due(void)
{
    int64_t now = monotonic_ms(), next = -1;
    for (size_t at = 0; at < delays.count;) {
        if (delays.list[at].due <= now || delays.ended) {
            MHD_resume_connection(delays.list[at].connection);
            delays.list[at] = delays.list[--delays.count];
            continue;
        }
        if (next < 0 || delays.list[at].due < next)
            next = delays.list[at].due;
        at++;
    }
    return next;
}

static void *run(void *context)
{
    pthread_mutex_lock(&delays.lock);
    while (!delays.ended) {
        int64_t next = wake_due();
        if (next < 0) {
            pthread_cond_wait(&delays.changed, &delays.lock);
            continue;
        }
        struct timespec until = {(time_t)(next / 1000), (long)(next % 1000) * 1000000};
        pthread_cond_timedwait(&delays.changed, &delays.lock, &until);
    }
    wake_due();
    pthread_mutex_unlock(&delays.lock);
    return context;
}

enum status delay_begin(void)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&delays.changed, &attributes);
    pthread_condattr_destroy(&attributes);
    return pthread_create(&delays.thread, NULL, run, NULL) == 0 ? STATUS_OK : STATUS_NO_MEMORY;
}

void delay_connection(struct MHD_Connection *connection, int64_t ms)
{
    pthread_mutex_lock(&delays.lock);
    if (!delays.ended && delays.count < WAITING_MOST) {
        MHD_suspend_connection(connection);
        delays.list[delays.count++] = (struct waiting){connection, monotonic_ms() + ms};
        pthread_cond_signal(&delays.changed);
    }
    pthread_mutex_unlock(&delays.lock);
}

void delay_end(void)
{
    pthread_mutex_lock(&delays.lock);
    delays.ended = true;
    pthread_cond_signal(&delays.changed);
    pthread_mutex_unlock(&delays.lock);
    pthread_join(delays.thread, NULL);
}
