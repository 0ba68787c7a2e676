#include "daemon/net/resolve.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Outlives its resolver when a name server takes its time. */
struct lookup {
    uv_getaddrinfo_t request;
    struct resolver *resolver; /* NULL: closed */
};

struct resolver {
    uv_loop_t *loop;
    char host[256];
    struct lookup *lookup; /* under way */
    uint64_t answered_ms;
    bool refused;                       /* the last answer held none that a platform can have */
    char addresses[RESOLVE_TEXT_BYTES]; /* "": none known */
    void (*changed)(void *context);
    void *context;
};

static bool admits4(struct in_addr address)
{
    uint32_t number = ntohl(address.s_addr);
    return number >> 24 != 0 && number >> 28 < 0xE && number >> 16 != 0xA9FE;
}

/* An IPv6 address that stands for an IPv4 one (mapped, or translated by NAT64) is judged as that. */
static bool admits6(const struct in6_addr *address)
{
    static const uint8_t translated[12] = {0x00, 0x64, 0xff, 0x9b};
    struct in_addr four;
    memcpy(&four, address->s6_addr + 12, sizeof four);
    if (IN6_IS_ADDR_V4MAPPED(address) || memcmp(address->s6_addr, translated, sizeof translated) == 0)
        return admits4(four);
    return !IN6_IS_ADDR_UNSPECIFIED(address) && !IN6_IS_ADDR_MULTICAST(address) &&
           !IN6_IS_ADDR_LINKLOCAL(address);
}

bool resolve_admits(const char *address)
{
    struct in_addr four;
    struct in6_addr six;
    if (inet_pton(AF_INET, address, &four) == 1)
        return admits4(four);
    return inet_pton(AF_INET6, address, &six) == 1 && admits6(&six);
}

/* Appends one address; what does not fit is left out. */
static void append(char list[RESOLVE_TEXT_BYTES], const struct sockaddr *address)
{
    char text[INET6_ADDRSTRLEN + 1];
    const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)address;
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)address;
    bool is_six = address->sa_family == AF_INET6;
    if (is_six ? !admits6(&six->sin6_addr)
               : address->sa_family != AF_INET || !admits4(four->sin_addr))
        return;
    if ((is_six ? uv_ip6_name(six, text, sizeof text) : uv_ip4_name(four, text, sizeof text)) != 0)
        return;
    size_t used = strlen(list);
    if (used + strlen(text) + 4 > RESOLVE_TEXT_BYTES)
        return;
    (void)snprintf(list + used, RESOLVE_TEXT_BYTES - used, is_six ? "%s[%s]" : "%s%s",
                   used > 0 ? "," : "", text);
}

static void answered(uv_getaddrinfo_t *request, int status, struct addrinfo *first)
{
    struct lookup *lookup = request->data;
    struct resolver *resolver = lookup->resolver;
    free(lookup);
    if (resolver == NULL) {
        uv_freeaddrinfo(first);
        return;
    }
    resolver->lookup = NULL;
    resolver->answered_ms = uv_now(resolver->loop);
    char list[RESOLVE_TEXT_BYTES] = "";
    for (struct addrinfo *each = status == 0 ? first : NULL; each != NULL; each = each->ai_next)
        append(list, each->ai_addr);
    uv_freeaddrinfo(first);
    /* A name server that is down for a moment does not make a platform unreachable. */
    if (list[0] != '\0')
        memcpy(resolver->addresses, list, sizeof list);
    resolver->refused = status == 0 && list[0] == '\0';
    resolver->changed(resolver->context);
}

enum status resolve_open(uv_loop_t *loop, const char *host, void (*changed)(void *context),
                         void *context, struct resolver **ret)
{
    if (strlen(host) >= sizeof((struct resolver *)NULL)->host)
        return STATUS_INVALID;
    struct resolver *resolver = calloc(1, sizeof *resolver);
    if (resolver == NULL)
        return STATUS_NO_MEMORY;
    resolver->loop = loop;
    resolver->changed = changed;
    resolver->context = context;
    (void)snprintf(resolver->host, sizeof resolver->host, "%s", host);
    *ret = resolver;
    return STATUS_OK;
}

void resolve_ask(struct resolver *resolver)
{
    uint64_t age = uv_now(resolver->loop) - resolver->answered_ms;
    if (resolver->lookup != NULL || (resolver->addresses[0] != '\0' && age < RESOLVE_KEEP_MS))
        return;
    struct lookup *lookup = calloc(1, sizeof *lookup);
    if (lookup == NULL)
        return;
    lookup->resolver = resolver;
    lookup->request.data = lookup;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
    /* Of a machine without any network, loopback is still asked for. */
    if (strcmp(resolver->host, "localhost") == 0)
        hints.ai_flags = 0;
    if (uv_getaddrinfo(resolver->loop, &lookup->request, answered, resolver->host, NULL, &hints) ==
        0)
        resolver->lookup = lookup;
    else
        free(lookup);
}

const char *resolve_addresses(const struct resolver *resolver)
{
    return resolver->addresses[0] == '\0' ? NULL : resolver->addresses;
}

const char *resolve_failure(const struct resolver *resolver)
{
    return resolver->refused ? "the host name has no address that a platform can have"
                             : "the host name cannot be resolved";
}

bool resolve_waiting(const struct resolver *resolver)
{
    return resolver->lookup != NULL && resolver->addresses[0] == '\0';
}

void resolve_close(struct resolver *resolver)
{
    if (resolver == NULL)
        return;
    if (resolver->lookup != NULL) {
        resolver->lookup->resolver = NULL;
        (void)uv_cancel((uv_req_t *)&resolver->lookup->request);
    }
    free(resolver);
}
