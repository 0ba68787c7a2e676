/* An outage does not grow: the whole bridge, its schedule too, on a fake clock against a platform that is down for
 * two hours, refuses everything, or fails now and then. What reaches that platform is counted there. */
#include "daemon/schedule.h"
#include "tests/sim/bridge_driver.h"
#include "tests/sim/loop.h"
#include "tests/sim/wire.h"
#include "tests/sim/world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MINUTE_MS = 60 * 1000,
    OUTAGE_MINUTES = 120,
    RATE = 5, /* of the settings: requests that may begin in a second */
    PROBES_MOST = OUTAGE_MINUTES,
    FIRST_MOST = 15,   /* until a platform counts as down, its three listings were tried, and tried again */
    IN_HAND = 10,      /* retries that nothing was sent for: connectors/patience.h */
    SHARE = 10,
    FAILED_MOST = 512, /* messages of a cycle without a whole answer */
    SENT_MOST = 16 * 1024,
    LAST_FULL_AGE_S = 3600
};

static const int64_t first_ms = 1767600000000; /* 2026-01-05 16:00 in China */

static struct {
    int64_t requests[WORLD_SIDES], retries[WORLD_SIDES];
    int64_t sent_ms[WORLD_SIDES][SENT_MOST]; /* of each request */
    uint64_t failed[FAILED_MOST];
    size_t failed_count;
} seen;

static struct {
    struct schedule schedule;
    struct driver_result last;
    unsigned cycles;
} service;

static unsigned failures;

static void say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vprintf(format, arguments);
    va_end(arguments);
    (void)putchar('\n');
}

static void at_most(const char *what, int64_t count, int64_t most)
{
    say("  %s: %lld, at most %lld%s", what, (long long)count, (long long)most, count <= most ? "" : ": BROKEN");
    failures += count > most;
}

static void holds(const char *what, bool condition)
{
    if (!condition)
        say("  BROKEN: %s", what);
    failures += !condition;
}

/* --- what arrives ------------------------------------------------------------------------------ */

static uint64_t mix(uint64_t hash, struct slice text)
{
    for (size_t index = 0; index < text.size; index++)
        hash = (hash ^ (unsigned char)text.at[index]) * 0x100000001b3U;
    return hash;
}

/* A message that goes out again in the cycle in which it failed is a retry. */
static void see(int side, const struct message *message, const struct reply *reply, int64_t sent_ms)
{
    uint64_t hash = mix(mix((uint64_t)side + 1, message->target), message->body);
    if (seen.requests[side] == SENT_MOST)
        abort();
    seen.sent_ms[side][seen.requests[side]++] = sent_ms;
    for (size_t index = 0; index < seen.failed_count; index++) {
        if (seen.failed[index] != hash)
            continue;
        seen.retries[side]++;
        seen.failed[index] = seen.failed[--seen.failed_count];
        break;
    }
    bool fails = reply->end != REPLY_COMPLETE || reply->status == 429 || reply->status >= 500 ||
                 (side == WORLD_MUNICIPAL && memmem(reply->body.at, reply->body.size, "{\"code\":0,", 10) == NULL);
    if (fails && seen.failed_count < FAILED_MOST)
        seen.failed[seen.failed_count++] = hash;
}

static int by_number(const void *one, const void *other)
{
    int64_t difference = *(const int64_t *)one - *(const int64_t *)other;
    return difference < 0 ? -1 : difference > 0;
}

/* Most requests that went out within one second. */
static int64_t busiest_second(int side)
{
    int64_t *at = seen.sent_ms[side];
    int64_t most = 0;
    qsort(at, (size_t)seen.requests[side], sizeof *at, by_number);
    for (int64_t first = 0, last = 0; last < seen.requests[side]; last++) {
        while (at[last] - at[first] >= 1000)
            first++;
        most = last - first + 1 > most ? last - first + 1 : most;
    }
    return most;
}

/* --- the service ------------------------------------------------------------------------------- */

static struct clocks clocks(void)
{
    return (struct clocks){.monotonic_ms = bridge_monotonic_ms(driver_bridge()),
                           .wall = loop_now_ms() / 1000};
}

/* As daemon/service.c does: a cycle when one is due, else it waits. */
static void serve_minutes(int64_t minutes)
{
    int64_t end = loop_now_ms() + minutes * MINUTE_MS;
    while (loop_now_ms() < end) {
        enum due due = schedule_due(&service.schedule, clocks());
        if (due == DUE_NOTHING) {
            int64_t wait = schedule_wait_ms(&service.schedule, clocks());
            loop_advance(wait < end - loop_now_ms() ? wait : end - loop_now_ms());
            continue;
        }
        schedule_began(&service.schedule, due, clocks());
        seen.failed_count = 0;
        service.last = driver_cycle(due == DUE_FULL ? CYCLE_FULL : CYCLE_INCREMENTAL, 0);
        service.cycles++;
        schedule_ended(&service.schedule, due, service.last.exit_code == 0 || service.last.exit_code == 3,
                       clocks());
    }
}

static void forget_counts(void)
{
    memset(&seen, 0, sizeof seen);
}

/* A city in step, and a service that has run for a while. */
static void begin(uint64_t seed)
{
    struct chance chance = {.state = seed};
    loop_begin(seed, first_ms);
    world_begin(seed);
    people_settle(&chance);
    driver_begin();
    wire_watch(see);
    (void)driver_cycle(CYCLE_FULL, 0);
    schedule_init(&service.schedule, MINUTE_MS, 150, loop_now_ms() / 1000 - LAST_FULL_AGE_S, clocks());
    serve_minutes(5);
    holds("both platforms were reached before it began",
          service.last.exit_code == 0 || service.last.exit_code == 3);
    forget_counts();
}

static void end(void)
{
    wire_watch(NULL);
    driver_end();
    world_end();
}

static void strike(const char *kind, int side, int status, int retry_after, double probability)
{
    world_fault(json_pack("{s:s,s:s,s:i,s:i,s:i,s:f}", "kind", kind, "side", world_side_names[side], "count", -1,
                          "status", status, "retry_after", retry_after, "probability", probability));
}

/* The first minute in which it answers, and the quarter of an hour in which the bridge finds that out. */
static void recovers(int side)
{
    int64_t before = seen.requests[side];
    world_faults_clear();
    while (seen.requests[side] == before)
        serve_minutes(1);
    at_most("requests in the minute in which it is found to be back", seen.requests[side] - before, 60 * RATE);
    serve_minutes(2);
    at_most("in its busiest second", busiest_second(side), RATE);
    holds("it is read again", service.last.exit_code == 0 || service.last.exit_code == 3);
}

/* --- outages ----------------------------------------------------------------------------------- */

/* People go on working on the other side. */
static void work_on(struct chance *chance, int64_t minutes)
{
    static struct edits edits;
    edits.count = 0;
    for (int64_t minute = 0; minute < minutes; minute += 10) {
        people_edit(chance, 0, &edits);
        serve_minutes(10);
    }
}

/* holds: guard.outage */
static void two_hours_down(const char *kind, int side, int status)
{
    struct chance chance = {.state = 5};
    say("%s platform down for two hours (%s)", world_side_names[side], kind);
    begin(11 + (uint64_t)side);
    strike(kind, side, status, 1, 1.0);
    work_on(&chance, OUTAGE_MINUTES);
    at_most("requests", seen.requests[side], PROBES_MOST + FIRST_MOST);
    at_most("retries among them", seen.retries[side], IN_HAND + seen.requests[side] / SHARE);
    holds("it was tried at all", seen.requests[side] >= 5);
    int64_t before = seen.requests[side];
    serve_minutes(60);
    at_most("requests in a further hour", seen.requests[side] - before, 60);
    recovers(side);
    end();
}

/* holds: guard.retry_after */
static void refuses_for(int side, int seconds, int64_t most)
{
    say("%s platform refuses everything for two hours, Retry-After %d s", world_side_names[side], seconds);
    begin(17 + (uint64_t)side);
    strike("too_many", side, 429, seconds, 1.0);
    serve_minutes(OUTAGE_MINUTES);
    at_most("requests", seen.requests[side], most);
    at_most("retries among them", seen.retries[side], IN_HAND + seen.requests[side] / SHARE);
    world_faults_clear();
    serve_minutes(seconds / 60 + 16);
    at_most("in its busiest second", busiest_second(side), RATE);
    holds("it is read again", service.last.exit_code == 0 || service.last.exit_code == 3);
    end();
}

/* holds: guard.retries */
static void fails_now_and_then(const char *kind, int side, int status, double probability)
{
    struct chance chance = {.state = 5};
    say("%s platform fails %.0f of a hundred requests for two hours (%s)", world_side_names[side],
        probability * 100, kind);
    begin(23 + (uint64_t)side);
    strike(kind, side, status, 0, probability);
    work_on(&chance, OUTAGE_MINUTES);
    at_most("retries", seen.retries[side], IN_HAND + (seen.requests[side] - seen.retries[side]) / SHARE);
    holds("there were some", seen.retries[side] > 0);
    at_most("in its busiest second", busiest_second(side), RATE);
    recovers(side);
    end();
}

int main(void)
{
    driver_prepare();
    driver_set_rate(RATE);
    for (int side = 0; side < WORLD_SIDES; side++) {
        two_hours_down("cut_before", side, 0);
        two_hours_down("server_error", side, 502);
        refuses_for(side, 3600, 10);
        refuses_for(side, 45, PROBES_MOST + FIRST_MOST);
        refuses_for(side, 0, PROBES_MOST + FIRST_MOST);
        fails_now_and_then("server_error", side, 503, 0.2);
        fails_now_and_then("too_many", side, 429, 0.1);
    }
    driver_remove();
    say("%s", failures == 0 ? "1 passed, 0 failed" : "0 passed, 1 failed");
    return failures == 0 ? 0 : 1;
}
