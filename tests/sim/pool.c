#include "tests/sim/pool.h"

#include <sqlite3.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define UNCHECKED __attribute__((no_sanitize("address", "undefined"), noinline))
#else
#define ASAN_POISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#define UNCHECKED
#endif

enum {
    STEP = 16,
    CLASSES = 80, /* of pieces of up to CLASSES * STEP bytes; larger ones are malloc's */
    CHUNK_BYTES = 256 * 1024,
    RESTING = 32 /* freed pieces of a class that must be there before the oldest is given again */
};

/* In front of each piece, poisoned like what is behind it. */
struct head {
    struct head *next; /* while it rests */
    uint32_t size;
    uint32_t room;
};

struct resting {
    struct head *first, *last;
    size_t count;
};

struct chunk {
    struct chunk *before;
    void *unused; /* pieces are aligned */
    char at[CHUNK_BYTES];
};

static struct {
    struct resting classes[CLASSES + 1];
    struct chunk *chunks;
    char *at; /* what is left of the newest */
    size_t left;
} pool;

_Static_assert(sizeof(struct head) == STEP, "pieces are aligned");

UNCHECKED static struct head *carve(size_t room)
{
    size_t size = sizeof(struct head) + room;
    if (pool.left < size) {
        struct chunk *chunk = malloc(sizeof *chunk);
        if (chunk == NULL)
            abort();
        chunk->before = pool.chunks;
        pool.chunks = chunk;
        pool.at = chunk->at;
        pool.left = sizeof chunk->at;
        ASAN_POISON_MEMORY_REGION(chunk->at, sizeof chunk->at);
    }
    struct head *head = (struct head *)(void *)pool.at;
    pool.at += size;
    pool.left -= size;
    head->room = (uint32_t)room;
    return head;
}

UNCHECKED static void *give(size_t size)
{
    size_t room = size == 0 ? STEP : (size + STEP - 1) / STEP * STEP;
    struct head *head = NULL;
    if (room > CLASSES * STEP) {
        head = malloc(sizeof *head + room);
        if (head == NULL)
            return NULL;
        head->room = 0;
        head->size = (uint32_t)size;
        return head + 1;
    }
    struct resting *resting = &pool.classes[room / STEP];
    if (resting->count > RESTING) {
        head = resting->first;
        resting->first = head->next;
        resting->count--;
    } else {
        head = carve(room);
    }
    head->next = NULL;
    head->size = (uint32_t)size;
    ASAN_UNPOISON_MEMORY_REGION(head + 1, size);
    return head + 1;
}

UNCHECKED static void take(void *piece)
{
    struct head *head = (struct head *)piece - 1;
    if (head->room == 0) {
        free(head);
        return;
    }
    struct resting *resting = &pool.classes[head->room / STEP];
    ASAN_POISON_MEMORY_REGION(piece, head->room);
    head->next = NULL;
    if (resting->count == 0)
        resting->first = head;
    else
        resting->last->next = head;
    resting->last = head;
    resting->count++;
}

UNCHECKED static size_t size_of(void *piece)
{
    return ((struct head *)piece - 1)->size;
}

static void *give_sqlite(int size)
{
    return give((size_t)size);
}

static int size_of_sqlite(void *piece)
{
    return piece == NULL ? 0 : (int)size_of(piece);
}

static void *move_sqlite(void *piece, int size)
{
    size_t before = size_of(piece);
    void *moved = give((size_t)size);
    if (moved == NULL)
        return NULL;
    memcpy(moved, piece, before < (size_t)size ? before : (size_t)size);
    take(piece);
    return moved;
}

static int round_up(int size)
{
    return (size + 7) & ~7;
}

static int begin_sqlite(void *context)
{
    (void)context;
    return SQLITE_OK;
}

static void end_sqlite(void *context)
{
    (void)context;
}

void pool_begin(void)
{
    static sqlite3_mem_methods methods = {give_sqlite,  take,         move_sqlite, size_of_sqlite,
                                          round_up, begin_sqlite, end_sqlite,  NULL};
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) != SQLITE_OK)
        abort();
}

bool pool_holds(void)
{
    int64_t held = sqlite3_memory_used();
    if (held != 0)
        (void)fprintf(stderr, "  %lld bytes of SQLite's are held with nothing open\n", (long long)held);
    return held != 0;
}
