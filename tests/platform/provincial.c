#include "tests/platform/provincial.h"

#include "tests/platform/sign.h"

#include <stdio.h>
#include <string.h>

enum { TIME_TOLERANCE = 300, SEGMENT_SIZE = 256, FORM_VALUE = 256 };

static const struct {
    int status;
    const char *code, *message;
} ERRORS[PROVINCIAL_ERRORS] = {
    [PROVINCIAL_BAD_REQUEST] = {400, "E4000", "请求不合规范"},
    [PROVINCIAL_BAD_CLIENT] = {401, "E4010", "客户端认证失败"},
    [PROVINCIAL_TOKEN] = {401, "E4011", "令牌已失效"},
    [PROVINCIAL_SIGNATURE] = {401, "E4012", "签名错误"},
    [PROVINCIAL_TIME] = {401, "E4013", "时间戳超出允许范围"},
    [PROVINCIAL_NONCE] = {401, "E4014", "随机数重复"},
    [PROVINCIAL_FORBIDDEN] = {403, "E4030", "无权限"},
    [PROVINCIAL_NOT_FOUND] = {404, "E4040", "记录不存在"},
    [PROVINCIAL_DUPLICATE] = {409, "E4090", "记录重复"},
    [PROVINCIAL_CURSOR_DEAD] = {410, "E4100", "游标已失效"},
    [PROVINCIAL_PRECONDITION] = {412, "E4120", "前提条件不满足"},
    [PROVINCIAL_INVALID] = {422, "E4220", "字段校验不通过"},
    [PROVINCIAL_TOO_FAST] = {429, "E4290", "请求过于频繁"},
    [PROVINCIAL_INTERNAL] = {500, "E5000", "系统内部错误"},
};

const char *provincial_message(enum provincial_error error)
{
    return ERRORS[error].message;
}

void provincial_count_answer(struct platform *platform, enum provincial_error error)
{
    struct counters *counters = &platform->counters;
    counters->duplicate_answers += error == PROVINCIAL_DUPLICATE;
    counters->precondition_answers += error == PROVINCIAL_PRECONDITION;
    counters->invalid_answers += error == PROVINCIAL_INVALID;
    counters->not_found_answers += error == PROVINCIAL_NOT_FOUND;
    counters->malformed_answers += error == PROVINCIAL_BAD_REQUEST;
    counters->too_fast_answers += error == PROVINCIAL_TOO_FAST;
    counters->unauthorised_answers +=
        error >= PROVINCIAL_BAD_CLIENT && error <= PROVINCIAL_FORBIDDEN;
}

static void error_begin(struct platform *platform, struct answer *answer, int status,
                        const char *code, const char *message)
{
    uint64_t parts[2] = {platform->seed, platform->trace};
    answer->status = status;
    answer->content_type = "application/json;charset=UTF-8";
    answer->etag[0] = '\0';
    buffer_clear(&answer->body);
    buffer_printf(&answer->body, "{\"errcode\":\"%s\",\"errmsg\":\"%s\",\"reqid\":\"r%016llx\"",
                  code, message, (unsigned long long)index_hash(parts, sizeof parts, 1));
}

void provincial_open(struct platform *platform, struct answer *answer, enum provincial_error error)
{
    error_begin(platform, answer, ERRORS[error].status, ERRORS[error].code, ERRORS[error].message);
    provincial_count_answer(platform, error);
}

void provincial_refuse(struct platform *platform, struct answer *answer,
                       enum provincial_error error)
{
    provincial_open(platform, answer, error);
    buffer_text(&answer->body, "}");
}

void provincial_too_fast(struct platform *platform, struct answer *answer, const char *retry_after)
{
    provincial_refuse(platform, answer, PROVINCIAL_TOO_FAST);
    snprintf(answer->retry_after, sizeof answer->retry_after, "%s", retry_after);
}

void provincial_broken(struct platform *platform, struct answer *answer, int status)
{
    char code[16];
    snprintf(code, sizeof code, "E%d0", status);
    error_begin(platform, answer, status, code, "系统维护中");
    buffer_text(&answer->body, "}");
}

void provincial_etag(struct answer *answer, enum entity entity, const struct row *row)
{
    snprintf(answer->etag, sizeof answer->etag, "\"%lld\"", (long long)row_version(entity, row));
}

void provincial_token(struct platform *platform, const struct request *request,
                      struct answer *answer)
{
    const struct settings *settings = platform->settings;
    struct request form = {.query = request->body.at};
    char grant[FORM_VALUE], client[FORM_VALUE], secret[FORM_VALUE], wait_text[24];
    int64_t now = clock_seconds(), wait;
    bool whole = request_query(&form, "grant_type", grant, sizeof grant) &&
                 request_query(&form, "client_id", client, sizeof client) &&
                 request_query(&form, "client_secret", secret, sizeof secret);
    if (!whole || strcmp(grant, "client_credentials") != 0) {
        provincial_refuse(platform, answer, PROVINCIAL_BAD_REQUEST);
        return;
    }
    if (!tokens_ask(&platform->tokens, now, &wait)) {
        snprintf(wait_text, sizeof wait_text, "%lld", (long long)wait);
        provincial_too_fast(platform, answer, wait_text);
        return;
    }
    if (strcmp(client, settings->client_id) != 0 || !sign_equal(secret, settings->client_secret)) {
        provincial_refuse(platform, answer, PROVINCIAL_BAD_CLIENT);
        return;
    }
    platform->counters.tokens_issued++;
    answer->status = 200;
    answer->content_type = "application/json;charset=UTF-8";
    buffer_printf(&answer->body,
                  "{\"access_token\":\"%s\",\"token_type\":\"bearer\",\"expires_in\":%lld}",
                  tokens_issue(&platform->tokens, now, settings->token_seconds, platform->seed),
                  (long long)settings->token_seconds);
}

/* False: the caller was turned away. */
static bool authorise(struct platform *platform, const struct request *request,
                      struct answer *answer)
{
    const char *bearer = request_header(request, "Authorization");
    const char *app = request_header(request, "x-gw-appid");
    const char *timestamp = request_header(request, "x-gw-ts");
    const char *nonce = request_header(request, "x-gw-nonce");
    const char *signature = request_header(request, "x-gw-sign");
    char expected[65];
    int64_t sent, now = platform_now(platform);
    enum provincial_error error = PROVINCIAL_ERRORS;
    if (bearer == NULL || strncmp(bearer, "Bearer ", 7) != 0 ||
        !tokens_alive(&platform->tokens, bearer + 7, clock_seconds()))
        error = PROVINCIAL_TOKEN;
    else if (app == NULL || timestamp == NULL || nonce == NULL || nonce[0] == '\0' ||
             signature == NULL ||
             !sign_provincial(request, platform->settings->client_secret, timestamp, nonce,
                              expected) ||
             !sign_equal(expected, signature))
        error = PROVINCIAL_SIGNATURE;
    else if (strcmp(app, platform->settings->client_id) != 0)
        error = PROVINCIAL_FORBIDDEN;
    else if (!slice_integer(slice_of(timestamp), &sent) || sent < now - TIME_TOLERANCE ||
             sent > now + TIME_TOLERANCE)
        error = PROVINCIAL_TIME;
    else if (!nonces_take(&platform->nonces, nonce, clock_seconds()))
        error = PROVINCIAL_NONCE;
    if (error != PROVINCIAL_ERRORS)
        provincial_refuse(platform, answer, error);
    return error == PROVINCIAL_ERRORS;
}

/* What the path names, behind the base path. */
struct route {
    enum entity entity;
    char rest[2][SEGMENT_SIZE]; /* the decoded segments behind the collection */
    int segments;
    const char *label;
};

static const struct {
    const char *name, *all, *query, *one;
} COLLECTIONS[ENTITY_COUNT] = {{"ry", "/ry", "/ry/cx", "/ry/{ryid}"},
                               {"xs", "/xs", "/xs/cx", "/xs/{xsid}"},
                               {"nd", "/nd", "/nd/cx", "/nd/{}"}};

static void route_label(struct route *route)
{
    enum entity entity = route->entity;
    if (route->segments == 0)
        route->label = COLLECTIONS[entity].all;
    else if (route->segments == 2)
        route->label = "/xs/{lyxtbm}/{lyxh}";
    else if (strcmp(route->rest[0], "cx") == 0)
        route->label = COLLECTIONS[entity].query;
    else if (strcmp(route->rest[0], "plsc") == 0)
        route->label = "/xs/plsc";
    else
        route->label = COLLECTIONS[entity].one;
}

static bool route_find(const struct request *request, struct route *ret)
{
    const char *path = request->path + strlen(PROVINCIAL_BASE) + 1;
    size_t size = strcspn(path, "/");
    for (int entity = 0; entity < ENTITY_COUNT; entity++) {
        if (strlen(COLLECTIONS[entity].name) != size ||
            strncmp(path, COLLECTIONS[entity].name, size) != 0)
            continue;
        ret->entity = (enum entity)entity;
        ret->segments = 0;
        const char *rest = path + size;
        while (*rest == '/') {
            size_t length = strcspn(++rest, "/");
            if (ret->segments == 2 || length == 0 ||
                !request_decode((struct slice){rest, length}, false, ret->rest[ret->segments++],
                                SEGMENT_SIZE))
                return false;
            rest += length;
        }
        if (ret->segments == 2 && ret->entity != ENTITY_HOURS)
            return false;
        route_label(ret);
        return true;
    }
    return false;
}

/* The object behind the body, which a write or query must have; NULL: refused. */
static json_t *body_of(struct platform *platform, const struct request *request,
                       struct answer *answer)
{
    json_t *object = json_loadb(request->body.at, request->body.size,
                                JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, NULL);
    if (json_is_object(object))
        return object;
    json_decref(object);
    provincial_refuse(platform, answer, PROVINCIAL_BAD_REQUEST);
    return NULL;
}

static void answer_post(struct platform *platform, const struct request *request,
                        const struct route *route, json_t *object, struct answer *answer)
{
    const char *rest = route->segments == 1 ? route->rest[0] : "";
    if (strcmp(rest, "cx") == 0)
        provincial_list(platform, request, route->entity, object, answer);
    else if (strcmp(rest, "plsc") == 0 && route->entity == ENTITY_HOURS)
        provincial_batch(platform, object, answer);
    else if (route->segments == 0 && route->entity == ENTITY_ACCOUNT)
        provincial_write_account(platform, request, NULL, object, answer);
    else
        provincial_refuse(platform, answer, PROVINCIAL_FORBIDDEN);
}

static void answer_put(struct platform *platform, const struct request *request,
                       const struct route *route, json_t *object, struct answer *answer)
{
    if (route->entity == ENTITY_HOURS && route->segments == 2)
        provincial_write_hours(platform, request, route->rest[0], route->rest[1], object, answer);
    else if (route->entity == ENTITY_ACCOUNT && route->segments == 1)
        provincial_write_account(platform, request, route->rest[0], object, answer);
    else
        provincial_refuse(platform, answer, PROVINCIAL_FORBIDDEN);
}

static void answer_route(struct platform *platform, const struct request *request,
                         const struct route *route, struct answer *answer)
{
    bool get = strcmp(request->method, "GET") == 0, put = strcmp(request->method, "PUT") == 0;
    if (get && route->segments == 0)
        provincial_list(platform, request, route->entity, NULL, answer);
    else if (get && route->segments == 1 && route->entity != ENTITY_ANNUAL)
        provincial_one(platform, request, route->entity, route->rest[0], answer);
    else if (put || strcmp(request->method, "POST") == 0) {
        json_t *object = body_of(platform, request, answer);
        if (object != NULL && put)
            answer_put(platform, request, route, object, answer);
        else if (object != NULL)
            answer_post(platform, request, route, object, answer);
        json_decref(object);
    } else {
        answer_html(answer, 404);
    }
}

void provincial_answer(struct platform *platform, const struct request *request,
                       struct answer *answer)
{
    struct route route = {.label = "other"};
    size_t base = strlen(PROVINCIAL_BASE);
    bool ours = strncmp(request->path, PROVINCIAL_BASE "/", base + 1) == 0;
    bool token = ours && strcmp(request->path + base, "/oauth2/token") == 0 &&
                 strcmp(request->method, "POST") == 0;
    bool found = ours && !token && route_find(request, &route);
    platform_count(platform, request->method,
                   token   ? "/oauth2/token"
                   : found ? route.label
                           : "other");
    if (token)
        provincial_token(platform, request, answer);
    else if (!found)
        answer_html(answer, 404);
    else if (authorise(platform, request, answer))
        answer_route(platform, request, &route, answer);
}
