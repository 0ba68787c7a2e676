/* The keyed hash that chains the lines of the log: HMAC-SM3, or HMAC-SHA-256 by setting. */
#ifndef STORE_CHAIN_MAC_H
#define STORE_CHAIN_MAC_H

#include "mapping/digest.h"

enum { CHAIN_HEX = 64 };

struct chain_mac;

/* key: the log key. NO_MEMORY, INVALID, UNSUPPORTED. Freed with chain_mac_free; not thread safe. */
enum status chain_mac_new(struct slice key, enum digest_kind kind, struct chain_mac **ret);
void chain_mac_free(struct chain_mac *mac);
/* Of a line with its newline, in lower-case hex. Before the first line stands the empty text. */
enum status chain_mac_line(struct chain_mac *mac, struct slice line, char ret[CHAIN_HEX + 1]);

#endif
