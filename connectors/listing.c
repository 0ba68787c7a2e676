#include "connectors/listing.h"

#include <stdlib.h>
#include <string.h>

enum {
    PAGES_MOST = 1000000, /* a listing that goes on and on is none */
    TRIES_MOST = 8,       /* of reading again what does not hold still */
    STEPS_MOST = 100,     /* back by one page */
    LEFT_MOST = 10        /* of a first page at most one in so many may have left */
};

/* Numbered pages ordered by update time are gone through by key. */
static bool is_by_key(const struct listing *listing)
{
    return listing->goal.kind == LISTING_SINCE && definition_numbered(listing->definition) &&
           definition_time_ordered(listing->definition);
}

static void start(struct listing *listing)
{
    listing->phase = LISTING_READING;
    listing->torn = false;
    listing->page = 1;
    listing->page_end = listing->page_seen = 0;
    listing->tries = 0;
    listing->raw = listing->raw_end = 0;
    listing->total = -1;
    listing->since = listing->goal.since;
    listing->largest = listing->stated = listing->held = 0;
    listing->first_count = listing->cursor_count = 0;
    listing->cursor_mark = 0;
    listing_end(listing);
}

void listing_begin(struct listing *listing, const struct definition *definition,
                   const struct listing_goal *goal)
{
    memset(listing, 0, sizeof *listing);
    listing->definition = definition;
    listing->goal = *goal;
    listing->size = goal->size != 0 ? goal->size : (unsigned)definition_page_size(definition);
    start(listing);
}

void listing_end(struct listing *listing)
{
    free(listing->cursor);
    listing->cursor = NULL;
    listing->cursor_size = 0;
}

void listing_request(const struct listing *listing, struct request *ret)
{
    const struct listing_goal *goal = &listing->goal;
    *ret = (struct request){.call = goal->kind == LISTING_QUERY ? CALL_QUERY : CALL_LIST,
                            .entity = goal->entity,
                            .cursor = {listing->cursor, listing->cursor_size},
                            .page = listing->page,
                            .size = listing->size,
                            .region = goal->region,
                            .year = goal->year,
                            .persons = goal->persons,
                            .person_count = goal->person_count,
                            .organisations = goal->organisations,
                            .organisation_count = goal->organisation_count};
    if (goal->kind != LISTING_SINCE)
        return;
    ret->has_since =
        true; /* where the moment itself is left out, it is asked from the one before */
    ret->since = listing->since - (definition_inclusive(listing->definition) ? 0 : 1);
}

static enum listing_step fail(struct listing *listing)
{
    listing->torn = true;
    listing->phase = LISTING_ENDED;
    return LISTING_FAILED;
}

static enum listing_step end(struct listing *listing)
{
    listing->phase = LISTING_ENDED;
    return LISTING_DONE;
}

static bool total_known(const struct listing *listing)
{
    return listing->total >= 0 && definition_total_trusted(listing->definition);
}

static void check_total(struct listing *listing)
{
    if (total_known(listing) && (uint64_t)listing->total != listing_raw(listing))
        listing->torn = true;
}

/* --- the first page, at the beginning and at the end ----------------------------------------- */

static void keep_first(struct listing *listing, const struct page_facts *facts)
{
    memcpy(listing->first_ids, facts->ids, sizeof listing->first_ids);
    listing->first_count = 0;
    if (facts->row_ids == NULL || facts->raw > LISTING_FIRST_ROWS)
        return;
    listing->first_count = facts->raw;
    memcpy(listing->first_rows, facts->row_ids, facts->raw * sizeof *listing->first_rows);
}

/* The same ids in the same order, but for a few that left the scope: then others moved up behind
 * the rest. Nothing may have come in between. */
static bool first_is_same(const struct listing *listing, const struct page_facts *facts)
{
    size_t left = 0, at = 0;
    if (memcmp(listing->first_ids, facts->ids, sizeof facts->ids) == 0)
        return true;
    if (facts->row_ids == NULL || listing->first_count == 0)
        return false;
    for (size_t index = 0; index < listing->first_count; index++) {
        bool same = at < facts->raw && facts->row_ids[at] == listing->first_rows[index];
        at += same;
        left += !same;
    }
    return left > 0 && left * LEFT_MOST <= listing->first_count;
}

static enum listing_step first_again(struct listing *listing, const struct page_facts *facts)
{
    if (!first_is_same(listing, facts))
        listing->torn = true;
    return end(listing);
}

/* --- numbered pages ordered by id ------------------------------------------------------------ */

/* Each page counts once, as it was read last. */
static void count_page(struct listing *listing, const struct page_facts *facts)
{
    if (listing->page > listing->page_end) {
        listing->raw += listing->raw_end;
        listing->page_end = listing->page;
        listing->raw_end = facts->raw;
        if (facts->clashing > 0)
            listing->torn = true;
    } else if (listing->page == listing->page_end) {
        listing->raw_end = facts->raw;
    }
}

/* Rows that stood on an earlier page already: a page came twice or was skipped, or a row came in
 * before them, on a page that was read without it. */
static void check_repeats(struct listing *listing, const struct page_facts *facts)
{
    if (listing->page <= listing->page_seen)
        return;
    listing->page_seen = listing->page;
    if (listing->goal.kind == LISTING_FULL && facts->fresh < facts->raw)
        listing->torn = true;
}

/* The listing ends before a page that was once read: it became shorter. */
static void cut_off(struct listing *listing, const struct page_facts *facts)
{
    if (listing->page >= listing->page_end)
        return;
    listing->page_end = listing->page;
    listing->raw = (size_t)(listing->page - 1) * listing->size;
    listing->raw_end = facts->raw;
}

/* A short page is the last one, unless a total that is trusted says that more must follow. */
static bool is_last(const struct listing *listing, const struct page_facts *facts)
{
    uint64_t reached = (uint64_t)listing->page * listing->size;
    return facts->raw == 0 || (facts->raw < listing->size &&
                               (!total_known(listing) || reached >= (uint64_t)listing->total));
}

/* The total fell: rows of pages already read are no longer there, and as many that were not yet
 * read moved onto those pages. How many pages to go back; 0: none. */
static unsigned pages_back(const struct listing *listing, const struct page_facts *facts)
{
    if (listing->page == 1 || !total_known(listing) || facts->total < 0 ||
        facts->total >= listing->total || listing->tries >= STEPS_MOST)
        return 0;
    uint64_t pages =
        ((uint64_t)(listing->total - facts->total) + listing->size - 1) / listing->size;
    return pages < listing->page - 1 ? (unsigned)pages : listing->page - 1;
}

static enum listing_step read_page(struct listing *listing, const struct page_facts *facts)
{
    unsigned back = pages_back(listing, facts);
    check_repeats(listing, facts);
    listing->total = facts->total;
    if (back > 0) {
        listing->tries++;
        listing->page -= back;
        return LISTING_MORE;
    }
    if (listing->page == 1 && listing->page_end == 0)
        keep_first(listing, facts);
    count_page(listing, facts);
    if (!is_last(listing, facts)) {
        listing->page++;
        return LISTING_MORE;
    }
    cut_off(listing, facts);
    if (listing->goal.kind == LISTING_QUERY && listing->page == 1 && listing->tries == 0) {
        check_total(listing); /* one page is one moment: nothing can have moved */
        return end(listing);
    }
    listing->phase = LISTING_LAST;
    listing->tries = 0;
    memcpy(listing->last_ids, facts->ids, sizeof listing->last_ids);
    return LISTING_MORE;
}

static enum listing_step last_again(struct listing *listing, const struct page_facts *facts)
{
    bool same_ids = memcmp(listing->last_ids, facts->ids, sizeof facts->ids) == 0;
    bool held_still = facts->raw == listing->raw_end && (same_ids || facts->fresh == 0);
    memcpy(listing->last_ids, facts->ids, sizeof listing->last_ids);
    listing->total = facts->total;
    listing->raw_end = facts->raw;
    if (!held_still && !is_last(listing, facts)) { /* it filled up: there may be more */
        listing->phase = LISTING_READING;
        listing->tries = 0;
        listing->page++;
        return LISTING_MORE;
    }
    if (!held_still && ++listing->tries < TRIES_MOST)
        return LISTING_MORE;
    if (!held_still)
        listing->torn = true;
    check_total(listing);
    if (listing->page == 1)
        return first_again(listing, facts);
    listing->phase = LISTING_FIRST;
    listing->page = 1;
    return LISTING_MORE;
}

static enum listing_step numbered_page(struct listing *listing, const struct page_facts *facts)
{
    switch (listing->phase) {
    case LISTING_READING: return read_page(listing, facts);
    case LISTING_LAST: return last_again(listing, facts);
    case LISTING_FIRST: return first_again(listing, facts);
    case LISTING_SECOND:
    case LISTING_ENDED:
    default: return fail(listing);
    }
}

/* --- by key: what changed, ordered by time --------------------------------------------------- */

/* FNV-1a: only to notice what is the same. */
#define DIGEST_START 0xCBF29CE484222325ULL
static uint64_t mixed(uint64_t digest, const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    for (size_t index = 0; index < size; index++)
        digest = (digest ^ at[index]) * 0x100000001B3ULL;
    return digest;
}

/* Behind a page, or a second, that is read: on from its last time. */
static enum listing_step go_on(struct listing *listing, const struct page_facts *facts)
{
    if (facts->raw < listing->size)
        return end(listing);
    if (facts->last_updated <= listing->since)
        return fail(listing); /* a whole page that leads nowhere */
    listing->phase = LISTING_READING;
    listing->since = facts->last_updated;
    listing->page = 1;
    return LISTING_MORE;
}

/* A second that fills pages is read by number, and again until two readings agree. Only pages
 * wholly of it are compared: were they the same both times, then no row left them in between, so
 * that the page behind them followed them without a gap the first time. */
static enum listing_step second_page(struct listing *listing, const struct page_facts *facts)
{
    bool whole = facts->raw >= listing->size;
    if (whole && facts->first_updated == listing->since && facts->last_updated == listing->since) {
        listing->second = mixed(listing->second, facts->ids, sizeof facts->ids);
        listing->page++;
        return LISTING_MORE;
    }
    bool agree = listing->second_known && listing->second == listing->second_before;
    if (agree)
        return go_on(listing, facts);
    if (++listing->tries >= TRIES_MOST) {
        listing->torn = true;
        if (listing->held == 0)
            listing->held = listing->since;
        return go_on(listing, facts);
    }
    listing->second_before = listing->second;
    listing->second_known = true;
    listing->second = DIGEST_START;
    listing->page = 1;
    return LISTING_MORE;
}

static enum listing_step key_page(struct listing *listing, const struct page_facts *facts)
{
    bool whole = facts->raw >= listing->size;
    listing->raw += facts->raw;
    if (whole && (facts->last_updated < listing->since || facts->first_updated == 0 ||
                  facts->first_updated > facts->last_updated))
        return fail(listing); /* not in the order that the definition promises */
    if (listing->phase == LISTING_SECOND)
        return second_page(listing, facts);
    if (!whole || facts->last_updated > listing->since)
        return go_on(listing, facts);
    listing->phase = LISTING_SECOND;
    listing->tries = 0;
    listing->second_known = false;
    listing->second = mixed(DIGEST_START, facts->ids, sizeof facts->ids);
    listing->page = 2;
    return LISTING_MORE;
}

/* --- by cursor ------------------------------------------------------------------------------- */

/* Among the last ones, or the one at the last power of two: a ring of any length is noticed before
 * it was gone round three times. */
static bool cursor_seen(struct listing *listing, uint64_t digest)
{
    size_t known =
        listing->cursor_count < LISTING_CURSORS ? listing->cursor_count : LISTING_CURSORS;
    for (size_t index = 0; index < known; index++) {
        if (listing->cursors[index] == digest)
            return true;
    }
    if (listing->cursor_count > 0 && listing->cursor_mark == digest)
        return true;
    size_t number = ++listing->cursor_count;
    listing->cursors[number % LISTING_CURSORS] = digest;
    if ((number & (number - 1)) == 0)
        listing->cursor_mark = digest;
    return false;
}

static bool keep_cursor(struct listing *listing, struct slice cursor)
{
    char *copy = malloc(cursor.size + 1);
    if (copy == NULL)
        return false;
    memcpy(copy, cursor.at, cursor.size);
    copy[cursor.size] = '\0';
    listing_end(listing);
    listing->cursor = copy;
    listing->cursor_size = cursor.size;
    return true;
}

static enum listing_step cursor_page(struct listing *listing, const struct page_facts *facts)
{
    bool moving = !definition_snapshot(listing->definition);
    if (listing->phase == LISTING_FIRST)
        return first_again(listing, facts);
    if (listing->page == 1)
        keep_first(listing, facts);
    listing->total = facts->total >= 0 ? facts->total : listing->total;
    count_page(listing, facts);
    listing->page++;
    if (!slice_empty(facts->next)) {
        uint64_t digest = mixed(DIGEST_START, facts->next.at, facts->next.size);
        return cursor_seen(listing, digest) || !keep_cursor(listing, facts->next) ? fail(listing)
                                                                                  : LISTING_MORE;
    }
    check_total(listing);
    listing_end(listing);
    if (!moving || listing->page_end == 1 || listing->goal.kind == LISTING_SINCE)
        return end(listing);
    listing->phase = LISTING_FIRST; /* no stable snapshot: did it hold still? */
    listing->page = 1;
    return LISTING_MORE;
}

/* --- the machine ----------------------------------------------------------------------------- */

enum listing_step listing_page(struct listing *listing, const struct page_facts *facts)
{
    if (listing->phase == LISTING_ENDED || ++listing->pages > PAGES_MOST)
        return fail(listing);
    if (facts->largest_updated > listing->largest)
        listing->largest = facts->largest_updated;
    if (listing->stated == 0)
        listing->stated = facts->stated;
    if (!definition_numbered(listing->definition))
        return cursor_page(listing, facts);
    return is_by_key(listing) ? key_page(listing, facts) : numbered_page(listing, facts);
}

enum listing_step listing_cursor_dead(struct listing *listing)
{
    if (listing->phase == LISTING_ENDED || definition_numbered(listing->definition))
        return fail(listing);
    if (listing->restarted) {
        (void)fail(listing);
        return LISTING_DIVIDE;
    }
    listing->restarted = true;
    start(listing);
    return LISTING_RESTARTED;
}

bool listing_certified(const struct listing *listing)
{
    return listing->phase == LISTING_ENDED && !listing->torn;
}

int64_t listing_watermark(const struct listing *listing)
{
    if (listing->phase != LISTING_ENDED) {
        bool moved = is_by_key(listing) && listing->since > listing->goal.since;
        int64_t reached = moved ? listing->since : 0;
        return listing->held != 0 && listing->held < reached ? listing->held : reached;
    }
    int64_t known = listing->stated != 0 ? listing->stated : listing->largest;
    if (listing->held != 0 && listing->held < known)
        known = listing->held;
    bool moving = listing->goal.kind == LISTING_FULL && listing->stated == 0;
    if (moving && listing->goal.since != 0 && listing->goal.since < known)
        known = listing->goal.since;
    return known;
}

size_t listing_raw(const struct listing *listing)
{
    return listing->raw + listing->raw_end;
}

int64_t listing_stated(const struct listing *listing)
{
    return listing->goal.kind == LISTING_SINCE ? -1 : listing->total;
}
