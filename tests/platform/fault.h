/* The faults that the platforms play (platforms.md, "Faults that both have in life"). A fault
 * applies to its next `count` matching requests, or with a probability from a seeded generator. */
#ifndef PLATFORM_FAULT_H
#define PLATFORM_FAULT_H

#include "tests/platform/model.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAULT_MAP(X)                                                                               \
    X(LATENCY, "latency")           /* ms, jitter_ms */                                            \
    X(CUT_BEFORE, "cut_before")     /* closed, nothing stored, no answer */                        \
    X(CUT_INSIDE, "cut_inside")     /* half of the body, then closed */                            \
    X(CUT_AFTER, "cut_after")       /* the whole answer, then closed unannounced */                \
    X(ANSWER_LOST, "answer_lost")   /* stored, no answer */                                        \
    X(TOO_MANY, "too_many")         /* 429: retry_after seconds, or http_date */                   \
    X(SERVER_ERROR, "server_error") /* status 500 to 504 */                                        \
    X(REFUSED, "refused")           /* status 422 or 403, in the platform's own words */           \
    X(HTML, "html")                 /* an HTML page, with `status` (200) */                        \
    X(TRUNCATED, "truncated_json")  /* whole answer, half of its JSON */                           \
    X(INVALID_JSON, "invalid_json")                                                                \
    X(INVALID_UTF8, "invalid_utf8")   /* in a name */                                              \
    X(NUL, "nul")                     /* \u0000 in a name */                                       \
    X(HUGE_BODY, "huge_body")         /* bytes */                                                  \
    X(DEEP_NESTING, "deep_nesting")   /* depth */                                                  \
    X(PAGE_REPEATED, "page_repeated") /* the page before */                                        \
    X(PAGE_SKIPPED, "page_skipped")   /* the page after */                                         \
    X(PAGE_SHIFT, "page_shift")       /* a write before the page is taken */                       \
    X(TOTAL_LIES, "total_lies")       /* by `delta` */                                             \
    X(EMPTY_LIST, "empty_list")                                                                    \
    X(CURSOR_EXPIRED, "cursor_expired")                                                            \
    X(CURSOR_LOOP, "cursor_loop")                                                                  \
    X(TOKEN_REVOKED, "token_revoked")                                                              \
    X(CLOCK, "clock")                 /* offset_seconds from now on */                             \
    X(FROZEN_TIME, "frozen_time")     /* a write leaves the update time */                         \
    X(STALE, "stale")                 /* reads as of `seconds` ago */                              \
    X(UNKNOWN_CODE, "unknown_code")   /* field, value */                                           \
    X(MISSING_FIELD, "missing_field") /* field; index, or all */                                   \
    X(NULL_FIELD, "null_field")                                                                    \
    X(EXTRA_FIELD, "extra_field")                                                                  \
    X(SAME_TWICE, "same_twice") /* a record again; with new_id as another */                       \
    X(TRICKLE, "trickle")       /* one byte each `ms` (1000) */                                    \
    X(NOT_STORED, "not_stored") /* a write is answered as if it were stored, and is not */         \
    X(OTHER_RECORD, "other_record") /* a write is answered with another record */                  \
    X(OTHER_INDEX, "other_index")   /* a batch's results name each other's items */                \
    X(VERSION_KEPT, "version_kept") /* a write is answered with the version that was */            \
    X(OTHER_ORIGIN, "other_origin") /* a write is answered with another origin */                  \
    X(NOT_MODIFIED, "not_modified") /* 304 to whoever names no ETag */                             \
    X(RESTORED, "restored")     /* the store goes back to its snapshot first */

enum fault_kind {
#define FAULT_ENUM(name, text) FAULT_##name,
    FAULT_MAP(FAULT_ENUM)
#undef FAULT_ENUM
        FAULT_KINDS
};

enum { FAULT_TEXT = 128, FAULTS = 64, FAULTS_AT_ONCE = 4, FAULT_FOR_EVER = -1 };

struct played_fault {
    enum fault_kind kind;
    int side;              /* enum platform_side; -1: both */
    char method[8];        /* "": any */
    char path[FAULT_TEXT]; /* substring of the target; "": any */
    char body[FAULT_TEXT]; /* substring of the request's body; "": any */
    int64_t after;         /* matching requests still let through first */
    int64_t count;         /* still to be played; FAULT_FOR_EVER */
    double probability;    /* of a matching request; 1: each */
    int64_t hits;          /* played so far */
    int status;
    int64_t ms, jitter_ms, retry_after, bytes, depth, delta, seconds, index;
    bool http_date, all, new_id, stored;
    char field[FAULT_TEXT];
    char value[FAULT_TEXT];
};

struct faults {
    struct played_fault list[FAULTS];
    size_t count;
    uint64_t random; /* state of the generator */
};

/* What is played for one request: copies. */
struct play {
    struct played_fault faults[FAULTS_AT_ONCE];
    size_t count;
};

/* Adds one from its JSON description; NULL, or what is wrong with it (static). */
const char *faults_add(struct faults *faults, const json_t *description);
json_t *faults_list(const struct faults *faults);
/* Takes those that apply to the request, counting them down. */
void faults_pick(struct faults *faults, enum platform_side side, const char *method,
                 const char *target, const char *body, struct play *ret);
/* The fault of that kind that is played, or NULL. */
const struct played_fault *play_of(const struct play *play, enum fault_kind kind);
/* The next number of the seeded generator. */
uint64_t faults_random(struct faults *faults);

#endif
