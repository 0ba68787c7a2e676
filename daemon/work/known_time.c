#include "daemon/work/known_time.h"

#include <stdio.h>

#define META "known_time"

/* 0: neither clock is known. */
static int64_t told(const struct desk *desk)
{
    int64_t known = 0;
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        int64_t there = desk->now + desk->clock_offset_ms[side] / 1000;
        if (desk->clock_trusted[side] && (known == 0 || there < known))
            known = there;
    }
    return known;
}

enum status known_time_open(struct desk *desk)
{
    struct slice text = {0};
    int64_t known = 0;
    if (desk->chain == NULL)
        return STATUS_OK;
    enum status status = store_meta_get(desk->store, META, &desk->arena, &text);
    if (status == STATUS_OK && slice_integer(text, &known))
        chain_know(desk->chain, known);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

void known_time_take(struct desk *desk)
{
    int64_t known = told(desk);
    if (known != 0 && desk->chain != NULL)
        chain_know(desk->chain, known);
}

enum status known_time_keep(struct desk *desk)
{
    char text[32];
    int64_t known = told(desk);
    (void)snprintf(text, sizeof text, "%lld", (long long)known);
    return known == 0 ? STATUS_OK : store_meta_set(desk->store, META, slice_of(text));
}
