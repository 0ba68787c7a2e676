/* A folder in memory for what a target can only read from files, one a process. */
#ifndef FUZZ_SCRATCH_H
#define FUZZ_SCRATCH_H

#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char scratch_named[64];

static inline int scratch_unlink(const char *path, const struct stat *facts, int type, struct FTW *at)
{
    (void)facts;
    (void)type;
    (void)at;
    return remove(path);
}

static inline void scratch_remove(void)
{
    (void)nftw(scratch_named, scratch_unlink, 8, FTW_DEPTH | FTW_PHYS);
}

static inline const char *scratch_folder(void)
{
    char *folder = scratch_named;
    if (folder[0] == '\0') {
        (void)snprintf(folder, sizeof scratch_named, "%s/cebridge-fuzz-XXXXXX",
                       access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
        if (mkdtemp(folder) == NULL || atexit(scratch_remove) != 0)
            abort();
    }
    return folder;
}

/* The path, static, of a file in the folder with these bytes. */
static inline const char *scratch_file(const char *name, const void *bytes, size_t size)
{
    static char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", scratch_folder(), name);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0 || write(file, bytes, size) != (ssize_t)size || close(file) != 0)
        abort();
    return path;
}

#endif
