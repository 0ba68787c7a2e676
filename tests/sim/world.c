#include "tests/sim/world.h"

#include "tests/platform/control.h"
#include "tests/platform/writes.h"
#include "tests/sim/loop.h"
#include "tests/sim/world_inside.h"

#include "mapping/base/arena.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { CURSOR_LIFE = 600, TOKEN_LIFE = 7200, ARENA_BYTES = 64 * 1024 * 1024 };

const char *const world_side_names[WORLD_SIDES] = {"municipal", "provincial"};

struct service world_service = {.lock = PTHREAD_MUTEX_INITIALIZER};

static struct {
    struct arena arena;   /* of the request at hand */
    struct answer answer; /* the last one */
    char date[64];
    struct world_counts counts[WORLD_SIDES];
} world;

int64_t clock_seconds(void)
{
    return loop_now_ms() / 1000;
}

int64_t clock_ms(void)
{
    return loop_now_ms();
}

void world_begin(uint64_t seed)
{
    static char secret[] = "secret";
    world_service.settings = (struct settings){.app_id = "app-001",
                                               .app_secret = secret,
                                               .client_id = "client-001",
                                               .client_secret = secret,
                                               .token_seconds = TOKEN_LIFE,
                                               .cursor_seconds = CURSOR_LIFE};
    world_service.city = (struct city_options){.seed = seed};
    assert(service_build(&world_service) == STATUS_OK);
    memset(world.counts, 0, sizeof world.counts);
    arena_init(&world.arena, ARENA_BYTES);
    buffer_init(&world.answer.body, ANSWER_LIMIT);
}

void world_page_etags(void)
{
    world_service.settings.page_etags = true;
}

void world_end(void)
{
    service_free(&world_service);
    arena_free(&world.arena);
    buffer_free(&world.answer.body);
}

/* --- needless members of writes ---------------------------------------------------------------- */

static bool names_record(const char *member)
{
    static const char *const names[] = {"id", "version", "bbh", "lyxtbm", "lyxh", "classHour",
                                        "credit"}; /* the unit is said by both amounts */
    for (size_t index = 0; index < sizeof names / sizeof names[0]; index++) {
        if (strcmp(member, names[index]) == 0)
            return true;
    }
    return false;
}

static void look_for_needless(int side, int entity, const struct row *row, const json_t *item)
{
    struct world_counts *counts = &world.counts[side];
    struct buffer text;
    const char *name = NULL;
    json_t *value = NULL;
    buffer_init(&text, ANSWER_LIMIT);
    fields_render(schema_of((enum platform_side)side, (enum entity)entity), row, &text);
    json_t *stands = json_loadb(text.at, text.size, 0, NULL);
    json_object_foreach((json_t *)(uintptr_t)item, name, value)
    {
        char rooms[2][48];
        const char *sent = "";
        const char *there = "";
        const json_t *member = json_object_get(stands, name);
        if (names_record(name) || member == NULL)
            continue;
        (void)fields_scalar(value, rooms[0], &sent);
        (void)fields_scalar(member, rooms[1], &there);
        if (strcmp(sent, there) == 0 && counts->needless_fields++ == 0)
            (void)snprintf(counts->needless, sizeof counts->needless, "%s", name);
    }
    json_decref(stands);
    buffer_free(&text);
}

static void look_at_item(int side, int entity, const char *id, const char *system,
                         const char *number, const json_t *item, int64_t header_version)
{
    const struct store *store = world_service.platforms[side].store;
    const struct row *row = NULL;
    int64_t version = 0;
    char room[48];
    const char *text = id;
    if (text == NULL)
        (void)fields_scalar(json_object_get(item, "id"), room, &text);
    if (system == NULL)
        system = json_string_value(json_object_get(item, "lyxtbm"));
    if (number == NULL)
        number = json_string_value(json_object_get(item, "lyxh"));
    if (text != NULL)
        row = store_by_id(store, (enum entity)entity, text);
    else if (side == WORLD_PROVINCIAL && entity == WORLD_HOURS && system != NULL && number != NULL)
        row = store_hours(store, system, number);
    if (row == NULL)
        return;
    /* one that is refused for its version changes nothing */
    if (!write_version(item, side == WORLD_MUNICIPAL ? "version" : "bbh", &version))
        version = header_version;
    if (version == row_version((enum entity)entity, row))
        look_for_needless(side, entity, row, item);
}

static bool one_record(const json_t *one, const json_t *other)
{
    const json_t *id = json_object_get(one, "id");
    const json_t *number = json_object_get(one, "lyxh");
    return (id != NULL && json_equal(id, json_object_get(other, "id"))) ||
           (number != NULL && json_equal(number, json_object_get(other, "lyxh")) &&
            json_equal(json_object_get(one, "lyxtbm"), json_object_get(other, "lyxtbm")));
}

static void look_for_repeated(int side, const json_t *list)
{
    for (size_t one = 0; one < json_array_size(list); one++) {
        for (size_t other = one + 1; other < json_array_size(list); other++)
            world.counts[side].repeated +=
                one_record(json_array_get(list, one), json_array_get(list, other));
    }
}

static int64_t if_match(const struct request *request)
{
    long long version = 0;
    const char *text = request_header(request, "If-Match");
    return text != NULL && sscanf(text, "\"%lld\"", &version) == 1 ? version : 0;
}

static void look_at_write(int side, const struct request *request)
{
    json_t *body = json_loadb(request->body.at, request->body.size, 0, NULL);
    const json_t *list = json_object_get(body, side == WORLD_MUNICIPAL ? "records" : "xs");
    int entity = strstr(request->path, "/hours") != NULL || strstr(request->path, "/xs") != NULL
                     ? WORLD_HOURS
                     : WORLD_ACCOUNT;
    size_t index = 0;
    json_t *item = NULL;
    char last[128] = "";
    char before[128] = "";
    const char *slash = strrchr(request->path, '/');
    (void)request_decode(slice_of(slash + 1), false, last, sizeof last);
    if (json_is_array(list)) {
        look_for_repeated(side, list);
        json_array_foreach((json_t *)(uintptr_t)list, index, item)
            look_at_item(side, entity, NULL, NULL, NULL, item, 0);
    } else if (strcmp(request->method, "PUT") == 0 && entity == WORLD_HOURS &&
               side == WORLD_PROVINCIAL) {
        const char *start = strstr(request->path, "/xs/") + 4;
        struct slice system = {start, (size_t)(slash - start)};
        if (slash > start && request_decode(system, false, before, sizeof before))
            look_at_item(side, entity, NULL, before, last, body, if_match(request));
    } else if (strcmp(request->method, "PUT") == 0) {
        look_at_item(side, entity, last, "", "", body, if_match(request));
    }
    json_decref(body);
}

/* --- one request ------------------------------------------------------------------------------- */

const char *request_header(const struct request *request, const char *name)
{
    const struct message *message = request->connection;
    for (size_t index = 0; index < message->header_count; index++) {
        struct slice at = message->headers[index].name;
        if (at.size == strlen(name) && strncasecmp(at.at, name, at.size) == 0)
            return arena_copy(&world.arena, message->headers[index].value).at;
    }
    return NULL;
}

static void read_delivery(const struct delivery *delivery, struct reply *ret)
{
    struct tm parts;
    time_t when = (time_t)delivery->date;
    gmtime_r(&when, &parts);
    (void)strftime(world.date, sizeof world.date, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    loop_advance(delivery->delay_ms);
    *ret = (struct reply){.end = REPLY_UNKNOWN};
    if (delivery->way == DELIVER_NOTHING || delivery->way == DELIVER_HALF)
        return;
    *ret = (struct reply){.end = REPLY_COMPLETE,
                          .status = world.answer.status,
                          .content_type = slice_of(world.answer.content_type),
                          .retry_after = slice_of(world.answer.retry_after),
                          .date = slice_of(world.date),
                          .etag = slice_of(world.answer.etag),
                          .body = buffer_slice(&world.answer.body)};
}

void world_answer(int side, const struct message *message, struct reply *ret)
{
    struct delivery delivery = {.way = DELIVER_WHOLE};
    struct buffer body = world.answer.body;
    arena_reset(&world.arena);
    buffer_clear(&body);
    world.answer = (struct answer){.body = body};
    const char *target = arena_copy(&world.arena, message->target).at;
    char *path = (char *)(uintptr_t)arena_copy(&world.arena, message->target).at;
    struct request request = {.connection = (void *)(uintptr_t)message,
                              .method = arena_copy(&world.arena, message->method).at,
                              .target = target,
                              .path = path,
                              .body = arena_copy(&world.arena, message->body.at == NULL
                                                                   ? SLICE("")
                                                                   : message->body)};
    char *query = strchr(path, '?');
    if (query != NULL) {
        *query = '\0';
        request.query = query + 1;
    }
    if (message->write)
        look_at_write(side, &request);
    service_answer(&world_service, (enum platform_side)side, &request, &world.answer, &delivery);
    read_delivery(&delivery, ret);
}

/* --- faults and counts ------------------------------------------------------------------------- */

void world_fault(json_t *description)
{
    const char *wrong = faults_add(&world_service.faults, description);
    json_decref(description);
    if (wrong != NULL) {
        (void)fprintf(stderr, "fault: %s\n", wrong);
        abort();
    }
}

void world_set_clock(int side, int64_t ahead)
{
    world_service.platforms[side].clock_offset = ahead;
}

void world_faults_clear(void)
{
    world_service.faults.count = 0;
}

int64_t world_faults_played(void)
{
    return world_service.platforms[0].counters.faults_played +
           world_service.platforms[1].counters.faults_played;
}

void world_revoke_token(void)
{
    tokens_revoke(&world_service.platforms[PLATFORM_PROVINCIAL].tokens);
}

struct world_counts world_counts(int side)
{
    const struct counters *counters = &world_service.platforms[side].counters;
    struct world_counts ret = world.counts[side];
    ret.creates = counters->creates;
    ret.updates = counters->updates;
    ret.overtaken = counters->precondition_answers;
    ret.sent_again = counters->duplicate_answers + counters->precondition_answers + counters->idempotent_replays;
    ret.noop_updates = counters->noop_updates;
    ret.duplicate_creates = counters->duplicate_creates;
    ret.ids_in_urls = counters->ids_in_urls;
    ret.invalid_answers = counters->invalid_answers;
    return ret;
}

/* --- staff ------------------------------------------------------------------------------------- */

static json_t *render(int side, int entity, const struct row *row)
{
    struct buffer text;
    buffer_init(&text, ANSWER_LIMIT);
    fields_render(schema_of((enum platform_side)side, (enum entity)entity), row, &text);
    json_t *object = json_loadb(text.at, text.size, 0, NULL);
    buffer_free(&text);
    assert(object != NULL);
    return object;
}

static bool of_server(const char *member)
{
    static const char *const names[] = {"id", "ryid", "xsid", "version", "bbh", "updatedAt", "gxsj"};
    for (size_t index = 0; index < sizeof names / sizeof names[0]; index++) {
        if (strcmp(member, names[index]) == 0)
            return true;
    }
    return false;
}

const struct row *world_enter(int side, int entity, const struct row *row, const void *is)
{
    union {
        struct account_row account;
        struct hours_row hours;
    } wanted;
    memset(&wanted, 0, sizeof wanted);
    if (entity == WORLD_ACCOUNT)
        wanted.account.is = *(const struct platform_account *)is;
    else
        wanted.hours.is = *(const struct platform_hours *)is;
    if (row == NULL && entity == WORLD_ACCOUNT)
        wanted.account.is.id = "0"; /* left out again: the store gives one */
    else if (row == NULL)
        wanted.hours.is.id = "0";
    json_t *set = render(side, entity, &wanted.account.row);
    json_t *stands = row == NULL ? json_object() : render(side, entity, row);
    const char *name = NULL;
    json_t *value = NULL;
    void *next = NULL;
    json_object_foreach_safe(set, next, name, value)
    {
        const json_t *member = json_object_get(stands, name);
        if (of_server(name) || (member != NULL && json_equal(value, member)))
            (void)json_object_del(set, name);
    }
    if (row == NULL && entity == WORLD_ACCOUNT && wanted.account.is.region[0] == '\0')
        (void)json_object_del(set, "xzqh");
    const struct row *ret = NULL;
    assert(write_staff(&world_service.platforms[side], (enum entity)entity, row, set, &ret) ==
           STATUS_OK);
    json_decref(set);
    json_decref(stands);
    return ret;
}
