/* Listings read to their end: step by step, and against simulated platforms that are written to
 * between any two pages, where nothing may be missed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "connectors/listing.h"
#include "tests/unit/connectors/shipped.h"

static struct definition *numbered, *cursors;

static int load(void **state)
{
    (void)state;
    numbered = shipped_load(MUNICIPAL);
    cursors = shipped_load(PROVINCIAL);
    return 0;
}

static int unload(void **state)
{
    (void)state;
    definition_free(numbered);
    definition_free(cursors);
    return 0;
}

/* --- a simulated platform with numbered pages ------------------------------------------------ */

enum { RECORDS = 400 };

struct record_row {
    uint64_t id;
    int64_t updated;
    unsigned version;
    bool outside; /* left the filter */
};

struct sim {
    struct record_row rows[RECORDS];
    size_t count;
    int64_t clock;
    uint64_t random;
    unsigned seen[RECORDS]; /* version received; 0: none */
};

static uint64_t next_random(struct sim *sim)
{
    sim->random ^= sim->random << 13;
    sim->random ^= sim->random >> 7;
    sim->random ^= sim->random << 17;
    return sim->random;
}

static int by_time(const void *one, const void *other)
{
    const struct record_row *left = one, *right = other;
    if (left->updated != right->updated)
        return left->updated < right->updated ? -1 : 1;
    return (left->id > right->id) - (left->id < right->id);
}

static int by_id(const void *one, const void *other)
{
    const struct record_row *left = one, *right = other;
    return (left->id > right->id) - (left->id < right->id);
}

static void take_row(struct sim *sim, const struct record_row *row, struct page_facts *ret)
{
    unsigned *seen = &sim->seen[row->id];
    ret->fresh += *seen < row->version;
    ret->clashing += *seen != 0 && *seen != row->version;
    if (*seen < row->version)
        *seen = row->version;
    ret->first_updated = ret->raw == 0 ? row->updated : ret->first_updated;
    ret->last_updated = row->updated;
    if (row->updated > ret->largest_updated)
        ret->largest_updated = row->updated;
    ret->raw++;
    for (size_t at = 0; at < 8; at++)
        ret->ids[at] = (uint8_t)(ret->ids[at] * 31 + (row->id * 2654435761U >> (at * 4)));
}

/* One page of what the request asks for, as the platform stands now. */
static struct page_facts serve(struct sim *sim, const struct request *request)
{
    static struct record_row matching[RECORDS];
    struct page_facts facts = {.total = 0};
    size_t count = 0;
    for (size_t index = 0; index < sim->count; index++) {
        if (!sim->rows[index].outside &&
            (!request->has_since || sim->rows[index].updated >= request->since))
            matching[count++] = sim->rows[index];
    }
    qsort(matching, count, sizeof *matching, request->has_since ? by_time : by_id);
    facts.total = (int64_t)count;
    for (size_t index = (size_t)(request->page - 1) * request->size;
         index < count && facts.raw < request->size; index++)
        take_row(sim, &matching[index], &facts);
    return facts;
}

static void write_one(struct sim *sim, size_t index)
{
    sim->rows[index].updated = sim->clock;
    sim->rows[index].version++;
}

static void fill(struct sim *sim, uint64_t seed, size_t count)
{
    *sim = (struct sim){.count = count, .clock = 1000, .random = seed * 2654435761U + 1};
    for (size_t index = 0; index < count; index++) {
        uint64_t span = 1 + next_random(sim) % 5; /* few seconds: many records share one */
        sim->rows[index] = (struct record_row){.id = index, .version = 1};
        sim->rows[index].updated = 900 + (int64_t)(next_random(sim) % (span * 3));
    }
}

/* Some writes, and the clock may go on. */
static void disturb(struct sim *sim, unsigned most)
{
    for (uint64_t writes = next_random(sim) % (most + 1); writes > 0; writes--)
        write_one(sim, next_random(sim) % sim->count);
    sim->clock += (int64_t)(next_random(sim) % 2);
}

enum { STEPS_MOST = 20000 };

static enum listing_step drive(struct sim *sim, struct listing *listing, unsigned writes,
                               unsigned quiet_after)
{
    enum listing_step step = LISTING_MORE;
    for (unsigned count = 0; step == LISTING_MORE && count < STEPS_MOST; count++) {
        struct request request;
        listing_request(listing, &request);
        struct page_facts facts = serve(sim, &request);
        step = listing_page(listing, &facts);
        if (count < quiet_after)
            disturb(sim, writes);
    }
    return step;
}

/* holds: read.incremental read.shifting_pages */
static void what_changed_is_never_missed_under_writes(void **state)
{
    static struct sim sim;
    static struct record_row before[RECORDS];
    unsigned certified = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct listing listing;
        struct listing_goal goal = {
            .kind = LISTING_SINCE, .since = 900, .size = 3 + (unsigned)(seed % 9)};
        fill(&sim, seed, 60 + seed % 90);
        memcpy(before, sim.rows, sizeof before);
        listing_begin(&listing, numbered, &goal);
        assert_int_equal(drive(&sim, &listing, seed % 4, 200), LISTING_DONE);
        certified += listing_certified(&listing);
        int64_t watermark = listing_watermark(&listing);
        for (size_t index = 0; index < sim.count; index++) {
            if (sim.seen[index] < before[index].version && listing_certified(&listing))
                fail_msg("seed %llu: record %zu was missed", (unsigned long long)seed, index);
            /* and what is not seen is asked for again the next time */
            if (sim.seen[index] < sim.rows[index].version && sim.rows[index].updated < watermark)
                fail_msg("seed %llu: record %zu lies before the watermark",
                         (unsigned long long)seed, index);
        }
        listing_end(&listing);
    }
    assert_true(certified > 250);
}

/* holds: read.one_second */
static void a_second_longer_than_a_page_is_read_whole(void **state)
{
    static struct sim sim;
    (void)state;
    for (unsigned size = 1; size <= 12; size++) {
        struct listing listing;
        struct listing_goal goal = {.kind = LISTING_SINCE, .since = 500, .size = size};
        fill(&sim, size, 120);
        for (size_t index = 0; index < sim.count; index++)
            sim.rows[index].updated = index < 100 ? 700 : 701 + (int64_t)index % 2;
        listing_begin(&listing, numbered, &goal);
        assert_int_equal(drive(&sim, &listing, 0, 0), LISTING_DONE);
        assert_true(listing_certified(&listing));
        assert_int_equal(listing_watermark(&listing), 702);
        for (size_t index = 0; index < sim.count; index++)
            assert_int_equal(sim.seen[index], 1);
        listing_end(&listing);
    }
}

static void a_full_listing_of_a_still_platform_is_certified(void **state)
{
    static struct sim sim;
    static const size_t counts[] = {0, 1, 4, 5, 6, 10, 11, 100};
    (void)state;
    for (size_t row = 0; row < sizeof counts / sizeof *counts; row++) {
        struct listing listing;
        struct listing_goal goal = {.kind = LISTING_FULL, .size = 5};
        fill(&sim, row + 1, counts[row]);
        listing_begin(&listing, numbered, &goal);
        assert_int_equal(drive(&sim, &listing, 0, 0), LISTING_DONE);
        assert_true(listing_certified(&listing));
        assert_int_equal(listing_raw(&listing), counts[row]);
        listing_end(&listing);
    }
}

/* Records leave the filter while the listing is read, so that all behind them move forward. */
/* holds: read.shifting_pages */
static void records_that_move_forward_are_not_missed(void **state)
{
    static struct sim sim;
    (void)state;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct listing listing;
        struct listing_goal goal = {.kind = LISTING_FULL, .size = 4 + (unsigned)(seed % 5)};
        enum listing_step step = LISTING_MORE;
        fill(&sim, seed, 100);
        listing_begin(&listing, numbered, &goal);
        while (step == LISTING_MORE) {
            struct request request;
            listing_request(&listing, &request);
            struct page_facts facts = serve(&sim, &request);
            step = listing_page(&listing, &facts);
            for (uint64_t leaves = next_random(&sim) % 5 / 3 * (1 + seed % 12); leaves > 0;
                 leaves--)
                sim.rows[next_random(&sim) % sim.count].outside = true;
        }
        assert_int_equal(step, LISTING_DONE);
        for (size_t index = 0; index < sim.count; index++) {
            if (!sim.rows[index].outside && sim.seen[index] == 0)
                fail_msg("seed %llu: record %zu was missed", (unsigned long long)seed, index);
        }
        listing_end(&listing);
    }
}

/* holds: read.last_page */
static void records_created_meanwhile_are_read_too(void **state)
{
    static struct sim sim;
    (void)state;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        struct listing listing;
        struct listing_goal goal = {.kind = LISTING_FULL, .size = 4};
        enum listing_step step = LISTING_MORE;
        fill(&sim, seed, 50);
        listing_begin(&listing, numbered, &goal);
        for (unsigned pages = 0; step == LISTING_MORE; pages++) {
            struct request request;
            listing_request(&listing, &request);
            struct page_facts facts = serve(&sim, &request);
            step = listing_page(&listing, &facts);
            if (pages < 12 && next_random(&sim) % 2 == 0) {
                sim.rows[sim.count] =
                    (struct record_row){.id = sim.count, .version = 1, .updated = sim.clock};
                sim.count++;
            }
        }
        assert_int_equal(step, LISTING_DONE);
        assert_true(listing_certified(&listing));
        assert_int_equal(listing_raw(&listing), sim.count);
        for (size_t index = 0; index < sim.count; index++)
            assert_int_equal(sim.seen[index], 1);
        listing_end(&listing);
    }
}

/* --- step by step ---------------------------------------------------------------------------- */

struct step_row {
    size_t raw;
    int64_t total;
    uint8_t ids;
    size_t fresh, clashing;
    unsigned page; /* that was asked for */
    enum listing_step step;
};

static void walk(struct listing *listing, const struct step_row *rows)
{
    for (size_t index = 0; rows[index].page != 0; index++) {
        struct request request;
        struct page_facts facts = {.raw = rows[index].raw,
                                   .total = rows[index].total,
                                   .ids = {rows[index].ids},
                                   .fresh = rows[index].fresh,
                                   .clashing = rows[index].clashing};
        listing_request(listing, &request);
        if (request.page != rows[index].page)
            fail_msg("row %zu asks for page %u", index, request.page);
        enum listing_step step = listing_page(listing, &facts);
        if (step != rows[index].step)
            fail_msg("row %zu gives step %d", index, (int)step);
    }
}

static const struct {
    const char *what;
    struct step_row rows[12];
    bool certified;
} full_listings[] = {
    {"the last page, then the first, again",
     {{5, 7, 1, 5, 0, 1, LISTING_MORE},
      {2, 7, 2, 2, 0, 2, LISTING_MORE},
      {2, 7, 2, 0, 0, 2, LISTING_MORE},
      {5, 7, 1, 0, 0, 1, LISTING_DONE}},
     true},
    {"a total that lies",
     {{5, 9, 1, 5, 0, 1, LISTING_MORE},
      {2, 9, 2, 2, 0, 2, LISTING_MORE},
      {2, 9, 2, 0, 0, 2, LISTING_MORE},
      {5, 9, 1, 0, 0, 1, LISTING_DONE}},
     false},
    {"a total that says less than there is",
     {{5, 5, 1, 5, 0, 1, LISTING_MORE},
      {2, 5, 2, 2, 0, 2, LISTING_MORE},
      {2, 5, 2, 0, 0, 2, LISTING_MORE},
      {5, 5, 1, 0, 0, 1, LISTING_DONE}},
     false},
    {"an id that came twice with another version",
     {{5, 7, 1, 5, 0, 1, LISTING_MORE},
      {2, 7, 2, 2, 1, 2, LISTING_MORE},
      {2, 7, 2, 0, 0, 2, LISTING_MORE},
      {5, 7, 1, 0, 0, 1, LISTING_DONE}},
     false},
    {"a first page that became another",
     {{5, 7, 1, 5, 0, 1, LISTING_MORE},
      {2, 7, 2, 2, 0, 2, LISTING_MORE},
      {2, 7, 2, 0, 0, 2, LISTING_MORE},
      {5, 7, 9, 0, 0, 1, LISTING_DONE}},
     false},
    {"a last page that grew, and filled up",
     {{5, 7, 1, 5, 0, 1, LISTING_MORE},
      {2, 7, 2, 2, 0, 2, LISTING_MORE},
      {3, 8, 3, 1, 0, 2, LISTING_MORE},
      {5, 10, 4, 2, 0, 2, LISTING_MORE},
      {1, 11, 5, 1, 0, 3, LISTING_MORE},
      {1, 11, 5, 0, 0, 3, LISTING_MORE},
      {5, 11, 1, 0, 0, 1, LISTING_DONE}},
     true},
    {"a short page in the middle",
     {{5, 12, 1, 5, 0, 1, LISTING_MORE},
      {4, 12, 2, 4, 0, 2, LISTING_MORE},
      {2, 12, 3, 2, 0, 3, LISTING_MORE},
      {2, 12, 3, 0, 0, 3, LISTING_MORE},
      {5, 12, 1, 0, 0, 1, LISTING_DONE}},
     false},
    {"a total that fell: rows moved forward",
     {{5, 12, 1, 5, 0, 1, LISTING_MORE},
      {5, 11, 2, 5, 0, 2, LISTING_MORE},
      {5, 11, 3, 1, 0, 1, LISTING_MORE},
      {5, 11, 2, 0, 0, 2, LISTING_MORE},
      {1, 11, 4, 1, 0, 3, LISTING_MORE},
      {1, 11, 4, 0, 0, 3, LISTING_MORE},
      {5, 11, 1, 0, 0, 1, LISTING_DONE}},
     true},
    {"a page that came twice, and so hid another",
     {{5, 12, 1, 5, 0, 1, LISTING_MORE},
      {5, 12, 1, 0, 0, 2, LISTING_MORE},
      {2, 12, 3, 2, 0, 3, LISTING_MORE},
      {2, 12, 3, 0, 0, 3, LISTING_MORE},
      {5, 12, 1, 0, 0, 1, LISTING_DONE}},
     false},
    {"one page only", {{3, 3, 1, 3, 0, 1, LISTING_MORE}, {3, 3, 1, 0, 0, 1, LISTING_DONE}}, true},
    {"an empty listing that says so",
     {{0, 0, 1, 0, 0, 1, LISTING_MORE}, {0, 0, 1, 0, 0, 1, LISTING_DONE}},
     true},
    {"an empty listing where the total says thousands",
     {{0, 5000, 1, 0, 0, 1, LISTING_MORE}, {0, 5000, 1, 0, 0, 1, LISTING_DONE}},
     false},
};

/* holds: certified.total certified.versions certified.first_page */
static void full_listings_are_certified_only_when_they_held_still(void **state)
{
    (void)state;
    for (size_t index = 0; index < sizeof full_listings / sizeof *full_listings; index++) {
        struct listing listing;
        struct listing_goal goal = {.kind = LISTING_FULL, .size = 5};
        listing_begin(&listing, numbered, &goal);
        assert_false(listing_certified(&listing));
        walk(&listing, full_listings[index].rows);
        if (listing_certified(&listing) != full_listings[index].certified)
            fail_msg("%s", full_listings[index].what);
        listing_end(&listing);
    }
}

/* holds: read.last_page */
static void a_last_page_that_never_holds_still_ends_uncertified(void **state)
{
    struct listing listing;
    struct listing_goal goal = {.kind = LISTING_FULL, .size = 5};
    enum listing_step step = LISTING_MORE;
    unsigned count = 0;
    (void)state;
    listing_begin(&listing, numbered, &goal);
    for (; step == LISTING_MORE; count++) {
        struct page_facts facts = {.raw = 3, .total = 3, .ids = {(uint8_t)count}, .fresh = 1};
        step = listing_page(&listing, &facts);
    }
    assert_int_equal(step, LISTING_DONE);
    assert_true(count < 12);
    assert_false(listing_certified(&listing));
    listing_end(&listing);
}

static void a_query_of_one_page_is_read_once(void **state)
{
    struct listing listing;
    struct slice persons[] = {SLICE("371681197001019019")};
    struct listing_goal goal = {.kind = LISTING_QUERY,
                                .entity = ENTITY_HOURS,
                                .year = 2023,
                                .persons = persons,
                                .person_count = 1,
                                .size = 5};
    struct request request;
    (void)state;
    listing_begin(&listing, numbered, &goal);
    listing_request(&listing, &request);
    assert_int_equal(request.call, CALL_QUERY);
    assert_int_equal(request.year, 2023);
    assert_int_equal(request.person_count, 1);
    assert_false(request.has_since);
    struct page_facts facts = {.raw = 2, .total = 2};
    assert_int_equal(listing_page(&listing, &facts), LISTING_DONE);
    assert_true(listing_certified(&listing));
    listing_end(&listing);
}

/* Ids of the first page before and after: what may leave, and what may not. */
static const struct {
    const char *what;
    uint64_t before[12], after[12];
    size_t before_count, after_count;
    bool certified;
} first_pages[] = {
    {"one left, another moved up",
     {1, 2, 3, 4, 5, 6, 7, 8, 9, 10},
     {1, 2, 4, 5, 6, 7, 8, 9, 10, 11},
     10,
     10,
     true},
    {"one came in between",
     {1, 2, 4, 5, 6, 7, 8, 9, 10, 11},
     {1, 2, 3, 4, 5, 6, 7, 8, 9, 10},
     10,
     10,
     false},
    {"two changed places",
     {1, 2, 3, 4, 5, 6, 7, 8, 9, 10},
     {1, 3, 2, 4, 5, 6, 7, 8, 9, 10},
     10,
     10,
     false},
    {"too many left",
     {1, 2, 3, 4, 5, 6, 7, 8, 9, 10},
     {3, 4, 5, 6, 7, 8, 9, 10, 11, 12},
     10,
     10,
     false},
    {"all are others",
     {1, 2, 3, 4, 5, 6, 7, 8, 9, 10},
     {11, 12, 13, 14, 15, 16, 17, 18, 19, 20},
     10,
     10,
     false},
};

/* holds: certified.first_page */
static void a_first_page_may_only_lose_what_left_the_scope(void **state)
{
    (void)state;
    for (size_t index = 0; index < sizeof first_pages / sizeof *first_pages; index++) {
        struct listing listing;
        struct listing_goal goal = {.kind = LISTING_FULL, .size = 10};
        struct page_facts before = {
            .raw = 10, .fresh = 10, .total = 13, .ids = {1}, .row_ids = first_pages[index].before};
        struct page_facts last = {.raw = 3, .fresh = 3, .total = 13, .ids = {2}};
        struct page_facts after = {
            .raw = 10, .total = 13, .ids = {3}, .row_ids = first_pages[index].after};
        listing_begin(&listing, numbered, &goal);
        assert_int_equal(listing_page(&listing, &before), LISTING_MORE);
        assert_int_equal(listing_page(&listing, &last), LISTING_MORE);
        assert_int_equal(listing_page(&listing, &last), LISTING_MORE);
        assert_int_equal(listing_page(&listing, &after), LISTING_DONE);
        if (listing_certified(&listing) != first_pages[index].certified)
            fail_msg("%s", first_pages[index].what);
        listing_end(&listing);
    }
}

static void a_platform_that_breaks_its_order_fails(void **state)
{
    static const struct {
        int64_t first, last;
    } pages[] = {{800, 700}, {400, 450}, {0, 0}};
    (void)state;
    for (size_t index = 0; index < sizeof pages / sizeof *pages; index++) {
        struct listing listing;
        struct listing_goal goal = {.kind = LISTING_SINCE, .since = 500, .size = 5};
        struct page_facts facts = {.raw = 5,
                                   .total = 50,
                                   .first_updated = pages[index].first,
                                   .last_updated = pages[index].last};
        listing_begin(&listing, numbered, &goal);
        assert_int_equal(listing_page(&listing, &facts), LISTING_FAILED);
        assert_false(listing_certified(&listing));
        listing_end(&listing);
    }
}

/* holds: read.watermark_clock */
static void the_watermark_of_a_full_listing_stays_behind_its_beginning(void **state)
{
    static const struct {
        int64_t begun, largest, watermark;
    } rows[] = {{0, 900, 900}, {800, 900, 800}, {1000, 900, 900}, {800, 0, 0}};
    (void)state;
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++) {
        struct listing listing;
        struct listing_goal goal = {.kind = LISTING_FULL, .size = 5, .since = rows[index].begun};
        struct page_facts facts = {.raw = 3, .total = 3, .largest_updated = rows[index].largest};
        struct request request;
        listing_begin(&listing, numbered, &goal);
        listing_request(&listing, &request);
        assert_false(request.has_since);
        assert_int_equal(listing_page(&listing, &facts), LISTING_MORE);
        assert_int_equal(listing_watermark(&listing), 0); /* not yet */
        assert_int_equal(listing_page(&listing, &facts), LISTING_DONE);
        assert_int_equal(listing_watermark(&listing), rows[index].watermark);
        listing_end(&listing);
    }
}

/* Eight readings of a second of two pages, each time with other ids. */
/* holds: read.one_second */
static void a_second_that_never_holds_still_holds_the_watermark(void **state)
{
    struct listing listing;
    struct listing_goal goal = {.kind = LISTING_SINCE, .since = 500, .size = 5};
    enum listing_step step = LISTING_MORE;
    uint8_t reading = 0;
    (void)state;
    listing_begin(&listing, numbered, &goal);
    for (unsigned count = 0; step == LISTING_MORE && count < 100; count++) {
        struct request request;
        listing_request(&listing, &request);
        struct page_facts facts = {.raw = 5,
                                   .ids = {++reading},
                                   .first_updated = 600,
                                   .last_updated = 600,
                                   .largest_updated = 600};
        if (request.since == 500 || request.page < 3)
            assert_true(request.page == 1 || request.since == 600);
        else
            facts.last_updated = facts.largest_updated = 900;
        if (request.since == 900)
            facts = (struct page_facts){.raw = 1, .first_updated = 900, .last_updated = 900};
        step = listing_page(&listing, &facts);
    }
    assert_int_equal(step, LISTING_DONE);
    assert_false(listing_certified(&listing));
    assert_int_equal(listing_watermark(&listing), 600);
    listing_end(&listing);
}

/* --- by cursor ------------------------------------------------------------------------------- */

static enum listing_step cursor_page(struct listing *listing, const char *next)
{
    struct page_facts facts = {
        .raw = 5, .total = -1, .next = slice_of(next), .stated = 1700, .largest_updated = 1600};
    return listing_page(listing, &facts);
}

static void a_cursor_is_followed_to_its_end(void **state)
{
    struct listing listing;
    struct listing_goal goal = {.kind = LISTING_FULL, .size = 5, .region = SLICE("3716")};
    struct request request;
    char next[] = "first";
    (void)state;
    listing_begin(&listing, cursors, &goal);
    listing_request(&listing, &request);
    assert_true(slice_empty(request.cursor));
    assert_int_equal(cursor_page(&listing, next), LISTING_MORE);
    memset(next, 'x', sizeof next - 1); /* the listing keeps its own */
    listing_request(&listing, &request);
    assert_true(slice_is(request.cursor, "first"));
    assert_int_equal(listing_watermark(&listing), 0);
    assert_int_equal(cursor_page(&listing, "second"), LISTING_MORE);
    assert_int_equal(cursor_page(&listing, ""), LISTING_DONE);
    assert_true(listing_certified(&listing));
    assert_int_equal(listing_raw(&listing), 15);
    assert_int_equal(listing_watermark(&listing), 1700);
    listing_end(&listing);
}

/* holds: read.cursor */
static void a_dead_cursor_restarts_once_and_then_divides(void **state)
{
    struct listing listing;
    struct listing_goal goal = {.kind = LISTING_FULL, .size = 5};
    struct request request;
    (void)state;
    listing_begin(&listing, cursors, &goal);
    assert_int_equal(cursor_page(&listing, "a"), LISTING_MORE);
    assert_int_equal(cursor_page(&listing, "b"), LISTING_MORE);
    assert_int_equal(listing_cursor_dead(&listing), LISTING_RESTARTED);
    listing_request(&listing, &request);
    assert_true(slice_empty(request.cursor));
    assert_int_equal(listing_raw(&listing), 0);
    assert_int_equal(cursor_page(&listing, "a"), LISTING_MORE); /* no loop: it began anew */
    assert_int_equal(listing_cursor_dead(&listing), LISTING_DIVIDE);
    assert_false(listing_certified(&listing));
    listing_end(&listing);
    listing_begin(&listing, numbered, &goal);
    assert_int_equal(listing_cursor_dead(&listing), LISTING_FAILED);
    listing_end(&listing);
}

static void a_restarted_listing_may_be_certified(void **state)
{
    struct listing listing;
    struct listing_goal goal = {.kind = LISTING_FULL, .size = 5};
    (void)state;
    listing_begin(&listing, cursors, &goal);
    assert_int_equal(cursor_page(&listing, "a"), LISTING_MORE);
    assert_int_equal(listing_cursor_dead(&listing), LISTING_RESTARTED);
    assert_int_equal(cursor_page(&listing, "b"), LISTING_MORE);
    assert_int_equal(cursor_page(&listing, ""), LISTING_DONE);
    assert_true(listing_certified(&listing));
    assert_int_equal(listing_raw(&listing), 10);
    listing_end(&listing);
}

static void a_cursor_that_loops_fails_soon(void **state)
{
    static const unsigned lengths[] = {1, 2, 7, 63, 64, 65, 1000};
    (void)state;
    for (size_t index = 0; index < sizeof lengths / sizeof *lengths; index++) {
        struct listing listing;
        struct listing_goal goal = {.kind = LISTING_FULL, .size = 5};
        enum listing_step step = LISTING_MORE;
        unsigned pages = 0;
        listing_begin(&listing, cursors, &goal);
        for (; step == LISTING_MORE && pages < 100000; pages++) {
            char next[16];
            (void)snprintf(next, sizeof next, "c%u",
                           pages < 3 ? pages : 3 + pages % lengths[index]);
            step = cursor_page(&listing, next);
        }
        assert_int_equal(step, LISTING_FAILED);
        assert_true(pages <= 3 * (lengths[index] + 3) + 1);
        listing_end(&listing);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_changed_is_never_missed_under_writes),
        cmocka_unit_test(a_second_longer_than_a_page_is_read_whole),
        cmocka_unit_test(a_full_listing_of_a_still_platform_is_certified),
        cmocka_unit_test(records_that_move_forward_are_not_missed),
        cmocka_unit_test(records_created_meanwhile_are_read_too),
        cmocka_unit_test(full_listings_are_certified_only_when_they_held_still),
        cmocka_unit_test(a_last_page_that_never_holds_still_ends_uncertified),
        cmocka_unit_test(a_query_of_one_page_is_read_once),
        cmocka_unit_test(a_first_page_may_only_lose_what_left_the_scope),
        cmocka_unit_test(a_platform_that_breaks_its_order_fails),
        cmocka_unit_test(a_second_that_never_holds_still_holds_the_watermark),
        cmocka_unit_test(the_watermark_of_a_full_listing_stays_behind_its_beginning),
        cmocka_unit_test(a_cursor_is_followed_to_its_end),
        cmocka_unit_test(a_dead_cursor_restarts_once_and_then_divides),
        cmocka_unit_test(a_restarted_listing_may_be_certified),
        cmocka_unit_test(a_cursor_that_loops_fails_soon),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
