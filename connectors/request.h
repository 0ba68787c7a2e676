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

enum { KNOWN_ETAG_BYTES = 128 };

/* A page as it came: the ETag that it had then, and a digest of the address, the caller and the target that it was
 * asked by. An ETag says nothing elsewhere, to others, or of another target. Borrowed text. */
struct known_page {
    struct slice etag; /* as in the header; empty: none */
    uint8_t of[16];
};

/* It has the form of an ETag (RFC 9110, 8.8.3), and is not longer than is kept. */
bool request_is_etag(struct slice text);

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
    struct known_page known; /* LIST: it need not come when it is still this one */
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
