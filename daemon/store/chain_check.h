/* The proof that the event log is whole: names the first line that was altered, removed or
 * inserted, and finds a cut tail against a head that was kept elsewhere (reconciliation.md, "The
 * conflict log"). Reads only; may run while another process writes. */
#ifndef STORE_CHAIN_CHECK_H
#define STORE_CHAIN_CHECK_H

#include "daemon/store/chain_mac.h"

enum chain_fault {
    CHAIN_WHOLE,
    CHAIN_ALTERED,    /* the line's bytes are not those that the next line was chained to */
    CHAIN_REMOVED,    /* lines from this number on are missing */
    CHAIN_INSERTED,   /* a line that does not follow from the one before */
    CHAIN_UNREADABLE, /* not a line of the log */
    CHAIN_CUT /* the head that was kept is no line's: the tail was cut or its last line altered */
};

struct chain_report {
    enum chain_fault fault;
    int64_t number;           /* n of the line in question; 0: unreadable, or whole */
    char file[256];           /* name of its file in the directory; of a missing file, if known */
    int64_t line;             /* its place in that file, from 1; 0: the whole file is missing */
    int64_t first;            /* n of the oldest line that is kept; 0: the log is empty */
    int64_t last;             /* n of the last line that was looked at */
    char head[CHAIN_HEX + 1]; /* hash of that line */
};

/* head: one that was kept (the journal's), or NULL; the hash of the line before the oldest that is kept
 * counts as well. That the log begins behind its first line is no fault where it says itself which
 * files were deleted (log_forgotten, with a line behind it that seals that one). A torn end without newline is no fault: it is
 * being written, or will be moved aside. Lines by either hash are taken, since the setting may
 * change. NOT_FOUND: there is no log. */
enum status chain_check(const char *directory, struct slice key, const char *head,
                        struct chain_report *ret);
const char *chain_fault_name(enum chain_fault fault); /* "whole", "altered", … */

#endif
