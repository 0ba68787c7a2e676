/* Numbered pages of a filtered listing, in order, without a scan for each page: the matching
 * records are kept sorted for each filter in use, and follow the store's changes. */
#ifndef PLATFORM_LISTING_H
#define PLATFORM_LISTING_H

#include "tests/platform/store.h"

enum { LISTING_AREA_SIZE = 8, LISTINGS = 12 };

struct listing_filter {
    enum entity entity;
    char area[LISTING_AREA_SIZE]; /* region prefix; "": any */
    int year;                     /* hours, yearly results; 0: any */
    int kind;                     /* accounts; 0: any */
    bool by_time;                 /* ordered by update time, then id; else by id */
};

struct listing_entry {
    int64_t key; /* update time, 0 when ordered by id */
    uint64_t rank;
    uint32_t place;
};

struct listing {
    struct listing_filter filter;
    struct listing_entry *entries;
    size_t count, capacity;
    uint64_t generation; /* of the store, when it was built */
    uint64_t used;
    bool valid;
};

struct listings {
    struct store *store;
    struct listing kept[LISTINGS];
    uint64_t uses;
};

/* Watches the store from now on. */
void listings_begin(struct listings *listings, struct store *store);
void listings_free(struct listings *listings);
/* Rows first..first+most-1 of those updated at `since` or later (by_time; else all). rows has room
 * for `most`. NO_MEMORY. */
enum status listings_page(struct listings *listings, const struct listing_filter *filter,
                          int64_t since, size_t first, size_t most, const struct row **ret_rows,
                          size_t *ret_count, size_t *ret_total);
/* Whether the row passes the filter (since aside). */
bool listing_match(const struct store *store, const struct listing_filter *filter,
                   const struct row *row);

#endif
