/* The municipal platform's answers, inside: the envelope, and its three kinds of calls. */
#ifndef PLATFORM_MUNICIPAL_H
#define PLATFORM_MUNICIPAL_H

#include "tests/platform/platform.h"
#include "tests/platform/writes.h"

#define MUNICIPAL_BASE "/api/open/v1"

enum municipal_code {
    MUNICIPAL_OK = 0,
    MUNICIPAL_MALFORMED = 40000,
    MUNICIPAL_BAD_SIGNATURE = 40101,
    MUNICIPAL_BAD_TIME = 40102,
    MUNICIPAL_NONCE_SEEN = 40103,
    MUNICIPAL_FORBIDDEN = 40300,
    MUNICIPAL_NOT_FOUND = 40400,
    MUNICIPAL_STALE = 40901,
    MUNICIPAL_DUPLICATE = 40902,
    MUNICIPAL_INVALID = 42200,
    MUNICIPAL_TOO_FAST = 42900,
    MUNICIPAL_INTERNAL = 50000,
    MUNICIPAL_MAINTENANCE = 50300
};

enum { MUNICIPAL_PAGE = 500, PAGE_MOST = 1000, BATCH_MOST = 100 };

/* The envelope up to `"data":`; the caller appends the value and closes with '}'. */
void municipal_open(struct platform *platform, struct answer *answer, enum municipal_code code);
/* A whole error envelope with data null; counted. */
void municipal_refuse(struct platform *platform, struct answer *answer, enum municipal_code code);
const char *municipal_message(enum municipal_code code);
void municipal_count_answer(struct platform *platform, enum municipal_code code);

/* Lists (`query` NULL: GET with filters; else the POST query's object). */
void municipal_list(struct platform *platform, const struct request *request, enum entity entity,
                    const json_t *query, struct answer *answer);
void municipal_one(struct platform *platform, const struct request *request, enum entity entity,
                   const char *id, struct answer *answer);
/* A create (id NULL) or an update; returns the code of the answer. */
enum municipal_code municipal_write(struct platform *platform, enum entity entity, const char *id,
                                    const json_t *object, struct answer *answer);
/* True when no item failed. */
bool municipal_batch(struct platform *platform, const json_t *object, struct answer *answer);

/* The object behind a request's body; NULL: malformed. */
json_t *municipal_body(const struct request *request);

#endif
