/* One of the two platforms as it runs: its store, its clock, what it remembers of its callers, and
 * what it counted. Both live under one lock, held around each request. */
#ifndef PLATFORM_PLATFORM_H
#define PLATFORM_PLATFORM_H

#include "mapping/base/bytes.h"
#include "tests/platform/cursor.h"
#include "tests/platform/fault.h"
#include "tests/platform/fields.h"
#include "tests/platform/idempotency.h"
#include "tests/platform/listing.h"
#include "tests/platform/nonce.h"
#include "tests/platform/store.h"
#include "tests/platform/token.h"

#include <stdbool.h>
#include <stdint.h>

#define COUNTER_MAP(X)                                                                             \
    X(requests)                                                                                    \
    X(bytes_in)                                                                                    \
    X(bytes_out)                                                                                   \
    X(creates)                                                                                     \
    X(updates)                                                                                     \
    X(noop_updates)                                                                                \
    X(duplicate_creates)                                                                           \
    X(duplicate_answers)                                                                           \
    X(idempotent_replays)                                                                          \
    X(precondition_answers)                                                                        \
    X(invalid_answers)                                                                             \
    X(not_found_answers)                                                                           \
    X(unauthorised_answers)                                                                        \
    X(malformed_answers)                                                                           \
    X(too_fast_answers)                                                                            \
    X(tokens_issued)                                                                               \
    X(ids_in_urls)                                                                                 \
    X(conditional_requests)                                                                        \
    X(not_modified_answers)                                                                        \
    X(faults_played)                                                                               \
    X(peak_per_second)

struct counters {
#define COUNTER_MEMBER(name) int64_t name;
    COUNTER_MAP(COUNTER_MEMBER)
#undef COUNTER_MEMBER
};

enum { LABELS = 48, LABEL_SIZE = 40, PEAK_WINDOW = 8192, WINDOW_MS = 1000 };

/* How often a class of request came, such as "GET /accounts". */
struct label {
    char text[LABEL_SIZE];
    int64_t count;
};

struct settings {
    const char *app_id; /* municipal app key */
    char *app_secret;
    const char *client_id; /* of the token, and x-gw-appid */
    char *client_secret;
    int64_t token_seconds;
    int64_t cursor_seconds;
    bool keep_refusals; /* idempotency: the worse platform of platforms.md */
    bool page_etags;    /* pages of a listing by number carry an ETag, and need not be sent again */
};

struct platform {
    enum platform_side side;
    struct store *store;
    const struct settings *settings;
    struct listings listings;
    struct cursors cursors;
    struct idempotency idempotency;
    struct nonces nonces;
    struct tokens tokens;
    int64_t clock_offset; /* seconds that its clock is ahead of the machine's */
    bool annual_recompute;
    bool frozen_time; /* for the request being answered; so is: */
    bool pretends;    /* nothing is stored */
    struct counters counters;
    struct label labels[LABELS];
    int64_t begun[PEAK_WINDOW]; /* ms at which the last requests began */
    uint64_t begun_first, begun_next;
    uint64_t seed;
    uint64_t trace; /* number of the request, for trace ids and scrambling */
};

/* The machine's clock. */
int64_t clock_seconds(void);
int64_t clock_ms(void);
/* The platform's own clock. */
int64_t platform_now(const struct platform *platform);

/* Takes over the store; the settings live longer. */
void platform_begin(struct platform *platform, enum platform_side side, struct store *store,
                    const struct settings *settings, uint64_t seed);
void platform_free(struct platform *platform);
/* Counts one request of that class, and the busiest second. */
void platform_count(struct platform *platform, const char *method, const char *path_class);
/* An order of 0..count-1 that is a function of the seed and the number of the request. */
void platform_scramble(const struct platform *platform, uint32_t *numbers, size_t count);

/* A request as it came. */
struct request {
    void *connection;
    const char *method;
    const char *target; /* as sent */
    char *path;         /* as sent, without the query */
    const char *query;  /* as sent, behind '?'; NULL: there is no '?' */
    struct slice body;  /* NUL-terminated */
    struct play play;
};

/* The header's value, or NULL. */
const char *request_header(const struct request *request, const char *name);
/* The decoded value of a query member; false: not there. CORRUPT escapes, too long: "\x01". */
bool request_query(const struct request *request, const char *name, char *ret, size_t size);
/* %XX decoded in place of `size` bytes; '+' is a space where asked. False: not well-formed. */
bool request_decode(struct slice text, bool plus, char *ret, size_t size);

enum { ETAG_SIZE = 32 };

struct answer {
    int status;
    const char *content_type;
    struct buffer body;
    char etag[ETAG_SIZE];
    char retry_after[64];
};

enum { ANSWER_LIMIT = 256 * 1024 * 1024 };

/* An HTML page as gateways send it. */
void answer_html(struct answer *answer, int status);

void municipal_answer(struct platform *platform, const struct request *request,
                      struct answer *answer);
void provincial_answer(struct platform *platform, const struct request *request,
                       struct answer *answer);
/* 429 and 5xx in the platform's own form (a fault). */
void municipal_too_fast(struct platform *platform, struct answer *answer, int64_t retry_ms);
void municipal_broken(struct platform *platform, struct answer *answer, int status);
void provincial_too_fast(struct platform *platform, struct answer *answer, const char *retry_after);
void provincial_broken(struct platform *platform, struct answer *answer, int status);

#endif
