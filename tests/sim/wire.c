#include "tests/sim/wire.h"

#include "daemon/bridge_inside.h"
#include "daemon/net/http.h"
#include "tests/sim/loop.h"
#include "tests/sim/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FLYING_MOST = 64, WAY_MS = 30, SLOW_MS = 2600, SLOW_PERCENT = 2, TOLD_BYTES = 400 };

struct http {
    int side;
};

/* The texts of a message belong to its exchange, which lives until it is answered. */
struct flight {
    struct http *http;
    struct message message;
    void (*done)(void *context, const struct reply *reply);
    void *context;
    int64_t sent_ms;
};

static struct {
    struct flight flights[FLYING_MOST];
    size_t count;
    bool cut;
    wire_watcher watcher;
} wire;

enum status http_open(uv_loop_t *of, const struct http_options *options, struct http **ret,
                      struct fault *ret_fault)
{
    (void)of;
    (void)ret_fault;
    struct http *http = calloc(1, sizeof *http);
    if (http == NULL)
        return STATUS_NO_MEMORY;
    http->side = strncmp(options->key, "municipal", 9) == 0 ? WORLD_MUNICIPAL : WORLD_PROVINCIAL;
    *ret = http;
    return STATUS_OK;
}

enum status http_send(struct http *http, const struct message *message,
                      void (*done)(void *context, const struct reply *reply), void *context)
{
    if (wire.count == FLYING_MOST)
        abort();
    wire.flights[wire.count++] = (struct flight){http, *message, done, context, loop_now_ms()};
    return STATUS_OK;
}

static struct flight take(size_t index)
{
    struct flight flight = wire.flights[index];
    wire.flights[index] = wire.flights[--wire.count];
    return flight;
}

/* With TALK=1 each exchange is a line, for a person who looks at one seed. */
static void tell(const struct flight *flight, const struct reply *reply)
{
    const struct message *message = &flight->message;
    (void)fprintf(stderr, "%lld %s %.*s %.*s %.*s -> %d %d %.*s\n", (long long)loop_now_ms(),
                  world_side_names[flight->http->side], (int)message->method.size,
                  message->method.at, (int)message->target.size, message->target.at,
                  message->write ? (int)message->body.size : 0, message->body.at, (int)reply->end,
                  reply->status, reply->body.size < TOLD_BYTES ? (int)reply->body.size : TOLD_BYTES,
                  reply->body.at);
}

static void trace(const struct flight *flight, const struct reply *reply)
{
    if (getenv("TALK") != NULL)
        tell(flight, reply);
    loop_trace(&flight->http->side, sizeof flight->http->side);
    loop_trace(flight->message.target.at, flight->message.target.size);
    loop_trace(flight->message.body.at, flight->message.body.size);
    if (!slice_empty(reply->etag) && !flight->message.write) { /* the same, whether its page had to come or not */
        loop_trace(reply->etag.at, reply->etag.size);
        return;
    }
    loop_trace(&reply->status, sizeof reply->status);
    loop_trace(reply->body.at, reply->body.size);
}

size_t wire_pending(void)
{
    return wire.count;
}

void wire_deliver(void)
{
    struct flight flight = take(chance_below(loop_chance(), (unsigned)wire.count));
    struct reply reply = {.end = REPLY_NOT_SENT};
    int64_t began = loop_now_ms();
    if (!wire.cut) {
        bool slow = chance_percent(loop_chance(), SLOW_PERCENT);
        loop_advance(chance_below(loop_chance(), WAY_MS) + (slow ? SLOW_MS : 0));
        world_answer(flight.http->side, &flight.message, &reply);
        reply.arrived_ms = bridge_wall_ms();
        reply.took_ms = loop_now_ms() - began;
        trace(&flight, &reply);
        if (wire.watcher != NULL)
            wire.watcher(flight.http->side, &flight.message, &reply, flight.sent_ms);
    }
    flight.done(flight.context, &reply);
}

void wire_cut(bool cut)
{
    struct reply lost;
    wire.cut = cut;
    for (size_t index = 0; cut && index < wire.count; index++) {
        if (chance_percent(loop_chance(), 50))
            world_answer(wire.flights[index].http->side, &wire.flights[index].message, &lost);
    }
}

void wire_watch(wire_watcher watcher)
{
    wire.watcher = watcher;
}

void http_cancel_all(struct http *http)
{
    static const struct reply unknown = {.end = REPLY_UNKNOWN};
    for (size_t index = 0; index < wire.count;) {
        if (wire.flights[index].http != http) {
            index++;
            continue;
        }
        struct flight flight = take(index);
        flight.done(flight.context, &unknown);
    }
}

void http_close(struct http *http, void (*closed)(void *context), void *context)
{
    http_cancel_all(http);
    free(http);
    if (closed != NULL)
        closed(context);
}

struct http_facts http_facts(const struct http *http)
{
    (void)http;
    return (struct http_facts){.failure = ""};
}
