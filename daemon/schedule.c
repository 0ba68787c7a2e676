#include "daemon/schedule.h"

#include "mapping/base/civil.h"

enum {
    MISSED_SECONDS = 86400,
    ASTRAY_SECONDS = 36 * 3600,
    HOUR_MS = 3600000,
    JUMP_MS = 60000,
    FULL_APART_MS = 12 * HOUR_MS /* once the wall clock jumped */
};

/* The first time that hour comes after `wall`. */
static int64_t hour_after(int64_t wall, int64_t minute)
{
    struct civil day = civil_from_instant(wall, CIVIL_CST_SECONDS);
    int64_t midnight =
        civil_days(day.year, day.month, day.day) * CIVIL_DAY_SECONDS - CIVIL_CST_SECONDS;
    int64_t hour = midnight + minute * 60;
    return hour > wall ? hour : hour + CIVIL_DAY_SECONDS;
}

static int64_t ahead_ms(struct clocks now)
{
    return now.wall * 1000 - now.monotonic_ms;
}

/* The night is planned anew where the jump put it off by days, or brought it back before its time. */
static void notice_jump(struct schedule *schedule, struct clocks now)
{
    int64_t moved = ahead_ms(now) - schedule->ahead_ms;
    schedule->ahead_ms = ahead_ms(now);
    if (moved < JUMP_MS && moved > -JUMP_MS)
        return;
    if (schedule->full_at - now.wall > ASTRAY_SECONDS)
        schedule->full_at = hour_after(now.wall, schedule->full_minute);
    int64_t left_ms = schedule->last_full_ms + FULL_APART_MS - now.monotonic_ms;
    int64_t earliest = now.wall + left_ms / 1000;
    if (schedule->any_full && left_ms > 0 && schedule->full_at < earliest)
        schedule->full_at = hour_after(earliest, schedule->full_minute);
}

void schedule_init(struct schedule *schedule, int64_t incremental_ms, int64_t full_minute,
                   int64_t last_full, struct clocks now)
{
    bool missed = last_full == 0 || now.wall - last_full > MISSED_SECONDS;
    *schedule = (struct schedule){
        .incremental_ms = incremental_ms,
        .full_minute = full_minute,
        .next_ms = now.monotonic_ms,
        .full_at = missed ? now.wall : hour_after(now.wall, full_minute),
        .full_not_before_ms = now.monotonic_ms,
        .any_full = last_full != 0 && last_full <= now.wall,
        .last_full_ms = now.monotonic_ms - (now.wall - last_full) * 1000,
        .ahead_ms = ahead_ms(now),
    };
}

void schedule_change(struct schedule *schedule, int64_t incremental_ms, int64_t full_minute,
                     struct clocks now)
{
    int64_t began = schedule->next_ms - schedule->incremental_ms;
    schedule->incremental_ms = incremental_ms;
    schedule->next_ms = began + incremental_ms;
    if (full_minute != schedule->full_minute && schedule->full_at > now.wall)
        schedule->full_at = hour_after(now.wall, full_minute);
    schedule->full_minute = full_minute;
}

int64_t schedule_next_full(const struct schedule *schedule, struct clocks now)
{
    /* A wall clock set back by days would put the night off by as much. */
    if (schedule->full_at - now.wall > ASTRAY_SECONDS)
        return hour_after(now.wall, schedule->full_minute);
    int64_t held = (schedule->full_not_before_ms - now.monotonic_ms + 999) / 1000;
    int64_t earliest = now.wall + (held > 0 ? held : 0);
    return schedule->full_at > earliest ? schedule->full_at : earliest;
}

static int64_t incremental_wait_ms(const struct schedule *schedule, struct clocks now)
{
    int64_t wait = schedule->next_ms - now.monotonic_ms;
    return wait > 0 ? wait : 0;
}

enum due schedule_due(struct schedule *schedule, struct clocks now)
{
    notice_jump(schedule, now);
    if (schedule_next_full(schedule, now) <= now.wall)
        return DUE_FULL;
    return incremental_wait_ms(schedule, now) == 0 ? DUE_INCREMENTAL : DUE_NOTHING;
}

int64_t schedule_wait_ms(const struct schedule *schedule, struct clocks now)
{
    int64_t full = (schedule_next_full(schedule, now) - now.wall) * 1000;
    int64_t incremental = incremental_wait_ms(schedule, now);
    int64_t wait = full < incremental ? full : incremental;
    return wait < 0 ? 0 : wait < HOUR_MS ? wait : HOUR_MS;
}

int64_t schedule_next(const struct schedule *schedule, struct clocks now)
{
    int64_t full = schedule_next_full(schedule, now);
    int64_t incremental = now.wall + (incremental_wait_ms(schedule, now) + 999) / 1000;
    return full < incremental ? full : incremental;
}

void schedule_began(struct schedule *schedule, enum due kind, struct clocks now)
{
    if (kind == DUE_NOTHING)
        return;
    schedule->next_ms = now.monotonic_ms + schedule->incremental_ms;
    if (kind != DUE_FULL)
        return;
    schedule->full_began_ms = now.monotonic_ms;
    schedule->full_at = hour_after(now.wall, schedule->full_minute);
}

void schedule_ended(struct schedule *schedule, enum due kind, bool complete, struct clocks now)
{
    if (kind != DUE_FULL)
        return;
    if (complete) {
        schedule->full_failures = 0;
        schedule->any_full = true;
        schedule->last_full_ms = schedule->full_began_ms;
        return;
    }
    int64_t delay = schedule->incremental_ms;
    for (unsigned i = 0; i < schedule->full_failures && delay < HOUR_MS; i++)
        delay *= 2;
    schedule->full_failures++;
    schedule->full_at = now.wall;
    schedule->full_not_before_ms = now.monotonic_ms + (delay < HOUR_MS ? delay : HOUR_MS);
}
