/* What the rooms of the writing side of the event log share: chain.c adds lines, chain_rotate.c
 * begins files, chain_forget.c deletes them after their time. For these only. */
#ifndef STORE_CHAIN_INSIDE_H
#define STORE_CHAIN_INSIDE_H

#include "daemon/store/chain.h"
#include "daemon/store/chain_files.h"

#include <sys/types.h>

struct chain {
    int directory; /* descriptors */
    int file;
    struct chain_rules rules;
    struct chain_macs macs;
    int64_t known; /* the time by others' clocks; INT64_MAX: not told */
    off_t size; /* of the whole lines */
    int64_t count;
    int64_t run; /* the last that the log named when it was opened */
    int64_t month; /* in China Standard Time, of the first line in the current file */
    char head[CHAIN_HEX + 1];
    struct buffer line;
    int64_t torn; /* bytes that were put aside when it was opened, and that no line tells of yet */
    bool unsynced;
    bool cut; /* what a failed write left behind could not be removed yet */
};

/* chain_append without a look at the file's size and month. */
enum status chain_add(struct chain *chain, int64_t now, const char *event, struct slice members);
/* Likewise, an event whose one member is the name of a file of the log. */
enum status chain_add_name(struct chain *chain, int64_t now, const char *event, const char *name);
/* The part of a line that a failed write left behind is cut off. */
enum status chain_cut(struct chain *chain);

/* Deletes nothing yet: picks the oldest files whose time is over, and says so in the log. Of a file
 * that is not whole, and of what follows it, nothing is picked. The names are put in ret, which is
 * freed by the caller; NULL, 0: none. */
enum status chain_forget_pick(struct chain *chain, int64_t now, char (**ret)[CHAIN_NAME_BYTES],
                              size_t *ret_count);

/* A file that root makes belongs to whoever the folder belongs to. */
void chain_give_to_owner(const struct chain *chain, int file);

#endif
