#include "daemon/net/http.h"

#include "daemon/net/endpoint.h"
#include "daemon/net/transfer.h"
#include "daemon/net/resolve.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One socket of curl's on the loop, for as long as it is open; freed in its close callback. */
struct watch {
    uv_poll_t poll;
    curl_socket_t socket;
    int events; /* that the loop looks for */
    bool idle;  /* no transfer uses it */
    struct http *http;
    struct watch *next;
};

struct queue {
    struct transfer *first, **end;
    size_t count;
};

struct http {
    uv_loop_t *loop;
    struct endpoint to;
    CURLM *multi;
    CURLSH *share;
    CURL *idle[ENDPOINT_PARALLEL_MOST]; /* handles without an transfer */
    size_t idle_count, made;            /* made: all handles */
    uv_timer_t timer;                   /* curl's */
    uv_timer_t patience;       /* for the name server's answer, or for the next turn of the loop */
    struct resolver *resolver; /* NULL: the host is an address */
    struct queue waiting, under_way;
    struct watch *watches;
    size_t open_handles;
    bool closing;
    void (*closed)(void *context);
    void *closed_context;
    struct http_facts facts;
};

static void pump(struct http *http);

static void queue_add(struct queue *queue, struct transfer *transfer)
{
    transfer->next = NULL;
    if (queue->first == NULL)
        queue->end = &queue->first;
    *queue->end = transfer;
    queue->end = &transfer->next;
    queue->count++;
}

static struct transfer *queue_take(struct queue *queue, struct transfer *transfer)
{
    struct transfer **at = &queue->first;
    while (*at != NULL && *at != transfer)
        at = &(*at)->next;
    if (*at == NULL)
        return NULL;
    *at = transfer->next;
    if (queue->end == &transfer->next)
        queue->end = at;
    queue->count--;
    return transfer;
}

/* The transfer gives its handle back and is told. */
static void finish(struct http *http, struct transfer *transfer, const struct reply *reply)
{
    if (transfer->easy != NULL)
        http->idle[http->idle_count++] = transfer->easy;
    transfer->easy = NULL;
    transfer->done(transfer->context, reply);
    transfer_free(transfer);
}

/* Everything that is known of a handle is asked before it leaves the multi handle. */
static void settle(struct http *http, struct transfer *transfer, CURLcode code)
{
    struct reply reply;
    long connects = 0;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &connects);
    transfer_end(transfer, code, &reply, &http->facts.failure);
    http->facts.connections += (uint64_t)connects;
    http->facts.sent += transfer->sent;
    http->facts.bytes_in += transfer->body.size;
    if (transfer->certificate_expires != 0)
        http->facts.certificate_expires = transfer->certificate_expires;
    (void)curl_multi_remove_handle(http->multi, transfer->easy);
    (void)queue_take(&http->under_way, transfer);
    finish(http, transfer, &reply);
}

static void collect(struct http *http)
{
    int left;
    CURLMsg *message;
    while (!http->closing && (message = curl_multi_info_read(http->multi, &left)) != NULL) {
        char *transfer = NULL;
        if (message->msg != CURLMSG_DONE)
            continue;
        CURLcode code = message->data.result;
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        settle(http, (struct transfer *)(void *)transfer, code);
    }
    if (!http->closing)
        pump(http);
}

static void act(struct http *http, curl_socket_t socket, int events)
{
    int running;
    (void)curl_multi_socket_action(http->multi, socket, events, &running);
    collect(http);
}

static void on_timer(uv_timer_t *timer)
{
    act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

/* libuv gives any POLLERR as an error: curl then looks at the socket itself. */
static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct watch *watch = poll->data;
    int flags = 0;
    if (watch->idle || status != 0) { /* the loop may look for nothing any more */
        watch->events = 0;
        (void)uv_poll_stop(&watch->poll);
    }
    if (watch->idle)
        return; /* closed by the other end: curl finds out when it takes the connection up again */
    if (status == 0) {
        flags |= events & UV_READABLE ? CURL_CSELECT_IN : 0;
        flags |= events & UV_WRITABLE ? CURL_CSELECT_OUT : 0;
    }
    act(watch->http, watch->socket, flags);
}

static void finish_closing(struct http *http);

static void on_watch_closed(uv_handle_t *handle)
{
    struct watch *watch = handle->data;
    struct http *http = watch->http;
    free(watch);
    http->open_handles--;
    finish_closing(http);
}

static void watch_close(struct watch *watch)
{
    struct watch **at = &watch->http->watches;
    while (*at != watch)
        at = &(*at)->next;
    *at = watch->next;
    (void)uv_poll_stop(&watch->poll);
    uv_close((uv_handle_t *)&watch->poll, on_watch_closed);
}

static struct watch *watch_open(struct http *http, curl_socket_t socket)
{
    struct watch *watch = calloc(1, sizeof *watch);
    if (watch == NULL || uv_poll_init_socket(http->loop, &watch->poll, socket) != 0) {
        free(watch);
        return NULL;
    }
    watch->poll.data = watch;
    watch->socket = socket;
    watch->http = http;
    watch->next = http->watches;
    http->watches = watch;
    http->open_handles++;
    return watch;
}

static struct watch *watch_of(const struct http *http, curl_socket_t socket)
{
    struct watch *watch = http->watches;
    while (watch != NULL && watch->socket != socket)
        watch = watch->next;
    return watch;
}

/* A socket that is not used for a moment is looked at further, for what the next transfer will wait for is the same:
 * to begin and to end that costs more than all else between two requests. */
static int on_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *assigned)
{
    (void)easy;
    (void)assigned;
    struct http *http = context;
    struct watch *watch = watch_of(http, socket);
    if (what == CURL_POLL_REMOVE) {
        if (watch != NULL)
            watch->idle = true;
        return 0;
    }
    if (watch == NULL)
        watch = watch_open(http, socket);
    if (watch == NULL)
        return -1;
    int events = 0;
    events |= what & CURL_POLL_IN ? UV_READABLE : 0;
    events |= what & CURL_POLL_OUT ? UV_WRITABLE : 0;
    watch->idle = false;
    if (watch->events == events)
        return 0;
    watch->events = events;
    return uv_poll_start(&watch->poll, events, on_poll) == 0 ? 0 : -1;
}

/* The loop must let go of a socket before it is closed. */
static int on_close(void *context, curl_socket_t socket)
{
    struct watch *watch = watch_of(context, socket);
    if (watch != NULL)
        watch_close(watch);
    return close(socket);
}

static int on_timeout(CURLM *multi, long timeout_ms, void *context)
{
    (void)multi;
    struct http *http = context;
    if (timeout_ms < 0)
        (void)uv_timer_stop(&http->timer);
    else
        (void)uv_timer_start(&http->timer, on_timer, (uint64_t)timeout_ms, 0);
    return 0;
}

/* All that wait are told that nothing was sent. Those that come meanwhile wait anew. */
static void fail_waiting(struct http *http, const char *failure)
{
    struct queue failing = http->waiting;
    http->waiting = (struct queue){0};
    http->facts.failure = failure;
    for (struct transfer *each = failing.first; each != NULL;) {
        struct transfer *next = each->next;
        struct reply reply;
        transfer_cut(each, &reply);
        finish(http, each, &reply);
        each = next;
    }
}

static void on_patience(uv_timer_t *timer)
{
    struct http *http = timer->data;
    bool named = http->resolver == NULL || resolve_addresses(http->resolver) != NULL;
    fail_waiting(http, named ? "out of memory" : "the host name is not resolved in time");
}

static void on_resolved(void *context)
{
    struct http *http = context;
    if (http->closing)
        return;
    (void)uv_timer_stop(&http->patience);
    if (resolve_addresses(http->resolver) == NULL)
        fail_waiting(http, resolve_failure(http->resolver));
    else
        pump(http);
}

static CURL *take_handle(struct http *http)
{
    if (http->idle_count > 0)
        return http->idle[--http->idle_count];
    CURL *easy = curl_easy_init();
    http->made += easy != NULL;
    return easy;
}

static bool begin(struct http *http, struct transfer *transfer)
{
    char addresses[RESOLVE_TEXT_BYTES + 300];
    if (http->resolver != NULL)
        (void)snprintf(addresses, sizeof addresses, "%s:%ld:%s", http->to.host, http->to.port,
                       resolve_addresses(http->resolver));
    return transfer_begin(transfer, transfer->easy, &http->to.options, http->share,
                          http->resolver == NULL ? NULL : addresses) == STATUS_OK &&
           curl_easy_setopt(transfer->easy, CURLOPT_CLOSESOCKETFUNCTION, on_close) == CURLE_OK &&
           curl_easy_setopt(transfer->easy, CURLOPT_CLOSESOCKETDATA, http) == CURLE_OK &&
           curl_multi_add_handle(http->multi, transfer->easy) == CURLM_OK;
}

/* Begins what waits, as far as handles reach. Never calls `done`: what cannot begin is told by a
 * timer. */
static void pump(struct http *http)
{
    if (http->waiting.first != NULL && http->resolver != NULL) {
        resolve_ask(http->resolver);
        if (resolve_addresses(http->resolver) == NULL) {
            uint64_t wait =
                resolve_waiting(http->resolver) ? (uint64_t)http->to.options.connect_timeout_ms : 0;
            if (!uv_is_active((uv_handle_t *)&http->patience))
                (void)uv_timer_start(&http->patience, on_patience, wait, 0);
            return;
        }
    }
    while (http->waiting.first != NULL &&
           (http->idle_count > 0 || http->made < http->to.options.parallel)) {
        struct transfer *transfer = http->waiting.first;
        transfer->easy = take_handle(http);
        if (transfer->easy == NULL || !begin(http, transfer)) {
            if (transfer->easy != NULL)
                http->idle[http->idle_count++] = transfer->easy;
            transfer->easy = NULL;
            (void)uv_timer_start(&http->patience, on_patience, 0, 0);
            return;
        }
        queue_add(&http->under_way, queue_take(&http->waiting, transfer));
    }
}

enum status http_send(struct http *http, const struct message *message,
                      void (*done)(void *context, const struct reply *reply), void *context)
{
    struct transfer *transfer;
    if (http->closing)
        return STATUS_BUSY;
    enum status status = transfer_new(message, http->to.options.largest_body, &transfer);
    if (status != STATUS_OK)
        return status;
    transfer->done = done;
    transfer->context = context;
    queue_add(&http->waiting, transfer);
    pump(http);
    return STATUS_OK;
}

size_t http_pending(const struct http *http)
{
    return http->waiting.count + http->under_way.count;
}

void http_cancel_all(struct http *http)
{
    struct queue cut = http->under_way;
    struct queue waiting = http->waiting;
    http->under_way = http->waiting = (struct queue){0};
    (void)uv_timer_stop(&http->patience);
    for (struct transfer *each = cut.first; each != NULL; each = each->next)
        (void)curl_multi_remove_handle(http->multi, each->easy);
    *(cut.first == NULL ? &cut.first : cut.end) = waiting.first;
    for (struct transfer *each = cut.first; each != NULL;) {
        struct transfer *next = each->next;
        struct reply reply;
        transfer_cut(each, &reply);
        http->facts.sent += each->sent;
        finish(http, each, &reply);
        each = next;
    }
    if (!http->closing)
        pump(http);
}

struct http_facts http_facts(const struct http *http)
{
    struct http_facts facts = http->facts;
    if (facts.failure == NULL)
        facts.failure = "";
    return facts;
}

/* After the timers: the connections, then their watches, then all. */
static void finish_closing(struct http *http)
{
    if (!http->closing || http->open_handles > 0)
        return;
    endpoint_free(&http->to);
    void (*closed)(void *context) = http->closed;
    void *context = http->closed_context;
    free(http);
    curl_global_cleanup();
    if (closed != NULL)
        closed(context);
}

static void tear_down(struct http *http)
{
    if (http->multi != NULL) {
        (void)curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, NULL);
        (void)curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, NULL);
    }
    while (http->watches != NULL) /* before curl closes their sockets */
        watch_close(http->watches);
    while (http->idle_count > 0)
        curl_easy_cleanup(http->idle[--http->idle_count]);
    (void)curl_multi_cleanup(http->multi);
    (void)curl_share_cleanup(http->share);
    http->multi = NULL;
    http->share = NULL;
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct http *http = handle->data;
    http->open_handles--;
    tear_down(http);
    finish_closing(http);
}

void http_close(struct http *http, void (*closed)(void *context), void *context)
{
    http->closing = true;
    http->closed = closed;
    http->closed_context = context;
    http_cancel_all(http);
    resolve_close(http->resolver);
    http->resolver = NULL;
    uv_close((uv_handle_t *)&http->timer, on_timer_closed);
    uv_close((uv_handle_t *)&http->patience, on_timer_closed);
}

static enum status open_curl(struct http *http)
{
    http->multi = curl_multi_init();
    http->share = curl_share_init();
    if (http->multi == NULL || http->share == NULL)
        return STATUS_NO_MEMORY;
    /* A new connection then takes up the TLS session of an older one. */
    (void)curl_share_setopt(http->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
    (void)curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    (void)curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
    (void)curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
    (void)curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
    (void)curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)http->to.options.parallel);
    (void)curl_multi_setopt(http->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
    return STATUS_OK;
}

/* What http_open took so far is given back. */
static void drop(struct http *http)
{
    resolve_close(http->resolver);
    tear_down(http);
    endpoint_free(&http->to);
    free(http);
    curl_global_cleanup();
}

enum status http_open(uv_loop_t *loop, const struct http_options *options, struct http **ret,
                      struct fault *ret_fault)
{
    /* By the program's own functions, which end it where there is no memory (daemon/memory.h): left to itself libcurl
     * may forget a transfer's timeouts then, and never ends it. */
    if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, free, realloc, strdup, calloc) != CURLE_OK)
        return STATUS_NO_MEMORY;
    struct http *http = calloc(1, sizeof *http);
    if (http == NULL) {
        curl_global_cleanup();
        return STATUS_NO_MEMORY;
    }
    http->loop = loop;
    enum status status = endpoint_read(options, &http->to, ret_fault);
    if (status == STATUS_OK && !http->to.literal)
        status = resolve_open(loop, http->to.host, on_resolved, http, &http->resolver);
    if (status == STATUS_OK)
        status = open_curl(http);
    if (status != STATUS_OK) {
        drop(http);
        return status;
    }
    (void)uv_timer_init(loop, &http->timer);
    (void)uv_timer_init(loop, &http->patience);
    http->timer.data = http->patience.data = http;
    http->open_handles = 2;
    *ret = http;
    return STATUS_OK;
}
