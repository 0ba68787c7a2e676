/* One request on its way and what it is for: made by the run machine or the desk, carried by whoever
 * performs effects. Pure data with an arena of its own. */
#ifndef SYNC_EXCHANGE_H
#define SYNC_EXCHANGE_H

#include "connectors/answer.h"
#include "connectors/listing.h"
#include "connectors/request.h"
#include "mapping/base/arena.h"
#include "mapping/field.h"

enum purpose {
    PURPOSE_TOKEN,
    PURPOSE_CLOCK,
    PURPOSE_LISTING, /* a page of a stream */
    PURPOSE_NEED,    /* one more read: by id or by codes */
    PURPOSE_WRITE
};

enum { EXCHANGE_ITEMS = 256 };

struct exchange {
    enum side side;
    enum purpose purpose;
    struct request request; /* texts in the arena */
    struct arena arena;
    unsigned stream;        /* LISTING: which */
    bool listed;            /* LISTING: of a full reading */
    bool conditional;       /* LISTING: sent with the ETag of request.known */
    uint8_t of[16];         /* LISTING: what an ETag of its answer belongs to */
    bool paged;             /* NEED: a query that goes on over pages */
    struct listing listing; /* its state */
    unsigned attempt;       /* 1: the first */
    int64_t wait_ms;        /* NEED: before it is sent for the first time */
    int64_t writes[EXCHANGE_ITEMS]; /* WRITE: journal numbers, by item */
    struct request_item items[EXCHANGE_ITEMS];
};

/* NULL: out of memory. */
struct exchange *exchange_new(enum side side, enum purpose purpose);
void exchange_free(struct exchange *exchange); /* with its items' JSON; NULL is fine */

/* What the desk learnt of an answer: all that the run machine needs of it. */
struct received {
    enum status status;       /* of storing: FULL, IO, NO_MEMORY end the cycle */
    enum answer_class class;
    char code[16];
    int64_t delay_ms;         /* -1: none said */
    struct page_facts page;   /* LISTING; .next lies in the exchange's arena */
    struct known_page ahead;  /* LISTING: what the page behind is known by; its text lies there too. No ETag: it
                                 has to come */
    bool stopped;             /* schema_drift: the entity stops */
    bool has_offset;
    int64_t offset_ms;        /* server's clock minus ours, from the Date header or the clock call */
    int64_t token_seconds;    /* TOKEN: for how long it holds; the run machine never sees these */
    size_t settled, rejected, overtaken, unknown; /* WRITE */
};

#endif
