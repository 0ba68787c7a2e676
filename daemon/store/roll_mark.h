/* A page of the roll that is known by an ETag, told without its entries: what they say together is all that a
 * listing needs of a page that did not have to come. A few dozen bytes a page. */
#ifndef STORE_ROLL_MARK_H
#define STORE_ROLL_MARK_H

#include "daemon/store/roll.h"

enum { ROLL_ETAG_BYTES = 128 };

/* Slots that follow each other, as the rows do. */
struct roll_run {
    int64_t first, count;
};

struct roll_mark {
    char etag[ROLL_ETAG_BYTES];
    uint8_t of[HASH_BYTES];  /* what the ETag belongs to (connectors/request.h) */
    int64_t total;           /* as the page stated it; -1: not at all */
    uint8_t ids[HASH_BYTES]; /* these and the times as in struct page_facts */
    int64_t first_updated, last_updated, largest_updated;
    int64_t rows;
    struct roll_run *runs; /* of all rows; owned */
    size_t count, capacity;
};

void roll_mark_free(struct roll_mark *mark);

/* The runs of a page's rows, in place of those in the mark. ret_told: each row is staged, with its bytes; else the
 * page cannot be known by a mark. NO_MEMORY. */
enum status roll_mark_tell(struct roll_mark *mark, const struct roll_page *page, bool *ret_told);
/* Nothing that the page brought was struck since. */
bool roll_mark_speaks(const struct store *store, const struct roll_mark *mark);

/* The runs take the place of those in *ret. NOT_FOUND: the page has no mark. CORRUPT. */
enum status roll_mark_get(struct store *store, enum side side, enum entity entity, unsigned page,
                          struct roll_mark *ret);
/* In a transaction, behind the page's own roll_put. */
enum status roll_mark_put(struct store *store, enum side side, enum entity entity, unsigned page,
                          const struct roll_mark *mark);
/* Those between two places. */
enum status roll_mark_drop(struct store *store, int64_t after, int64_t before);

#endif
