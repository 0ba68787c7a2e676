/* How long to wait after a failure, and how often to try again: retries of one request, how many retries a
 * platform is given in all, and leaving a platform alone that fails again and again (reconciliation.md,
 * "Guards") or that asked for it. Full jitter. Pure: clock and chance are given in. */
#ifndef CONNECTORS_PATIENCE_H
#define CONNECTORS_PATIENCE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    PATIENCE_BASE_MS = 200,
    PATIENCE_MOST_MS = 10 * 1000,
    BREAKER_FAILURES = 5,
    BREAKER_LEAST_MS = 30 * 1000,
    BREAKER_MOST_MS = 15 * 60 * 1000,
    RETRY_SHARE = 10,                    /* one retry for so many requests, over all cycles */
    RETRIES_IN_HAND = 10,                /* at the most, and in the beginning */
    RETRY_AFTER_MOST_MS = 3600 * 1000,   /* of what a platform asks for; the rest is not believed */
    WAITED_IN_CYCLE_MOST_MS = 60 * 1000, /* whoever asks for more is left alone, and the cycle goes on */
};

/* Before the retry after the attempt-th try (from 1): anything from 0 to 200 ms · 2^(attempt-1), at
 * most 10 s. random: 64 bits. */
int64_t patience_delay_ms(unsigned attempt, uint64_t random);

/* The retries of one platform: what each request earns and each retry spends, so that an outage does not
 * multiply what is sent. Zero-initialised it is full. */
struct retry_budget {
    int64_t spent; /* in parts of a retry: RETRY_SHARE are one */
};

/* A request is sent for the first time. */
void retry_earned(struct retry_budget *budget);
/* A retry is to be sent: false when there is none left. */
bool retry_spend(struct retry_budget *budget);

/* Zero-initialised it is closed. */
struct breaker {
    unsigned failures;      /* in a row */
    int64_t open_until_ms;  /* by the clock that is given in */
    int64_t quiet_until_ms; /* the platform asked for it; an answer to what was under way changes nothing */
};

/* From the fifth failure in a row the platform is left alone for 30 s to 1 min, 2 min, … 15 min. */
void breaker_failed(struct breaker *breaker, int64_t now_ms, uint64_t random);
void breaker_succeeded(struct breaker *breaker);
bool breaker_open(const struct breaker *breaker, int64_t now_ms);
/* It was left alone and has not answered since: one request goes first, once, and more when it is answered. */
bool breaker_probes(const struct breaker *breaker);

/* The platform asked to be left alone for so long (`Retry-After`): obeyed up to an hour. */
void breaker_asked(struct breaker *breaker, int64_t now_ms, int64_t delay_ms);
/* How long that still lasts; 0: no more. */
int64_t breaker_quiet_ms(const struct breaker *breaker, int64_t now_ms);

#endif
