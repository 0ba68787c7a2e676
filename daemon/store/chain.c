#include "daemon/store/chain.h"

#include "daemon/store/chain_tail.h"
#include "mapping/base/civil.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct chain {
    int directory; /* descriptors */
    int file;
    struct chain_mac *mac;
    off_t size; /* of the whole lines */
    int64_t count;
    char head[CHAIN_HEX + 1];
    struct buffer line;
    bool unsynced;
    bool cut; /* what a failed write left behind could not be removed yet */
};

static enum status status_of(int code)
{
    switch (code) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return STATUS_FULL;
    case EACCES:
    case EPERM:
    case EROFS: return STATUS_DENIED;
    default: return STATUS_IO;
    }
}

static enum status open_file(struct chain *chain)
{
    chain->file = openat(chain->directory, CHAIN_CURRENT,
                         O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    /* The name must outlive a crash as well as the lines. */
    if (chain->file < 0 || fsync(chain->directory) != 0)
        return status_of(errno);
    return STATUS_OK;
}

static enum status open_directory(struct chain *chain, const char *directory)
{
    if (mkdir(directory, 0700) != 0 && errno != EEXIST)
        return status_of(errno);
    chain->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return chain->directory < 0 ? status_of(errno) : open_file(chain);
}

/* The last line of the current file, else of the file that was rotated away last. */
static enum status go_on(struct chain *chain)
{
    struct chain_tail tail = {0};
    enum status status = chain_tail_read(chain->file, chain->directory, &chain->line, &tail);
    if (status == STATUS_OK && tail.number == 0)
        status = chain_tail_rotated(chain->directory, &chain->line, &tail);
    if (status != STATUS_OK)
        return status;
    struct stat stands;
    if (fstat(chain->file, &stands) != 0)
        return status_of(errno);
    chain->size = stands.st_size;
    chain->count = tail.number;
    return chain_mac_line(chain->mac, buffer_slice(&chain->line), chain->head);
}

enum status chain_open(const char *directory, struct slice key, enum digest_kind kind,
                       struct chain **ret)
{
    struct chain *chain = calloc(1, sizeof *chain);
    if (chain == NULL)
        return STATUS_NO_MEMORY;
    chain->directory = chain->file = -1;
    buffer_init(&chain->line, CHAIN_LINE_BYTES);
    enum status status = chain_mac_new(key, kind, &chain->mac);
    if (status == STATUS_OK)
        status = open_directory(chain, directory);
    if (status == STATUS_OK)
        status = go_on(chain);
    if (status != STATUS_OK) {
        chain_close(chain);
        return status;
    }
    *ret = chain;
    return STATUS_OK;
}

void chain_close(struct chain *chain)
{
    if (chain == NULL)
        return;
    (void)chain_sync(chain);
    if (chain->file >= 0)
        (void)close(chain->file);
    if (chain->directory >= 0)
        (void)close(chain->directory);
    chain_mac_free(chain->mac);
    buffer_free(&chain->line);
    free(chain);
}

static enum status make_line(struct chain *chain, int64_t now, const char *event,
                             struct slice members)
{
    struct buffer *line = &chain->line;
    char time[21];
    civil_utc_text(now, time);
    buffer_clear(line);
    buffer_printf(line, "{\"n\":%lld,\"time\":\"%s\",\"event\":", (long long)chain->count + 1,
                  time);
    buffer_json(line, slice_of(event));
    if (members.size > 0)
        buffer_text(line, ",");
    buffer_append(line, members);
    buffer_printf(line, ",\"prev\":\"%s\"}\n", chain->head);
    return line->status;
}

/* All of it or nothing: what was written in part is cut off again. */
static enum status write_line(struct chain *chain, struct slice line)
{
    size_t done = 0;
    if (chain->cut && ftruncate(chain->file, chain->size) != 0)
        return status_of(errno);
    chain->cut = false;
    while (done < line.size) {
        ssize_t size = write(chain->file, line.at + done, line.size - done);
        if (size < 0 && errno == EINTR)
            continue;
        if (size <= 0) {
            int code = size == 0 ? ENOSPC : errno;
            chain->cut = done > 0 && ftruncate(chain->file, chain->size) != 0;
            return status_of(code);
        }
        done += (size_t)size;
    }
    return STATUS_OK;
}

enum status chain_append(struct chain *chain, int64_t now, const char *event, struct slice members)
{
    char head[CHAIN_HEX + 1];
    if (members.size > 0 && memchr(members.at, '\n', members.size) != NULL)
        return STATUS_INVALID;
    enum status status = make_line(chain, now, event, members);
    struct slice line = buffer_slice(&chain->line);
    if (status == STATUS_OK)
        status = chain_mac_line(chain->mac, line, head);
    if (status == STATUS_OK)
        status = write_line(chain, line);
    if (status != STATUS_OK)
        return status;
    chain->size += (off_t)line.size;
    chain->count++;
    chain->unsynced = true;
    memcpy(chain->head, head, sizeof head);
    return STATUS_OK;
}

enum status chain_sync(struct chain *chain)
{
    if (!chain->unsynced)
        return STATUS_OK;
    if (fdatasync(chain->file) != 0)
        return status_of(errno);
    chain->unsynced = false;
    return STATUS_OK;
}

void chain_head(const struct chain *chain, char ret[CHAIN_HEX + 1])
{
    memcpy(ret, chain->head, sizeof chain->head);
}

int64_t chain_count(const struct chain *chain)
{
    return chain->count;
}

enum status chain_rotate(struct chain *chain, int64_t now)
{
    struct buffer name;
    if (chain->size == 0)
        return STATUS_OK;
    enum status status = chain_sync(chain);
    if (status != STATUS_OK)
        return status;
    buffer_init(&name, NAME_MAX);
    /* The number first: sorted by name is sorted by line, whatever the clock did. */
    buffer_printf(&name, CHAIN_ROTATED "%012lld-", (long long)chain->count);
    civil_format(&name, now, "%Y%m%dT%H%M%SZ", 0);
    buffer_text(&name, ".jsonl");
    status = name.status;
    if (status == STATUS_OK &&
        renameat(chain->directory, CHAIN_CURRENT, chain->directory, name.at) != 0)
        status = status_of(errno);
    buffer_free(&name);
    if (status != STATUS_OK)
        return status;
    int old = chain->file;
    status = open_file(chain);
    if (status != STATUS_OK) {
        /* Lines go on into the file that was renamed: they are whole, and found by its name. */
        if (chain->file >= 0)
            (void)close(chain->file);
        chain->file = old;
        return status;
    }
    (void)close(old);
    chain->size = 0;
    return STATUS_OK;
}
