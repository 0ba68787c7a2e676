#include "daemon/memory.h"

#include "daemon/command.h"

#include <errno.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <unistd.h>

/* What the linker puts in the place of a function, and what that function is then called (--wrap). */
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t most);
ssize_t __wrap_getline(char **line, size_t *capacity, FILE *from);
ssize_t __wrap___getdelim(char **line, size_t *capacity, int end, FILE *from);
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t most);
ssize_t __real_getline(char **line, size_t *capacity, FILE *from);
ssize_t __real___getdelim(char **line, size_t *capacity, int end, FILE *from);

static const char *said = "out of memory";

_Noreturn void memory_lost(void)
{
    const char *name = program_invocation_short_name;
    const struct iovec line[] = {{(void *)(uintptr_t)name, strlen(name)},
                                 {(void *)(uintptr_t)": ", 2},
                                 {(void *)(uintptr_t)said, strlen(said)},
                                 {(void *)(uintptr_t)"\n", 1}};
    ssize_t written = writev(STDERR_FILENO, line, sizeof line / sizeof line[0]);
    (void)written;
    _exit(EXIT_INTERNAL);
}

static void *never_null(void *memory)
{
    if (memory == NULL)
        memory_lost();
    return memory;
}

void *__wrap_malloc(size_t size)
{
    return never_null(__real_malloc(size == 0 ? 1 : size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return never_null(count == 0 || size == 0 ? __real_calloc(1, 1) : __real_calloc(count, size));
}

void *__wrap_realloc(void *old, size_t size)
{
    return never_null(__real_realloc(old, size == 0 ? 1 : size));
}

char *__wrap_strdup(const char *text)
{
    return never_null(__real_strdup(text));
}

char *__wrap_strndup(const char *text, size_t most)
{
    return never_null(__real_strndup(text, most));
}

/* A line that found no memory would look like the end of the file. */
static ssize_t never_short(ssize_t size)
{
    if (size < 0 && errno == ENOMEM)
        memory_lost();
    return size;
}

ssize_t __wrap_getline(char **line, size_t *capacity, FILE *from)
{
    errno = 0;
    return never_short(__real_getline(line, capacity, from));
}

/* What the C library's header makes of getline in an optimised program. */
ssize_t __wrap___getdelim(char **line, size_t *capacity, int end, FILE *from)
{
    errno = 0;
    return never_short(__real___getdelim(line, capacity, end, from));
}

static void *crypto_malloc(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return __wrap_malloc(size);
}

static void *crypto_realloc(void *old, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return __wrap_realloc(old, size);
}

static void crypto_free(void *memory, const char *file, int line)
{
    (void)file;
    (void)line;
    free(memory);
}

void memory_watch(const char *words)
{
    said = words;
    json_set_alloc_funcs(__wrap_malloc, free);
    (void)CRYPTO_set_mem_functions(crypto_malloc, crypto_realloc, crypto_free);
}

void memory_never_dumped(void)
{
    (void)prctl(PR_SET_DUMPABLE, 0);
    (void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
}
