/* The machine's clock, alone in its file: a simulation links another. */
#include "tests/platform/platform.h"

#include <time.h>

int64_t clock_seconds(void)
{
    return (int64_t)time(NULL);
}

int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
