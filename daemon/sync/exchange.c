#include "daemon/sync/exchange.h"

#include <stdlib.h>

enum { EXCHANGE_BYTES = 64 * 1024 * 1024 };

struct exchange *exchange_new(enum side side, enum purpose purpose)
{
    struct exchange *exchange = calloc(1, sizeof *exchange);
    if (exchange == NULL)
        return NULL;
    exchange->side = side;
    exchange->purpose = purpose;
    exchange->attempt = 1;
    arena_init(&exchange->arena, EXCHANGE_BYTES);
    return exchange;
}

void exchange_free(struct exchange *exchange)
{
    if (exchange == NULL)
        return;
    for (size_t index = 0; index < exchange->request.item_count; index++)
        json_decref(exchange->items[index].record);
    if (exchange->paged)
        listing_end(&exchange->listing);
    arena_free(&exchange->arena);
    free(exchange);
}
