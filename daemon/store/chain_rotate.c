#include "daemon/store/chain_inside.h"

#include "daemon/store/chain_line.h"
#include "daemon/store/sync_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* The new file is there before the old one is renamed: on a full disk lines go on into the old one. */
static enum status make_next(struct chain *chain, int *ret)
{
    *ret = openat(chain->directory, CHAIN_NEXT,
                  O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    chain_give_to_owner(chain, *ret);
    return *ret < 0 ? chain_errno(errno) : STATUS_OK;
}

/* Killed between the two renames, the next chain_open makes the current file anew. */
static enum status change_files(struct chain *chain, int *next, const char *name)
{
    if (renameat(chain->directory, CHAIN_CURRENT, chain->directory, name) != 0)
        return chain_errno(errno);
    if (renameat(chain->directory, CHAIN_NEXT, chain->directory, CHAIN_CURRENT) != 0) {
        enum status status = chain_errno(errno);
        (void)renameat(chain->directory, name, chain->directory, CHAIN_CURRENT);
        return status;
    }
    (void)close(chain->file);
    chain->file = *next;
    *next = -1;
    chain->size = 0;
    sync_directory(chain->directory);
    return STATUS_OK;
}

/* The line that names the file before: should that be missing one day, its name is known. */
static enum status name_before(struct chain *chain, int64_t now, const char *name)
{
    enum status status = chain_add_name(chain, now, CHAIN_EVENT_ROTATED, name);
    if (status == STATUS_OK)
        chain_sync(chain);
    return status;
}

/* Oldest first: wherever that stops, what is left is one piece. */
static enum status delete_files(struct chain *chain, char (*names)[CHAIN_NAME_BYTES], size_t count)
{
    for (size_t index = 0; index < count; index++) {
        if (unlinkat(chain->directory, names[index], 0) != 0 && errno != ENOENT)
            return chain_errno(errno);
    }
    if (count > 0)
        sync_directory(chain->directory);
    return STATUS_OK;
}

/* Into the old file; what cannot be judged is kept. Nothing but whole, synced lines is left there. */
static enum status end_file(struct chain *chain, int64_t now, char (**ret_over)[CHAIN_NAME_BYTES],
                            size_t *ret_count)
{
    enum status status = chain_cut(chain);
    if (status == STATUS_OK && chain_forget_pick(chain, now, ret_over, ret_count) != STATUS_OK)
        *ret_count = 0;
    if (status == STATUS_OK)
        status = chain_cut(chain);
    if (status == STATUS_OK)
        chain_sync(chain);
    return status;
}

enum status chain_rotate(struct chain *chain, int64_t now)
{
    char name[CHAIN_NAME_BYTES];
    char(*over)[CHAIN_NAME_BYTES] = NULL;
    size_t count = 0;
    int next = -1;
    if (chain->size == 0)
        return STATUS_OK;
    enum status status = make_next(chain, &next);
    if (status == STATUS_OK)
        status = end_file(chain, now, &over, &count);
    chain_file_name(chain->count, now, name);
    if (status == STATUS_OK)
        status = change_files(chain, &next, name);
    if (status == STATUS_OK)
        status = name_before(chain, now, name);
    if (status == STATUS_OK)
        status = delete_files(chain, over, count);
    if (next >= 0)
        (void)close(next);
    free(over);
    return status;
}
