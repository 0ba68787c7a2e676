#include "daemon/store/lock.h"

#include "daemon/store/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { PID_BYTES = 24 };

static enum status status_of(int code)
{
    switch (code) {
    case EWOULDBLOCK: return STATUS_BUSY;
    case ENOSPC:
    case EDQUOT: return STATUS_FULL;
    case EACCES:
    case EPERM:
    case EROFS: return STATUS_DENIED;
    default: return STATUS_IO;
    }
}

static long read_holder(int file)
{
    char text[PID_BYTES] = {0};
    ssize_t size = pread(file, text, sizeof text - 1, 0);
    return size <= 0 ? 0 : strtol(text, NULL, 10);
}

static int write_holder(int file)
{
    char text[PID_BYTES];
    int size = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (ftruncate(file, 0) != 0)
        return errno;
    ssize_t written = pwrite(file, text, (size_t)size, 0);
    return written == size ? 0 : written < 0 ? errno : ENOSPC;
}

enum status lock_take(const char *path, struct lock *ret, long *ret_holder, int *ret_code)
{
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) {
        *ret_code = errno;
        return status_of(errno);
    }
    files_give_to_owner(file, path);
    /* flock and not fcntl: closing another descriptor of the file must not drop it. */
    int code = flock(file, LOCK_EX | LOCK_NB) == 0 ? write_holder(file) : errno;
    if (code == 0) {
        ret->file = file;
        return STATUS_OK;
    }
    *ret_holder = code == EWOULDBLOCK ? read_holder(file) : 0;
    *ret_code = code;
    (void)close(file);
    return status_of(code);
}

void lock_release(struct lock *lock)
{
    if (lock->file < 0)
        return;
    /* The file stays: removing it would let two processes hold two files of one name. */
    (void)!ftruncate(lock->file, 0);
    (void)close(lock->file);
    lock->file = -1;
}
