/* Staged rows by hash. Hashes fall all over a tree, so that a page of new rows would dirty as many
 * pages as it has rows: new entries go into a small table, which is merged in order into the large
 * one whenever it has grown. Who looks up looks into both (LOOK_SLOTS). */
#ifndef STORE_LOOK_H
#define STORE_LOOK_H

#include "daemon/store/inside.h"

enum look_kind { LOOK_KEY, LOOK_PERSON, LOOK_NATURAL, LOOK_KINDS };

/* The slots under a head, ?1; a head is half a hash, so the whole hash must be compared too. */
#define LOOK_SLOTS                                                                                 \
    "(SELECT slot FROM stage.look WHERE head = ?1"                                                 \
    " UNION ALL SELECT slot FROM stage.look_recent WHERE head = ?1)"

int64_t look_head(enum look_kind kind, const struct hash *hash);
/* The row's hash of that kind was `before` and is `now`; zero: none. */
enum status look_replace(struct store *store, int64_t slot, enum look_kind kind,
                         const struct hash *before, const struct hash *now);

/* Entries are put in together, and in order: before anybody looks up, and at a transaction's end. */
enum status look_keep(struct store *store);

#endif
