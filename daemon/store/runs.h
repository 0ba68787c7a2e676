/* Cycles: what each was asked, did, and cost. Durable. */
#ifndef STORE_RUNS_H
#define STORE_RUNS_H

#include "daemon/store/store.h"

struct run_row {
    int64_t number;
    struct slice kind;  /* "incremental", "full", "scoped" */
    struct slice scope; /* masked text, e.g. "year 2023", "person 3****************9" */
    bool dry;
    int64_t started, ended; /* instants; ended 0: running or cut off */
    int exit_code;          /* of resync; -1: not ended */
    struct slice result;    /* "done", "platform", "guard", "stopped", "failed" */
    struct slice
        counts; /* one JSON object: read, compared, planned, written, conflicts, stages' ms … */
};

enum status run_begin(struct store *store, struct run_row *run); /* sets number */
enum status run_end(struct store *store, const struct run_row *run);
enum status run_get(struct store *store, int64_t number, struct arena *arena, struct run_row *ret);
/* Newest first, behind (below) `before`; 0: from the newest. */
enum status run_next(struct store *store, int64_t before, struct arena *arena, struct run_row *ret);
/* The last one that ended well (exit 0 or 3) of any kind; NOT_FOUND. */
enum status run_last_good(struct store *store, struct arena *arena, struct run_row *ret);

#endif
