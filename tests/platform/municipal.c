#include "tests/platform/municipal.h"

#include "tests/platform/sign.h"

#include <stdio.h>
#include <string.h>

enum { TIME_TOLERANCE_MS = 300 * 1000, SEGMENT_SIZE = 256 };

static const struct {
    enum municipal_code code;
    const char *message;
} MESSAGES[] = {
    {MUNICIPAL_OK, "ok"},
    {MUNICIPAL_MALFORMED, "请求格式错误"},
    {MUNICIPAL_BAD_SIGNATURE, "签名错误"},
    {MUNICIPAL_BAD_TIME, "时间戳超出允许范围"},
    {MUNICIPAL_NONCE_SEEN, "随机数重复"},
    {MUNICIPAL_FORBIDDEN, "应用无权限"},
    {MUNICIPAL_NOT_FOUND, "记录不存在"},
    {MUNICIPAL_STALE, "版本已变更"},
    {MUNICIPAL_DUPLICATE, "记录重复"},
    {MUNICIPAL_INVALID, "字段校验不通过"},
    {MUNICIPAL_TOO_FAST, "请求过于频繁"},
    {MUNICIPAL_INTERNAL, "系统内部错误"},
    {MUNICIPAL_MAINTENANCE, "系统维护中"},
};

const char *municipal_message(enum municipal_code code)
{
    for (size_t at = 0; at < sizeof MESSAGES / sizeof MESSAGES[0]; at++)
        if (MESSAGES[at].code == code)
            return MESSAGES[at].message;
    return "";
}

void municipal_count_answer(struct platform *platform, enum municipal_code code)
{
    struct counters *counters = &platform->counters;
    counters->duplicate_answers += code == MUNICIPAL_DUPLICATE;
    counters->precondition_answers += code == MUNICIPAL_STALE;
    counters->invalid_answers += code == MUNICIPAL_INVALID;
    counters->not_found_answers += code == MUNICIPAL_NOT_FOUND;
    counters->malformed_answers += code == MUNICIPAL_MALFORMED;
    counters->too_fast_answers += code == MUNICIPAL_TOO_FAST;
    counters->unauthorised_answers +=
        code >= MUNICIPAL_BAD_SIGNATURE && code <= MUNICIPAL_FORBIDDEN;
}

void municipal_open(struct platform *platform, struct answer *answer, enum municipal_code code)
{
    uint64_t parts[2] = {platform->seed, platform->trace};
    answer->status = 200;
    answer->content_type = "application/json; charset=utf-8";
    buffer_printf(&answer->body,
                  "{\"code\":%d,\"message\":\"%s\",\"traceId\":\"t%016llx\",\"data\":", (int)code,
                  municipal_message(code), (unsigned long long)index_hash(parts, sizeof parts, 0));
}

void municipal_refuse(struct platform *platform, struct answer *answer, enum municipal_code code)
{
    municipal_open(platform, answer, code);
    buffer_text(&answer->body, "null}");
    municipal_count_answer(platform, code);
}

void municipal_too_fast(struct platform *platform, struct answer *answer, int64_t retry_ms)
{
    municipal_open(platform, answer, MUNICIPAL_TOO_FAST);
    buffer_printf(&answer->body, "{\"retryAfterMs\":%lld}}", (long long)retry_ms);
    municipal_count_answer(platform, MUNICIPAL_TOO_FAST);
}

void municipal_broken(struct platform *platform, struct answer *answer, int status)
{
    if (status == 500)
        municipal_refuse(platform, answer, MUNICIPAL_INTERNAL);
    else if (status == 503)
        municipal_refuse(platform, answer, MUNICIPAL_MAINTENANCE);
    else if (status == 403 || status == 422)
        municipal_refuse(platform, answer, status == 403 ? MUNICIPAL_FORBIDDEN : MUNICIPAL_INVALID);
    else
        answer_html(answer, status);
}

json_t *municipal_body(const struct request *request)
{
    json_t *object = json_loadb(request->body.at, request->body.size,
                                JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, NULL);
    if (json_is_object(object))
        return object;
    json_decref(object);
    return NULL;
}

/* MUNICIPAL_OK, or why the caller is turned away. */
static enum municipal_code authorise(struct platform *platform, const struct request *request)
{
    const char *key = request_header(request, "X-App-Key");
    const char *timestamp = request_header(request, "X-Timestamp");
    const char *nonce = request_header(request, "X-Nonce");
    const char *signature = request_header(request, "X-Signature");
    char expected[65];
    int64_t sent;
    if (key == NULL || timestamp == NULL || nonce == NULL || signature == NULL ||
        nonce[0] == '\0' || strcmp(key, platform->settings->app_id) != 0)
        return MUNICIPAL_BAD_SIGNATURE;
    if (!sign_municipal(request, platform->settings->app_secret, timestamp, nonce, expected) ||
        !sign_equal(expected, signature))
        return MUNICIPAL_BAD_SIGNATURE;
    int64_t now = clock_ms() + platform->clock_offset * 1000;
    if (!slice_integer(slice_of(timestamp), &sent) || sent < now - TIME_TOLERANCE_MS ||
        sent > now + TIME_TOLERANCE_MS)
        return MUNICIPAL_BAD_TIME;
    return nonces_take(&platform->nonces, nonce, clock_seconds()) ? MUNICIPAL_OK
                                                                  : MUNICIPAL_NONCE_SEEN;
}

static void answer_time(struct platform *platform, struct answer *answer)
{
    municipal_open(platform, answer, MUNICIPAL_OK);
    buffer_text(&answer->body, "{\"now\":");
    fields_time(&answer->body, PLATFORM_MUNICIPAL, platform_now(platform));
    buffer_text(&answer->body, "}}");
}

/* Answers a write, or again as the first time under the same key. */
static void answer_write(struct platform *platform, const struct request *request,
                         enum entity entity, const char *id, bool batch, struct answer *answer)
{
    const char *key = request_header(request, "Idempotency-Key");
    uint64_t hash = idempotency_hash(request->method, request->path, request->body);
    int64_t now = platform_now(platform);
    const struct idempotency_entry *known =
        key == NULL ? NULL : idempotency_find(&platform->idempotency, key, now);
    if (known != NULL && known->request != hash) {
        municipal_refuse(platform, answer, MUNICIPAL_MALFORMED);
        return;
    }
    if (known != NULL) {
        platform->counters.idempotent_replays++;
        answer->status = 200;
        answer->content_type = "application/json; charset=utf-8";
        buffer_append(&answer->body, (struct slice){known->answer, known->answer_size});
        return;
    }
    json_t *object = municipal_body(request);
    if (object == NULL) {
        municipal_refuse(platform, answer, MUNICIPAL_MALFORMED);
        return;
    }
    bool keep = false;
    if (batch) {
        keep = municipal_batch(platform, object, answer);
    } else {
        enum municipal_code code = municipal_write(platform, entity, id, object, answer);
        bool refusal = code == MUNICIPAL_STALE || code == MUNICIPAL_INVALID;
        keep = code == MUNICIPAL_OK || code == MUNICIPAL_DUPLICATE ||
               (refusal && platform->settings->keep_refusals);
    }
    json_decref(object);
    if (key != NULL && keep)
        idempotency_keep(&platform->idempotency, key, hash, buffer_slice(&answer->body), now);
}

static void answer_query(struct platform *platform, const struct request *request,
                         enum entity entity, struct answer *answer)
{
    json_t *query = municipal_body(request);
    if (query == NULL)
        municipal_refuse(platform, answer, MUNICIPAL_MALFORMED);
    else
        municipal_list(platform, request, entity, query, answer);
    json_decref(query);
}

/* What the path names: "/hours", "/hours/query", "/hours/batch", "/hours/{id}". */
struct route {
    enum entity entity;
    char rest[SEGMENT_SIZE]; /* decoded; "": the collection */
    const char *label;
};

static bool route_find(const struct request *request, struct route *ret)
{
    static const struct {
        const char *path, *label, *one;
    } collections[ENTITY_COUNT] = {{"/accounts", "/accounts", "/accounts/{id}"},
                                   {"/hours", "/hours", "/hours/{id}"},
                                   {"/annual", "/annual", "/annual/{id}"}};
    const char *path = request->path + strlen(MUNICIPAL_BASE);
    for (int entity = 0; entity < ENTITY_COUNT; entity++) {
        size_t size = strlen(collections[entity].path);
        if (strncmp(path, collections[entity].path, size) != 0 ||
            (path[size] != '\0' && path[size] != '/'))
            continue;
        const char *rest = path[size] == '/' ? path + size + 1 : "";
        if ((path[size] == '/' && rest[0] == '\0') || strchr(rest, '/') != NULL ||
            !request_decode(slice_of(rest), false, ret->rest, sizeof ret->rest))
            return false;
        ret->entity = (enum entity)entity;
        ret->label = rest[0] == '\0' ? collections[entity].label : collections[entity].one;
        if (strcmp(rest, "query") == 0)
            ret->label =
                (const char *[]){"/accounts/query", "/hours/query", "/annual/query"}[entity];
        else if (strcmp(rest, "batch") == 0)
            ret->label = "/hours/batch";
        return true;
    }
    return false;
}

static void answer_route(struct platform *platform, const struct request *request,
                         const struct route *route, struct answer *answer)
{
    enum entity entity = route->entity;
    bool get = strcmp(request->method, "GET") == 0, put = strcmp(request->method, "PUT") == 0;
    bool post = strcmp(request->method, "POST") == 0, all = route->rest[0] == '\0';
    bool batch = entity == ENTITY_HOURS && strcmp(route->rest, "batch") == 0;
    if (get && all)
        municipal_list(platform, request, entity, NULL, answer);
    else if (post && strcmp(route->rest, "query") == 0)
        answer_query(platform, request, entity, answer);
    else if (entity == ENTITY_ANNUAL && (post || put))
        municipal_refuse(platform, answer, MUNICIPAL_FORBIDDEN);
    else if (get && entity != ENTITY_ANNUAL)
        municipal_one(platform, request, entity, route->rest, answer);
    else if (post && (all || batch))
        answer_write(platform, request, entity, NULL, batch, answer);
    else if (put && !all && !batch)
        answer_write(platform, request, entity, route->rest, false, answer);
    else
        answer_html(answer, 404);
}

void municipal_answer(struct platform *platform, const struct request *request,
                      struct answer *answer)
{
    struct route route = {.label = "other"};
    size_t base = strlen(MUNICIPAL_BASE);
    bool ours = strncmp(request->path, MUNICIPAL_BASE "/", base + 1) == 0;
    bool time = ours && strcmp(request->path + base, "/time") == 0;
    bool found = ours && !time && route_find(request, &route);
    platform_count(platform, request->method, time ? "/time" : found ? route.label : "other");
    if (!time && !found) {
        answer_html(answer, 404);
        return;
    }
    enum municipal_code refused = authorise(platform, request);
    if (refused != MUNICIPAL_OK)
        municipal_refuse(platform, answer, refused);
    else if (time)
        answer_time(platform, answer);
    else
        answer_route(platform, request, &route, answer);
}
