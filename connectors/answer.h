/* What a platform's reply means: its definition's ordered rules give a class, and the facts of the
 * reply are taken out by pointer. Pure. */
#ifndef CONNECTORS_ANSWER_H
#define CONNECTORS_ANSWER_H

#include "connectors/request.h"
#include "mapping/split.h"

#define ANSWER_CLASS_MAP(X)                                                                        \
    X(OK, "ok")                                                                                    \
    X(EMPTY, "empty")                                                                              \
    X(RETRY, "retry")                                                                              \
    X(SLOW_DOWN, "slow_down")                                                                      \
    X(RENEW_TOKEN, "renew_token")                                                                  \
    X(CLOCK_OFF, "clock_off")                                                                      \
    X(NEW_NONCE, "new_nonce")                                                                      \
    X(PRECONDITION, "precondition")                                                                \
    X(DUPLICATE, "duplicate")                                                                      \
    X(REJECTED, "rejected")                                                                        \
    X(NOT_FOUND, "not_found")                                                                      \
    X(CURSOR_DEAD, "cursor_dead")                                                                  \
    X(FATAL, "fatal")                                                                              \
    X(UNKNOWN, "unknown") /* of a write: it may have happened */

enum answer_class {
#define ANSWER_CLASS_ENUM(name, text) ANSWER_##name,
    ANSWER_CLASS_MAP(ANSWER_CLASS_ENUM)
#undef ANSWER_CLASS_ENUM
        ANSWER_CLASSES
};

/* "ok", "slow_down", …: as definitions name them. Static. */
const char *answer_class_name(enum answer_class class);

struct answer_item {
    size_t index; /* in the request */
    enum answer_class class;
    char code[16];
    struct slice record;    /* raw JSON object, as stored or as it is now; empty: none */
    struct slice remote_id; /* of a duplicate */
    struct slice fields;    /* raw JSON of what was refused */
};

/* Slices point into the reply's body or the arena. */
struct answer {
    enum answer_class class;
    char code[16];                          /* the platform's own code, else the HTTP status */
    int64_t delay_ms;                       /* before trying again; -1: none said */
    struct slice record, remote_id, fields; /* of a single read or write */
    struct slice *rows;                     /* LIST, QUERY: raw JSON, each one record */
    size_t row_count;
    struct slice row_array; /* all of them, with brackets, in the body; empty: no page */
    bool rows_same;         /* it is the array that was expected: rows is NULL, row_count 0 */
    bool unsent;            /* nor was it sent: the platform said that it is the page that was named */
    struct known_page known; /* LIST: what the page is known by from now on; its `of` is the caller's to fill */
    int64_t total;     /* -1: none stated */
    struct slice next; /* cursor; empty: no further page */
    int64_t stated;    /* instant that the listing is of; 0: none stated */
    /* BATCH with class OK only: one for each item of the request, in its order; an item that the
     * answer does not name, or names twice, is UNKNOWN */
    struct answer_item *items;
    size_t item_count;
    struct slice token;    /* TOKEN */
    int64_t token_seconds; /* 0: not said */
    int64_t now;           /* TIME: instant */
    bool has_date;
    int64_t date_ms; /* Date header, ms since 1970 */
};

/* Rules in their order; the first that matches gives the class. No rule: FATAL for a read, UNKNOWN
 * for a write. Text that is no JSON, or OK without what the call must bring: RETRY for a read,
 * UNKNOWN for a write. No whole reply: RETRY where nothing was sent or for a read, else UNKNOWN.
 * NO_MEMORY is the only failure. expected: rows of a listing that may come again; may be NULL. */
enum status answer_read(const struct definition *definition, const struct request *request,
                        const struct reply *reply, const struct split_expected *expected,
                        struct arena *arena, struct answer *ret);

/* The same of a reply 304 to a message that named a page which is still known: that page, with the total that it
 * stated then. answer_read takes a 304 for a fault of the platform: nobody asked for it. */
void answer_unsent(const struct definition *definition, const struct reply *reply, int64_t total,
                   struct answer *ret);

/* "Mon, 17 Apr 2023 00:00:00 GMT" (RFC 9110, 5.6.7, the one form that is sent). */
bool answer_http_date(struct slice text, int64_t *ret_instant);

#endif
