/* Sealing of what rows say about persons: AES-256-GCM, bound to the row that it stands in, so that
 * a changed, moved or cut value is found when it is opened. */
#ifndef STORE_SEAL_H
#define STORE_SEAL_H

#include "mapping/base/arena.h"
#include "mapping/base/bytes.h"

/* One key each, so that nonces of one table never meet those of another. */
enum seal_room {
    SEAL_STAGE,
    SEAL_LINK,
    SEAL_WRITE,
    SEAL_CONFLICT,
    SEAL_DECISION,
    SEAL_SECRET,
    SEAL_ROOMS
};

enum { SEAL_KEY_BYTES = 32, SEAL_EXTRA_BYTES = 1 + 12 + 16 /* form, nonce, tag */ };

struct seal;

/* A key for one purpose: HKDF-SHA-256 of the log key, `info` names the purpose. */
enum status seal_derive(struct slice log_key, const char *info, uint8_t ret[SEAL_KEY_BYTES]);

/* log_key: 32 bytes, not kept. Freed with seal_free. Not thread safe. NO_MEMORY, INVALID. */
enum status seal_new(struct slice log_key, struct seal **ret);
void seal_free(struct seal *seal);

/* Appends the sealed text. bound: what it belongs to (table, column, row); needed to open it. */
enum status seal_close(struct seal *seal, enum seal_room room, struct slice bound,
                       struct slice text, struct buffer *ret);
/* The text, in the arena. CORRUPT: the sealed bytes, or what they are bound to, were changed. */
enum status seal_open(struct seal *seal, enum seal_room room, struct slice bound,
                      struct slice sealed, struct arena *arena, struct slice *ret);

#endif
