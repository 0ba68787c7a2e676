/* Put in front of a program (LD_PRELOAD), it writes down what the program asks of the files in POWER_FOLDER, in order:
 * each write with its bytes, each cut, sync, new name, rename and removal. power_cut.py makes of this what a disk may
 * hold after the power failed. The journal is POWER_JOURNAL. The kernel's boot id reads as another one, so that the
 * next program sees that the machine was started anew. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One entry: this, then the path, the second path, the bytes. */
struct entry {
    uint64_t what; /* w: write, c: cut, s: sync, n: new, r: rename, u: removal */
    uint64_t at;   /* of a write; of a cut, the size after */
    uint64_t path_size, other_size, size;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static __thread bool inside;
static int journal = -1;

#define BEHIND(name)                                                                                                   \
    static __typeof__(&name) behind;                                                                                   \
    if (behind == NULL)                                                                                                \
        *(void **)&behind = dlsym(RTLD_NEXT, #name);

static bool ends_with(const char *text, const char *end)
{
    size_t size = strlen(text);
    return size >= strlen(end) && strcmp(text + size - strlen(end), end) == 0;
}

/* A -shm is memory in a file, made anew by whoever opens first; what is deleted has no name. */
static bool concerns(const char *path)
{
    const char *folder = getenv("POWER_FOLDER");
    size_t size = folder == NULL ? 0 : strlen(folder);
    return size > 0 && strncmp(path, folder, size) == 0 && path[size] == '/' && !ends_with(path, "-shm") &&
           !ends_with(path, " (deleted)");
}

static bool path_of(int file, char ret[PATH_MAX])
{
    char link[64];
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t size = readlink(link, ret, PATH_MAX - 1);
    ret[size < 0 ? 0 : size] = '\0';
    return size > 0 && concerns(ret);
}

static void append(const void *bytes, size_t size)
{
    if (size > 0 && write(journal, bytes, size) != (ssize_t)size)
        abort();
}

static void note(char what, const char *path, const char *other, off_t at, const void *bytes, size_t size)
{
    struct entry entry = {.what = (unsigned char)what, .at = (uint64_t)at, .path_size = strlen(path),
                          .other_size = strlen(other), .size = size};
    if (journal < 0)
        journal = open(getenv("POWER_JOURNAL"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    append(&entry, sizeof entry);
    append(path, entry.path_size);
    append(other, entry.other_size);
    append(bytes, size);
}

/* False: it is one of ours, or nobody asked. */
static bool enter(void)
{
    if (inside || getenv("POWER_FOLDER") == NULL)
        return false;
    inside = true;
    (void)pthread_mutex_lock(&lock);
    return true;
}

static void leave(int code)
{
    (void)pthread_mutex_unlock(&lock);
    inside = false;
    errno = code;
}

static void note_file(char what, int file, off_t at, const void *bytes, size_t size)
{
    char path[PATH_MAX];
    int code = errno;
    if (!enter())
        return;
    if (path_of(file, path))
        note(what, path, "", at, bytes, size);
    leave(code);
}

static void note_name(char what, const char *path, const char *other)
{
    int code = errno;
    if (!enter())
        return;
    if (concerns(path))
        note(what, path, other, 0, NULL, 0);
    leave(code);
}

/* --- bytes --------------------------------------------------------------------------------------- */

static off_t place_of(int file)
{
    struct stat stands;
    bool appends = (fcntl(file, F_GETFL) & O_APPEND) != 0;
    return appends && fstat(file, &stands) == 0 ? stands.st_size : lseek(file, 0, SEEK_CUR);
}

ssize_t write(int file, const void *bytes, size_t size)
{
    BEHIND(write)
    if (!inside)
        note_file('w', file, place_of(file), bytes, size);
    return behind(file, bytes, size);
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t at)
{
    BEHIND(pwrite)
    note_file('w', file, at, bytes, size);
    return behind(file, bytes, size, at);
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t at)
{
    BEHIND(pwrite64)
    note_file('w', file, at, bytes, size);
    return behind(file, bytes, size, at);
}

int ftruncate(int file, off_t size)
{
    BEHIND(ftruncate)
    note_file('c', file, size, NULL, 0);
    return behind(file, size);
}

int ftruncate64(int file, off64_t size)
{
    BEHIND(ftruncate64)
    note_file('c', file, size, NULL, 0);
    return behind(file, size);
}

static int synced(int file, int answer)
{
    if (answer == 0)
        note_file('s', file, 0, NULL, 0);
    return answer;
}

int fdatasync(int file)
{
    BEHIND(fdatasync)
    return synced(file, behind(file));
}

int fsync(int file)
{
    BEHIND(fsync)
    return synced(file, behind(file));
}

/* --- names --------------------------------------------------------------------------------------- */

/* A name in an open folder, or by itself. */
static const char *whole(int folder, const char *name, char ret[PATH_MAX])
{
    char path[PATH_MAX];
    if (folder == AT_FDCWD || name[0] == '/')
        return name;
    (void)!path_of(folder, path);
    (void)snprintf(ret, PATH_MAX, "%.*s/%s", PATH_MAX / 2, path, name);
    return ret;
}

int rename(const char *from, const char *to)
{
    BEHIND(rename)
    int answer = behind(from, to);
    if (answer == 0)
        note_name('r', from, to);
    return answer;
}

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    char names[2][PATH_MAX];
    BEHIND(renameat)
    int answer = behind(from_folder, from, to_folder, to);
    if (answer == 0)
        note_name('r', whole(from_folder, from, names[0]), whole(to_folder, to, names[1]));
    return answer;
}

int unlink(const char *path)
{
    BEHIND(unlink)
    int answer = behind(path);
    if (answer == 0)
        note_name('u', path, "");
    return answer;
}

int unlinkat(int folder, const char *name, int flags)
{
    char path[PATH_MAX];
    BEHIND(unlinkat)
    int answer = behind(folder, name, flags);
    if (answer == 0)
        note_name('u', whole(folder, name, path), "");
    return answer;
}

/* A file that was opened: is it new by that, or emptied? */
static int opened(int file, int flags, bool stood)
{
    char path[PATH_MAX];
    if (file >= 0 && (flags & O_CREAT) != 0 && !inside && path_of(file, path)) {
        if (!stood)
            note_name('n', path, "");
        else if ((flags & O_TRUNC) != 0)
            note_file('c', file, 0, NULL, 0);
    }
    return file;
}

static const char *other_boot(const char *path)
{
    return getenv("POWER_FOLDER") != NULL && strcmp(path, "/proc/sys/kernel/random/boot_id") == 0
               ? "/proc/sys/kernel/random/uuid"
               : path;
}

#define OPEN(name)                                                                                                     \
    int name(const char *path, int flags, ...)                                                                         \
    {                                                                                                                  \
        va_list more;                                                                                                  \
        BEHIND(name)                                                                                                   \
        va_start(more, flags);                                                                                         \
        mode_t mode = (flags & O_CREAT) == 0 ? 0 : va_arg(more, mode_t);                                               \
        va_end(more);                                                                                                  \
        bool stood = access(path, F_OK) == 0;                                                                          \
        return opened(behind(other_boot(path), flags, mode), flags, stood);                                            \
    }
#define OPEN_AT(name)                                                                                                  \
    int name(int folder, const char *path, int flags, ...)                                                             \
    {                                                                                                                  \
        va_list more;                                                                                                  \
        BEHIND(name)                                                                                                   \
        va_start(more, flags);                                                                                         \
        mode_t mode = (flags & O_CREAT) == 0 ? 0 : va_arg(more, mode_t);                                               \
        va_end(more);                                                                                                  \
        bool stood = faccessat(folder, path, F_OK, 0) == 0;                                                            \
        return opened(behind(folder, path, flags, mode), flags, stood);                                                \
    }
OPEN(open)
OPEN(open64)
OPEN_AT(openat)
OPEN_AT(openat64)
