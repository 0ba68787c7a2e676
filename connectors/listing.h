/* How a listing is read to its end (reconciliation.md, "Reading"): which page is asked for next,
 * when it is done, and whether what it lacks may be called absent ("certified"). A pure state
 * machine over the facts of each page; what the pages hold is none of its business.
 *
 * Numbered pages shift under a write. What changed is therefore read by key: again from the
 * last time received, page 1; further pages only while a whole page has one single time, and
 * such a second until two readings of it agree. All records, ordered by id, are read by
 * number; the last page is read again until it brings nothing new, then the first, which must
 * still begin with the same ids. A total that fell meanwhile means that rows moved forward: as
 * many rows are read again. */
#ifndef CONNECTORS_LISTING_H
#define CONNECTORS_LISTING_H

#include "connectors/request.h"

enum listing_kind { LISTING_FULL, LISTING_SINCE, LISTING_QUERY };

/* Slices and what they point to are borrowed and must outlive the listing. */
struct listing_goal {
    enum entity entity;
    enum listing_kind kind;
    /* SINCE: the moment to begin at. FULL: the server's time when the listing begins, which bounds
     * its watermark, since what changes meanwhile on a page already read is not seen; 0: unbounded.
     */
    int64_t since;
    struct slice region;
    int year;
    const struct slice *persons;
    size_t person_count;
    const struct slice *organisations;
    size_t organisation_count;
    unsigned size; /* rows on a page; 0: the definition's largest */
};

enum { LISTING_CURSORS = 64, LISTING_FIRST_ROWS = 1000 };

enum listing_phase {
    LISTING_READING, /* page by page, or on by key */
    LISTING_SECOND,  /* by key: the numbered pages of one single second */
    LISTING_LAST,    /* the last page again */
    LISTING_FIRST,   /* the first page again */
    LISTING_ENDED
};

/* To be looked at by listing.c only. */
struct listing {
    const struct definition *definition;
    struct listing_goal goal;
    unsigned size;
    enum listing_phase phase;
    bool torn; /* nothing may be concluded from what it lacks */
    bool restarted;
    unsigned page;      /* asked for next, from 1 */
    unsigned page_end;  /* the furthest one counted */
    unsigned page_seen; /* the furthest one that came */
    unsigned tries;     /* of reading again what did not hold still */
    size_t pages;       /* read in all */
    size_t raw;         /* rows on the pages before the furthest one */
    size_t raw_end;     /* rows on it */
    int64_t total;      /* as stated last; -1: none */
    int64_t since;      /* by key: asked from here */
    int64_t largest, stated;
    int64_t held;                   /* the watermark may not pass it; 0: it may */
    uint64_t second, second_before; /* digest of this reading of a second, and of the one before */
    bool second_known;              /* there is one before */
    uint8_t last_ids[16], first_ids[16];
    uint64_t first_rows[LISTING_FIRST_ROWS];
    size_t first_count; /* of first_rows; 0: only the digest is known */
    char *cursor;       /* owned */
    size_t cursor_size;
    uint64_t cursors[LISTING_CURSORS]; /* digests of the last ones, by number */
    size_t cursor_count;
    uint64_t cursor_mark; /* one further back, renewed at each power of two */
};

/* definition and goal's slices are borrowed. Ended with listing_end, also after a failure. */
void listing_begin(struct listing *listing, const struct definition *definition,
                   const struct listing_goal *goal);
void listing_end(struct listing *listing);

/* The next request to send; all of *ret is set. Its cursor is the listing's, to the next page. */
void listing_request(const struct listing *listing, struct request *ret);

/* What a page that came tells. Times are update times, in the order of the rows; 0: not known. */
struct page_facts {
    size_t raw;    /* rows on the page, before any filter */
    int64_t total; /* -1: none stated */
    struct slice next;
    int64_t stated;
    uint8_t ids[16]; /* digest of the remote ids in order */
    int64_t first_updated, last_updated, largest_updated;
    size_t fresh;    /* rows not seen before in this cycle, by id and version */
    size_t clashing; /* ids that came again with another version */
    /* A hash of each remote id, `raw` of them, in order; NULL: not given. With them, a first page
     * that is read again may lack some records that left the scope; without, its digest must be the
     * same. */
    const uint64_t *row_ids;
};

enum listing_step {
    LISTING_MORE, /* send the next request */
    LISTING_DONE,
    LISTING_RESTARTED, /* send the next request: it begins anew */
    LISTING_DIVIDE,    /* the cursor died twice: begin others, by year or region */
    LISTING_FAILED     /* a cursor came again, the order is broken, out of memory */
};

enum listing_step listing_page(struct listing *listing, const struct page_facts *facts);
/* The platform no longer knows the cursor: begins anew, the second time DIVIDE. */
enum listing_step listing_cursor_dead(struct listing *listing);

/* Only after DONE: every page was read, the raw count is the stated total where that is trusted, no
 * id came twice with another version, and a numbered listing held still. For SINCE: nothing of what
 * changed was missed. */
bool listing_certified(const struct listing *listing);
/* The server's time up to which all is known; 0: nothing was learnt. Before DONE it is the moment
 * that a listing by key has reached, else 0. */
int64_t listing_watermark(const struct listing *listing);
/* Rows of the listing, each page once, before any filter. */
size_t listing_raw(const struct listing *listing);
/* How many rows a full listing will have, as the platform stated last, right or wrong; -1: it states none, or the
 * listing goes on by key, where what is still to come is not known. For showing only. */
int64_t listing_stated(const struct listing *listing);

#endif
