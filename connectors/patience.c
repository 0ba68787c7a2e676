#include "connectors/patience.h"

/* low · 2^doublings, at most high. */
static int64_t doubled(int64_t low, unsigned doublings, int64_t high)
{
    while (doublings-- > 0 && low < high)
        low *= 2;
    return low < high ? low : high;
}

static int64_t between(int64_t low, int64_t high, uint64_t random)
{
    return low + (int64_t)(random % ((uint64_t)(high - low) + 1));
}

int64_t patience_delay_ms(unsigned attempt, uint64_t random)
{
    unsigned doublings = attempt == 0 ? 0 : attempt - 1;
    return between(0, doubled(PATIENCE_BASE_MS, doublings, PATIENCE_MOST_MS), random);
}

void retry_earned(struct retry_budget *budget)
{
    if (budget->spent > 0)
        budget->spent--;
}

bool retry_spend(struct retry_budget *budget)
{
    if (budget->spent + RETRY_SHARE > RETRIES_IN_HAND * RETRY_SHARE)
        return false;
    budget->spent += RETRY_SHARE;
    return true;
}

void breaker_failed(struct breaker *breaker, int64_t now_ms, uint64_t random)
{
    if (breaker->failures < UINT32_MAX)
        breaker->failures++;
    if (breaker->failures < BREAKER_FAILURES)
        return;
    unsigned doublings = breaker->failures - BREAKER_FAILURES + 1;
    int64_t most = doubled(BREAKER_LEAST_MS, doublings, BREAKER_MOST_MS);
    breaker->open_until_ms = now_ms + between(BREAKER_LEAST_MS, most, random);
}

void breaker_succeeded(struct breaker *breaker)
{
    breaker->failures = 0;
    breaker->open_until_ms = 0;
}

bool breaker_open(const struct breaker *breaker, int64_t now_ms)
{
    return now_ms < breaker->open_until_ms || now_ms < breaker->quiet_until_ms;
}

bool breaker_probes(const struct breaker *breaker)
{
    return breaker->failures >= BREAKER_FAILURES;
}

void breaker_asked(struct breaker *breaker, int64_t now_ms, int64_t delay_ms)
{
    int64_t until_ms = now_ms + (delay_ms < RETRY_AFTER_MOST_MS ? delay_ms : RETRY_AFTER_MOST_MS);
    if (until_ms > breaker->quiet_until_ms)
        breaker->quiet_until_ms = until_ms;
}

int64_t breaker_quiet_ms(const struct breaker *breaker, int64_t now_ms)
{
    return breaker->quiet_until_ms > now_ms ? breaker->quiet_until_ms - now_ms : 0;
}
