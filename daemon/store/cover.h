/* The covered part of a row: several texts packed, sealed as one, and bound to the row's plain
 * values, so that one tag covers both. Begin, bind the plain values, add the texts, close; or
 * begin, bind the same values in the same order, open, and take the texts in the order they were
 * added. */
#ifndef STORE_COVER_H
#define STORE_COVER_H

#include "daemon/store/inside.h"

struct cover {
    struct store *store;
    enum seal_room room;
    struct slice rest; /* of the opened texts */
    int64_t number;    /* of the row, or 0 */
    enum status status;
};

void cover_begin(struct cover *cover, struct store *store, enum seal_room room);
void cover_bind_number(struct cover *cover, int64_t number);
void cover_bind_text(struct cover *cover, struct slice text);
void cover_bind_hash(struct cover *cover, const struct hash *hash);

void cover_add(struct cover *cover, struct slice text);
/* ret_sealed holds until the next cover_begin of this store. */
enum status cover_close(struct cover *cover, struct slice *ret_sealed);

/* CORRUPT: the row was changed since it was sealed. */
enum status cover_open(struct cover *cover, struct slice sealed, struct arena *arena);
/* Which row it is, should it not open: for store_take_damage. */
void cover_name(struct cover *cover, int64_t number);
/* The next text, in the arena of cover_open; no value when it is empty. When the texts do not go
 * round, cover->status becomes CORRUPT. */
struct slice cover_take(struct cover *cover);

#endif
