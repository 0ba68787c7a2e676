/* The keyed hash that chains the lines of the log: HMAC-SM3, or HMAC-SHA-256 by setting. */
#ifndef STORE_CHAIN_MAC_H
#define STORE_CHAIN_MAC_H

#include "mapping/digest.h"

#include <stdbool.h>

enum { CHAIN_HEX = 64, CHAIN_KINDS = DIGEST_SM3 + 1 };

struct chain_mac;

/* key: the log key. NO_MEMORY, INVALID, UNSUPPORTED. Freed with chain_mac_free; not thread safe. */
enum status chain_mac_new(struct slice key, enum digest_kind kind, struct chain_mac **ret);
void chain_mac_free(struct chain_mac *mac);
/* Of a line with its newline, in lower-case hex. Before the first line stands the empty text. */
enum status chain_mac_line(struct chain_mac *mac, struct slice line, char ret[CHAIN_HEX + 1]);

/* By each algorithm: the setting may change, and what was chained before stays as it is. */
struct chain_macs {
    struct chain_mac *of[CHAIN_KINDS];
};
struct chain_hashes {
    char of[CHAIN_KINDS][CHAIN_HEX + 1]; /* of one line */
};
/* As chain_mac_new; freed with chain_macs_free in any case. */
enum status chain_macs_new(struct slice key, struct chain_macs *ret);
void chain_macs_free(struct chain_macs *macs);
enum status chain_macs_line(const struct chain_macs *macs, struct slice line,
                            struct chain_hashes *ret);
/* Are the CHAIN_HEX digits at prev one of the hashes? */
bool chain_hashes_have(const struct chain_hashes *hashes, const char *prev);

#endif
