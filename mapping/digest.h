/* Digests that recognise what is unchanged, and keyed hashes that look up and refer to people
 * without naming them. Algorithms are fetched once and contexts reused; not thread safe. */
#ifndef MAPPING_DIGEST_H
#define MAPPING_DIGEST_H

#include "mapping/record.h"

enum digest_kind { DIGEST_SHA256, DIGEST_SM3 };
struct digest;

/* NO_MEMORY, UNSUPPORTED (the library lacks the algorithm). */
enum status digest_new(enum digest_kind kind, struct digest **ret);
void digest_free(struct digest *digest); /* NULL is fine */

/* The first 16 bytes of the digest. NO_MEMORY: all zero, which equals no digest. */
enum status digest_bytes(struct digest *digest, struct slice text, uint8_t ret[16]);
/* XXH3-128: quick, and no secret; it tells what changed by itself, not what somebody forged. */
void digest_quick(struct slice text, uint8_t ret[16]);
/* Over the canonical values of all fields of the record's entity; not id, version, update time.
 * NO_MEMORY: all zero. */
enum status digest_record(struct digest *digest, const struct record *record, uint8_t ret[16]);

struct keyed;
/* key: the log key, of at least one byte. INVALID, NO_MEMORY, UNSUPPORTED. */
enum status keyed_new(struct slice key, struct keyed **ret);
void keyed_free(struct keyed *keyed); /* NULL is fine; the key is wiped */
/* HMAC-SHA256, its first 16 bytes: for look-ups. NO_MEMORY: all zero, which is nobody's hash. */
enum status keyed_hash(struct keyed *keyed, struct slice text, uint8_t ret[16]);
/* subject_ref: the first 16 hex digits of HMAC-SM3 (reconciliation.md, "The conflict log").
 * NO_MEMORY: all zero. */
enum status keyed_ref(struct keyed *keyed, struct slice subject, char ret[17]);

#endif
