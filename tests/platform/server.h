/* HTTP and TLS around the platforms and the control calls. */
#ifndef PLATFORM_SERVER_H
#define PLATFORM_SERVER_H

#include "tests/platform/service.h"

struct MHD_Daemon;

enum server_role { SERVER_MUNICIPAL, SERVER_PROVINCIAL, SERVER_CONTROL };

struct server {
    struct service *service;
    enum server_role role;
    struct MHD_Daemon *daemon;
    uint16_t port; /* the one that it listens on */
};

/* Listens on 127.0.0.1; port 0: a free one. certificate, key: PEM texts, NULL: plain HTTP. */
enum status server_begin(struct server *server, uint16_t port, const char *certificate,
                         const char *key);
void server_end(struct server *server);

#endif
