#include "tests/support/peer.h"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void must(bool good, const char *what)
{
    if (!good) {
        (void)fprintf(stderr, "peer: %s failed\n", what);
        abort();
    }
}

static X509 *certify(EVP_PKEY *key, const struct peer_certificate *wanted)
{
    X509 *certificate = X509_new();
    char alternative[128];
    bool address = wanted->name[0] >= '0' && wanted->name[0] <= '9';
    (void)snprintf(alternative, sizeof alternative, "%s:%s", address ? "IP" : "DNS", wanted->name);
    X509_NAME *name = X509_get_subject_name(certificate);
    (void)X509_set_version(certificate, 2);
    (void)ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    (void)X509_gmtime_adj(X509_getm_notBefore(certificate), (long)wanted->valid_from_s);
    (void)X509_gmtime_adj(X509_getm_notAfter(certificate), (long)wanted->valid_to_s);
    (void)X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"peer", -1,
                                     -1, 0);
    (void)X509_set_issuer_name(certificate, name);
    (void)X509_set_pubkey(certificate, key);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, alternative);
    must(extension != NULL && X509_add_ext(certificate, extension, -1) == 1, "extension");
    X509_EXTENSION_free(extension);
    must(X509_sign(certificate, key, EVP_sha256()) > 0, "X509_sign");
    return certificate;
}

static SSL_CTX *make_tls(const struct peer_certificate *wanted, const char *ca_file)
{
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = certify(key, wanted);
    must(SSL_CTX_use_certificate(tls, certificate) == 1 && SSL_CTX_use_PrivateKey(tls, key) == 1,
         "SSL_CTX_use");
    if (ca_file != NULL) {
        FILE *to = fopen(ca_file, "we");
        must(to != NULL && PEM_write_X509(to, certificate) == 1 && fclose(to) == 0, "ca_file");
    }
    X509_free(certificate);
    EVP_PKEY_free(key);
    return tls;
}

static void count(struct peer *peer)
{
    int now = atomic_fetch_add(&peer->at_once, 1) + 1;
    int most = atomic_load(&peer->most_at_once);
    while (now > most && !atomic_compare_exchange_weak(&peer->most_at_once, &most, now))
        ;
}

static void *run_line(void *context)
{
    struct peer_line *line = context;
    struct peer *peer = line->peer;
    count(peer);
    bool ready = true;
    if (peer->tls != NULL) {
        line->tls = SSL_new(peer->tls);
        (void)SSL_set_fd(line->tls, line->socket);
        ready = SSL_accept(line->tls) == 1;
    }
    if (ready)
        peer->serve(line);
    if (line->tls != NULL && ready)
        (void)SSL_shutdown(line->tls);
    SSL_free(line->tls);
    (void)close(line->socket);
    free(line);
    atomic_fetch_sub(&peer->at_once, 1);
    atomic_fetch_sub(&peer->lines, 1);
    return NULL;
}

static void *run_peer(void *context)
{
    struct peer *peer = context;
    while (!atomic_load(&peer->stopping)) {
        struct pollfd ready = {.fd = peer->listener, .events = POLLIN};
        if (poll(&ready, 1, 20) <= 0)
            continue;
        int socket = accept4(peer->listener, NULL, NULL, SOCK_CLOEXEC);
        if (socket < 0)
            continue;
        struct peer_line *line = calloc(1, sizeof *line);
        must(line != NULL, "calloc");
        line->peer = peer;
        line->socket = socket;
        line->number = atomic_fetch_add(&peer->connections, 1) + 1;
        atomic_fetch_add(&peer->lines, 1);
        pthread_t thread;
        must(pthread_create(&thread, NULL, run_line, line) == 0, "pthread_create");
        (void)pthread_detach(thread);
    }
    return NULL;
}

void peer_start(struct peer *peer, void (*serve)(struct peer_line *line),
                const struct peer_certificate *certificate, const char *ca_file)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    memset(peer, 0, sizeof *peer);
    peer->serve = serve;
    peer->tls = certificate == NULL ? NULL : make_tls(certificate, ca_file);
    peer->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(bind(peer->listener, (struct sockaddr *)&address, size) == 0, "bind");
    must(listen(peer->listener, 64) == 0, "listen");
    must(getsockname(peer->listener, (struct sockaddr *)&address, &size) == 0, "getsockname");
    peer->port = ntohs(address.sin_port);
    must(pthread_create(&peer->thread, NULL, run_peer, peer) == 0, "pthread_create");
}

void peer_stop(struct peer *peer)
{
    atomic_store(&peer->stopping, true);
    (void)pthread_join(peer->thread, NULL);
    while (atomic_load(&peer->lines) > 0)
        (void)usleep(1000);
    (void)close(peer->listener);
    SSL_CTX_free(peer->tls);
}

static long receive(struct peer_line *line, char *at, size_t size)
{
    if (line->tls != NULL)
        return SSL_read(line->tls, at, (int)size);
    return recv(line->socket, at, size, 0);
}

bool peer_request(struct peer_line *line, char *text, size_t size)
{
    size_t used = 0, whole = 0;
    while (whole == 0 || used < whole) {
        long got = used + 1 < size ? receive(line, text + used, size - used - 1) : -1;
        if (got <= 0)
            return false;
        used += (size_t)got;
        text[used] = '\0';
        const char *end = strstr(text, "\r\n\r\n");
        if (whole == 0 && end != NULL) {
            const char *length = strcasestr(text, "Content-Length:");
            whole = (size_t)(end - text) + 4;
            if (length != NULL && length < end)
                whole += strtoul(length + 15, NULL, 10);
        }
    }
    atomic_fetch_add(&line->peer->requests, 1);
    return true;
}

bool peer_send(struct peer_line *line, const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size > 0) {
        long sent = line->tls != NULL ? SSL_write(line->tls, at, (int)size)
                                      : send(line->socket, at, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        atomic_fetch_add(&line->peer->bytes_out, sent);
        at += sent;
        size -= (size_t)sent;
    }
    return true;
}

bool peer_say(struct peer_line *line, const char *text)
{
    return peer_send(line, text, strlen(text));
}
