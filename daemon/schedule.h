/* When the next cycle is due (reconciliation.md, "Reading"; operators.md, `[schedule]`). Pure: both
 * clocks are given. Intervals go by the monotonic clock, so that a wall clock that jumps, or a
 * machine that slept, makes no burst; the nightly hour goes by the wall clock, in China Standard
 * Time. Once the wall clock jumped, half a day by the monotonic clock lies between two full cycles, however
 * often its hour seems to come. */
#ifndef DAEMON_SCHEDULE_H
#define DAEMON_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

enum due { DUE_NOTHING, DUE_INCREMENTAL, DUE_FULL };

struct clocks {
    int64_t monotonic_ms;
    int64_t wall; /* instant: seconds since 1970 */
};

struct schedule {
    int64_t incremental_ms;
    int64_t full_minute;        /* of the day, CST */
    int64_t next_ms;            /* monotonic: the next incremental cycle */
    int64_t full_at;            /* instant: the next full cycle */
    int64_t full_not_before_ms; /* monotonic: after a full cycle that failed */
    int64_t full_began_ms;      /* monotonic: the one that runs, or ran last */
    int64_t last_full_ms;       /* monotonic: when the last complete one began */
    bool any_full;              /* there was one */
    int64_t ahead_ms;           /* the wall clock, ahead of the monotonic one, when it was last looked at */
    unsigned full_failures;     /* in a row */
};

/* last_full: instant when the last complete full cycle began; 0: never. One that is more than 24 h
 * old was missed and is made up at once, once. */
void schedule_init(struct schedule *schedule, int64_t incremental_ms, int64_t full_minute,
                   int64_t last_full, struct clocks now);
/* New settings: what is planned is planned anew by them. */
void schedule_change(struct schedule *schedule, int64_t incremental_ms, int64_t full_minute,
                     struct clocks now);

/* Notices a wall clock that jumped since the last call. */
enum due schedule_due(struct schedule *schedule, struct clocks now);
/* Until something may be due: to arm a timer with; 0 when it is; at most an hour, since the wall
 * clock may be set. */
int64_t schedule_wait_ms(const struct schedule *schedule, struct clocks now);
/* Instant of the next cycle, and of the next full one, for `status`. */
int64_t schedule_next(const struct schedule *schedule, struct clocks now);
int64_t schedule_next_full(const struct schedule *schedule, struct clocks now);

/* A cycle begins (whoever asked for it); the next incremental one is counted from here. */
void schedule_began(struct schedule *schedule, enum due kind, struct clocks now);
/* It ended. complete: it read everything it had to; a full one that did not is tried again after 1,
 * 2, 4 … intervals, at most an hour, and incremental ones go on in between. */
void schedule_ended(struct schedule *schedule, enum due kind, bool complete, struct clocks now);

#endif
