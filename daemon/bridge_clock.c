/* All that a cycle knows of time and chance, alone in its file: a simulation links another, and one seed then
 * gives one run. */
#include "daemon/bridge_inside.h"

#include <openssl/rand.h>
#include <time.h>

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

uint64_t bridge_chance(void)
{
    uint64_t bits = 0;
    (void)RAND_bytes((unsigned char *)&bits, sizeof bits);
    return bits;
}
