/* One side's connections: messages out, replies in, on the loop; the only room that speaks curl. At
 * most `parallel` messages are under way, the others wait in order. A message goes out at most
 * once: what libcurl would send again by itself on a connection that died is cut off and told as
 * unknown, whatever the method. No redirects, no proxies, no decoding; https only unless allowed.
 * Of the loop's thread. */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "connectors/message.h"
#include "mapping/base/bytes.h"
#include "mapping/base/status.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

/* Zero is 'the default' for the numbers. Texts are copied by http_open; "" and NULL are alike. */
struct http_options {
    const char *url;     /* scheme://host[:port], nothing behind it */
    const char *key;     /* the setting's name, for faults: "municipal.url" */
    bool plaintext;      /* http:// is allowed (connectors.md, "transport") */
    const char *ca_file; /* PEM; empty: the system's */
    const char *client_certificate, *client_key; /* PEM files */
    const char *pinned_key;                      /* "sha256//BASE64" */
    int tls_minimum;                             /* 12 (default) or 13 */
    unsigned parallel;                           /* messages under way; 4 */
    int64_t connect_timeout_ms;                  /* name, connection and TLS together; 10 s */
    int64_t timeout_ms;      /* one message, from its start to the end of its reply; 60 s */
    int64_t low_speed_bytes; /* a second, over low_speed_ms; 10 */
    int64_t low_speed_ms;    /* 20 s */
    size_t largest_body;     /* of a reply; 64 MiB */
};

enum { CERTIFICATE_SOON_SECONDS = 30 * 86400 }; /* to its end: people are warned */

/* For `status`. */
struct http_facts {
    int64_t certificate_expires; /* instant, of the certificate last seen; 0: none seen */
    uint64_t sent, connections;  /* messages begun on the wire; connections made */
    uint64_t bytes_in;           /* of bodies */
    const char *failure; /* static English text: why the last message had no whole answer; "" */
};

struct http;

/* No connection is made yet. INVALID with a fault: the address, or a file that cannot be read. */
enum status http_open(uv_loop_t *loop, const struct http_options *options, struct http **ret,
                      struct fault *ret_fault);

/* Sends a message; all of it is copied. done is called exactly once, on the loop, never before
 * http_send has returned; *reply and its texts are valid during that call. It may call http_send,
 * http_cancel_all and http_close. INVALID: a method, target or header that HTTP cannot carry; BUSY:
 * being closed; then done is not called. */
enum status http_send(struct http *http, const struct message *message,
                      void (*done)(void *context, const struct reply *reply), void *context);

/* Messages waiting or under way. */
size_t http_pending(const struct http *http);

/* Ends all of them now, calling `done` of each before it returns: NOT_SENT for what certainly did
 * not go out, else UNKNOWN. */
void http_cancel_all(struct http *http);

/* As http_cancel_all, then frees *http when the loop has let go of it; `closed` (may be NULL) is
 * called then. */
void http_close(struct http *http, void (*closed)(void *context), void *context);

struct http_facts http_facts(const struct http *http);

#endif
