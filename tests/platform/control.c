#include "tests/platform/control.h"

#include "tests/platform/control_records.h"
#include "tests/platform/dump.h"

#include <stdlib.h>
#include <string.h>

enum { VALUE_SIZE = 256 };

/* A call, with what it was sent. */
struct call {
    struct service *service;
    const struct request *request;
    json_t *body; /* an object, empty where none was sent */
    struct answer *answer;
};

static void refuse(struct answer *answer, int status, const char *why)
{
    buffer_clear(&answer->body);
    answer->status = status;
    buffer_printf(&answer->body, "{\"error\":\"%s\"}\n", why);
}

static void answer_json(struct answer *answer, json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT);
    buffer_text(&answer->body, text);
    buffer_text(&answer->body, "\n");
    free(text);
    json_decref(value);
}

static void answer_done(struct call *call)
{
    buffer_text(&call->answer->body, "{\"ok\":true}\n");
}

/* A text that stands in the query or in the body; NULL: in neither. */
static const char *text_given(const struct call *call, const char *name, char room[VALUE_SIZE])
{
    if (request_query(call->request, name, room, VALUE_SIZE))
        return room;
    return json_string_value(json_object_get(call->body, name));
}

static struct platform *platform_given(struct call *call)
{
    char room[VALUE_SIZE];
    const char *side = text_given(call, "side", room);
    if (side != NULL && strcmp(side, "municipal") == 0)
        return &call->service->platforms[PLATFORM_MUNICIPAL];
    if (side != NULL && strcmp(side, "provincial") == 0)
        return &call->service->platforms[PLATFORM_PROVINCIAL];
    refuse(call->answer, 400, "side is municipal or provincial");
    return NULL;
}

/* Members of the query join those of the body. */
static void query_into_body(struct call *call)
{
    static const char *const names[] = {"entity", "id", "code", "kind", "system", "number", "year"};
    char room[VALUE_SIZE];
    for (size_t at = 0; at < sizeof names / sizeof names[0]; at++)
        if (request_query(call->request, names[at], room, sizeof room))
            json_object_set_new(call->body, names[at], json_string(room));
}

static void call_seed(struct call *call)
{
    struct platform *platform = platform_given(call);
    const char *wrong;
    if (platform == NULL)
        return;
    json_t *ids = control_seed(platform, call->body, &wrong);
    if (ids == NULL)
        refuse(call->answer, 400, wrong);
    else
        answer_json(call->answer, ids);
}

static void call_edit(struct call *call)
{
    struct platform *platform = platform_given(call);
    if (platform == NULL)
        return;
    const char *wrong = control_edit(platform, call->body, &call->answer->body);
    if (wrong != NULL)
        refuse(call->answer, 404, wrong);
}

static void call_inspect(struct call *call)
{
    struct platform *platform = platform_given(call);
    if (platform == NULL)
        return;
    query_into_body(call);
    const char *wrong = control_inspect(platform, call->body, &call->answer->body);
    if (wrong != NULL)
        refuse(call->answer, 400, wrong);
}

static enum entity entity_given(const struct call *call)
{
    static const char *const names[] = {"account", "hours", "annual"};
    char room[VALUE_SIZE];
    const char *name = text_given(call, "entity", room);
    for (int entity = 0; name != NULL && entity < ENTITY_COUNT; entity++)
        if (strcmp(names[entity], name) == 0)
            return (enum entity)entity;
    return ENTITY_COUNT;
}

static void call_dump(struct call *call)
{
    struct platform *platform = platform_given(call);
    if (platform == NULL)
        return;
    call->answer->content_type = "application/x-ndjson";
    if (dump_store(platform->store, entity_given(call), &call->answer->body) != STATUS_OK)
        refuse(call->answer, 500, "out of memory");
}

static void call_digest(struct call *call)
{
    struct platform *platform = platform_given(call);
    struct dump_digest digest;
    if (platform == NULL)
        return;
    if (dump_digest(platform->store, entity_given(call), &digest) != STATUS_OK)
        refuse(call->answer, 500, "out of memory");
    else
        buffer_printf(&call->answer->body, "{\"digest\":\"%016llx%016llx\",\"records\":%zu}\n",
                      (unsigned long long)digest.sums[0], (unsigned long long)digest.sums[1],
                      digest.lines);
}

static json_t *stats_of(const struct platform *platform)
{
    static const char *const entities[] = {"accounts", "hours", "annual"};
    const struct counters *counters = &platform->counters;
    json_t *stats = json_object(), *paths = json_object();
#define COUNTER_OUT(name) json_object_set_new(stats, #name, json_integer(counters->name));
    COUNTER_MAP(COUNTER_OUT)
#undef COUNTER_OUT
    for (size_t at = 0; at < LABELS && platform->labels[at].text[0] != '\0'; at++)
        json_object_set_new(paths, platform->labels[at].text,
                            json_integer(platform->labels[at].count));
    json_object_set_new(stats, "paths", paths);
    for (int entity = 0; entity < ENTITY_COUNT; entity++)
        json_object_set_new(stats, entities[entity],
                            json_integer(store_count(platform->store, (enum entity)entity)));
    json_object_set_new(stats, "clock_offset", json_integer(platform->clock_offset));
    return stats;
}

static void call_stats(struct call *call)
{
    const struct platform *platforms = call->service->platforms;
    answer_json(call->answer,
                json_pack("{s:o,s:o}", "municipal", stats_of(&platforms[PLATFORM_MUNICIPAL]),
                          "provincial", stats_of(&platforms[PLATFORM_PROVINCIAL])));
}

/* Counters begin anew; the stores stay. */
static void call_stats_clear(struct call *call)
{
    for (int side = 0; side < 2; side++) {
        struct platform *platform = &call->service->platforms[side];
        platform->counters = (struct counters){0};
        memset(platform->labels, 0, sizeof platform->labels);
        platform->begun_first = platform->begun_next;
    }
    answer_done(call);
}

static void call_expected(struct call *call)
{
    call->answer->content_type = "application/x-ndjson";
    city_expected_json(&call->service->expected, &call->answer->body);
}

static void call_fault(struct call *call)
{
    const char *wrong = faults_add(&call->service->faults, call->body);
    if (wrong != NULL)
        refuse(call->answer, 400, wrong);
    else
        answer_done(call);
}

static void call_faults(struct call *call)
{
    answer_json(call->answer, json_pack("{s:o}", "faults", faults_list(&call->service->faults)));
}

static void call_faults_clear(struct call *call)
{
    call->service->faults.count = 0;
    answer_done(call);
}

static void call_clock(struct call *call)
{
    struct platform *platform = platform_given(call);
    if (platform == NULL)
        return;
    platform->clock_offset = json_integer_value(json_object_get(call->body, "offset_seconds"));
    answer_done(call);
}

/* A call for one side or, where none is named, both. */
static void each_store(struct call *call, enum status (*act)(struct store *store))
{
    char room[VALUE_SIZE];
    bool one = text_given(call, "side", room) != NULL;
    struct platform *only = one ? platform_given(call) : NULL;
    if (one && only == NULL)
        return;
    for (int side = 0; side < 2; side++) {
        struct platform *platform = &call->service->platforms[side];
        if ((one && platform != only) || act(platform->store) == STATUS_OK)
            continue;
        refuse(call->answer, 409, "no snapshot");
        return;
    }
    answer_done(call);
}

static void call_snapshot(struct call *call)
{
    each_store(call, store_snapshot);
}

/* {"forget":true}: also what was kept for Idempotency-Key, and when tokens were asked for. */
static void call_restore(struct call *call)
{
    for (int side = 0; side < 2 && json_is_true(json_object_get(call->body, "forget")); side++) {
        struct platform *platform = &call->service->platforms[side];
        idempotency_free(&platform->idempotency);
        memset(platform->tokens.asked, 0, sizeof platform->tokens.asked);
    }
    each_store(call, store_restore);
}

static int64_t number_given(const struct call *call, const char *name, int64_t absent)
{
    const json_t *value = json_object_get(call->body, name);
    return json_is_integer(value) ? json_integer_value(value) : absent;
}

/* {"people","hours","defects","seed","shared"}, each as it was where absent; {"empty":true}: no
 * records at all. */
static void call_reset(struct call *call)
{
    struct city_options *city = &call->service->city;
    const json_t *shared = json_object_get(call->body, "shared");
    city->seed = (uint64_t)number_given(call, "seed", (int64_t)city->seed);
    city->people = (unsigned)number_given(call, "people", city->people);
    city->hours = (unsigned)number_given(call, "hours", city->hours);
    city->defects = (unsigned)number_given(call, "defects", city->defects);
    if (json_is_number(shared))
        city->shared = json_number_value(shared);
    struct city_options kept = *city;
    if (json_is_true(json_object_get(call->body, "empty")))
        city->people = 0;
    enum status status = service_build(call->service);
    *city = kept;
    if (status != STATUS_OK)
        refuse(call->answer, 500, "out of memory");
    else
        answer_done(call);
}

static void call_settings(struct call *call)
{
    struct settings *settings = &call->service->settings;
    const json_t *recompute = json_object_get(call->body, "annual_recompute");
    const json_t *refusals = json_object_get(call->body, "keep_refusals");
    for (int side = 0; side < 2; side++) {
        struct platform *platform = &call->service->platforms[side];
        if (json_is_boolean(recompute))
            platform->annual_recompute = json_is_true(recompute);
        platform->cursors.lifetime =
            number_given(call, "cursor_seconds", platform->cursors.lifetime);
    }
    settings->cursor_seconds = number_given(call, "cursor_seconds", settings->cursor_seconds);
    settings->token_seconds = number_given(call, "token_seconds", settings->token_seconds);
    const json_t *etags = json_object_get(call->body, "page_etags");
    if (json_is_boolean(refusals))
        settings->keep_refusals = json_is_true(refusals);
    if (json_is_boolean(etags))
        settings->page_etags = json_is_true(etags);
    answer_done(call);
}

static void call_revoke(struct call *call)
{
    tokens_revoke(&call->service->platforms[PLATFORM_PROVINCIAL].tokens);
    answer_done(call);
}

static const struct {
    const char *method, *path;
    void (*answer)(struct call *call);
} CALLS[] = {
    {"POST", "/seed", call_seed},         {"POST", "/edit", call_edit},
    {"GET", "/inspect", call_inspect},    {"POST", "/inspect", call_inspect},
    {"GET", "/dump", call_dump},          {"GET", "/digest", call_digest},
    {"GET", "/stats", call_stats},        {"DELETE", "/stats", call_stats_clear},
    {"GET", "/expected", call_expected},  {"POST", "/fault", call_fault},
    {"GET", "/fault", call_faults},       {"DELETE", "/fault", call_faults_clear},
    {"POST", "/clock", call_clock},       {"POST", "/snapshot", call_snapshot},
    {"POST", "/restore", call_restore},   {"POST", "/reset", call_reset},
    {"POST", "/settings", call_settings}, {"POST", "/revoke-tokens", call_revoke},
};

void control_answer(struct service *service, const struct request *request, struct answer *answer)
{
    struct call call = {.service = service, .request = request, .answer = answer};
    answer->content_type = "application/json";
    answer->status = 200;
    call.body = request->body.size == 0
                    ? json_object()
                    : json_loadb(request->body.at, request->body.size, JSON_ALLOW_NUL, NULL);
    if (!json_is_object(call.body)) {
        json_decref(call.body);
        refuse(answer, 400, "the body is not a JSON object");
        return;
    }
    size_t at = 0, count = sizeof CALLS / sizeof CALLS[0];
    while (at < count && (strcmp(CALLS[at].path, request->path) != 0 ||
                          strcmp(CALLS[at].method, request->method) != 0))
        at++;
    if (at == count) {
        refuse(answer, 404, "no such call");
    } else {
        pthread_mutex_lock(&service->lock);
        CALLS[at].answer(&call);
        pthread_mutex_unlock(&service->lock);
    }
    json_decref(call.body);
}
