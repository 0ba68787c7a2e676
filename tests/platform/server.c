#include "tests/platform/server.h"

#include "tests/platform/control.h"
#include "tests/platform/delay.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum {
    THREADS = 2,
    CONNECTION_MEMORY = 64 * 1024,
    CONNECTION_SECONDS = 120,
    BODY_MOST = 16 * 1024 * 1024,
    CONTROL_BODY_MOST = 1024 * 1024 * 1024,
    BLOCK_SIZE = 32 * 1024
};

static const size_t CONTROL_ANSWER_MOST = (size_t)4096 * 1024 * 1024;

/* One request and its answer, from the first line to the last byte. */
struct exchange {
    char *target;
    char *path;
    struct buffer body;
    struct answer answer;
    struct delivery delivery;
    bool answered, begun, too_large;
};

static void exchange_free(struct exchange *exchange)
{
    if (exchange == NULL)
        return;
    buffer_free(&exchange->body);
    buffer_free(&exchange->answer.body);
    free(exchange->target);
    free(exchange->path);
    free(exchange);
}

/* Called with the target as it was sent, before anything is decoded. */
static void *exchange_begin(void *context, const char *target, struct MHD_Connection *connection)
{
    const struct server *server = context;
    struct exchange *exchange = calloc(1, sizeof *exchange);
    (void)connection;
    if (exchange == NULL)
        return NULL;
    exchange->target = strdup(target);
    exchange->path = strdup(target);
    buffer_init(&exchange->body, server->role == SERVER_CONTROL ? CONTROL_BODY_MOST : BODY_MOST);
    buffer_init(&exchange->answer.body,
                server->role == SERVER_CONTROL ? CONTROL_ANSWER_MOST : (size_t)ANSWER_LIMIT);
    if (exchange->target != NULL && exchange->path != NULL)
        return exchange;
    exchange_free(exchange);
    return NULL;
}

static void exchange_end(void *context, struct MHD_Connection *connection, void **exchange_at,
                         enum MHD_RequestTerminationCode why)
{
    struct exchange *exchange = *exchange_at;
    (void)context;
    if (exchange != NULL && exchange->delivery.way == DELIVER_THEN_CLOSE &&
        why == MHD_REQUEST_TERMINATED_COMPLETED_OK) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        if (info != NULL)
            shutdown(info->connect_fd, SHUT_RDWR);
    }
    exchange_free(exchange);
    *exchange_at = NULL;
}

const char *request_header(const struct request *request, const char *name)
{
    struct MHD_Connection *connection = request->connection;
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static void exchange_answer(struct server *server, struct exchange *exchange,
                            struct MHD_Connection *connection, const char *method)
{
    struct request request = {.connection = connection,
                              .method = method,
                              .target = exchange->target,
                              .path = exchange->path,
                              .body = buffer_slice(&exchange->body)};
    char *query = strchr(exchange->path, '?');
    if (query != NULL) {
        *query = '\0';
        request.query = query + 1;
    }
    exchange->answered = true;
    if (server->role == SERVER_CONTROL)
        control_answer(server->service, &request, &exchange->answer);
    else
        service_answer(server->service,
                       server->role == SERVER_MUNICIPAL ? PLATFORM_MUNICIPAL : PLATFORM_PROVINCIAL,
                       &request, &exchange->answer, &exchange->delivery);
}

/* --- bodies that are not simply sent --- */

struct source {
    struct MHD_Connection *connection;
    char *text; /* owned */
    size_t size;
    struct delivery delivery;
    bool waited;
};

static void source_free(void *context)
{
    struct source *source = context;
    free(source->text);
    free(source);
}

static ssize_t read_half(void *context, uint64_t position, char *room, size_t most)
{
    const struct source *source = context;
    size_t half = source->size / 2;
    if (position >= half)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t left = half - (size_t)position;
    size_t size = left < most ? left : most;
    memcpy(room, source->text + position, size);
    return (ssize_t)size;
}

static ssize_t read_slowly(void *context, uint64_t position, char *room, size_t most)
{
    struct source *source = context;
    if (position >= source->size || most == 0)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (!source->waited) {
        source->waited = true;
        delay_connection(source->connection, source->delivery.ms);
        return 0;
    }
    source->waited = false;
    room[0] = source->text[position];
    return 1;
}

static ssize_t read_huge(void *context, uint64_t position, char *room, size_t most)
{
    static const char start[] = "{\"code\":0,\"message\":\"ok\",\"rows\":[],\"data\":{\"note\":\"";
    const struct source *source = context;
    if (position >= (uint64_t)source->delivery.bytes)
        return MHD_CONTENT_READER_END_OF_STREAM;
    uint64_t left = (uint64_t)source->delivery.bytes - position;
    size_t size = left < most ? (size_t)left : most;
    memset(room, 'a', size);
    if (position < sizeof start - 1) {
        size_t rest = sizeof start - 1 - (size_t)position;
        memcpy(room, start + position, rest < size ? rest : size);
    }
    return (ssize_t)size;
}

static struct MHD_Response *response_of(struct exchange *exchange,
                                        struct MHD_Connection *connection)
{
    struct buffer *body = &exchange->answer.body;
    char *text = body->at == NULL ? strdup("") : body->at;
    size_t size = body->size;
    body->at = NULL;
    buffer_free(body);
    enum delivery_way way = exchange->delivery.way;
    if (way == DELIVER_WHOLE || way == DELIVER_THEN_CLOSE || way == DELIVER_NOTHING)
        return MHD_create_response_from_buffer(size, text, MHD_RESPMEM_MUST_FREE);
    struct source *source = calloc(1, sizeof *source);
    if (source == NULL) {
        free(text);
        return NULL;
    }
    *source = (struct source){connection, text, size, exchange->delivery, false};
    if (way == DELIVER_HUGE)
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_SIZE, read_huge, source,
                                                 source_free);
    return MHD_create_response_from_callback(
        size, BLOCK_SIZE, way == DELIVER_HALF ? read_half : read_slowly, source, source_free);
}

static void add_headers(struct MHD_Response *response, const struct exchange *exchange)
{
    const struct answer *answer = &exchange->answer;
    char date[64];
    time_t when = (time_t)exchange->delivery.date;
    struct tm parts;
    gmtime_r(&when, &parts);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    if (when != 0)
        MHD_add_response_header(response, "Date", date);
    if (answer->content_type != NULL)
        MHD_add_response_header(response, "Content-Type", answer->content_type);
    if (answer->etag[0] != '\0')
        MHD_add_response_header(response, "ETag", answer->etag);
    if (answer->retry_after[0] != '\0')
        MHD_add_response_header(response, "Retry-After", answer->retry_after);
}

static enum MHD_Result exchange_send(struct exchange *exchange, struct MHD_Connection *connection)
{
    if (exchange->delivery.way == DELIVER_NOTHING)
        return MHD_NO;
    struct MHD_Response *response = response_of(exchange, connection);
    if (response == NULL)
        return MHD_NO;
    add_headers(response, exchange);
    unsigned status = exchange->answer.status == 0 ? 500U : (unsigned)exchange->answer.status;
    enum MHD_Result queued = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **exchange_at)
{
    struct server *server = context;
    struct exchange *exchange = *exchange_at;
    (void)url;
    (void)version;
    if (exchange == NULL)
        return MHD_NO;
    if (exchange->answered)
        return exchange_send(exchange, connection); /* it was suspended; the time has come */
    if (!exchange->begun) {
        exchange->begun = true; /* the first call comes before the body */
        return MHD_YES;
    }
    if (*upload_size > 0) {
        buffer_append(&exchange->body, (struct slice){upload, *upload_size});
        exchange->too_large = exchange->body.status != STATUS_OK;
        *upload_size = 0;
        return MHD_YES;
    }
    if (exchange->too_large)
        answer_html(&exchange->answer, 413);
    else
        exchange_answer(server, exchange, connection, method);
    if (exchange->delivery.delay_ms <= 0)
        return exchange_send(exchange, connection);
    delay_connection(connection, exchange->delivery.delay_ms);
    return MHD_YES;
}

enum status server_begin(struct server *server, uint16_t port, const char *certificate,
                         const char *key)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME |
                     MHD_USE_SUPPRESS_DATE_NO_CLOCK | (certificate != NULL ? MHD_USE_TLS : 0);
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)key},
        {MHD_OPTION_END, 0, NULL},
    };
    if (certificate == NULL)
        tls[0] = tls[2];
    server->daemon = MHD_start_daemon(
        flags, port, NULL, NULL, handle, server, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
        MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CONNECTION_MEMORY, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)CONNECTION_SECONDS,
        MHD_OPTION_URI_LOG_CALLBACK, exchange_begin, server, MHD_OPTION_NOTIFY_COMPLETED,
        exchange_end, NULL, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
    if (server->daemon == NULL)
        return STATUS_IO;
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
    server->port = info == NULL ? port : info->port;
    return STATUS_OK;
}

void server_end(struct server *server)
{
    if (server->daemon != NULL)
        MHD_stop_daemon(server->daemon);
    server->daemon = NULL;
}
