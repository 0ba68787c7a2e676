/* The roll: what full listings brought last, page by page in their order, as the place of each record
 * in the stage and the digest of its bytes. A row that comes with the same bytes is known by the roll
 * alone, without its record being looked up; a page that comes with the same bytes is not even taken
 * apart. An entry speaks for its record as long as the record is not struck: stage_put and
 * stage_set_state strike what they change. 32 bytes a record. */
#ifndef STORE_ROLL_H
#define STORE_ROLL_H

#include "daemon/store/store.h"

struct roll_entry {
    int64_t slot;    /* of the staged row; 0: a row that is not staged, which no other is compared with */
    int64_t updated; /* instant; 0: none can be read */
    struct hash raw; /* digest of its bytes, as staged */
};

struct roll_page {
    size_t size;                /* of the array that held the rows, in bytes */
    uint8_t digest[HASH_BYTES]; /* digest_quick of it */
    struct roll_entry *entries; /* owned */
    size_t count, capacity;
};

enum { ROLL_ROWS_MOST = 1000000 };

/* NO_MEMORY, TOO_LARGE. */
enum status roll_page_add(struct roll_page *page, const struct roll_entry *entry);
void roll_page_free(struct roll_page *page);

/* page: from 1. The entries take the place of those in *ret. NOT_FOUND: no such page; *ret is empty then. */
enum status roll_get(struct store *store, enum side side, enum entity entity, unsigned page,
                     struct roll_page *ret);
/* How many records all pages of a side's entity name. */
enum status roll_rows(struct store *store, enum side side, enum entity entity, size_t *ret);
/* Writes the page in place of what was known of it, its mark too (roll_mark.h). */
enum status roll_put(struct store *store, enum side side, enum entity entity, unsigned page,
                     const struct roll_page *content);
/* A full listing begins; when it has ended and every page up to `pages` was put or came as it was, what
 * was struck before it began is told anew and struck no longer. Pages behind go. */
enum status roll_begin(struct store *store, enum side side, enum entity entity);
enum status roll_end(struct store *store, enum side side, enum entity entity, unsigned pages);

/* What the roll says of the record no longer holds. */
enum status roll_strike(struct store *store, enum side side, enum entity entity, int64_t slot);
bool roll_struck(const struct store *store, int64_t slot);
bool roll_struck_any(const struct store *store, int64_t first, int64_t count);
/* How many were struck since the store was opened, whatever became of the transaction: while it stays, no record
 * that was staged became another. */
int64_t roll_strikes(const struct store *store);
/* The side is told wholly anew. */
enum status roll_forget(struct store *store, enum side side);

/* Pages of a side's entity lie beside each other, in their order. */
int64_t roll_place(enum side side, enum entity entity, unsigned page);

#endif
