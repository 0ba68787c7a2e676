/* Where messages go and how: the options of http.h checked, completed and kept (for http.c). */
#ifndef NET_ENDPOINT_H
#define NET_ENDPOINT_H

#include "daemon/net/http.h"
#include "mapping/base/arena.h"

enum { ENDPOINT_PARALLEL_MOST = 64 };

struct endpoint {
    struct http_options options; /* all filled; texts lie in `texts` */
    struct arena texts;
    char *host; /* of curl's */
    long port;
    bool literal; /* the host is an address */
};

/* INVALID with a fault: the address, or a file that cannot be read. Freed with endpoint_free in any
 * case. */
enum status endpoint_read(const struct http_options *options, struct endpoint *ret,
                          struct fault *ret_fault);
void endpoint_free(struct endpoint *endpoint);

#endif
