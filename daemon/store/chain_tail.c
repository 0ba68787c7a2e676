#include "daemon/store/chain_tail.h"

#include "daemon/store/chain.h"
#include "daemon/store/chain_line.h"
#include "daemon/store/sync_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK_BYTES = 4096, RUN_BYTES = 64 * 1024 };

/* Where the text behind the last newline before `end` begins; 0 when there is no newline. */
static enum status behind_newline(int file, off_t end, off_t *ret)
{
    char chunk[CHUNK_BYTES];
    while (end > 0) {
        off_t start = end > CHUNK_BYTES ? end - CHUNK_BYTES : 0;
        ssize_t size = pread(file, chunk, (size_t)(end - start), start);
        if (size != end - start)
            return size < 0 ? chain_errno(errno) : STATUS_IO;
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
            return size < 0 ? chain_errno(errno) : STATUS_IO;
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
        if (status == STATUS_OK && chain_line_number(buffer_slice(line), ret_number))
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
    enum status status = torn < 0 ? chain_errno(errno) : STATUS_OK;
    for (off_t at = end; status == STATUS_OK && at < size;) {
        ssize_t got = pread(file, chunk, sizeof chunk, at);
        if (got <= 0 || write(torn, chunk, (size_t)got) != got)
            status = chain_errno(errno);
        at += got;
    }
    if (status == STATUS_OK && write(torn, "\n", 1) != 1)
        status = chain_errno(errno);
    if (status == STATUS_OK)
        sync_file(torn);
    if (torn >= 0)
        (void)close(torn);
    if (status == STATUS_OK && ftruncate(file, end) != 0)
        status = chain_errno(errno);
    if (status == STATUS_OK)
        sync_file(file);
    return status;
}

enum status chain_tail_read(int file, int directory, struct buffer *ret_line,
                            struct chain_tail *ret)
{
    struct stat stands;
    off_t end = 0;
    int64_t number = 0;
    if (fstat(file, &stands) != 0)
        return chain_errno(errno);
    enum status status = last_line(file, stands.st_size, ret_line, &end, &number);
    if (status == STATUS_OK && end == 0 && stands.st_size > CHAIN_LINE_BYTES)
        status = STATUS_CORRUPT;
    if (status == STATUS_OK && end < stands.st_size)
        status = save_torn(file, directory, end, stands.st_size);
    if (status == STATUS_OK)
        *ret = (struct chain_tail){.number = number, .torn = stands.st_size - end};
    return status;
}

/* Lines that follow from the one before, from the first one on: where they end. */
static enum status follow(FILE *file, const struct chain_macs *macs, off_t *ret_end)
{
    struct chain_hashes before;
    enum status status = STATUS_OK;
    char *text = NULL;
    size_t capacity = 0;
    ssize_t size = 0;
    int64_t last = 0;
    *ret_end = 0;
    while (status == STATUS_OK && (size = getline(&text, &capacity, file)) > 0 && text[size - 1] == '\n') {
        struct slice line = {text, (size_t)size};
        int64_t number = 0;
        const char *prev = chain_line_prev(line);
        bool first = *ret_end == 0;
        if (prev == NULL || !chain_line_number(line, &number) ||
            (!first && (number != last + 1 || !chain_hashes_have(&before, prev))))
            break;
        last = number;
        *ret_end += size;
        status = chain_macs_line(macs, line, &before);
    }
    free(text);
    return status == STATUS_OK && ferror(file) ? STATUS_IO : status;
}

enum status chain_tail_crashed(int file, int directory, const struct chain_macs *macs, int64_t *ret_torn)
{
    struct chain_files files;
    struct stat stands;
    off_t end = 0;
    enum status status = chain_files_open(directory, &files);
    if (status == STATUS_OK && files.current != NULL)
        status = follow(files.current, macs, &end);
    chain_files_close(&files);
    if (status == STATUS_OK && fstat(file, &stands) != 0)
        status = chain_errno(errno);
    if (status == STATUS_OK && end < stands.st_size)
        status = save_torn(file, directory, end, stands.st_size);
    if (status == STATUS_OK)
        *ret_torn = stands.st_size - end;
    return status;
}

enum status chain_tail_rotated(int directory, struct buffer *ret_line, struct chain_tail *ret)
{
    struct chain_files files;
    FILE *newest = NULL;
    struct stat stands;
    off_t end = 0;
    int64_t number = 0;
    enum status status = chain_files_open(directory, &files);
    if (status == STATUS_OK && files.count > 0)
        status = chain_files_read(&files, files.count - 1, &newest);
    if (status == STATUS_OK && newest != NULL)
        status = fstat(fileno(newest), &stands) == 0
                     ? last_line(fileno(newest), stands.st_size, ret_line, &end, &number)
                     : chain_errno(errno);
    if (status == STATUS_OK && newest != NULL)
        *ret = (struct chain_tail){.number = number};
    chain_files_done(&files, newest);
    chain_files_close(&files);
    return status;
}

enum status chain_tail_run(int file, int64_t size, int64_t *ret)
{
    static const char member[] = ",\"run\":";
    struct buffer text;
    buffer_init(&text, RUN_BYTES + CHUNK_BYTES);
    *ret = 0;
    enum status status = read_part(file, size > RUN_BYTES ? size - RUN_BYTES : 0, size, &text);
    struct slice rest = buffer_slice(&text);
    while (status == STATUS_OK) {
        const char *at = memmem(rest.at, rest.size, member, sizeof member - 1);
        if (at == NULL)
            break;
        at += sizeof member - 1;
        rest.size -= (size_t)(at - rest.at);
        rest.at = at;
        int64_t run = 0;
        for (size_t index = 0; index < rest.size && index < 18 && at[index] >= '0' && at[index] <= '9'; index++)
            run = run * 10 + (at[index] - '0');
        *ret = run;
    }
    buffer_free(&text);
    return status;
}
