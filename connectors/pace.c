#include "connectors/pace.h"

enum { WINDOW_MS = 1000 };

void pace_init(struct pace *pace, unsigned per_second)
{
    *pace = (struct pace){.limit = per_second == 0          ? 1
                                   : per_second > PACE_MOST ? PACE_MOST
                                                            : per_second};
}

/* One more than a second behind the one that was `limit` before: the clock shows whole
 * milliseconds, and two moments 1000 apart may be less than a second apart. */
int64_t pace_wait_ms(const struct pace *pace, int64_t now_ms)
{
    if (pace->begun < pace->limit)
        return 0;
    int64_t free_ms = pace->at_ms[pace->begun % pace->limit] + WINDOW_MS + 1;
    return free_ms > now_ms ? free_ms - now_ms : 0;
}

void pace_begin(struct pace *pace, int64_t now_ms)
{
    pace->at_ms[pace->begun % pace->limit] = now_ms;
    pace->begun++;
}
