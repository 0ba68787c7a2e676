/* Put in front of a program (LD_PRELOAD), it lets an allocation fail: FAIL_PLACE=n the first one of the n-th place
 * that asks for memory (a place is a way through the program, so a function asked from two sides is two),
 * FAIL_ALLOCATION=n the n-th one of all. From main on, libraries and all threads included. FAIL_FOR_EVER: all
 * that follow fail too. FAIL_WITHIN: only what a library of that name asks for. FAIL_DEPTH: how much of the way tells
 * two places apart (24). FAIL_MARK: a file that is made when one was struck; FAIL_SHOW: says where. */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FRAMES = 24, PLACES = 1 << 17 };

typedef int (*main_function)(int, char **, char **);
int __libc_start_main(main_function program, int count, char **words, void (*init)(void),
                      void (*fini)(void), void (*rtld_fini)(void), void *stack_end);

/* The sanitizer's where there is one, else the C library's: to look for them by dlsym would ask for memory. */
extern void *__interceptor_malloc(size_t size) __attribute__((weak));
extern void *__interceptor_calloc(size_t count, size_t size) __attribute__((weak));
extern void *__interceptor_realloc(void *old, size_t size) __attribute__((weak));
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

static main_function real_main;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t seen[PLACES];
static unsigned long counted, struck_at;
static int way = FRAMES;
static bool counts, by_place, for_ever, struck;
static const char *mark, *library;
static __thread bool inside;

/* Is it asked for by the library, or by a function of the program's that the library was given? */
static bool is_within(void)
{
    enum { NEAR = 7 };
    void *frames[NEAR];
    int depth = library == NULL ? 0 : backtrace(frames, NEAR);
    bool is = library == NULL;
    for (int index = 0; index < depth && !is; index++) {
        Dl_info at;
        is = dladdr(frames[index], &at) != 0 && at.dli_fname != NULL && strstr(at.dli_fname, library) != NULL;
    }
    return is;
}

static bool new_place(void)
{
    void *frames[FRAMES];
    uint64_t hash = 0xcbf29ce484222325U;
    int depth = backtrace(frames, way);
    for (int index = 0; index < depth; index++)
        hash = (hash ^ (uint64_t)(uintptr_t)frames[index]) * 0x100000001b3U;
    for (size_t at = hash % PLACES;; at = (at + 1) % PLACES) {
        if (seen[at] == hash)
            return false;
        if (seen[at] == 0) {
            seen[at] = hash;
            return true;
        }
    }
}

static void tell_struck(void)
{
    void *frames[FRAMES];
    if (getenv("FAIL_SHOW") != NULL)
        backtrace_symbols_fd(frames, backtrace(frames, FRAMES), STDERR_FILENO);
    int file = mark == NULL ? -1 : open(mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file >= 0)
        (void)close(file);
}

static bool fails(void)
{
    if (!counts || inside)
        return false;
    inside = true;
    (void)pthread_mutex_lock(&lock);
    bool now = struck && for_ever;
    if (!struck && is_within() && (!by_place || new_place()) && ++counted == struck_at) {
        now = struck = true;
        tell_struck();
    }
    (void)pthread_mutex_unlock(&lock);
    inside = false;
    if (now)
        errno = ENOMEM; /* as the real ones say it */
    return now;
}

void *malloc(size_t size)
{
    if (fails())
        return NULL;
    return __interceptor_malloc != NULL ? __interceptor_malloc(size) : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    if (fails())
        return NULL;
    return __interceptor_calloc != NULL ? __interceptor_calloc(count, size) : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    if (size > 0 && fails())
        return NULL;
    return __interceptor_realloc != NULL ? __interceptor_realloc(old, size) : __libc_realloc(old, size);
}

/* A sanitizer's own would ask past us. */
char *strndup(const char *text, size_t most)
{
    size_t size = strnlen(text, most);
    char *copy = malloc(size + 1);
    if (copy == NULL)
        return NULL;
    memcpy(copy, text, size);
    copy[size] = '\0';
    return copy;
}

#undef strdup
char *strdup(const char *text)
{
    return strndup(text, SIZE_MAX);
}

static unsigned long number(const char *name)
{
    const char *text = getenv(name);
    return text == NULL ? 0 : strtoul(text, NULL, 10);
}

static int counted_main(int count, char **words, char **environment)
{
    void *frame = NULL;
    (void)backtrace(&frame, 1); /* loads what it needs */
    by_place = getenv("FAIL_PLACE") != NULL;
    struck_at = number(by_place ? "FAIL_PLACE" : "FAIL_ALLOCATION");
    if (number("FAIL_DEPTH") > 0 && number("FAIL_DEPTH") < FRAMES)
        way = (int)number("FAIL_DEPTH");
    for_ever = getenv("FAIL_FOR_EVER") != NULL;
    mark = getenv("FAIL_MARK");
    library = getenv("FAIL_WITHIN");
    counts = true;
    int code = real_main(count, words, environment);
    counts = false; /* what the end of a process does is nobody's data any more */
    return code;
}

int __libc_start_main(main_function program, int count, char **words, void (*init)(void),
                      void (*fini)(void), void (*rtld_fini)(void), void *stack_end)
{
    int (*start)(main_function, int, char **, void (*)(void), void (*)(void), void (*)(void), void *) = NULL;
    *(void **)&start = dlsym(RTLD_NEXT, "__libc_start_main");
    real_main = program;
    return start(counted_main, count, words, init, fini, rtld_fini, stack_end);
}
