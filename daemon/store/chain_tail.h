/* Where the event log ends: its last whole line, and what a crash tore. */
#ifndef STORE_CHAIN_TAIL_H
#define STORE_CHAIN_TAIL_H

#include "daemon/store/chain_files.h"

struct chain_tail {
    int64_t number; /* n of the last line; 0: there is none */
};

/* The last whole line of the file, with its newline, in ret_line (emptied when there is none). What
 * stands behind it is moved to CHAIN_TORN of the directory. CORRUPT: the file holds no line at all,
 * but more than could be torn from one. */
enum status chain_tail_read(int file, int directory, struct buffer *ret_line,
                            struct chain_tail *ret);
/* The same of the newest rotated file, which is left as it is. */
enum status chain_tail_rotated(int directory, struct buffer *ret_line, struct chain_tail *ret);
/* The last cycle ("run") that the last 64 KiB of the file name; 0: none. */
enum status chain_tail_run(int file, int64_t size, int64_t *ret);

#endif
