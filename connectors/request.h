/* What is asked of a platform, and the message that asks it in the platform's own words: target,
 * headers, body and signature by its definition. Pure: clock and chance are given in. */
#ifndef CONNECTORS_REQUEST_H
#define CONNECTORS_REQUEST_H

#include "connectors/message.h"
#include "connectors/platform.h"
#include "mapping/base/arena.h"

#include <jansson.h>

/* One record to be written. Borrowed. */
struct request_item {
    json_t *record;         /* from encode_record */
    struct slice remote_id; /* empty: a create */
    int64_t version;        /* that the update is based on; 0: a create */
    struct slice origin_system, origin_number;
};

/* Unused parts are zero. Borrowed texts. */
struct request {
    enum call call;
    enum entity entity;
    struct slice cursor;
    unsigned page, size; /* page from 1; size 0: the definition's own */
    int64_t since;       /* instant */
    bool has_since;
    struct slice region;
    int year;                    /* 0: none */
    const struct slice *persons; /* every spelling */
    size_t person_count;
    const struct slice *organisations;
    size_t organisation_count;
    struct slice remote_id;     /* READ; UPDATE where items[0] has none */
    struct request_item *items; /* CREATE, UPDATE: one; BATCH: one or more */
    size_t item_count;
    struct slice key; /* idempotency key, hex */
};

/* now_ms: our wall clock; the platform's offset is added for its timestamp. nonce: a text never
 * used before. Everything is put in the arena. UNSUPPORTED: the platform has no such call, or not
 * for so many; INVALID: something that the call needs is missing (a token, an id, a record), or the
 * target would hold a resident ID, which never stands in a URL (platforms.md, "Common to both");
 * NO_MEMORY; TOO_LARGE: more headers than a message holds. */
enum status request_build(const struct platform *platform, const struct request *request,
                          int64_t now_ms, struct slice nonce, struct arena *arena,
                          struct message *ret);

/* It may change the platform. */
bool request_writes(const struct request *request);

/* The text holds what looks like a resident ID: a run of exactly 18 digits (the last may be X) or
 * 15 digits, with the first two of a province and a date where a birth date stands. */
bool request_names_person(struct slice text);

#endif
