/* The addresses of one host name, looked up beside the loop: a name server that does not answer
 * never holds it up. A literal address needs no look-up. Addresses that no platform can have
 * (unspecified, multicast and reserved, link-local, however they are written) are left out. */
#ifndef NET_RESOLVE_H
#define NET_RESOLVE_H

#include "mapping/base/status.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

enum { RESOLVE_TEXT_BYTES = 512, RESOLVE_KEEP_MS = 30000 };

struct resolver;

/* host: a name, or an address (IPv6 without brackets); copied. changed: called on the loop, never
 * before resolve_ask has returned, when an asked look-up was answered or failed. */
enum status resolve_open(uv_loop_t *loop, const char *host, void (*changed)(void *context),
                         void *context, struct resolver **ret);
/* Asks, unless an answer is younger than RESOLVE_KEEP_MS or a look-up is under way. */
void resolve_ask(struct resolver *resolver);
/* "127.0.0.1,[::1]" as CURLOPT_RESOLVE wants it; NULL: not known (yet). Valid until the next
 * answer. An old answer is still given while it is asked for again. */
const char *resolve_addresses(const struct resolver *resolver);
/* Why they are not known: static English. */
const char *resolve_failure(const struct resolver *resolver);
/* Whether the address, as text without brackets, is one that a platform can have. */
bool resolve_admits(const char *address);
/* A look-up is under way and there is nothing older to go by. */
bool resolve_waiting(const struct resolver *resolver);
/* `changed` is not called any more. A look-up under way ends by itself later, holding nothing but
 * itself. */
void resolve_close(struct resolver *resolver);

#endif
