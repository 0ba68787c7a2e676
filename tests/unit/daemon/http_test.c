/* Messages out and replies in, against servers that misbehave: nothing goes out twice, nothing is
 * believed that is not whole, nothing is read without end. */
#include "daemon/net/http.h"
#include "daemon/net/resolve.h"
#include "tests/support/peer.h"

#include <stdarg.h>
#include <stddef.h>
#include <netdb.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { REQUEST_BYTES = 4 * 1024 * 1024, KEPT = 128, TURN_US = 200 };

static uv_loop_t loop;
static struct peer peer;
static char ca_file[64];
static char request_seen[REQUEST_BYTES]; /* the last one that `answer_one` read */

/* What came back. */
struct answer {
    int count;
    enum reply_end end;
    int status;
    size_t size;
    int64_t arrived_ms, took_ms;
    char body[KEPT], content_type[KEPT], retry_after[KEPT], etag[KEPT];
};

static void copy(char to[KEPT], struct slice text)
{
    (void)snprintf(to, KEPT, "%.*s", (int)(text.size < KEPT ? text.size : KEPT),
                   text.at == NULL ? "" : text.at);
}

static void keep(void *context, const struct reply *reply)
{
    struct answer *answer = context;
    answer->count++;
    answer->end = reply->end;
    answer->status = reply->status;
    answer->size = reply->body.size;
    answer->arrived_ms = reply->arrived_ms;
    answer->took_ms = reply->took_ms;
    copy(answer->body, reply->body);
    copy(answer->content_type, reply->content_type);
    copy(answer->retry_after, reply->retry_after);
    copy(answer->etag, reply->etag);
}

static struct message message_of(const char *method, const char *target, const char *body)
{
    return (struct message){.method = slice_of(method),
                            .target = slice_of(target),
                            .headers = {{SLICE("X-Nonce"), SLICE("n1")}},
                            .header_count = 1,
                            .body = slice_of(body),
                            .write = strcmp(method, "GET") != 0};
}

static struct http *open_with(struct http_options options, const char *scheme, const char *host)
{
    char url[64];
    struct http *http = NULL;
    struct fault fault = {0};
    (void)snprintf(url, sizeof url, "%s://%s:%d", scheme, host, peer.port);
    options.url = url;
    options.key = "municipal.url";
    options.plaintext = strcmp(scheme, "http") == 0;
    assert_int_equal(http_open(&loop, &options, &http, &fault), STATUS_OK);
    return http;
}

static void send_one(struct http *http, const char *method, const char *body, struct answer *answer)
{
    struct message message = message_of(method, "/api/x?b=%20&a=1", body);
    int before = answer->count;
    assert_int_equal(http_send(http, &message, keep, answer), STATUS_OK);
    assert_int_equal(answer->count, before); /* never before http_send returned */
}

static void wait_for(const struct answer *answer, int count)
{
    /* An answer may come with a timer's turn, behind which a turn that waits would wait for ever. */
    while (answer->count < count) {
        (void)uv_run(&loop, UV_RUN_NOWAIT);
        (void)usleep(TURN_US);
    }
    assert_int_equal(answer->count, count);
}

static void ask(struct http *http, const char *method, const char *body, struct answer *answer)
{
    send_one(http, method, body, answer);
    wait_for(answer, answer->count + 1);
}

static void on_closed(void *context)
{
    *(bool *)context = true;
}

static void end(struct http *http)
{
    bool closed = false;
    http_close(http, on_closed, &closed);
    assert_false(closed);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    assert_true(closed);
    peer_stop(&peer);
}

static const char *const ok = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                              "Retry-After: 7\r\nETag: \"v1\"\r\nContent-Length: 2\r\n\r\n{}";

static void answer_all(struct peer_line *line)
{
    char *text = malloc(REQUEST_BYTES);
    while (text != NULL && peer_request(line, text, REQUEST_BYTES)) {
        memcpy(request_seen, text, strlen(text) + 1);
        if (!peer_say(line, ok))
            break;
    }
    free(text);
}

static void a_whole_answer_comes_with_its_headers_and_time(void **state)
{
    (void)state;
    struct answer answer = {0};
    peer_start(&peer, answer_all, NULL, NULL);
    struct http *http = open_with((struct http_options){0}, "http", "127.0.0.1");
    ask(http, "GET", NULL, &answer);
    assert_int_equal(answer.end, REPLY_COMPLETE);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.body, "{}");
    assert_string_equal(answer.content_type, "application/json");
    assert_string_equal(answer.retry_after, "7");
    assert_string_equal(answer.etag, "\"v1\"");
    assert_true(llabs(answer.arrived_ms - (int64_t)time(NULL) * 1000) < 5000);
    assert_non_null(strstr(request_seen, "GET /api/x?b=%20&a=1 HTTP/1.1\r\n"));
    assert_non_null(strstr(request_seen, "X-Nonce: n1\r\n"));
    end(http);
}

static void a_large_body_is_sent_whole_without_expect(void **state)
{
    (void)state;
    struct answer answer = {0};
    size_t size = 2 * 1024 * 1024;
    char *body = malloc(size + 1);
    assert_non_null(body);
    memset(body, 'x', size);
    body[size] = '\0';
    peer_start(&peer, answer_all, NULL, NULL);
    struct http *http = open_with((struct http_options){0}, "http", "127.0.0.1");
    ask(http, "PUT", body, &answer);
    assert_int_equal(answer.end, REPLY_COMPLETE);
    assert_non_null(strstr(request_seen, "PUT /api/x"));
    assert_null(strcasestr(request_seen, "\r\nExpect:"));
    assert_null(strcasestr(request_seen, "\r\nContent-Type:"));
    assert_int_equal(strlen(strstr(request_seen, "\r\n\r\n")), size + 4);
    free(body);
    end(http);
}

/* Answers the first request of the first connection; takes the second and hangs up. */
static void die_on_second(struct peer_line *line)
{
    char text[4096];
    if (!peer_request(line, text, sizeof text) || !peer_say(line, ok))
        return;
    if (line->number == 1) {
        (void)peer_request(line, text, sizeof text);
        return;
    }
    while (peer_request(line, text, sizeof text) && peer_say(line, ok))
        ;
}

/* holds: write.unknown transport.no_resend */
static void a_connection_that_dies_never_makes_a_second_send(void **state)
{
    (void)state;
    static const char *const methods[] = {"POST", "PUT", "GET"};
    for (size_t i = 0; i < 3; i++) {
        struct answer answer = {0};
        peer_start(&peer, die_on_second, NULL, NULL);
        struct http *http = open_with((struct http_options){0}, "http", "127.0.0.1");
        ask(http, "GET", NULL, &answer);
        assert_int_equal(answer.end, REPLY_COMPLETE);
        ask(http, methods[i], i == 2 ? NULL : "{\"a\":1}", &answer);
        assert_int_equal(answer.end, REPLY_UNKNOWN);
        assert_string_equal(http_facts(http).failure,
                            "the connection was closed without an answer");
        assert_int_equal(atomic_load(&peer.requests), 2);
        /* The next one goes on a connection of its own, as if nothing had been. */
        ask(http, methods[i], i == 2 ? NULL : "{\"a\":1}", &answer);
        assert_int_equal(answer.end, REPLY_COMPLETE);
        assert_int_equal(atomic_load(&peer.requests), 3);
        end(http);
    }
}

/* Closes each connection after its answer, as a platform does with an idle one. */
static void answer_once(struct peer_line *line)
{
    char text[4096];
    if (peer_request(line, text, sizeof text))
        (void)peer_say(line, ok);
}

static void a_connection_closed_while_idle_costs_nothing(void **state)
{
    (void)state;
    struct answer answer = {0};
    peer_start(&peer, answer_once, NULL, NULL);
    struct http *http = open_with((struct http_options){0}, "http", "127.0.0.1");
    for (int i = 0; i < 5; i++) {
        ask(http, "POST", "{}", &answer);
        assert_int_equal(answer.end, REPLY_COMPLETE);
        (void)usleep(20000);
    }
    assert_int_equal(atomic_load(&peer.requests), 5);
    end(http);
}

static void writes_share_a_connection(void **state)
{
    (void)state;
    struct answer answer = {0};
    const struct peer_certificate good = {"127.0.0.1", -3600, 86400 * 100};
    peer_start(&peer, answer_all, &good, ca_file);
    struct http *http = open_with((struct http_options){.ca_file = ca_file}, "https", "127.0.0.1");
    for (int i = 0; i < 20; i++) {
        ask(http, "POST", "{}", &answer);
        assert_int_equal(answer.end, REPLY_COMPLETE);
    }
    struct http_facts facts = http_facts(http);
    assert_int_equal(facts.sent, 20);
    assert_int_equal(facts.connections, 1);
    assert_true(llabs(facts.certificate_expires - (int64_t)time(NULL) - 86400 * 100) < 60);
    assert_string_equal(facts.failure, "");
    end(http);
}

static void say_then_hang_up(struct peer_line *line)
{
    char text[4096];
    if (peer_request(line, text, sizeof text))
        (void)peer_say(line, line->peer->context);
}

static void an_answer_cut_anywhere_is_unknown(void **state)
{
    (void)state;
    static const char *const cuts[] = {
        "",
        "HTTP/1.1 2",
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"code\":",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n",
        "not HTTP at all\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        struct answer answer = {0};
        peer_start(&peer, say_then_hang_up, NULL, NULL);
        char said[128];
        (void)snprintf(said, sizeof said, "%s", cuts[i]);
        peer.context = said;
        struct http *http = open_with((struct http_options){0}, "http", "127.0.0.1");
        ask(http, "POST", "{}", &answer);
        assert_int_equal(answer.end, REPLY_UNKNOWN);
        assert_int_equal(answer.size, 0);
        assert_int_equal(atomic_load(&peer.requests), 1);
        end(http);
    }
}

/* holds: transport.no_redirect */
static void a_redirect_is_an_answer_not_a_way(void **state)
{
    (void)state;
    struct answer answer = {0};
    peer_start(&peer, say_then_hang_up, NULL, NULL);
    char said[] = "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n";
    peer.context = said;
    struct http *http = open_with((struct http_options){0}, "http", "127.0.0.1");
    ask(http, "GET", NULL, &answer);
    assert_int_equal(answer.end, REPLY_COMPLETE);
    assert_int_equal(answer.status, 302);
    assert_int_equal(atomic_load(&peer.requests), 1);
    end(http);
}

/* 300 MB, chunked or with its length. */
static void pour(struct peer_line *line)
{
    static const char length[] = "HTTP/1.1 200 OK\r\nContent-Length: 300000000\r\n\r\n";
    static const char chunked[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    char text[4096];
    if (!peer_request(line, text, sizeof text))
        return;
    bool by_length = strstr(text, "POST") != NULL;
    if (!peer_say(line, by_length ? length : chunked))
        return;
    char *chunk = malloc(100000);
    memset(chunk, ' ', 100000);
    for (int i = 0; i < 3000; i++) {
        if (!by_length && !peer_say(line, "186a0\r\n"))
            break;
        if (!peer_send(line, chunk, 100000) || (!by_length && !peer_say(line, "\r\n")))
            break;
    }
    free(chunk);
}

/* holds: transport.body */
static void a_body_is_read_up_to_the_limit_only(void **state)
{
    (void)state;
    static const char *const methods[] = {"GET", "POST"};
    for (size_t i = 0; i < 2; i++) {
        struct answer answer = {0};
        peer_start(&peer, pour, NULL, NULL);
        struct http *http =
            open_with((struct http_options){.largest_body = 1 << 20}, "http", "127.0.0.1");
        ask(http, methods[i], i == 0 ? NULL : "{}", &answer);
        assert_int_equal(answer.end, REPLY_TOO_LARGE);
        assert_int_equal(answer.size, 0);
        assert_true(http_facts(http).bytes_in <= 1 << 20);
        end(http);
        assert_true(atomic_load(&peer.bytes_out) < 32 << 20); /* what sockets hold */
    }
}

static void drip(struct peer_line *line)
{
    char text[4096];
    if (!peer_request(line, text, sizeof text) ||
        !peer_say(line, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"))
        return;
    while (peer_say(line, "x"))
        (void)usleep(200000);
}

static void a_trickle_and_a_silence_are_cut_off(void **state)
{
    (void)state;
    struct answer answer = {0};
    peer_start(&peer, drip, NULL, NULL);
    struct http_options options = {.low_speed_bytes = 100, .low_speed_ms = 1000};
    struct http *http = open_with(options, "http", "127.0.0.1");
    ask(http, "GET", NULL, &answer);
    assert_int_equal(answer.end, REPLY_UNKNOWN);
    assert_true(answer.took_ms >= 900 && answer.took_ms < 10000);
    end(http);
    peer_start(&peer, drip, NULL, NULL);
    http = open_with((struct http_options){.timeout_ms = 300}, "http", "127.0.0.1");
    ask(http, "GET", NULL, &answer);
    assert_int_equal(answer.end, REPLY_UNKNOWN);
    assert_true(answer.took_ms >= 250 && answer.took_ms < 3000);
    end(http);
}

struct refusal {
    struct peer_certificate certificate;
    bool known; /* its CA */
    const char *failure;
};

/* holds: transport.certificate */
static void a_certificate_that_is_not_right_stops_the_message(void **state)
{
    (void)state;
    static const struct refusal refusals[] = {
        {{"elsewhere.example", -3600, 86400}, true, "the certificate is for another name"},
        {{"127.0.0.1", -86400, -3600}, true, "certificate has expired"},
        {{"127.0.0.1", 3600, 86400}, true, "certificate is not yet valid"},
        {{"127.0.0.1", -3600, 86400}, false, "self-signed certificate"},
    };
    char other[sizeof ca_file + 8];
    (void)snprintf(other, sizeof other, "%s.other", ca_file);
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct answer answer = {0};
        peer_start(&peer, answer_all, &refusals[i].certificate, other);
        struct http *http =
            open_with((struct http_options){.ca_file = refusals[i].known ? other : ca_file},
                      "https", "127.0.0.1");
        ask(http, "POST", "{}", &answer);
        assert_int_equal(answer.end, REPLY_NOT_SENT);
        assert_string_equal(http_facts(http).failure, refusals[i].failure);
        assert_int_equal(atomic_load(&peer.requests), 0);
        end(http);
    }
    (void)unlink(other);
}

static void nobody_there_is_not_sent(void **state)
{
    (void)state;
    struct answer answer = {0};
    peer_start(&peer, answer_all, NULL, NULL);
    struct http *http = open_with((struct http_options){0}, "http", "127.0.0.1");
    peer_stop(&peer);
    ask(http, "POST", "{}", &answer);
    assert_int_equal(answer.end, REPLY_NOT_SENT);
    peer_start(&peer, answer_all, NULL, NULL);
    end(http);
}

/* A machine without /etc/hosts may not. */
static bool localhost_known(void)
{
    struct addrinfo *found = NULL;
    bool known = getaddrinfo("localhost", NULL, NULL, &found) == 0;
    if (known)
        freeaddrinfo(found);
    return known;
}

static void names_are_resolved_beside_the_loop(void **state)
{
    (void)state;
    struct answer answer = {0};
    if (!localhost_known()) {
        print_message("this machine does not know the name localhost\n");
        skip();
    }
    peer_start(&peer, answer_all, NULL, NULL);
    struct http *http = open_with((struct http_options){0}, "http", "localhost");
    ask(http, "POST", "{}", &answer);
    assert_int_equal(answer.end, REPLY_COMPLETE);
    assert_non_null(strstr(request_seen, "Host: localhost:"));
    ask(http, "POST", "{}", &answer);
    assert_int_equal(http_facts(http).connections, 1);
    end(http);
    peer_start(&peer, answer_all, NULL, NULL);
    http = open_with((struct http_options){.connect_timeout_ms = 2000}, "http", "none.invalid");
    ask(http, "POST", "{}", &answer);
    assert_int_equal(answer.end, REPLY_NOT_SENT);
    end(http);
}

/* holds: transport.no_proxy */
static void proxies_of_the_environment_are_not_asked(void **state)
{
    (void)state;
    struct answer answer = {0};
    assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
    assert_int_equal(setenv("ALL_PROXY", "http://127.0.0.1:1", 1), 0);
    peer_start(&peer, answer_all, NULL, NULL);
    struct http *http = open_with((struct http_options){0}, "http", "127.0.0.1");
    ask(http, "GET", NULL, &answer);
    assert_int_equal(answer.end, REPLY_COMPLETE);
    end(http);
    assert_int_equal(unsetenv("http_proxy"), 0);
    assert_int_equal(unsetenv("ALL_PROXY"), 0);
}

static void answer_slowly(struct peer_line *line)
{
    char text[4096];
    while (peer_request(line, text, sizeof text)) {
        (void)usleep(20000);
        if (!peer_say(line, ok))
            break;
    }
}

static void no_more_than_allowed_are_under_way(void **state)
{
    (void)state;
    struct answer answer = {0};
    peer_start(&peer, answer_slowly, NULL, NULL);
    struct http *http = open_with((struct http_options){.parallel = 3}, "http", "127.0.0.1");
    for (int i = 0; i < 30; i++)
        send_one(http, "GET", NULL, &answer);
    assert_int_equal(http_pending(http), 30);
    wait_for(&answer, 30);
    assert_int_equal(http_pending(http), 0);
    assert_int_equal(atomic_load(&peer.requests), 30);
    assert_int_equal(atomic_load(&peer.most_at_once), 3);
    end(http);
}

struct counts {
    int not_sent, unknown;
};

static void count_ends(void *context, const struct reply *reply)
{
    struct counts *counts = context;
    counts->not_sent += reply->end == REPLY_NOT_SENT;
    counts->unknown += reply->end == REPLY_UNKNOWN;
}

static void wait_silently(struct peer_line *line)
{
    char text[4096];
    while (peer_request(line, text, sizeof text))
        ;
}

static void what_is_cut_off_is_told_apart_by_whether_it_went_out(void **state)
{
    (void)state;
    struct counts counts = {0};
    struct message message = message_of("POST", "/x", "{}");
    peer_start(&peer, wait_silently, NULL, NULL);
    struct http *http = open_with((struct http_options){.parallel = 2}, "http", "127.0.0.1");
    for (int i = 0; i < 5; i++)
        assert_int_equal(http_send(http, &message, count_ends, &counts), STATUS_OK);
    while (atomic_load(&peer.requests) < 2)
        (void)uv_run(&loop, UV_RUN_NOWAIT);
    http_cancel_all(http);
    assert_int_equal(counts.unknown, 2);
    assert_int_equal(counts.not_sent, 3);
    assert_int_equal(http_pending(http), 0);
    /* It can be used again; closing cuts off just so. */
    for (int i = 0; i < 3; i++)
        assert_int_equal(http_send(http, &message, count_ends, &counts), STATUS_OK);
    while (atomic_load(&peer.requests) < 4)
        (void)uv_run(&loop, UV_RUN_NOWAIT);
    end(http);
    assert_int_equal(counts.unknown, 4);
    assert_int_equal(counts.not_sent, 4);
}

/* Sends two more from each answer, then closes from one. */
struct chain {
    struct http *http;
    int left, answered;
    bool closed;
};

static void send_more(void *context, const struct reply *reply)
{
    struct chain *chain = context;
    struct message message = message_of("GET", "/x", NULL);
    chain->answered++;
    (void)reply;
    if (chain->answered == 20)
        http_close(chain->http, on_closed, &chain->closed);
    for (int i = 0; i < 2 && chain->left > 0; i++) {
        chain->left--;
        enum status status = http_send(chain->http, &message, send_more, chain);
        assert_int_equal(status, chain->answered < 20 ? STATUS_OK : STATUS_BUSY);
    }
}

static void an_answer_may_send_and_close(void **state)
{
    (void)state;
    peer_start(&peer, answer_all, NULL, NULL);
    struct chain chain = {.left = 40};
    chain.http = open_with((struct http_options){.parallel = 2}, "http", "127.0.0.1");
    struct message message = message_of("GET", "/x", NULL);
    assert_int_equal(http_send(chain.http, &message, send_more, &chain), STATUS_OK);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    assert_true(chain.closed);
    peer_stop(&peer);
}

static void what_http_cannot_carry_is_refused(void **state)
{
    (void)state;
    peer_start(&peer, answer_all, NULL, NULL);
    struct http *http = open_with((struct http_options){0}, "http", "127.0.0.1");
    static const char *const targets[] = {"", "x", "/a b", "/a\r\nX: y", "/a#b", "http://other/"};
    struct message message;
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        message = message_of("GET", targets[i], NULL);
        assert_int_equal(http_send(http, &message, keep, NULL), STATUS_INVALID);
    }
    message = message_of("GE T", "/", NULL);
    assert_int_equal(http_send(http, &message, keep, NULL), STATUS_INVALID);
    message = message_of("GET", "/", NULL);
    message.headers[0].value = SLICE("a\r\nX: y");
    assert_int_equal(http_send(http, &message, keep, NULL), STATUS_INVALID);
    message.headers[0] = (struct header){SLICE("X Y"), SLICE("a")};
    assert_int_equal(http_send(http, &message, keep, NULL), STATUS_INVALID);
    end(http);
}

/* holds: transport.addresses */
static void addresses_that_no_platform_can_have_are_known_however_they_are_written(void **state)
{
    (void)state;
    static const char *const forbidden[] = {"0.0.0.0", "0.1.2.3", "169.254.169.254", "224.0.0.1", "255.255.255.255",
                                            "::", "fe80::1", "ff02::1", "::ffff:169.254.169.254", "::ffff:0.0.0.0",
                                            "64:ff9b::a9fe:a9fe", "platform.example", ""};
    static const char *const allowed[] = {"127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "203.0.113.9", "::1",
                                          "fd00::1", "2001:db8::1", "::ffff:10.1.2.3", "64:ff9b::a01:203"};
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++)
        assert_false(resolve_admits(forbidden[i]));
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
        assert_true(resolve_admits(allowed[i]));
}

/* holds: transport.addresses */
static void a_wrong_address_is_told(void **state)
{
    (void)state;
    static const char *const urls[] = {"http://127.0.0.1",        "https://u@127.0.0.1",
                                       "https://127.0.0.1/api",   "https://127.0.0.1?x=1",
                                       "ftp://127.0.0.1",         "127.0.0.1",
                                       "https://127.0.0.1:99999", "https://169.254.169.254",
                                       "https://0.0.0.0:8441",   "https://2852039166",
                                       "https://224.0.0.1",      "https://[fe80::1]",
                                       "https://[::]",           "https://[::ffff:169.254.1.1]",
                                       ""};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct fault fault = {0};
        struct http *http = NULL;
        struct http_options options = {.url = urls[i], .key = "municipal.url"};
        assert_int_equal(http_open(&loop, &options, &http, &fault), STATUS_INVALID);
        assert_string_equal(fault.key, "municipal.url");
        assert_string_equal(fault.read, urls[i]);
    }
    struct fault fault = {0};
    struct http *http = NULL;
    struct http_options options = {
        .url = "https://127.0.0.1", .key = "k", .ca_file = "/nowhere/ca.pem"};
    assert_int_equal(http_open(&loop, &options, &http, &fault), STATUS_INVALID);
    assert_string_equal(fault.read, "/nowhere/ca.pem");
}

static int set_up(void **state)
{
    (void)state;
    (void)signal(SIGPIPE, SIG_IGN);
    (void)snprintf(ca_file, sizeof ca_file, "/tmp/http_test.XXXXXX");
    int made = mkstemp(ca_file);
    return made < 0 || close(made) != 0 || uv_loop_init(&loop) != 0 ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)unlink(ca_file);
    return uv_loop_close(&loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_answer_comes_with_its_headers_and_time),
        cmocka_unit_test(a_large_body_is_sent_whole_without_expect),
        cmocka_unit_test(a_connection_that_dies_never_makes_a_second_send),
        cmocka_unit_test(a_connection_closed_while_idle_costs_nothing),
        cmocka_unit_test(writes_share_a_connection),
        cmocka_unit_test(an_answer_cut_anywhere_is_unknown),
        cmocka_unit_test(a_redirect_is_an_answer_not_a_way),
        cmocka_unit_test(a_body_is_read_up_to_the_limit_only),
        cmocka_unit_test(a_trickle_and_a_silence_are_cut_off),
        cmocka_unit_test(a_certificate_that_is_not_right_stops_the_message),
        cmocka_unit_test(nobody_there_is_not_sent),
        cmocka_unit_test(names_are_resolved_beside_the_loop),
        cmocka_unit_test(proxies_of_the_environment_are_not_asked),
        cmocka_unit_test(no_more_than_allowed_are_under_way),
        cmocka_unit_test(what_is_cut_off_is_told_apart_by_whether_it_went_out),
        cmocka_unit_test(an_answer_may_send_and_close),
        cmocka_unit_test(what_http_cannot_carry_is_refused),
        cmocka_unit_test(addresses_that_no_platform_can_have_are_known_however_they_are_written),
        cmocka_unit_test(a_wrong_address_is_told),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
