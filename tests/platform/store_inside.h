/* The inside of the store, for store.c (filling, changing) and store_find.c (reading) only. */
#ifndef PLATFORM_STORE_INSIDE_H
#define PLATFORM_STORE_INSIDE_H

#include "mapping/base/arena.h"
#include "tests/platform/index.h"
#include "tests/platform/store.h"
#include "tests/platform/texts.h"

struct table {
    const struct row **rows; /* by place: the present version */
    uint32_t *next;          /* by place: the person's next record, PLACE_NONE at the end */
    uint32_t count, capacity;
    struct index by_id;
    struct index by_key; /* by origin */
    uint64_t next_id;
    const struct row **kept; /* the snapshot; NULL: none */
    uint32_t kept_count;
    uint64_t kept_next_id;
};

/* One way in which a person's code is written in hour records and yearly results. */
struct spelling {
    const char *text;
    uint32_t first[ENTITY_COUNT]; /* heads of the chains through table.next */
    uint32_t account;             /* whom it belongs to, as of `seen` */
    uint64_t seen;                /* generation of the store when that was looked up */
};

struct store {
    enum platform_side side;
    uint64_t seed;
    int64_t now;
    uint64_t generation;
    struct table tables[ENTITY_COUNT];
    struct index by_code; /* accounts, present and former codes, by store_code_hash */
    struct spelling *spellings;
    uint32_t spelling_count, spelling_capacity;
    struct index spelling_index; /* by store_code_hash */
    struct texts texts;
    struct arena rows;
    struct row *last; /* put last */
    enum entity last_entity;
    const char *last_id;
    store_watch *watch;
    void *watch_context;
};

/* Hash of the code as codes_normal() gives it. */
uint64_t store_code_hash(const char *code);

#endif
