/* How long to wait after a failure: retries of one request, and leaving a platform alone that
 * fails again and again (reconciliation.md, "Guards"). Full jitter. Pure: clock and chance are
 * given in. */
#ifndef CONNECTORS_PATIENCE_H
#define CONNECTORS_PATIENCE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    PATIENCE_BASE_MS = 200,
    PATIENCE_MOST_MS = 10 * 1000,
    BREAKER_FAILURES = 5,
    BREAKER_LEAST_MS = 30 * 1000,
    BREAKER_MOST_MS = 15 * 60 * 1000
};

/* Before the retry after the attempt-th try (from 1): anything from 0 to 200 ms · 2^(attempt-1), at
 * most 10 s. random: 64 bits. */
int64_t patience_delay_ms(unsigned attempt, uint64_t random);

/* Zero-initialised it is closed. */
struct breaker {
    unsigned failures;     /* in a row */
    int64_t open_until_ms; /* by the clock that is given in */
};

/* From the fifth failure in a row the platform is left alone for 30 s to 1 min, 2 min, … 15 min. */
void breaker_failed(struct breaker *breaker, int64_t now_ms, uint64_t random);
void breaker_succeeded(struct breaker *breaker);
bool breaker_open(const struct breaker *breaker, int64_t now_ms);

#endif
