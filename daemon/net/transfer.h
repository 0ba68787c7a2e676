/* One message and its reply on one curl handle (for http.c): what is set, what is counted, and how
 * it ended. Knows no loop. */
#ifndef NET_TRANSFER_H
#define NET_TRANSFER_H

#include "daemon/net/http.h"

#include <curl/curl.h>

enum { TRANSFER_HEADER_BYTES = 512 }; /* a longer header value is left out */

struct transfer {
    struct transfer *next;
    CURL *easy; /* while under way */
    void (*done)(void *context, const struct reply *reply);
    void *context;
    bool sent;  /* a connection stood and the message was given to it */
    bool again; /* libcurl was about to send it a second time */
    bool too_large;
    uint64_t began_ns;
    uint64_t arrived_ns; /* of the status line, by the monotonic clock */
    int64_t certificate_expires; /* 0: not seen */
    struct curl_slist *headers, *addresses;
    struct buffer body;
    char content_type[TRANSFER_HEADER_BYTES], retry_after[TRANSFER_HEADER_BYTES];
    char date[TRANSFER_HEADER_BYTES], etag[TRANSFER_HEADER_BYTES];
    size_t message_size;
    char *method, *target, *message; /* NUL-terminated pieces of one allocation: `method` */
};

/* Copies the message. INVALID when HTTP cannot carry it. */
enum status transfer_new(const struct message *message, size_t largest_body, struct transfer **ret);
void transfer_free(struct transfer *transfer);

/* Makes *easy ready to be added. addresses: for CURLOPT_RESOLVE, "host:port:address,…", or NULL. */
enum status transfer_begin(struct transfer *transfer, CURL *easy,
                           const struct http_options *options, CURLSH *share,
                           const char *addresses);
/* *ret has texts of the transfer. ret_failure: static English, "" when it is complete. */
void transfer_end(struct transfer *transfer, CURLcode code, struct reply *ret,
                  const char **ret_failure);
/* Of one that never began, or is taken from its handle. */
void transfer_cut(const struct transfer *transfer, struct reply *ret);

#endif
