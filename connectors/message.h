/* One HTTP request as it is sent and its reply as it came, as plain data: what the connectors build
 * and read, and what the network room carries. */
#ifndef CONNECTORS_MESSAGE_H
#define CONNECTORS_MESSAGE_H

#include "mapping/base/bytes.h"

struct header {
    struct slice name, value;
};

enum { MESSAGE_HEADERS = 24 };

/* Owns nothing: the texts lie in the arena that it was built with. */
struct message {
    struct slice method;
    struct slice target; /* base path + path [+ ?query], exactly as sent */
    struct header headers[MESSAGE_HEADERS];
    size_t header_count;
    struct slice body;
    bool write; /* may change the platform: never to be sent twice blindly */
    bool conditional; /* it names an ETag: what still has that one is not sent */
    uint8_t of[16];   /* LIST: what an ETag of the answer belongs to, as struct known_page says */
};

enum reply_end {
    REPLY_COMPLETE,
    REPLY_NOT_SENT, /* no connection, TLS refused: certainly nothing was done */
    REPLY_UNKNOWN,  /* sent at least in part, no whole answer */
    REPLY_TOO_LARGE /* the body went past the largest one allowed */
};

struct reply {
    enum reply_end end;
    int status;                                         /* HTTP; 0: none arrived */
    struct slice content_type, retry_after, date, etag; /* header values; empty: not there */
    struct slice body;
    int64_t arrived_ms; /* wall clock, ms since 1970, when the status line arrived; 0: none did */
    int64_t took_ms;
};

#endif
