/* Cursors of the provincial platform: stable snapshots of a listing, each cursor dead some minutes
 * after it was handed out. */
#ifndef PLATFORM_CURSOR_H
#define PLATFORM_CURSOR_H

#include "tests/platform/store.h"

enum { CURSOR_TEXT = 64, CURSORS = 256, CURSOR_SECONDS = 600 };

struct cursor_snapshot {
    enum entity entity;
    const struct row **rows;
    size_t count;
    size_t limit;     /* page size of the first page */
    int64_t as_of;    /* the server's time at the first page */
    int64_t last_out; /* machine's second at which a cursor of it was handed out last */
    uint64_t number;  /* 0: free */
};

struct cursors {
    struct cursor_snapshot kept[CURSORS];
    uint64_t numbers;
    int64_t lifetime; /* seconds */
};

/* Keeps the rows (malloc'd; owned from now on). The oldest gives way when there are too many. */
struct cursor_snapshot *cursors_keep(struct cursors *cursors, enum entity entity,
                                     const struct row **rows, size_t count, int64_t now);
/* The text of a cursor at that row. */
void cursors_text(const struct cursors *cursors, struct cursor_snapshot *snapshot, size_t offset,
                  int64_t now, char ret[CURSOR_TEXT]);
/* INVALID: no cursor of this server; NOT_FOUND: dead. */
enum status cursors_find(struct cursors *cursors, const char *text, int64_t now,
                         struct cursor_snapshot **ret_snapshot, size_t *ret_offset);
/* Frees snapshots that no living cursor names. */
void cursors_sweep(struct cursors *cursors, int64_t now);
/* Frees one of which no cursor was handed out. */
void cursors_drop(struct cursor_snapshot *snapshot);
void cursors_free(struct cursors *cursors);

#endif
