/* What the journal is told of a cycle. */
#include "daemon/command.h"
#include "daemon/log.h"
#include "daemon/net/http.h"
#include "daemon/service.h"

#include <string.h>

enum { HEAD_EVERY_MS = 3600 * 1000, CERTIFICATE_EVERY_MS = 24 * 3600 * 1000, DAY_SECONDS = 86400 };

void service_log_stale(struct service *service, int64_t run)
{
    int64_t since = service_clocks().monotonic_ms - service->good_ms;
    if (service->stale || since <= service->configuration->settings.stale_after_ms)
        return;
    service->stale = true;
    log_event(LOG_STALE, &(struct log_facts){.run = run});
}

static void note_good(struct service *service, int64_t run)
{
    if (service->stale)
        log_event(LOG_STALE_ENDED, &(struct log_facts){.run = run});
    service->stale = false;
    service->good_ms = service_clocks().monotonic_ms;
}

static void log_platforms(struct service *service, const struct cycle_result *result)
{
    for (enum side side = 0; side < SIDES; side++) {
        if (service->platform_down[side] == result->platform_failed[side])
            continue;
        service->platform_down[side] = result->platform_failed[side];
        log_event(result->platform_failed[side] ? LOG_PLATFORM_DOWN : LOG_PLATFORM_BACK,
                  &(struct log_facts){.run = result->run, .has_platform = true, .platform = side});
    }
}

static void log_changed(struct service *service, const struct cycle_result *result)
{
    for (enum side side = 0; side < SIDES; side++) {
        if (result->platform_changed[side] && !service->platform_changed[side])
            log_event(LOG_PLATFORM_CHANGED,
                      &(struct log_facts){.run = result->run, .has_platform = true, .platform = side});
        service->platform_changed[side] = result->platform_changed[side];
    }
}

bool service_was_paused(const struct cycle_result *result)
{
    return strcmp(result->message, "paused") == 0;
}

static void log_end(struct service *service, const struct cycle_result *result)
{
    struct log_facts facts = {
        .run = result->run, .code = result->exit_code, .detail = result->message};
    bool good = result->exit_code == EXIT_DONE || result->exit_code == EXIT_CONFLICTS;
    if (good && !service_was_paused(result))
        note_good(service, result->run);
    else
        service_log_stale(service, result->run);
    if (service_was_paused(result))
        return;
    log_platforms(service, result);
    log_changed(service, result);
    if (result->guard_held)
        log_event(LOG_GUARD_HELD, &facts);
    if (result->conflicts_new > 0)
        log_event(LOG_CONFLICT, &(struct log_facts){.run = result->run,
                                                    .conflict = result->first_new,
                                                    .number = result->conflicts_new});
    bool failed = result->exit_code == EXIT_INTERNAL || result->exit_code == EXIT_CREATE;
    log_event(result->exit_code == EXIT_CREATE ? LOG_DISK_FULL
              : failed                         ? LOG_CYCLE_FAILED
                                               : LOG_CYCLE_DONE,
              &facts);
}

/* By the loop's clock, so that a clock that jumps neither hides it nor repeats it. */
static bool due(int64_t *logged_ms, int64_t every_ms)
{
    int64_t now = (int64_t)(uv_hrtime() / 1000000);
    if (*logged_ms != 0 && now - *logged_ms < every_ms)
        return false;
    *logged_ms = now;
    return true;
}

/* Once a day, with the days that are left. */
static void log_certificates(struct service *service, const struct cycle_result *result)
{
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        int64_t left = result->certificate_expires[side] - service_clocks().wall;
        if (result->certificate_expires[side] != 0 && left < CERTIFICATE_SOON_SECONDS &&
            due(&service->certificate_logged_ms[side], CERTIFICATE_EVERY_MS))
            log_event(LOG_CERTIFICATE_ENDS, &(struct log_facts){.run = result->run, .has_platform = true,
                                                                .platform = side, .number = left / DAY_SECONDS});
    }
}

/* Each hour the head of the sync log goes where whoever can write the log cannot take it back. */
static void log_head_hourly(struct service *service, const struct cycle_result *result)
{
    if (result->log_head[0] != '\0' && due(&service->head_logged_ms, HEAD_EVERY_MS))
        log_event(LOG_LOG_HEAD, &(struct log_facts){.run = result->run, .detail = result->log_head});
}

void service_log_cycle(struct service *service, const struct cycle_result *result)
{
    log_end(service, result);
    log_certificates(service, result);
    log_head_hourly(service, result);
}
