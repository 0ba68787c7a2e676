/* One platform asked for its token, its time and one page of each listing. */
#include "connectors/answer.h"
#include "connectors/platform.h"
#include "daemon/cli/check.h"
#include "daemon/cli/local.h"
#include "daemon/net/http.h"
#include "mapping/base/civil.h"
#include "mapping/decode.h"
#include "mapping/explain.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PAGE_SIZE = 20, TRIES = 3, ONLINE_ARENA_BYTES = 256 * 1024 * 1024, TEXT_BYTES = 256 };

struct online {
    struct check *check;
    enum side side;
    const struct platform_settings *settings;
    struct definition *definition;
    struct platform platform;
    char *secret;
    size_t secret_size;
    uv_loop_t loop;
    struct http *http;
    struct arena arena;
    char *token;
    /* of the exchange under way */
    const struct request *request;
    struct answer answer;
    enum reply_end end;
    int http_status;
    int64_t arrived_ms, took_ms;
    bool answered;
    bool clock_known;
};

static int64_t wall_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The reply's bytes go with the callback, so the whole of it is kept in the arena. */
static void on_reply(void *context, const struct reply *reply)
{
    struct online *at = context;
    struct reply kept = *reply;
    kept.body = arena_copy(&at->arena, reply->body);
    at->end = reply->end;
    at->http_status = reply->status;
    at->arrived_ms = reply->arrived_ms;
    at->took_ms = reply->took_ms;
    if (answer_read(at->definition, at->request, &kept, NULL, &at->arena, &at->answer) != STATUS_OK) {
        at->answer.class = ANSWER_FATAL;
    }
    at->answered = true;
    uv_stop(&at->loop); /* it may have come by a timer: the turn of the loop is not to wait for more */
}

static bool exchange(struct online *at, const struct request *request)
{
    uint8_t random[16];
    struct message message;
    struct buffer nonce;
    buffer_init(&nonce, 64);
    if (RAND_bytes(random, sizeof random) != 1) {
        return false;
    }
    buffer_hex(&nonce, random, sizeof random, false);
    enum status status = request_build(&at->platform, request, wall_ms(), buffer_slice(&nonce),
                                       &at->arena, &message);
    at->request = request;
    at->answered = false;
    if (status == STATUS_OK) {
        status = http_send(at->http, &message, on_reply, at);
    }
    buffer_free(&nonce);
    while (status == STATUS_OK && !at->answered) {
        (void)uv_run(&at->loop, UV_RUN_ONCE);
    }
    at->request = NULL;
    return status == STATUS_OK;
}

/* The server's clock minus ours, by what it stated or by its Date header. */
static void learn_clock(struct online *at)
{
    int64_t server_ms = at->answer.now != 0   ? at->answer.now * 1000
                        : at->answer.has_date ? at->answer.date_ms
                                              : 0;
    if (server_ms != 0 && at->arrived_ms != 0) {
        at->platform.clock_offset_ms = server_ms - at->arrived_ms;
        at->clock_known = true;
    }
}

/* Asks, and once more where the answer asks for it. */
static bool ask(struct online *at, const struct request *request)
{
    for (int i = 0; i < TRIES; i++) {
        if (!exchange(at, request)) {
            return false;
        }
        enum answer_class class = at->answer.class;
        if (class == ANSWER_OK || class == ANSWER_EMPTY) {
            learn_clock(at);
            return true;
        }
        if (class == ANSWER_CLOCK_OFF) {
            learn_clock(at);
        } else if (class != ANSWER_RETRY && class != ANSWER_SLOW_DOWN &&
                   class != ANSWER_NEW_NONCE) {
            return false;
        }
        if (at->end != REPLY_COMPLETE && at->http_status == 0) {
            return false;
        }
        struct timespec pause = {.tv_sec = class == ANSWER_SLOW_DOWN ? 1 : 0, .tv_nsec = 200000000};
        (void)nanosleep(&pause, NULL);
    }
    return false;
}

/* "fatal, HTTP 403, code 40301" */
static void failure(const struct online *at, char text[TEXT_BYTES])
{
    if (at->end != REPLY_COMPLETE) {
        (void)snprintf(text, TEXT_BYTES, "%s", http_facts(at->http).failure);
    } else {
        (void)snprintf(text, TEXT_BYTES, "%s, HTTP %d%s%s", answer_class_name(at->answer.class),
                       at->http_status, at->answer.code[0] != '\0' ? ", code " : "",
                       at->answer.code);
    }
}

static bool reached(struct online *at)
{
    return at->answered && at->http_status != 0;
}

/* Reports whether it was reached at all; false: it makes no sense to go on. */
static bool report_reach(struct online *at)
{
    char text[TEXT_BYTES];
    if (!reached(at)) {
        failure(at, text);
        check_bad(at->check, N_("reached"), EXIT_PLATFORM, at->side, text);
        return false;
    }
    (void)snprintf(text, sizeof text, "%lld ms", (long long)at->took_ms);
    check_row(at->check, N_("reached"), "good", at->side, text);
    int64_t expires = http_facts(at->http).certificate_expires;
    if (expires != 0) {
        char until[21];
        bool soon = expires - session_now() < CERTIFICATE_SOON_SECONDS;
        civil_utc_text(expires, until);
        check_row(at->check, N_("certificate"), soon ? "warning" : "good", at->side, until);
    }
    return true;
}

static bool sign_on(struct online *at, bool *ret_reported)
{
    char text[TEXT_BYTES];
    const struct request token = {.call = CALL_TOKEN};
    if (!definition_signs_on(at->definition)) {
        return true;
    }
    bool good = ask(at, &token);
    *ret_reported = true;
    if (!report_reach(at)) {
        return false;
    }
    if (!good || slice_empty(at->answer.token)) {
        failure(at, text);
        check_bad(at->check, N_("sign-on"), EXIT_PLATFORM, at->side, text);
        return false;
    }
    at->token = strndup(at->answer.token.at, at->answer.token.size);
    at->platform.token = slice_of(at->token);
    (void)snprintf(text, sizeof text, "%lld s", (long long)at->answer.token_seconds);
    check_row(at->check, N_("sign-on"), "good", at->side, text);
    return true;
}

static void report_clock(struct online *at)
{
    char text[TEXT_BYTES];
    const struct request time_request = {.call = CALL_TIME};
    if (definition_has_clock_call(at->definition) && !ask(at, &time_request)) {
        failure(at, text);
        check_bad(at->check, N_("clock"), EXIT_PLATFORM, at->side, text);
        return;
    }
    if (at->clock_known) {
        int64_t offset = at->platform.clock_offset_ms;
        (void)snprintf(text, sizeof text, "%lld ms", (long long)offset);
        check_row(at->check, N_("clock"), offset > 60000 || offset < -60000 ? "warning" : "good",
                  at->side, text);
    }
}

/* How many of the page can be mapped, and which fields break the mapping law on them. */
static void judge_page(struct online *at, enum entity entity, const char *item)
{
    const struct mapping *mapping = local_configuration(at->check->session)->mapping;
    size_t mapped = 0;
    field_set lossy = 0;
    char text[TEXT_BYTES];
    for (size_t i = 0; i < at->answer.row_count; i++) {
        struct decoded decoded;
        field_set broken = 0;
        struct slice row = at->answer.rows[i];
        if (decode_record(mapping, at->side, entity, row, session_now(), &at->arena, &decoded) ==
                STATUS_OK &&
            decoded.ok) {
            mapped++;
            (void)explain_law(mapping, at->side, entity, row, session_now(), &at->arena, &broken);
            lossy |= broken;
        }
    }
    int used = snprintf(text, sizeof text, "%zu/%zu", mapped, at->answer.row_count);
    for (enum field field = 0; field < FIELDS && used < (int)sizeof text - 32; field++) {
        if ((lossy & FIELD_BIT(field)) != 0) {
            used += snprintf(text + used, sizeof text - (size_t)used, ", lossy: %s",
                             field_row(field)->name);
        }
    }
    bool good = mapped == at->answer.row_count && lossy == 0;
    check_row(at->check, item, good ? "good" : "warning", at->side, text);
}

static void read_pages(struct online *at, bool reported)
{
    static const char *const items[ENTITIES] = {N_("first page of accounts"),
                                                N_("first page of hours"),
                                                N_("first page of yearly results")};
    char text[TEXT_BYTES];
    for (enum entity entity = 0; entity < ENTITIES; entity++) {
        const struct request list = {.call = CALL_LIST,
                                     .entity = entity,
                                     .page = 1,
                                     .size = PAGE_SIZE,
                                     .region = slice_of(at->check->session->settings.region)};
        if (!definition_has(at->definition, CALL_LIST, entity)) {
            continue;
        }
        bool good = ask(at, &list);
        if (!reported && !report_reach(at)) {
            return;
        }
        reported = true;
        if (good) {
            judge_page(at, entity, items[entity]);
        } else {
            failure(at, text);
            check_bad(at->check, items[entity], EXIT_PLATFORM, at->side, text);
        }
    }
}

static enum status open_definition(struct online *at, struct fault *fault)
{
    const struct settings *settings = &at->check->session->settings;
    char *text = NULL, path[256] = "";
    size_t size = 0;
    enum status status = settings_read_definition(settings, "connectors", at->settings->definition,
                                                  &text, &size, path, fault);
    if (status == STATUS_OK) {
        status = definition_load((struct slice){text, size}, path, &at->definition, fault);
    }
    free(text);
    if (status == STATUS_OK) {
        status = settings_read_secret(at->settings->secret_file, "secret_file", &at->secret,
                                      &at->secret_size, fault);
    }
    return status;
}

static enum status open_http(struct online *at, struct fault *fault)
{
    const struct definition_transport *transport = definition_transport(at->definition);
    const struct http_options options = {.url = at->settings->url,
                                         .key = "url",
                                         .plaintext = transport->plaintext,
                                         .ca_file = at->settings->ca_file,
                                         .parallel = 1,
                                         .connect_timeout_ms = transport->connect_timeout_ms,
                                         .timeout_ms = transport->timeout_ms,
                                         .largest_body = (size_t)transport->largest_body};
    return http_open(&at->loop, &options, &at->http, fault);
}

static void probe(struct online *at)
{
    bool reported = false;
    if (!sign_on(at, &reported)) {
        return;
    }
    if (definition_has_clock_call(at->definition) && !reported) {
        const struct request time_request = {.call = CALL_TIME};
        (void)ask(at, &time_request);
        if (!report_reach(at)) {
            return;
        }
        reported = true;
    }
    read_pages(at, reported);
    if (reached(at)) {
        report_clock(at);
    }
}

void check_online(struct check *check, enum side side)
{
    char text[800];
    struct fault fault = {.status = STATUS_OK};
    struct online at = {
        .check = check, .side = side, .settings = &check->session->settings.platform[side]};
    if (uv_loop_init(&at.loop) != 0) {
        return;
    }
    arena_init(&at.arena, ONLINE_ARENA_BYTES);
    enum status status = open_definition(&at, &fault);
    if (status == STATUS_OK) {
        status = open_http(&at, &fault);
    }
    if (status == STATUS_OK) {
        at.platform = (struct platform){.definition = at.definition,
                                        .side = side,
                                        .key_id = slice_of(at.settings->key_id),
                                        .secret = {at.secret, at.secret_size}};
        probe(&at);
        http_close(at.http, NULL, NULL);
        (void)uv_run(&at.loop, UV_RUN_DEFAULT);
    } else {
        session_fault(&fault, text, sizeof text);
        check_bad(check, N_("settings"), EXIT_SETTINGS, side, text);
    }
    if (at.secret != NULL) {
        explicit_bzero(at.secret, at.secret_size);
    }
    free(at.secret);
    free(at.token);
    definition_free(at.definition);
    arena_free(&at.arena);
    (void)uv_loop_close(&at.loop);
}
