#include "daemon/store/sync_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_CANNOT_CREATE = 73 };

_Noreturn void sync_failed(int code)
{
    (void)fprintf(stderr,
                  "the disk did not keep what was written (%s); stopped at once, the next start reads what is there\n",
                  code == 0 ? "sync failed" : strerrordesc_np(code));
    _exit(EXIT_CANNOT_CREATE);
}

void sync_file(int file)
{
    if (fdatasync(file) != 0)
        sync_failed(errno);
}

void sync_directory(int directory)
{
    if (fsync(directory) != 0)
        sync_failed(errno);
}
