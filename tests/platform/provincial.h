/* The provincial platform's answers, inside: its errors, and its three kinds of calls. */
#ifndef PLATFORM_PROVINCIAL_H
#define PLATFORM_PROVINCIAL_H

#include "tests/platform/platform.h"
#include "tests/platform/writes.h"

#define PROVINCIAL_BASE "/gw"

enum { PROVINCIAL_PAGE = 500, ROWS_MOST = 1000, ITEMS_MOST = 200 };

enum provincial_error {
    PROVINCIAL_BAD_REQUEST,
    PROVINCIAL_BAD_CLIENT,
    PROVINCIAL_TOKEN,
    PROVINCIAL_SIGNATURE,
    PROVINCIAL_TIME,
    PROVINCIAL_NONCE,
    PROVINCIAL_FORBIDDEN,
    PROVINCIAL_NOT_FOUND,
    PROVINCIAL_DUPLICATE,
    PROVINCIAL_CURSOR_DEAD,
    PROVINCIAL_PRECONDITION,
    PROVINCIAL_INVALID,
    PROVINCIAL_TOO_FAST,
    PROVINCIAL_INTERNAL,
    PROVINCIAL_ERRORS
};

/* A whole error answer; counted. */
void provincial_refuse(struct platform *platform, struct answer *answer,
                       enum provincial_error error);
/* The error's object without the closing '}', for errors that say more; counted. */
void provincial_open(struct platform *platform, struct answer *answer, enum provincial_error error);
void provincial_count_answer(struct platform *platform, enum provincial_error error);
const char *provincial_message(enum provincial_error error);

/* Lists (`query` NULL: GET with filters; else the POST query's object). */
void provincial_list(struct platform *platform, const struct request *request, enum entity entity,
                     const json_t *query, struct answer *answer);
void provincial_one(struct platform *platform, const struct request *request, enum entity entity,
                    const char *id, struct answer *answer);
/* POST /ry (id NULL) and PUT /ry/{id}. */
void provincial_write_account(struct platform *platform, const struct request *request,
                              const char *id, json_t *object, struct answer *answer);
/* PUT /xs/{system}/{number}. */
void provincial_write_hours(struct platform *platform, const struct request *request,
                            const char *system, const char *number, json_t *object,
                            struct answer *answer);
/* POST /xs/plsc. */
void provincial_batch(struct platform *platform, json_t *object, struct answer *answer);
/* POST /oauth2/token. */
void provincial_token(struct platform *platform, const struct request *request,
                      struct answer *answer);
void provincial_etag(struct answer *answer, enum entity entity, const struct row *row);

#endif
