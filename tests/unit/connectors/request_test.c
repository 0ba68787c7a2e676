/* What the shipped definitions send, byte by byte; signatures computed with openssl and Python. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "connectors/request.h"
#include "tests/unit/connectors/shipped.h"

#define SINCE 1681689600     /* 2023-04-17 08:00:00 +08:00 */
#define NOW_MS 1681689600123 /* and 123 ms */

static struct arena arena;
static struct definition *definitions[SIDES];
static struct platform platforms[SIDES];

static int load(void **state)
{
    (void)state;
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        definitions[side] = shipped_load(side);
        platforms[side] = (struct platform){.definition = definitions[side],
                                            .side = side,
                                            .key_id = SLICE("app-1"),
                                            .secret = SLICE("s3cret-of-tests")};
    }
    platforms[PROVINCIAL].token = SLICE("tok-1");
    arena_init(&arena, 4 * 1024 * 1024);
    return 0;
}

static int unload(void **state)
{
    (void)state;
    definition_free(definitions[MUNICIPAL]);
    definition_free(definitions[PROVINCIAL]);
    arena_free(&arena);
    return 0;
}

static struct slice header(const struct message *message, const char *name)
{
    for (size_t index = 0; index < message->header_count; index++) {
        if (slice_is(message->headers[index].name, name))
            return message->headers[index].value;
    }
    return (struct slice){0};
}

static void check(const char *what, struct slice got, const char *wanted)
{
    if (!slice_is(got, wanted))
        fail_msg("%s: got '%.*s', wanted '%s'", what, (int)got.size, got.at, wanted);
}

static enum status build_as(enum side side, const struct request *request, const char *nonce,
                            struct message *ret)
{
    return request_build(&platforms[side], request, NOW_MS, slice_of(nonce), &arena, ret);
}

static struct message build(enum side side, const struct request *request, const char *nonce)
{
    struct message message = {0};
    assert_int_equal(build_as(side, request, nonce, &message), STATUS_OK);
    return message;
}

static const struct slice PERSONS[] = {SLICE("371681197001019019")};
static const struct slice CODES[] = {SLICE("91370000000000000X")};

static const struct {
    enum side side;
    struct request request;
    const char *method, *target, *body;
} reads[] = {
    {MUNICIPAL, {.call = CALL_TIME}, "GET", "/api/open/v1/time", ""},
    {MUNICIPAL,
     {.call = CALL_LIST, .page = 1, .size = 500, .region = SLICE("3716")},
     "GET",
     "/api/open/v1/accounts?page=1&size=500&areaCode=3716",
     ""},
    {MUNICIPAL,
     {.call = CALL_LIST, .page = 7, .since = SINCE, .has_since = true, .region = SLICE("3716")},
     "GET",
     "/api/open/v1/accounts?page=7&size=1000&updatedSince=2023-04-17%2008:00:00&areaCode=3716",
     ""},
    {MUNICIPAL,
     {.call = CALL_LIST, .entity = ENTITY_HOURS, .page = 1, .size = 500, .year = 2023},
     "GET",
     "/api/open/v1/hours?page=1&size=500&studyYear=2023",
     ""},
    {MUNICIPAL,
     {.call = CALL_LIST,
      .entity = ENTITY_ANNUAL,
      .page = 2,
      .size = 500,
      .since = SINCE + 16 * 3600,
      .has_since = true},
     "GET",
     "/api/open/v1/annual?page=2&size=500&updatedSince=2023-04-18%2000:00:00",
     ""},
    {MUNICIPAL,
     {.call = CALL_QUERY, .page = 1, .persons = PERSONS, .person_count = 1},
     "POST",
     "/api/open/v1/accounts/query",
     "{\"idCards\":[\"371681197001019019\"],\"creditCodes\":[],\"page\":1,\"size\":1000}"},
    {MUNICIPAL,
     {.call = CALL_QUERY, .page = 1, .size = 500, .organisations = CODES, .organisation_count = 1},
     "POST",
     "/api/open/v1/accounts/query",
     "{\"idCards\":[],\"creditCodes\":[\"91370000000000000X\"],\"page\":1,\"size\":500}"},
    {MUNICIPAL,
     {.call = CALL_QUERY,
      .entity = ENTITY_HOURS,
      .page = 3,
      .size = 500,
      .persons = PERSONS,
      .person_count = 1,
      .year = 2023},
     "POST",
     "/api/open/v1/hours/query",
     "{\"idCards\":[\"371681197001019019\"],\"studyYear\":2023,\"page\":3,\"size\":500}"},
    {MUNICIPAL,
     {.call = CALL_READ, .remote_id = SLICE("1002/31?#\xE7\x8E\x8B")},
     "GET",
     "/api/open/v1/accounts/1002%2F31%3F%23%E7%8E%8B",
     ""},
    {MUNICIPAL,
     {.call = CALL_READ, .entity = ENTITY_HOURS, .remote_id = SLICE("9223372036854775807")},
     "GET",
     "/api/open/v1/hours/9223372036854775807",
     ""},
    {PROVINCIAL, {.call = CALL_LIST, .size = 500}, "GET", "/gw/ry?limit=500", ""},
    {PROVINCIAL,
     {.call = CALL_LIST, .size = 500, .since = SINCE, .has_since = true, .region = SLICE("3716")},
     "GET",
     "/gw/ry?limit=500&gxsj_ge=2023-04-17T08:00:00%2B08:00&xzqh=3716",
     ""},
    {PROVINCIAL,
     {.call = CALL_LIST,
      .entity = ENTITY_HOURS,
      .size = 500,
      .since = SINCE,
      .has_since = true,
      .region = SLICE("3716"),
      .year = 2023,
      .cursor = SLICE("a+b/c=")},
     "GET",
     "/gw/xs?limit=500&cursor=a%2Bb%2Fc%3D",
     ""},
    {PROVINCIAL,
     {.call = CALL_LIST,
      .entity = ENTITY_ANNUAL,
      .size = 500,
      .region = SLICE("3716"),
      .year = 2023},
     "GET",
     "/gw/nd?limit=500&xzqh=3716&nd=2023",
     ""},
    {PROVINCIAL,
     {.call = CALL_QUERY, .size = 500, .persons = PERSONS, .person_count = 1},
     "POST",
     "/gw/ry/cx",
     "{\"sfzjhm\":[\"371681197001019019\"],\"tyshxydm\":[],\"limit\":500}"},
    {PROVINCIAL,
     {.call = CALL_QUERY,
      .entity = ENTITY_HOURS,
      .size = 500,
      .persons = PERSONS,
      .person_count = 1,
      .year = 2023,
      .cursor = SLICE("c1")},
     "POST",
     "/gw/xs/cx",
     "{\"sfzjhm\":[\"371681197001019019\"],\"nd\":\"2023\",\"limit\":500,\"cursor\":\"c1\"}"},
    {PROVINCIAL, {.call = CALL_READ, .remote_id = SLICE("8d5c-1")}, "GET", "/gw/ry/8d5c-1", ""},
    {PROVINCIAL,
     {.call = CALL_TOKEN},
     "POST",
     "/gw/oauth2/token",
     "grant_type=client_credentials&client_id=app-1&client_secret=s3cret-of-tests"},
};

static void reads_are_sent_as_the_interface_documents_say(void **state)
{
    (void)state;
    for (size_t index = 0; index < sizeof reads / sizeof *reads; index++) {
        struct message message = build(reads[index].side, &reads[index].request, "n");
        check(reads[index].target, message.method, reads[index].method);
        check("target", message.target, reads[index].target);
        check(reads[index].target, message.body, reads[index].body);
        assert_false(message.write);
    }
}

static void municipal_requests_carry_key_time_nonce_and_signature(void **state)
{
    (void)state;
    struct request list = {.call = CALL_LIST,
                           .page = 1,
                           .size = 500,
                           .since = SINCE,
                           .has_since = true,
                           .region = SLICE("3716")};
    struct message message = build(MUNICIPAL, &list, "n-0001");
    check("key", header(&message, "X-App-Key"), "app-1");
    check("time", header(&message, "X-Timestamp"), "1681689600123");
    check("nonce", header(&message, "X-Nonce"), "n-0001");
    check("signature", header(&message, "X-Signature"),
          "46df26a15f5e58c7e4865105fee46e9cf6e2b2ab7c31cf4c67c70520f386387c");
    assert_true(slice_empty(header(&message, "Content-Type")));
    assert_true(slice_empty(header(&message, "Idempotency-Key")));
    struct request query = {.call = CALL_QUERY, .page = 1, .persons = PERSONS, .person_count = 1};
    message = build(MUNICIPAL, &query, "n-0002");
    check("signature", header(&message, "X-Signature"),
          "b29af8df728f4163dc7d49ee24e851336b231fc8edb2c9c8a660b27402c8ea19");
    check("type", header(&message, "Content-Type"), "application/json");
}

static void provincial_requests_carry_token_and_signature(void **state)
{
    (void)state;
    struct request list = {
        .call = CALL_LIST, .size = 500, .since = SINCE, .has_since = true, .region = SLICE("3716")};
    struct message message = build(PROVINCIAL, &list, "n-0003");
    check("token", header(&message, "Authorization"), "Bearer tok-1");
    check("key", header(&message, "x-gw-appid"), "app-1");
    check("time", header(&message, "x-gw-ts"), "1681689600");
    check("nonce", header(&message, "x-gw-nonce"), "n-0003");
    check("signature", header(&message, "x-gw-sign"),
          "124EA35061339BA0554D8A90BB8A2B0036684FFDECE305E5273A9B5F59662770");
    struct request token = {.call = CALL_TOKEN};
    message = build(PROVINCIAL, &token, "n");
    assert_true(slice_empty(header(&message, "Authorization")));
    assert_true(slice_empty(header(&message, "x-gw-sign")));
    check("type", header(&message, "Content-Type"), "application/x-www-form-urlencoded");
}

static void the_platforms_clock_is_used_for_its_timestamp(void **state)
{
    (void)state;
    struct platform platform = platforms[MUNICIPAL];
    struct request request = {.call = CALL_TIME};
    struct message message;
    platform.clock_offset_ms = -600000;
    assert_int_equal(request_build(&platform, &request, NOW_MS, SLICE("n"), &arena, &message),
                     STATUS_OK);
    check("time", header(&message, "X-Timestamp"), "1681689000123");
}

static const struct {
    const char *text;
    bool good;
} etags[] = {
    {"\"a1\"", true},  {"W/\"a1\"", true}, {"\"\"", true},      {"W/\"\"", true}, {"", false},
    {"a1", false},     {"\"", false},      {"W/\"", false},     {"W/", false},    {"w/\"a1\"", false},
    {"\"a\"b\"", false}, {"\"a b\"", false}, {"\"a\r\n\"", false}, {"\"a1", false}, {"*", false},
};

static void only_what_has_the_form_of_an_etag_is_one(void **state)
{
    (void)state;
    char text[KNOWN_ETAG_BYTES + 1];
    for (size_t index = 0; index < sizeof etags / sizeof *etags; index++) {
        if (request_is_etag(slice_of(etags[index].text)) != etags[index].good)
            fail_msg("row %zu: %s", index, etags[index].text);
    }
    memset(text, 'a', sizeof text);
    text[0] = text[KNOWN_ETAG_BYTES - 2] = text[KNOWN_ETAG_BYTES - 1] = '"';
    assert_true(request_is_etag((struct slice){text, KNOWN_ETAG_BYTES - 1}));
    text[KNOWN_ETAG_BYTES - 2] = 'a';
    assert_false(request_is_etag((struct slice){text, KNOWN_ETAG_BYTES}));
}

static bool names_page(const struct platform *platform, const struct request *request)
{
    struct message message;
    assert_int_equal(request_build(platform, request, NOW_MS, SLICE("n"), &arena, &message), STATUS_OK);
    struct slice named = header(&message, "If-None-Match");
    assert_int_equal(message.conditional, named.at != NULL);
    if (named.at != NULL)
        check("named", named, "W/\"a1\"");
    return message.conditional;
}

/* holds: read.known_page */
static void known_page_is_named_under_its_own_target_only(void **state)
{
    (void)state;
    struct platform platform = platforms[MUNICIPAL];
    struct request request = {.call = CALL_LIST, .page = 2, .size = 500};
    struct message message;
    platform.url = SLICE("https://one.example");
    assert_int_equal(request_build(&platform, &request, NOW_MS, SLICE("n"), &arena, &message), STATUS_OK);
    assert_false(message.conditional);
    request.known.etag = SLICE("W/\"a1\"");
    assert_false(names_page(&platform, &request));
    memcpy(request.known.of, message.of, sizeof message.of);
    assert_true(names_page(&platform, &request));
    struct request other = request;
    other.page = 3;
    assert_false(names_page(&platform, &other));
    other = request;
    other.region = SLICE("3716");
    assert_false(names_page(&platform, &other));
    struct platform elsewhere = platform;
    elsewhere.url = SLICE("https://two.example");
    assert_false(names_page(&elsewhere, &request));
    elsewhere = platform;
    elsewhere.key_id = SLICE("app-2");
    assert_false(names_page(&elsewhere, &request));
    request.known.etag = SLICE("a1");
    assert_false(names_page(&platform, &request));
}

static struct request_item item(const char *json, const char *id, int64_t version)
{
    return (struct request_item){.record = json_loads(json, 0, NULL),
                                 .remote_id = slice_of(id),
                                 .version = version,
                                 .origin_system = SLICE("371600"),
                                 .origin_number = SLICE("5500017")};
}

static void accounts_are_written_one_by_one(void **state)
{
    (void)state;
    struct request_item items[] = {item("{\"realName\":\"王小明\"}", "100231", 7)};
    struct request request = {
        .call = CALL_UPDATE, .items = items, .item_count = 1, .key = SLICE("00ff")};
    struct message message = build(MUNICIPAL, &request, "n");
    check("method", message.method, "PUT");
    check("target", message.target, "/api/open/v1/accounts/100231");
    check("body", message.body, "{\"realName\":\"王小明\",\"version\":7}");
    check("key", header(&message, "Idempotency-Key"), "00ff");
    assert_true(message.write);
    request.call = CALL_CREATE;
    items[0].version = 0;
    items[0].remote_id = (struct slice){0};
    message = build(MUNICIPAL, &request, "n");
    check("method", message.method, "POST");
    check("target", message.target, "/api/open/v1/accounts");
    check("body", message.body, "{\"realName\":\"王小明\"}");
    json_decref(items[0].record);
}

static void a_provincial_write_has_its_precondition(void **state)
{
    (void)state;
    struct request_item items[] = {item("{\"mc\":\"王小明\"}", "8d5c-1", 7)};
    struct request request = {.call = CALL_UPDATE, .items = items, .item_count = 1};
    struct message message = build(PROVINCIAL, &request, "n-0004");
    check("target", message.target, "/gw/ry/8d5c-1");
    check("precondition", header(&message, "If-Match"), "\"7\"");
    check("body", message.body, "{\"mc\":\"王小明\"}");
    check("signature", header(&message, "x-gw-sign"),
          "4AFFDB8D01E1DB676B0D470F61A59AD36B58AC19715FB245AD40E7F10AA59B87");
    assert_true(slice_empty(header(&message, "Idempotency-Key")));
    items[0].remote_id = (struct slice){0};
    items[0].version = 0;
    request.call = CALL_CREATE;
    message = build(PROVINCIAL, &request, "n");
    check("target", message.target, "/gw/ry");
    check("precondition", header(&message, "If-None-Match"), "*");
    request.entity = ENTITY_HOURS;
    message = build(PROVINCIAL, &request, "n");
    check("method", message.method, "PUT");
    check("target", message.target, "/gw/xs/371600/5500017");
    json_decref(items[0].record);
}

static void a_batch_holds_creates_and_updates(void **state)
{
    (void)state;
    struct request_item items[] = {
        item("{\"sl\":\"1.00\",\"lyxtbm\":\"371600\",\"lyxh\":\"5500017\"}", NULL, 0),
        item("{\"sl\":\"2.00\"}", "9223372036854775807", 3)};
    struct request request = {.call = CALL_BATCH,
                              .entity = ENTITY_HOURS,
                              .items = items,
                              .item_count = 2,
                              .key = SLICE("k")};
    struct message message = build(PROVINCIAL, &request, "n");
    check("target", message.target, "/gw/xs/plsc");
    check("body", message.body,
          "{\"xs\":[{\"sl\":\"1.00\",\"lyxtbm\":\"371600\",\"lyxh\":\"5500017\"},"
          "{\"sl\":\"2.00\",\"lyxtbm\":\"371600\",\"lyxh\":\"5500017\",\"bbh\":3}]}");
    message = build(MUNICIPAL, &request, "n");
    check("target", message.target, "/api/open/v1/hours/batch");
    check("body", message.body,
          "{\"records\":[{\"sl\":\"1.00\",\"lyxtbm\":\"371600\",\"lyxh\":\"5500017\"},"
          "{\"sl\":\"2.00\",\"id\":9223372036854775807,\"version\":3}]}");
    assert_true(message.write);
    json_decref(items[0].record);
    json_decref(items[1].record);
}

static void the_same_write_has_the_same_bytes(void **state)
{
    (void)state;
    struct request_item items[] = {item("{\"b\":1,\"a\":\"x\"}", "5", 3)};
    struct request request = {
        .call = CALL_UPDATE, .items = items, .item_count = 1, .key = SLICE("k")};
    struct message one = build(MUNICIPAL, &request, "n1");
    struct message other = build(MUNICIPAL, &request, "n2");
    assert_true(slice_equal(one.body, other.body));
    json_decref(items[0].record);
}

static const struct {
    const char *text;
    bool names;
} urls[] = {
    {"/gw/xs/371600/371681197001019019", true},
    {"/gw/xs/371600/37168119700101901X", true},
    {"/gw/xs/371600/37168119700101901x", true},
    {"/gw/xs/371600/371681700101901", true},
    {"/a?id=371626199912319994&b=1", true},
    {"/gw/xs/371600/3716811970010190191", false}, /* 19 digits */
    {"/gw/xs/371600/371681197013019019", false},  /* no such month */
    {"/gw/xs/371600/001681197001019019", false},  /* no such province */
    {"/gw/xs/371600/5500017", false},
    {"/api/open/v1/hours/9223372036854775807", false},
    {"", false},
};

static void a_resident_id_is_seen_in_a_url(void **state)
{
    (void)state;
    for (size_t index = 0; index < sizeof urls / sizeof *urls; index++) {
        if (request_names_person(slice_of(urls[index].text)) != urls[index].names)
            fail_msg("%s", urls[index].text);
    }
}

/* holds: read.no_id_in_url */
static void a_resident_id_never_stands_in_a_url(void **state)
{
    (void)state;
    struct message message;
    struct request_item items[] = {item("{}", NULL, 0)};
    struct request request = {
        .call = CALL_CREATE, .entity = ENTITY_HOURS, .items = items, .item_count = 1};
    items[0].origin_number = PERSONS[0];
    assert_int_equal(build_as(PROVINCIAL, &request, "n", &message), STATUS_INVALID);
    struct request read = {.call = CALL_READ, .remote_id = SLICE("371681700101901")};
    assert_int_equal(build_as(MUNICIPAL, &read, "n", &message), STATUS_INVALID);
    request.call = CALL_BATCH;
    assert_int_equal(build_as(PROVINCIAL, &request, "n", &message), STATUS_OK);
    json_decref(items[0].record);
}

static void what_cannot_be_sent_is_refused(void **state)
{
    static struct slice many[201];
    static struct request_item batch[201];
    (void)state;
    for (size_t index = 0; index < 201; index++) {
        many[index] = PERSONS[0];
        batch[index] = (struct request_item){.record = NULL};
    }
    const struct {
        const char *why;
        enum side side;
        struct request request;
        enum status status;
    } rows[] = {
        {"no such call", PROVINCIAL, {.call = CALL_TIME}, STATUS_UNSUPPORTED},
        {"no token call", MUNICIPAL, {.call = CALL_TOKEN}, STATUS_UNSUPPORTED},
        {"no batch of accounts",
         MUNICIPAL,
         {.call = CALL_BATCH, .items = batch, .item_count = 1},
         STATUS_UNSUPPORTED},
        {"yearly results are read only",
         MUNICIPAL,
         {.call = CALL_CREATE, .entity = ENTITY_ANNUAL, .items = batch, .item_count = 1},
         STATUS_UNSUPPORTED},
        {"more persons than allowed",
         MUNICIPAL,
         {.call = CALL_QUERY, .persons = many, .person_count = 201},
         STATUS_UNSUPPORTED},
        {"a query of nobody", MUNICIPAL, {.call = CALL_QUERY}, STATUS_INVALID},
        {"more items than allowed",
         PROVINCIAL,
         {.call = CALL_BATCH, .entity = ENTITY_HOURS, .items = batch, .item_count = 201},
         STATUS_UNSUPPORTED},
        {"a write of nothing", PROVINCIAL, {.call = CALL_CREATE}, STATUS_INVALID},
        {"a write without its record",
         PROVINCIAL,
         {.call = CALL_BATCH, .entity = ENTITY_HOURS, .items = batch, .item_count = 1},
         STATUS_INVALID},
        {"a write without its key",
         MUNICIPAL,
         {.call = CALL_CREATE, .items = batch, .item_count = 1},
         STATUS_INVALID},
        {"an id that is empty", MUNICIPAL, {.call = CALL_READ}, STATUS_INVALID},
        {"an id that climbs",
         MUNICIPAL,
         {.call = CALL_READ, .remote_id = SLICE("..")},
         STATUS_INVALID},
        {"a key that breaks the header",
         MUNICIPAL,
         {.call = CALL_CREATE, .items = batch, .item_count = 1, .key = SLICE("a\r\nX: b")},
         STATUS_INVALID},
    };
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++) {
        struct message message;
        enum status status = build_as(rows[index].side, &rows[index].request, "n", &message);
        if (status != rows[index].status)
            fail_msg("%s: %s", rows[index].why, status_text(status));
    }
}

static void without_a_token_nothing_is_sent_but_the_sign_on(void **state)
{
    (void)state;
    struct platform platform = platforms[PROVINCIAL];
    struct request list = {.call = CALL_LIST}, token = {.call = CALL_TOKEN};
    struct message message;
    platform.token = (struct slice){0};
    assert_int_equal(request_build(&platform, &list, NOW_MS, SLICE("n"), &arena, &message),
                     STATUS_INVALID);
    assert_int_equal(request_build(&platform, &token, NOW_MS, SLICE("n"), &arena, &message),
                     STATUS_OK);
}

static void too_little_memory_is_told(void **state)
{
    (void)state;
    struct request query = {.call = CALL_QUERY, .page = 1, .persons = PERSONS, .person_count = 1};
    for (size_t limit = 0; limit < 2048; limit += 16) {
        struct arena small;
        struct message message;
        arena_init(&small, limit);
        enum status status =
            request_build(&platforms[MUNICIPAL], &query, NOW_MS, SLICE("n"), &small, &message);
        assert_true(status == STATUS_OK || status == STATUS_NO_MEMORY);
        arena_free(&small);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_are_sent_as_the_interface_documents_say),
        cmocka_unit_test(municipal_requests_carry_key_time_nonce_and_signature),
        cmocka_unit_test(provincial_requests_carry_token_and_signature),
        cmocka_unit_test(the_platforms_clock_is_used_for_its_timestamp),
        cmocka_unit_test(only_what_has_the_form_of_an_etag_is_one),
        cmocka_unit_test(known_page_is_named_under_its_own_target_only),
        cmocka_unit_test(accounts_are_written_one_by_one),
        cmocka_unit_test(a_provincial_write_has_its_precondition),
        cmocka_unit_test(a_batch_holds_creates_and_updates),
        cmocka_unit_test(the_same_write_has_the_same_bytes),
        cmocka_unit_test(a_resident_id_is_seen_in_a_url),
        cmocka_unit_test(a_resident_id_never_stands_in_a_url),
        cmocka_unit_test(what_cannot_be_sent_is_refused),
        cmocka_unit_test(without_a_token_nothing_is_sent_but_the_sign_on),
        cmocka_unit_test(too_little_memory_is_told),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
