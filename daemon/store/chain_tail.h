/* Where the event log ends: its last whole line, and what a crash tore. */
#ifndef STORE_CHAIN_TAIL_H
#define STORE_CHAIN_TAIL_H

#include "daemon/store/chain_files.h"
#include "daemon/store/chain_mac.h"

struct chain_tail {
    int64_t number; /* n of the last line; 0: there is none */
    int64_t torn;   /* bytes that stood behind it */
};

/* The last whole line of the file, with its newline, in ret_line (emptied when there is none). What
 * stands behind it is moved to CHAIN_TORN of the directory. CORRUPT: the file holds no line at all,
 * but more than could be torn from one. */
enum status chain_tail_read(int file, int directory, struct buffer *ret_line,
                            struct chain_tail *ret);
/* After the machine failed: of what was not synced, later lines may be there where earlier ones are not. From the first
 * line on that does not follow from the one before, all is moved to CHAIN_TORN; so many bytes. */
enum status chain_tail_crashed(int file, int directory, const struct chain_macs *macs, int64_t *ret_torn);
/* The same of the newest rotated file, which is left as it is. */
enum status chain_tail_rotated(int directory, struct buffer *ret_line, struct chain_tail *ret);
/* The last cycle ("run") that the last 64 KiB of the file name; 0: none. */
enum status chain_tail_run(int file, int64_t size, int64_t *ret);

#endif
