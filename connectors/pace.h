/* A platform's rate: at most so many requests begin in any one-second window, retries and tokens
 * included (reconciliation.md, "Writing, safely", 2). Pure: a steady clock is given in. */
#ifndef CONNECTORS_PACE_H
#define CONNECTORS_PACE_H

#include <stddef.h>
#include <stdint.h>

enum { PACE_MOST = 1000 };

struct pace {
    size_t limit;             /* 1 to PACE_MOST */
    size_t begun;             /* in all */
    int64_t at_ms[PACE_MOST]; /* when the last `limit` began, by begun % limit */
};

/* per_second 0 counts as 1, more than PACE_MOST as PACE_MOST. */
void pace_init(struct pace *pace, unsigned per_second);
/* How long to wait before the next may begin; 0: it may begin now. */
int64_t pace_wait_ms(const struct pace *pace, int64_t now_ms);
/* One begins now. */
void pace_begin(struct pace *pace, int64_t now_ms);

#endif
