/* Put in front of a program (LD_PRELOAD), it kills it (SIGKILL) at the KILL_AT-th of the steps that others can see:
 * what the state and the log let reach the disk (sync, rename, unlink, cut), and what is said to a platform (SSL_write);
 * before it, or with KILL_AFTER behind it. The last words on standard error name the step. */
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_ulong steps;

static void here(unsigned long step, const char *name, int after)
{
    const char *at = getenv("KILL_AT");
    char words[96];
    if (at == NULL || strtoul(at, NULL, 10) != step || (getenv("KILL_AFTER") != NULL) != after)
        return;
    (void)snprintf(words, sizeof words, "killed %s %s, step %lu\n", after ? "after" : "before", name, step);
    if (write(STDERR_FILENO, words, strlen(words)) >= 0)
        (void)kill(getpid(), SIGKILL);
    for (;;)
        (void)pause();
}

/* The function of that name that stands behind this one, asked for between the two moments. */
#define STEP(result, name, parameters, arguments)                                                                      \
    result name parameters;                                                                                            \
    result name parameters                                                                                             \
    {                                                                                                                  \
        static result(*behind) parameters;                                                                             \
        unsigned long step = atomic_fetch_add(&steps, 1) + 1;                                                          \
        if (behind == NULL)                                                                                            \
            *(void **)&behind = dlsym(RTLD_NEXT, #name);                                                               \
        here(step, #name, 0);                                                                                          \
        result answer = behind arguments;                                                                              \
        here(step, #name, 1);                                                                                          \
        return answer;                                                                                                 \
    }

STEP(int, fdatasync, (int file), (file))
STEP(int, fsync, (int file), (file))
STEP(int, ftruncate, (int file, off_t size), (file, size))
STEP(int, ftruncate64, (int file, off_t size), (file, size))
STEP(int, rename, (const char *from, const char *to), (from, to))
STEP(int, unlink, (const char *path), (path))
STEP(int, SSL_write, (void *connection, const void *bytes, int size), (connection, bytes, size))
