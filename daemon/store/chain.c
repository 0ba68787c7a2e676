#include "daemon/store/chain_inside.h"

#include "daemon/store/chain_line.h"
#include "daemon/store/chain_tail.h"
#include "daemon/store/sync_file.h"
#include "mapping/base/civil.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void chain_give_to_owner(const struct chain *chain, int file)
{
    struct stat stands;
    if (file >= 0 && geteuid() == 0 && fstat(chain->directory, &stands) == 0)
        (void)!fchown(file, stands.st_uid, stands.st_gid);
}

static enum status open_file(struct chain *chain)
{
    chain->file = openat(chain->directory, CHAIN_CURRENT,
                         O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    chain_give_to_owner(chain, chain->file);
    /* The name must outlive a crash as well as the lines. */
    if (chain->file < 0)
        return chain_errno(errno);
    sync_directory(chain->directory);
    return STATUS_OK;
}

static enum status open_directory(struct chain *chain, const char *directory)
{
    if (mkdir(directory, 0700) != 0 && errno != EEXIST)
        return chain_errno(errno);
    chain->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return chain->directory < 0 ? chain_errno(errno) : open_file(chain);
}

static int64_t month_of(int64_t instant)
{
    struct civil civil = civil_from_instant(instant, CIVIL_CST_SECONDS);
    return (int64_t)civil.year * 12 + civil.month;
}

/* What begins as no line of the log leaves 0: the next line begins a file. */
static void read_month(struct chain *chain)
{
    char start[256];
    struct slice event = {0};
    int64_t time = 0;
    ssize_t size = pread(chain->file, start, sizeof start, 0);
    if (size > 0 && chain_line_event((struct slice){start, (size_t)size}, &time, &event))
        chain->month = month_of(time);
}

/* The last line of the current file, else of the file that was rotated away last. */
static enum status go_on(struct chain *chain, bool crashed)
{
    struct chain_tail tail = {0};
    enum status status =
        crashed ? chain_tail_crashed(chain->file, chain->directory, &chain->macs, &chain->torn) : STATUS_OK;
    if (status == STATUS_OK)
        status = chain_tail_read(chain->file, chain->directory, &chain->line, &tail);
    chain->torn += tail.torn;
    if (status == STATUS_OK && tail.number == 0)
        status = chain_tail_rotated(chain->directory, &chain->line, &tail);
    if (status != STATUS_OK)
        return status;
    struct stat stands;
    if (fstat(chain->file, &stands) != 0)
        return chain_errno(errno);
    chain->size = stands.st_size;
    chain->count = tail.number;
    read_month(chain);
    status = chain_tail_run(chain->file, chain->size, &chain->run);
    if (status != STATUS_OK)
        return status;
    return chain_mac_line(chain->macs.of[chain->rules.hash], buffer_slice(&chain->line),
                          chain->head);
}

enum status chain_open(const char *directory, struct slice key, const struct chain_rules *rules, bool crashed,
                       struct chain **ret)
{
    struct chain *chain = calloc(1, sizeof *chain);
    if (chain == NULL)
        return STATUS_NO_MEMORY;
    chain->directory = chain->file = -1;
    chain->known = INT64_MAX;
    chain->rules = *rules;
    buffer_init(&chain->line, CHAIN_LINE_BYTES);
    enum status status = chain_macs_new(key, &chain->macs);
    if (status == STATUS_OK)
        status = open_directory(chain, directory);
    if (status == STATUS_OK)
        status = go_on(chain, crashed);
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
    chain_sync(chain);
    if (chain->file >= 0)
        (void)close(chain->file);
    if (chain->directory >= 0)
        (void)close(chain->directory);
    chain_macs_free(&chain->macs);
    buffer_free(&chain->line);
    free(chain);
}

void chain_obey(struct chain *chain, const struct chain_rules *rules)
{
    chain->rules = *rules;
}

void chain_know(struct chain *chain, int64_t instant)
{
    chain->known = instant;
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

enum status chain_cut(struct chain *chain)
{
    if (chain->cut && ftruncate(chain->file, chain->size) != 0)
        return chain_errno(errno);
    chain->cut = false;
    return STATUS_OK;
}

/* All of it or nothing: what was written in part is cut off again. */
static enum status write_line(struct chain *chain, struct slice line)
{
    size_t done = 0;
    enum status status = chain_cut(chain);
    if (status != STATUS_OK)
        return status;
    while (done < line.size) {
        ssize_t size = write(chain->file, line.at + done, line.size - done);
        if (size < 0 && errno == EINTR)
            continue;
        if (size <= 0) {
            int code = size == 0 ? ENOSPC : errno;
            chain->cut = done > 0 && ftruncate(chain->file, chain->size) != 0;
            return chain_errno(code);
        }
        done += (size_t)size;
    }
    return STATUS_OK;
}

enum status chain_add(struct chain *chain, int64_t now, const char *event, struct slice members)
{
    char head[CHAIN_HEX + 1];
    if (members.size > 0 && memchr(members.at, '\n', members.size) != NULL)
        return STATUS_INVALID;
    enum status status = make_line(chain, now, event, members);
    struct slice line = buffer_slice(&chain->line);
    if (status == STATUS_OK)
        status = chain_mac_line(chain->macs.of[chain->rules.hash], line, head);
    if (status == STATUS_OK)
        status = write_line(chain, line);
    if (status != STATUS_OK)
        return status;
    if (chain->size == 0)
        chain->month = month_of(now);
    chain->size += (off_t)line.size;
    chain->count++;
    chain->unsynced = true;
    memcpy(chain->head, head, sizeof head);
    return STATUS_OK;
}

/* A clock that was put back into last month begins no file. */
static bool rotation_is_due(const struct chain *chain, int64_t now, size_t size)
{
    return chain->size > 0 &&
           (chain->size + (off_t)size > chain->rules.rotate_bytes || month_of(now) > chain->month);
}

enum status chain_add_name(struct chain *chain, int64_t now, const char *event, const char *name)
{
    struct buffer members;
    buffer_init(&members, 256);
    buffer_printf(&members, "\"file\":\"%s\"", name);
    enum status status = members.status == STATUS_OK ? chain_add(chain, now, event, buffer_slice(&members))
                                                     : members.status;
    buffer_free(&members);
    return status;
}

static enum status tell_torn(struct chain *chain, int64_t now)
{
    char members[64];
    if (chain->torn == 0)
        return STATUS_OK;
    int size = snprintf(members, sizeof members, "\"bytes\":%lld", (long long)chain->torn);
    enum status status = chain_add(chain, now, CHAIN_EVENT_TORN, (struct slice){members, (size_t)size});
    chain->torn = status == STATUS_OK ? 0 : chain->torn;
    return status;
}

enum status chain_append(struct chain *chain, int64_t now, const char *event, struct slice members)
{
    enum { AROUND = 160 }; /* n, time, event and prev of a line */
    /* Where that fails the file goes on to grow: a line is worth more than the file's size. */
    if (rotation_is_due(chain, now, members.size + AROUND))
        (void)chain_rotate(chain, now);
    enum status status = tell_torn(chain, now);
    return status == STATUS_OK ? chain_add(chain, now, event, members) : status;
}

void chain_sync(struct chain *chain)
{
    if (!chain->unsynced)
        return;
    sync_file(chain->file);
    chain->unsynced = false;
}

void chain_head(const struct chain *chain, char ret[CHAIN_HEX + 1])
{
    memcpy(ret, chain->head, sizeof chain->head);
}

int64_t chain_run(const struct chain *chain)
{
    return chain->run;
}

int64_t chain_count(const struct chain *chain)
{
    return chain->count;
}
