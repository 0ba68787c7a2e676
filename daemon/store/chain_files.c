#include "daemon/store/chain_files.h"

#include "mapping/base/civil.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define START "events-"
#define END ".jsonl"
#define TIME "%Y%m%dT%H%M%SZ"
enum { NUMBER_BYTES = 12, START_BYTES = sizeof START - 1, END_BYTES = sizeof END - 1 };

enum status chain_errno(int code)
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

void chain_file_name(int64_t last, int64_t closed, char ret[CHAIN_NAME_BYTES])
{
    struct buffer time;
    buffer_init(&time, CHAIN_NAME_BYTES);
    civil_format(&time, closed, TIME, 0);
    /* The number first: sorted by name is sorted by line, whatever the clock did. */
    (void)snprintf(ret, CHAIN_NAME_BYTES, START "%0*lld-%s" END, NUMBER_BYTES, (long long)last,
                   time.at == NULL ? "" : time.at);
    buffer_free(&time);
}

bool chain_file_facts(const char *name, int64_t *ret_last, int64_t *ret_closed)
{
    size_t size = strlen(name);
    const char *number = name + START_BYTES;
    if (size < START_BYTES + NUMBER_BYTES + 1 + END_BYTES || size >= CHAIN_NAME_BYTES ||
        strncmp(name, START, START_BYTES) != 0 || strcmp(name + size - END_BYTES, END) != 0)
        return false;
    size_t digits = strspn(number, "0123456789");
    struct slice time = {number + digits + 1, size - END_BYTES - START_BYTES - digits - 1};
    return digits >= NUMBER_BYTES && number[digits] == '-' &&
           slice_integer((struct slice){number, digits}, ret_last) && *ret_last > 0 &&
           civil_parse(time, TIME, 0, ret_closed);
}

static int is_rotated(const struct dirent *entry)
{
    int64_t last, closed;
    return chain_file_facts(entry->d_name, &last, &closed);
}

static int by_name(const struct dirent **one, const struct dirent **other)
{
    return strcmp((*one)->d_name, (*other)->d_name);
}

static FILE *open_at(int directory, const char *name)
{
    int file = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    FILE *stream = file < 0 ? NULL : fdopen(file, "rb");
    if (stream == NULL && file >= 0)
        (void)close(file);
    return stream;
}

static enum status list(struct chain_files *files)
{
    struct dirent **entries = NULL;
    int count = scandirat(files->directory, ".", &entries, is_rotated, by_name);
    if (count < 0)
        return chain_errno(errno);
    files->names = calloc((size_t)count + 1, sizeof *files->names);
    for (int index = 0; index < count; index++) {
        if (files->names != NULL)
            memcpy(files->names[index], entries[index]->d_name, strlen(entries[index]->d_name));
        free(entries[index]);
    }
    free(entries);
    files->count = files->names == NULL ? 0 : (size_t)count;
    return files->names == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

enum status chain_files_open(int directory, struct chain_files *ret)
{
    *ret = (struct chain_files){.directory = directory};
    ret->current = open_at(directory, CHAIN_CURRENT);
    if (ret->current == NULL && errno != ENOENT)
        return chain_errno(errno);
    enum status status = list(ret);
    return status == STATUS_OK && ret->current == NULL && ret->count == 0 ? STATUS_NOT_FOUND
                                                                          : status;
}

void chain_files_close(struct chain_files *files)
{
    if (files->current != NULL)
        (void)fclose(files->current);
    free(files->names);
    *files = (struct chain_files){.directory = -1};
}

/* Was the current file, which is held open, rotated away behind our back? */
static bool is_current(const struct chain_files *files, FILE *file)
{
    struct stat one, other;
    return files->current != NULL && fstat(fileno(files->current), &one) == 0 &&
           fstat(fileno(file), &other) == 0 && one.st_ino == other.st_ino &&
           one.st_dev == other.st_dev;
}

enum status chain_files_read(const struct chain_files *files, size_t place, FILE **ret)
{
    *ret = NULL;
    if (place >= files->count) {
        *ret = files->current;
        if (files->current != NULL)
            rewind(files->current);
        return STATUS_OK;
    }
    FILE *file = open_at(files->directory, files->names[place]);
    if (file == NULL)
        return errno == ENOENT ? STATUS_OK : chain_errno(errno);
    if (is_current(files, file))
        (void)fclose(file);
    else
        *ret = file;
    return STATUS_OK;
}

void chain_files_done(const struct chain_files *files, FILE *file)
{
    if (file != NULL && file != files->current)
        (void)fclose(file);
}

const char *chain_files_name(const struct chain_files *files, size_t place)
{
    return place < files->count ? files->names[place] : CHAIN_CURRENT;
}
