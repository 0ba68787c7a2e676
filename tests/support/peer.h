/* A server that a test plays itself, byte for byte, on 127.0.0.1: one thread a connection runs the
 * test's `serve`. With TLS it shows a certificate made for the test. */
#ifndef SUPPORT_PEER_H
#define SUPPORT_PEER_H

#include <openssl/ssl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct peer;

/* One connection. */
struct peer_line {
    struct peer *peer;
    int socket;
    SSL *tls;
    int number; /* of the connection, from 1 */
};

struct peer {
    int port;
    void (*serve)(struct peer_line *line);
    void *context;
    atomic_int connections, requests, at_once, most_at_once;
    _Atomic int64_t bytes_out;
    /* inside */
    int listener;
    SSL_CTX *tls;
    pthread_t thread;
    atomic_int lines;
    atomic_bool stopping;
};

struct peer_certificate {
    const char *name;     /* DNS name; "127.0.0.1" becomes an address */
    int64_t valid_from_s; /* from now */
    int64_t valid_to_s;
};

/* Starts; a certificate makes it a TLS server, whose CA is written to ca_file. */
void peer_start(struct peer *peer, void (*serve)(struct peer_line *line),
                const struct peer_certificate *certificate, const char *ca_file);
/* Waits for all connections' threads. */
void peer_stop(struct peer *peer);

/* Reads one request with its body (Content-Length); false: the client hung up. Counts it. */
bool peer_request(struct peer_line *line, char *text, size_t size);
/* false: the client hung up. */
bool peer_send(struct peer_line *line, const void *bytes, size_t size);
bool peer_say(struct peer_line *line, const char *text);

#endif
