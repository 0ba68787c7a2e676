/* All that a cycle knows of time and chance, alone in its file: a simulation links another, and one seed then
 * gives one run. */
#include "daemon/bridge_inside.h"

#include <openssl/rand.h>
#include <time.h>

enum { DRAWN_AT_ONCE = 64 };

int64_t bridge_wall_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t bridge_monotonic_ms(const struct bridge *bridge)
{
    (void)bridge;
    return (int64_t)(uv_hrtime() / 1000000); /* the loop's own time stands still within an iteration */
}

/* Drawn together: the generator has more to do to begin than to go on. None is given twice. */
uint64_t bridge_chance(void)
{
    static uint64_t drawn[DRAWN_AT_ONCE];
    static size_t left;
    if (left == 0) {
        (void)RAND_bytes((unsigned char *)drawn, sizeof drawn);
        left = DRAWN_AT_ONCE;
    }
    uint64_t bits = drawn[--left];
    drawn[left] = 0;
    return bits;
}
