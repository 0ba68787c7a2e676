#include "daemon/store/chain_tail.h"

#include "daemon/store/chain.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK_BYTES = 4096 };

static enum status status_of(int code)
{
    return code == ENOSPC || code == EDQUOT                   ? STATUS_FULL
           : code == EACCES || code == EPERM || code == EROFS ? STATUS_DENIED
                                                              : STATUS_IO;
}

bool chain_tail_number(struct slice line, int64_t *ret)
{
    struct slice start = SLICE("{\"n\":");
    size_t size = 0;
    if (!slice_starts(line, start))
        return false;
    struct slice digits = {line.at + start.size, 0};
    while (start.size + size < line.size && digits.at[size] >= '0' && digits.at[size] <= '9')
        size++;
    digits.size = size;
    return start.size + size < line.size && digits.at[size] == ',' && slice_integer(digits, ret) &&
           *ret > 0;
}

/* Where the text behind the last newline before `end` begins; 0 when there is no newline. */
static enum status behind_newline(int file, off_t end, off_t *ret)
{
    char chunk[CHUNK_BYTES];
    while (end > 0) {
        off_t start = end > CHUNK_BYTES ? end - CHUNK_BYTES : 0;
        ssize_t size = pread(file, chunk, (size_t)(end - start), start);
        if (size != end - start)
            return size < 0 ? status_of(errno) : STATUS_IO;
        const char *newline = memrchr(chunk, '\n', (size_t)size);
        if (newline != NULL) {
            *ret = start + (newline - chunk) + 1;
            return STATUS_OK;
        }
        end = start;
    }
    *ret = 0;
    return STATUS_OK;
}

static enum status read_part(int file, off_t start, off_t end, struct buffer *ret)
{
    char chunk[CHUNK_BYTES];
    buffer_clear(ret);
    while (start < end) {
        size_t want = end - start > CHUNK_BYTES ? CHUNK_BYTES : (size_t)(end - start);
        ssize_t size = pread(file, chunk, want, start);
        if (size <= 0)
            return size < 0 ? status_of(errno) : STATUS_IO;
        buffer_append(ret, (struct slice){chunk, (size_t)size});
        start += size;
    }
    return ret->status;
}

/* Goes back from the end to the last line that begins as a line of the log: a crash of the machine
 * may leave blocks of zeros, newlines in the middle of them included. */
static enum status last_line(int file, off_t size, struct buffer *line, off_t *ret_end,
                             int64_t *ret_number)
{
    off_t end = 0;
    enum status status = behind_newline(file, size, &end);
    while (status == STATUS_OK && end > 0) {
        off_t start = 0;
        status = behind_newline(file, end - 1, &start);
        if (status == STATUS_OK && end - start <= CHAIN_LINE_BYTES)
            status = read_part(file, start, end, line);
        if (status == STATUS_OK && chain_tail_number(buffer_slice(line), ret_number))
            break;
        end = start;
    }
    if (status == STATUS_OK && end == 0) {
        buffer_clear(line);
        *ret_number = 0;
    }
    *ret_end = end;
    return status;
}

/* Copied and synced before it is cut off: evidence is not thrown away. */
static enum status save_torn(int file, int directory, off_t end, off_t size)
{
    char chunk[CHUNK_BYTES];
    int torn =
        openat(directory, CHAIN_TORN, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    enum status status = torn < 0 ? status_of(errno) : STATUS_OK;
    for (off_t at = end; status == STATUS_OK && at < size;) {
        ssize_t got = pread(file, chunk, sizeof chunk, at);
        if (got <= 0 || write(torn, chunk, (size_t)got) != got)
            status = status_of(errno);
        at += got;
    }
    if (status == STATUS_OK && (write(torn, "\n", 1) != 1 || fsync(torn) != 0))
        status = status_of(errno);
    if (torn >= 0)
        (void)close(torn);
    if (status == STATUS_OK && (ftruncate(file, end) != 0 || fsync(file) != 0))
        status = status_of(errno);
    return status;
}

enum status chain_tail_read(int file, int directory, struct buffer *ret_line,
                            struct chain_tail *ret)
{
    struct stat stands;
    off_t end = 0;
    int64_t number = 0;
    if (fstat(file, &stands) != 0)
        return status_of(errno);
    enum status status = last_line(file, stands.st_size, ret_line, &end, &number);
    if (status == STATUS_OK && end == 0 && stands.st_size > CHAIN_LINE_BYTES)
        status = STATUS_CORRUPT;
    if (status == STATUS_OK && end < stands.st_size)
        status = save_torn(file, directory, end, stands.st_size);
    if (status == STATUS_OK)
        *ret = (struct chain_tail){.number = number};
    return status;
}

bool chain_is_rotated(const char *name)
{
    size_t size = strlen(name);
    return strncmp(name, CHAIN_ROTATED, strlen(CHAIN_ROTATED)) == 0 && size > 6 &&
           strcmp(name + size - 6, ".jsonl") == 0;
}

/* Names sort as their last lines do. */
static enum status newest_rotated(int directory, char ret[NAME_MAX + 1])
{
    int copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *listing = copy < 0 ? NULL : fdopendir(copy);
    const struct dirent *entry = NULL;
    ret[0] = '\0';
    if (listing == NULL) {
        if (copy >= 0)
            (void)close(copy);
        return STATUS_IO;
    }
    while ((entry = readdir(listing)) != NULL) {
        if (chain_is_rotated(entry->d_name) && strcmp(entry->d_name, ret) > 0)
            (void)snprintf(ret, NAME_MAX + 1, "%s", entry->d_name);
    }
    (void)closedir(listing);
    return STATUS_OK;
}

enum status chain_tail_rotated(int directory, struct buffer *ret_line, struct chain_tail *ret)
{
    char name[NAME_MAX + 1];
    struct stat stands;
    off_t end = 0;
    int64_t number = 0;
    enum status status = newest_rotated(directory, name);
    if (status != STATUS_OK || name[0] == '\0')
        return status;
    int file = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0)
        return status_of(errno);
    status = fstat(file, &stands) == 0 ? last_line(file, stands.st_size, ret_line, &end, &number)
                                       : status_of(errno);
    (void)close(file);
    if (status == STATUS_OK)
        *ret = (struct chain_tail){.number = number};
    return status;
}
