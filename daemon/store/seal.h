/* Sealing of what rows say about persons, bound to the row that it stands in, so that a changed, moved or
 * cut value is found when it is opened. A sealed text is
 *   form (1 byte), id of the key (4), nonce, text, tag
 * Form 2: AES-256-GCM. Form 3: SM4-CTR, then HMAC-SM3 over all of it, with two keys (OpenSSL 3.0 has no
 * SM4-GCM). Form 1, of earlier versions: AES-256-GCM by the log key, without an id. */
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

enum { SEAL_KEY_BYTES = 32, SEAL_ID_BYTES = 4, SEAL_EXTRA_BYTES = 1 + SEAL_ID_BYTES + 16 + 32 /* at most */ };

enum seal_cipher { SEAL_AES_256_GCM, SEAL_SM4 };

/* Each of 32 bytes, borrowed. The log key makes look-up hashes and references too and so stays as it is;
 * the key that seals may be another one and may change. */
struct seal_keys {
    struct slice log;
    struct slice seal;   /* what is sealed from now on; empty: by the log key */
    struct slice former; /* opens what was sealed before; empty: none */
    enum seal_cipher cipher; /* of what is sealed from now on */
};

/* Which key, and how: 4 bytes that say nothing of the key. */
struct seal_mark {
    uint8_t id[SEAL_ID_BYTES];
    enum seal_cipher cipher;
};

struct seal;

/* A key for one purpose: HKDF-SHA-256 of the log key, `info` names the purpose. */
enum status seal_derive(struct slice log_key, const char *info, uint8_t ret[SEAL_KEY_BYTES]);

/* Freed with seal_free, which wipes its copies of the keys. Not thread safe. NO_MEMORY, INVALID. */
enum status seal_new(const struct seal_keys *keys, struct seal **ret);
void seal_free(struct seal *seal);

/* Appends the sealed text. bound: what it belongs to (table, column, row); needed to open it. */
enum status seal_close(struct seal *seal, enum seal_room room, struct slice bound,
                       struct slice text, struct buffer *ret);
/* The text, in the arena. CORRUPT: the sealed bytes, or what they are bound to, were changed. */
enum status seal_open(struct seal *seal, enum seal_room room, struct slice bound,
                      struct slice sealed, struct arena *arena, struct slice *ret);

/* What is sealed from now on carries this mark. */
struct seal_mark seal_present(const struct seal *seal);
/* That of the log key, with which the first versions sealed all. */
struct seal_mark seal_first(const struct seal *seal);
/* Can a text be opened that was sealed with the key of that id? */
bool seal_has(const struct seal *seal, const uint8_t id[SEAL_ID_BYTES]);

#endif
