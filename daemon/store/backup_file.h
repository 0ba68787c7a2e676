/* The form of a backup: the bytes of a SQLite file, then one line of JSON that says what they are and
 * ends with a keyed hash over all bytes before it, so that a changed, added or missing byte is found
 * with the log key alone. Rows in it are sealed as they are in the state. */
#ifndef STORE_BACKUP_FILE_H
#define STORE_BACKUP_FILE_H

#include "daemon/store/chain_mac.h"

#include <stdint.h>

enum { BACKUP_FORM = 1, BACKUP_KEY_HEX = 16, BACKUP_TRAILER_BYTES = 1024 };

struct backup_facts {
    int64_t size; /* of the SQLite bytes */
    int64_t made; /* instant */
    int64_t run;  /* the last cycle that it knows; 0: none */
    int schema;   /* number of the last migration */
    enum digest_kind hash;
    char mac[CHAIN_HEX + 1];
};

struct backup_mac;

/* HMAC by facts->hash with a key derived from the log key. NO_MEMORY, INVALID, UNSUPPORTED. Freed with
 * backup_mac_free, which is fine with NULL. */
enum status backup_mac_new(struct slice log_key, enum digest_kind hash, struct backup_mac **ret);
void backup_mac_free(struct backup_mac *mac);
enum status backup_mac_add(struct backup_mac *mac, struct slice bytes);
enum status backup_mac_end(struct backup_mac *mac, char ret[CHAIN_HEX + 1]);

/* Adds the line to the file, whose bytes were facts->size; fills facts->mac. IO, FULL. */
enum status backup_write_trailer(int file, struct slice log_key, struct backup_facts *facts);
/* Reads the line at the end of a file. ret_covered: how many bytes the hash covers.
 * INVALID: no backup. UNSUPPORTED: of a newer program. DENIED: of another log key. IO. The hash is not
 * looked at. */
enum status backup_read_trailer(int file, struct slice log_key, struct backup_facts *ret,
                                int64_t *ret_covered);
/* errno as a status. */
enum status backup_status_of(int code);

#endif
