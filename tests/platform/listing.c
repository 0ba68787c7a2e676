#include "tests/platform/listing.h"

#include <stdlib.h>
#include <string.h>

bool listing_match(const struct store *store, const struct listing_filter *filter,
                   const struct row *row)
{
    enum entity entity = filter->entity;
    if (entity == ENTITY_ACCOUNT) {
        if (filter->kind != 0 && (int)row_account(row)->kind != filter->kind)
            return false;
    } else {
        int year = entity == ENTITY_HOURS ? row_hours(row)->year : row_annual(row)->year;
        if (filter->year != 0 && filter->year != year)
            return false;
    }
    if (filter->area[0] == '\0')
        return true;
    return strncmp(store_region(store, entity, row), filter->area, strlen(filter->area)) == 0;
}

static int entry_order(const void *one, const void *other)
{
    const struct listing_entry *left = one, *right = other;
    if (left->key != right->key)
        return left->key < right->key ? -1 : 1;
    if (left->rank != right->rank)
        return left->rank < right->rank ? -1 : 1;
    return (left->place > right->place) - (left->place < right->place);
}

static struct listing_entry entry_of(const struct listing *listing, const struct row *row)
{
    int64_t key = listing->filter.by_time ? row_updated(listing->filter.entity, row) : 0;
    return (struct listing_entry){key, row->rank, row->place};
}

static bool listing_reserve(struct listing *listing)
{
    if (listing->count < listing->capacity)
        return true;
    size_t capacity = listing->capacity == 0 ? 1024 : listing->capacity * 2;
    struct listing_entry *grown = realloc(listing->entries, capacity * sizeof *grown);
    if (grown == NULL)
        return false;
    listing->entries = grown;
    listing->capacity = capacity;
    return true;
}

/* The first entry that does not come before. */
static size_t listing_seek(const struct listing *listing, struct listing_entry entry)
{
    size_t low = 0, high = listing->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (entry_order(&listing->entries[middle], &entry) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void listing_remove(struct listing *listing, struct listing_entry entry)
{
    size_t at = listing_seek(listing, entry);
    if (at >= listing->count || entry_order(&listing->entries[at], &entry) != 0)
        return;
    memmove(&listing->entries[at], &listing->entries[at + 1],
            (listing->count - at - 1) * sizeof *listing->entries);
    listing->count--;
}

static void listing_insert(struct listing *listing, struct listing_entry entry)
{
    if (!listing_reserve(listing)) {
        listing->valid = false;
        return;
    }
    size_t at = listing_seek(listing, entry);
    memmove(&listing->entries[at + 1], &listing->entries[at],
            (listing->count - at) * sizeof *listing->entries);
    listing->entries[at] = entry;
    listing->count++;
}

static void listing_follow(struct listing *listing, const struct store *store,
                           const struct row *row)
{
    bool was = row->before != NULL && listing_match(store, &listing->filter, row->before);
    bool is = listing_match(store, &listing->filter, row);
    struct listing_entry now = entry_of(listing, row);
    if (was) {
        struct listing_entry then = entry_of(listing, row->before);
        if (is && entry_order(&then, &now) == 0)
            return;
        listing_remove(listing, then);
    }
    if (is)
        listing_insert(listing, now);
}

/* Regions of hours and years follow the accounts, unseen by the rows themselves. */
static bool region_bound(const struct listing *listing)
{
    return listing->filter.entity != ENTITY_ACCOUNT && listing->filter.area[0] != '\0';
}

static void listings_changed(void *context, enum entity entity, const struct row *row)
{
    struct listings *listings = context;
    for (size_t at = 0; at < LISTINGS; at++) {
        struct listing *listing = &listings->kept[at];
        if (region_bound(listing) && listing->generation != store_generation(listings->store))
            listing->valid = false;
        if (row == NULL)
            listing->valid = false;
        else if (listing->valid && listing->filter.entity == entity)
            listing_follow(listing, listings->store, row);
    }
}

void listings_begin(struct listings *listings, struct store *store)
{
    *listings = (struct listings){.store = store};
    store_set_watch(store, listings_changed, listings);
}

void listings_free(struct listings *listings)
{
    for (size_t at = 0; at < LISTINGS; at++)
        free(listings->kept[at].entries);
    *listings = (struct listings){0};
}

static bool filter_same(const struct listing_filter *one, const struct listing_filter *other)
{
    return one->entity == other->entity && strcmp(one->area, other->area) == 0 &&
           one->year == other->year && one->kind == other->kind && one->by_time == other->by_time;
}

static bool listing_build(struct listing *listing, const struct store *store)
{
    enum entity entity = listing->filter.entity;
    bool sorted = true;
    listing->count = 0;
    listing->generation = store_generation(store);
    for (uint32_t place = 0; place < store_count(store, entity); place++) {
        const struct row *row = store_row(store, entity, place);
        if (!listing_match(store, &listing->filter, row))
            continue;
        if (!listing_reserve(listing))
            return false;
        struct listing_entry entry = entry_of(listing, row);
        if (listing->count > 0)
            sorted = sorted && entry_order(&listing->entries[listing->count - 1], &entry) < 0;
        listing->entries[listing->count++] = entry;
    }
    if (!sorted)
        qsort(listing->entries, listing->count, sizeof *listing->entries, entry_order);
    listing->valid = true;
    return true;
}

/* The kept listing of that filter, or the one used longest ago made into it. */
static struct listing *listing_of(struct listings *listings, const struct listing_filter *filter)
{
    struct listing *oldest = &listings->kept[0];
    for (size_t at = 0; at < LISTINGS; at++) {
        struct listing *listing = &listings->kept[at];
        if (listing->used > 0 && filter_same(&listing->filter, filter)) {
            oldest = listing;
            break;
        }
        if (listing->used < oldest->used)
            oldest = listing;
    }
    bool same = oldest->used > 0 && filter_same(&oldest->filter, filter);
    if (same && region_bound(oldest) && oldest->generation != store_generation(listings->store))
        oldest->valid = false;
    oldest->used = ++listings->uses;
    if (same && oldest->valid)
        return oldest;
    oldest->filter = *filter;
    oldest->valid = false;
    return listing_build(oldest, listings->store) ? oldest : NULL;
}

enum status listings_page(struct listings *listings, const struct listing_filter *filter,
                          int64_t since, size_t first, size_t most, const struct row **ret_rows,
                          size_t *ret_count, size_t *ret_total)
{
    struct listing *listing = listing_of(listings, filter);
    if (listing == NULL)
        return STATUS_NO_MEMORY;
    struct listing_entry from = {since, 0, 0};
    size_t start = filter->by_time ? listing_seek(listing, from) : 0;
    size_t total = listing->count - start, count = 0;
    for (size_t at = first; at < total && count < most; at++)
        ret_rows[count++] =
            store_row(listings->store, filter->entity, listing->entries[start + at].place);
    *ret_count = count;
    *ret_total = total;
    return STATUS_OK;
}
