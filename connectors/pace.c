#include "connectors/pace.h"

/* A request begins here and arrives later, by a handshake or a full line: the margin keeps the one-second
 * window true at the platform, which counts what arrives. */
enum { WINDOW_MS = 1000, MARGIN_MS = 100 };

void pace_init(struct pace *pace, unsigned per_second)
{
    *pace = (struct pace){.limit = per_second == 0          ? 1
                                   : per_second > PACE_MOST ? PACE_MOST
                                                            : per_second};
}

/* A second and the margin behind the one that was `limit` before. */
int64_t pace_wait_ms(const struct pace *pace, int64_t now_ms)
{
    if (pace->begun < pace->limit)
        return 0;
    int64_t free_ms = pace->at_ms[pace->begun % pace->limit] + WINDOW_MS + MARGIN_MS;
    return free_ms > now_ms ? free_ms - now_ms : 0;
}

void pace_begin(struct pace *pace, int64_t now_ms)
{
    pace->at_ms[pace->begun % pace->limit] = now_ms;
    pace->begun++;
}
