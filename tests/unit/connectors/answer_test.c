/* Every answer that the interface documents name, by its class; and what no document names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "connectors/answer.h"
#include "tests/unit/connectors/shipped.h"

#define ENVELOPE(code, data)                                                                       \
    "{\"code\":" code ",\"message\":\"m\",\"traceId\":\"t\",\"data\":" data "}"

static struct arena arena;
static struct definition *definitions[SIDES];

static int load(void **state)
{
    (void)state;
    definitions[MUNICIPAL] = shipped_load(MUNICIPAL);
    definitions[PROVINCIAL] = shipped_load(PROVINCIAL);
    arena_init(&arena, 8 * 1024 * 1024);
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

static struct request_item items[8];

static struct request request_of(enum call call)
{
    return (struct request){.call = call,
                            .entity = call == CALL_BATCH ? ENTITY_HOURS : ENTITY_ACCOUNT,
                            .items = items,
                            .item_count = call == CALL_BATCH ? 4 : 1};
}

static struct reply reply_of(int status, const char *type, const char *body)
{
    return (struct reply){.end = REPLY_COMPLETE,
                          .status = status,
                          .content_type = slice_of(type),
                          .body = slice_of(body)};
}

static struct answer answer_of(enum side side, enum call call, const struct reply *reply)
{
    struct answer answer;
    struct request request = request_of(call);
    memset(&answer, 0xA5, sizeof answer);
    assert_int_equal(answer_read(definitions[side], &request, reply, NULL, &arena, &answer), STATUS_OK);
    return answer;
}

#define JSON "application/json"
#define HTML "text/html; charset=utf-8"
#define PAGE "<html><body>502</body></html>"

static const struct {
    enum side side;
    enum call call;
    int status;
    const char *type, *body;
    enum answer_class class;
    const char *code;
} rows[] = {
    /* municipal: one row a code */
    {MUNICIPAL, CALL_READ, 200, JSON, ENVELOPE("0", "{\"id\":1}"), ANSWER_OK, "0"},
    {MUNICIPAL, CALL_READ, 200, JSON, ENVELOPE("\"0\"", "{\"id\":1}"), ANSWER_OK, "0"},
    {MUNICIPAL, CALL_READ, 200, JSON, ENVELOPE("40000", "null"), ANSWER_FATAL, "40000"},
    {MUNICIPAL, CALL_READ, 200, JSON, ENVELOPE("40101", "null"), ANSWER_FATAL, "40101"},
    {MUNICIPAL, CALL_READ, 200, JSON, ENVELOPE("40102", "null"), ANSWER_CLOCK_OFF, "40102"},
    {MUNICIPAL, CALL_READ, 200, JSON, ENVELOPE("40103", "null"), ANSWER_NEW_NONCE, "40103"},
    {MUNICIPAL, CALL_READ, 200, JSON, ENVELOPE("40300", "null"), ANSWER_FATAL, "40300"},
    {MUNICIPAL, CALL_READ, 200, JSON, ENVELOPE("40400", "null"), ANSWER_NOT_FOUND, "40400"},
    {MUNICIPAL, CALL_UPDATE, 200, JSON, ENVELOPE("40901", "{\"current\":{\"id\":1}}"),
     ANSWER_PRECONDITION, "40901"},
    {MUNICIPAL, CALL_CREATE, 200, JSON, ENVELOPE("40902", "{\"existingId\":12}"), ANSWER_DUPLICATE,
     "40902"},
    {MUNICIPAL, CALL_UPDATE, 200, JSON, ENVELOPE("42200", "{\"errors\":[]}"), ANSWER_REJECTED,
     "42200"},
    {MUNICIPAL, CALL_LIST, 200, JSON, ENVELOPE("42900", "{\"retryAfterMs\":1500}"),
     ANSWER_SLOW_DOWN, "42900"},
    {MUNICIPAL, CALL_LIST, 200, JSON, ENVELOPE("50000", "null"), ANSWER_RETRY, "50000"},
    {MUNICIPAL, CALL_CREATE, 200, JSON, ENVELOPE("50000", "null"), ANSWER_RETRY, "50000"},
    {MUNICIPAL, CALL_BATCH, 200, JSON, ENVELOPE("50300", "null"), ANSWER_RETRY, "50300"},
    {MUNICIPAL, CALL_READ, 200, JSON, ENVELOPE("49999", "null"), ANSWER_FATAL, "49999"},
    {MUNICIPAL, CALL_UPDATE, 200, JSON, ENVELOPE("49999", "null"), ANSWER_UNKNOWN, "49999"},
    /* municipal: the gateway says nothing about a record */
    {MUNICIPAL, CALL_READ, 404, HTML, PAGE, ANSWER_RETRY, "404"},
    {MUNICIPAL, CALL_READ, 404, JSON, ENVELOPE("40400", "null"), ANSWER_RETRY, "40400"},
    {MUNICIPAL, CALL_READ, 429, HTML, PAGE, ANSWER_SLOW_DOWN, "429"},
    {MUNICIPAL, CALL_UPDATE, 429, HTML, PAGE, ANSWER_SLOW_DOWN, "429"},
    {MUNICIPAL, CALL_READ, 502, HTML, PAGE, ANSWER_RETRY, "502"},
    {MUNICIPAL, CALL_UPDATE, 502, HTML, PAGE, ANSWER_UNKNOWN, "502"},
    {MUNICIPAL, CALL_UPDATE, 503, HTML, PAGE, ANSWER_RETRY, "503"},
    {MUNICIPAL, CALL_UPDATE, 504, HTML, PAGE, ANSWER_UNKNOWN, "504"},
    {MUNICIPAL, CALL_READ, 200, HTML, PAGE, ANSWER_RETRY, "200"},
    {MUNICIPAL, CALL_BATCH, 200, HTML, PAGE, ANSWER_UNKNOWN, "200"},
    {MUNICIPAL, CALL_READ, 200, JSON, PAGE, ANSWER_RETRY, "200"},
    {MUNICIPAL, CALL_UPDATE, 200, JSON, PAGE, ANSWER_UNKNOWN, "200"},
    {MUNICIPAL, CALL_READ, 302, HTML, "", ANSWER_RETRY, "302"},
    /* municipal: nobody asked for 'as it was', and a body beside it says nothing */
    {MUNICIPAL, CALL_LIST, 304, "", "", ANSWER_RETRY, "304"},
    {MUNICIPAL, CALL_LIST, 304, JSON, ENVELOPE("0", "{\"records\":[]}"), ANSWER_RETRY, "304"},
    {MUNICIPAL, CALL_READ, 304, "", "", ANSWER_RETRY, "304"},
    {MUNICIPAL, CALL_UPDATE, 304, "", "", ANSWER_UNKNOWN, "304"},
    /* municipal: cut, or without what must be there */
    {MUNICIPAL, CALL_READ, 200, JSON, "{\"code\":0,\"data\":{\"id\":1}", ANSWER_RETRY, "200"},
    {MUNICIPAL, CALL_UPDATE, 200, JSON, "{\"code\":0,\"data\":{\"id\":1}", ANSWER_UNKNOWN, "200"},
    {MUNICIPAL, CALL_READ, 200, JSON, "{\"code\":40400", ANSWER_RETRY, "200"},
    {MUNICIPAL, CALL_READ, 200, JSON, ENVELOPE("0", "null"), ANSWER_RETRY, "0"},
    {MUNICIPAL, CALL_CREATE, 200, JSON, ENVELOPE("0", "null"), ANSWER_UNKNOWN, "0"},
    {MUNICIPAL, CALL_LIST, 200, JSON, ENVELOPE("0", "{\"total\":3}"), ANSWER_RETRY, "0"},
    {MUNICIPAL, CALL_LIST, 200, JSON, ENVELOPE("0", "{\"records\":[{}]"), ANSWER_RETRY, "200"},
    {MUNICIPAL, CALL_LIST, 200, JSON, ENVELOPE("0", "{\"records\":[\"\xFF\"]}"), ANSWER_RETRY,
     "200"},
    {MUNICIPAL, CALL_BATCH, 200, JSON, ENVELOPE("0", "{}"), ANSWER_UNKNOWN, "0"},
    {MUNICIPAL, CALL_TIME, 200, JSON, ENVELOPE("0", "{\"now\":\"soon\"}"), ANSWER_RETRY, "0"},
    {MUNICIPAL, CALL_READ, 200, JSON, "", ANSWER_RETRY, "200"},
    {MUNICIPAL, CALL_READ, 200, JSON, "[]", ANSWER_FATAL, "200"},
    /* provincial: one row a status */
    {PROVINCIAL, CALL_READ, 200, JSON, "{\"ryid\":\"a\"}", ANSWER_OK, "200"},
    {PROVINCIAL, CALL_CREATE, 201, JSON, "{\"ryid\":\"a\"}", ANSWER_OK, "201"},
    {PROVINCIAL, CALL_LIST, 400, JSON, "{\"errcode\":\"E4000\"}", ANSWER_FATAL, "E4000"},
    {PROVINCIAL, CALL_LIST, 401, JSON, "{\"errcode\":\"E4011\"}", ANSWER_RENEW_TOKEN, "E4011"},
    {PROVINCIAL, CALL_LIST, 401, JSON, "{\"errcode\":\"E4012\"}", ANSWER_FATAL, "E4012"},
    {PROVINCIAL, CALL_LIST, 401, JSON, "{\"errcode\":\"E4013\"}", ANSWER_CLOCK_OFF, "E4013"},
    {PROVINCIAL, CALL_BATCH, 401, JSON, "{\"errcode\":\"E4014\"}", ANSWER_NEW_NONCE, "E4014"},
    {PROVINCIAL, CALL_LIST, 401, HTML, PAGE, ANSWER_FATAL, "401"},
    {PROVINCIAL, CALL_TOKEN, 401, JSON, "{\"errcode\":\"E4011\"}", ANSWER_FATAL, "E4011"},
    {PROVINCIAL, CALL_LIST, 403, JSON, "{\"errcode\":\"E4030\"}", ANSWER_FATAL, "E4030"},
    {PROVINCIAL, CALL_READ, 404, JSON, "{\"errcode\":\"E4040\"}", ANSWER_NOT_FOUND, "E4040"},
    {PROVINCIAL, CALL_READ, 404, JSON, "{\"message\":\"no route\"}", ANSWER_RETRY, "404"},
    {PROVINCIAL, CALL_READ, 404, JSON, "{\"errcode\":null}", ANSWER_RETRY, "404"},
    {PROVINCIAL, CALL_READ, 404, JSON, "{\"errcode\":\"E4040\"", ANSWER_RETRY, "404"},
    {PROVINCIAL, CALL_READ, 404, HTML, PAGE, ANSWER_RETRY, "404"},
    {PROVINCIAL, CALL_CREATE, 409, JSON, "{\"errcode\":\"E4090\",\"xyid\":\"b\"}", ANSWER_DUPLICATE,
     "E4090"},
    {PROVINCIAL, CALL_LIST, 410, JSON, "{\"errcode\":\"E4100\"}", ANSWER_CURSOR_DEAD, "E4100"},
    {PROVINCIAL, CALL_UPDATE, 412, JSON, "{\"errcode\":\"E4120\"}", ANSWER_PRECONDITION, "E4120"},
    {PROVINCIAL, CALL_UPDATE, 422, JSON, "{\"errcode\":\"E4220\",\"fields\":{\"mc\":\"x\"}}",
     ANSWER_REJECTED, "E4220"},
    {PROVINCIAL, CALL_LIST, 429, JSON, "{\"errcode\":\"E4290\"}", ANSWER_SLOW_DOWN, "E4290"},
    {PROVINCIAL, CALL_LIST, 500, JSON, "{\"errcode\":\"E5000\"}", ANSWER_RETRY, "E5000"},
    {PROVINCIAL, CALL_UPDATE, 500, JSON, "{\"errcode\":\"E5000\"}", ANSWER_UNKNOWN, "E5000"},
    {PROVINCIAL, CALL_BATCH, 502, HTML, PAGE, ANSWER_UNKNOWN, "502"},
    {PROVINCIAL, CALL_BATCH, 503, HTML, PAGE, ANSWER_RETRY, "503"},
    {PROVINCIAL, CALL_UPDATE, 504, HTML, PAGE, ANSWER_UNKNOWN, "504"},
    {PROVINCIAL, CALL_LIST, 200, HTML, PAGE, ANSWER_RETRY, "200"},
    {PROVINCIAL, CALL_LIST, 200, JSON, PAGE, ANSWER_RETRY, "200"},
    {PROVINCIAL, CALL_UPDATE, 200, HTML, PAGE, ANSWER_UNKNOWN, "200"},
    {PROVINCIAL, CALL_UPDATE, 200, JSON, "{\"ryid\":\"a", ANSWER_UNKNOWN, "200"},
    {PROVINCIAL, CALL_LIST, 304, "", "", ANSWER_RETRY, "304"},
    {PROVINCIAL, CALL_LIST, 418, JSON, "{}", ANSWER_FATAL, "418"},
    {PROVINCIAL, CALL_UPDATE, 418, JSON, "{}", ANSWER_UNKNOWN, "418"},
    {PROVINCIAL, CALL_TOKEN, 200, JSON, "{\"token_type\":\"bearer\"}", ANSWER_RETRY, "200"},
    {PROVINCIAL, CALL_READ, 404, JSON, "{\"errcode\":\"E4040\\n\\u738b very long\"}",
     ANSWER_NOT_FOUND, "E4040?????very?"},
};

/* holds: gone.own_words */
static void every_answer_has_its_class(void **state)
{
    (void)state;
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++) {
        struct reply reply = reply_of(rows[index].status, rows[index].type, rows[index].body);
        struct answer answer = answer_of(rows[index].side, rows[index].call, &reply);
        if (answer.class != rows[index].class)
            fail_msg("row %zu, %s: %s", index, rows[index].body, answer_class_name(answer.class));
        assert_string_equal(answer.code, rows[index].code);
    }
}

static const struct {
    enum reply_end end;
    enum call call;
    enum answer_class class;
} ends[] = {
    {REPLY_NOT_SENT, CALL_LIST, ANSWER_RETRY},     {REPLY_NOT_SENT, CALL_BATCH, ANSWER_RETRY},
    {REPLY_UNKNOWN, CALL_READ, ANSWER_RETRY},      {REPLY_UNKNOWN, CALL_CREATE, ANSWER_UNKNOWN},
    {REPLY_UNKNOWN, CALL_BATCH, ANSWER_UNKNOWN},   {REPLY_TOO_LARGE, CALL_LIST, ANSWER_RETRY},
    {REPLY_TOO_LARGE, CALL_BATCH, ANSWER_UNKNOWN}, {REPLY_UNKNOWN, CALL_QUERY, ANSWER_RETRY},
};

/* holds: write.unknown */
static void without_a_whole_reply_a_write_may_have_happened(void **state)
{
    (void)state;
    for (size_t index = 0; index < sizeof ends / sizeof *ends; index++) {
        struct reply reply = {.end = ends[index].end};
        struct answer answer = answer_of(MUNICIPAL, ends[index].call, &reply);
        assert_int_equal(answer.class, ends[index].class);
        assert_int_equal(answer.delay_ms, -1);
        assert_int_equal(answer.total, -1);
    }
}

static void check(struct slice got, const char *wanted)
{
    if (!slice_is(got, wanted))
        fail_msg("got '%.*s', wanted '%s'", (int)got.size, got.at, wanted);
}

static void facts_are_taken_from_where_they_stand(void **state)
{
    (void)state;
    struct reply reply = reply_of(200, JSON, ENVELOPE("40901", "{\"current\":{\"id\":\"7\"}}"));
    check(answer_of(MUNICIPAL, CALL_UPDATE, &reply).record, "{\"id\":\"7\"}");
    reply.body = slice_of(ENVELOPE("40902", "{\"existingId\":9223372036854775807}"));
    check(answer_of(MUNICIPAL, CALL_CREATE, &reply).remote_id, "9223372036854775807");
    reply.body = slice_of(ENVELOPE("42200", "{\"errors\":[{\"field\":\"mobile\"}]}"));
    check(answer_of(MUNICIPAL, CALL_CREATE, &reply).fields, "[{\"field\":\"mobile\"}]");
    reply.body = slice_of(ENVELOPE("0", "{\"id\":1,\"realName\":\"王\"}"));
    check(answer_of(MUNICIPAL, CALL_CREATE, &reply).record, "{\"id\":1,\"realName\":\"王\"}");
    reply.body = slice_of(ENVELOPE("0", "{\"now\":\"2023-04-17 08:00:00\"}"));
    assert_int_equal(answer_of(MUNICIPAL, CALL_TIME, &reply).now, 1681689600);
    reply = reply_of(409, JSON, "{\"errcode\":\"E4090\",\"xyid\":\"u-1\"}");
    check(answer_of(PROVINCIAL, CALL_CREATE, &reply).remote_id, "u-1");
    reply = reply_of(422, JSON, "{\"fields\":{\"xzqh\":\"no\"}}");
    check(answer_of(PROVINCIAL, CALL_CREATE, &reply).fields, "{\"xzqh\":\"no\"}");
    reply = reply_of(200, JSON, "{\"access_token\":\"t\\u0041\",\"expires_in\":7200}");
    struct answer answer = answer_of(PROVINCIAL, CALL_TOKEN, &reply);
    check(answer.token, "tA");
    assert_int_equal(answer.token_seconds, 7200);
}

static void a_page_gives_its_rows_and_what_stands_around_them(void **state)
{
    (void)state;
    struct reply reply = reply_of(
        200, JSON,
        ENVELOPE("0", "{\"total\":\"1201\",\"page\":1,\"records\":[{\"id\":1}, {\"id\":2}],"
                      "\"size\":2}"));
    struct answer answer = answer_of(MUNICIPAL, CALL_LIST, &reply);
    assert_int_equal(answer.row_count, 2);
    check(answer.rows[0], "{\"id\":1}");
    check(answer.rows[1], "{\"id\":2}");
    assert_int_equal(answer.total, 1201);
    assert_true(slice_empty(answer.next));
    reply.body = slice_of(ENVELOPE("0", "{\"total\":-1,\"records\":[]}"));
    answer = answer_of(MUNICIPAL, CALL_QUERY, &reply);
    assert_int_equal(answer.class, ANSWER_OK);
    assert_int_equal(answer.row_count, 0);
    assert_int_equal(answer.total, -1);
    reply.body = slice_of(
        "{\"rows\":[{\"a\":\"]\"}],\"next\":\"c\\/1\",\"asof\":\"2023-04-17T08:00:00+08:00\"}");
    answer = answer_of(PROVINCIAL, CALL_LIST, &reply);
    assert_int_equal(answer.row_count, 1);
    check(answer.next, "c/1");
    assert_int_equal(answer.stated, 1681689600);
    reply.body = slice_of("{\"rows\":[],\"next\":null}");
    answer = answer_of(PROVINCIAL, CALL_QUERY, &reply);
    assert_true(slice_empty(answer.next));
    assert_int_equal(answer.stated, 0);
}

static void rows_of_an_answer_that_is_no_page_are_not_kept(void **state)
{
    (void)state;
    struct reply reply =
        reply_of(200, JSON, ENVELOPE("50000", "{\"records\":[{\"id\":1}],\"total\":1}"));
    struct answer answer = answer_of(MUNICIPAL, CALL_LIST, &reply);
    assert_int_equal(answer.class, ANSWER_RETRY);
    assert_int_equal(answer.row_count, 0);
    assert_null(answer.rows);
}

static const struct {
    const char *retry_after, *date;
    int64_t arrived_ms, delay_ms;
} delays[] = {
    {"120", "", 0, 120000},
    {" 0 ", "", 0, 0},
    {"1.5", "", 0, 2000},
    {"Mon, 17 Apr 2023 00:01:00 GMT", "Mon, 17 Apr 2023 00:00:30 GMT", 0, 30000},
    {"Mon, 17 Apr 2023 00:01:00 GMT", "", 1681689600000, 60000},
    {"Mon, 17 Apr 2023 00:00:00 GMT", "Mon, 17 Apr 2023 00:00:30 GMT", 0, 0},
    {"", "", 0, -1},
    {"-5", "", 0, -1},
    {"soon", "", 0, -1},
    {"99999999999999999999", "", 0, -1},
};

static void retry_after_is_read_in_both_forms(void **state)
{
    (void)state;
    for (size_t index = 0; index < sizeof delays / sizeof *delays; index++) {
        struct reply reply = reply_of(429, JSON, "{\"errcode\":\"E4290\"}");
        reply.retry_after = slice_of(delays[index].retry_after);
        reply.date = slice_of(delays[index].date);
        reply.arrived_ms = delays[index].arrived_ms;
        assert_int_equal(answer_of(PROVINCIAL, CALL_LIST, &reply).delay_ms, delays[index].delay_ms);
    }
    struct reply reply = reply_of(200, JSON, ENVELOPE("42900", "{\"retryAfterMs\":\"1500\"}"));
    assert_int_equal(answer_of(MUNICIPAL, CALL_LIST, &reply).delay_ms, 1500);
}

static const struct {
    const char *text;
    bool good;
    int64_t instant;
} dates[] = {
    {"Mon, 17 Apr 2023 00:00:00 GMT", true, 1681689600},
    {"Thu, 29 Feb 2024 23:59:59 GMT", true, 1709251199},
    {"Wed, 29 Feb 2023 23:59:59 GMT", false, 0},
    {"Mon, 17 Foo 2023 00:00:00 GMT", false, 0},
    {"Mon, 17 Apr 2023 00:00:00 CST", false, 0},
    {"Monday, 17-Apr-23 00:00:00 GMT", false, 0},
    {"17 Apr 2023 00:00:00 GMT", false, 0},
    {"", false, 0},
};

static void the_date_header_is_read(void **state)
{
    (void)state;
    for (size_t index = 0; index < sizeof dates / sizeof *dates; index++) {
        int64_t instant = 0;
        bool good = answer_http_date(slice_of(dates[index].text), &instant);
        assert_int_equal(good, dates[index].good);
        assert_int_equal(instant, dates[index].instant);
    }
    struct reply reply = reply_of(502, HTML, PAGE);
    reply.date = slice_of(dates[0].text);
    struct answer answer = answer_of(MUNICIPAL, CALL_READ, &reply);
    assert_true(answer.has_date);
    assert_int_equal(answer.date_ms, 1681689600000);
}

/* holds: write.batch */
static void municipal_results_are_matched_by_index(void **state)
{
    (void)state;
    struct reply reply = reply_of(
        200, JSON,
        ENVELOPE("0",
                 "{\"results\":["
                 "{\"index\":3,\"code\":40901,\"record\":null,\"data\":{\"current\":{\"id\":3}}},"
                 "{\"index\":\"1\",\"code\":42200,\"record\":null,\"data\":{\"errors\":[1]}},"
                 "{\"index\":99,\"code\":0,\"record\":{\"id\":99}},"
                 "{\"index\":-1,\"code\":0,\"record\":{\"id\":98}},"
                 "{\"code\":0,\"record\":{\"id\":97}},"
                 "{\"index\":0,\"code\":0,\"record\":{\"id\":50},\"data\":{\"id\":50}}]}"));
    struct answer answer = answer_of(MUNICIPAL, CALL_BATCH, &reply);
    assert_int_equal(answer.class, ANSWER_OK);
    assert_int_equal(answer.item_count, 4);
    for (size_t index = 0; index < 4; index++)
        assert_int_equal(answer.items[index].index, index);
    assert_int_equal(answer.items[0].class, ANSWER_OK);
    check(answer.items[0].record, "{\"id\":50}");
    assert_string_equal(answer.items[0].code, "0");
    assert_int_equal(answer.items[1].class, ANSWER_REJECTED);
    check(answer.items[1].fields, "[1]");
    assert_int_equal(answer.items[2].class, ANSWER_UNKNOWN); /* not named */
    assert_int_equal(answer.items[3].class, ANSWER_PRECONDITION);
    check(answer.items[3].record, "{\"id\":3}");
}

/* holds: write.batch */
static void provincial_results_are_matched_by_index(void **state)
{
    (void)state;
    struct reply reply = reply_of(
        207, JSON,
        "{\"jg\":[{\"xh\":2,\"zt\":409,\"errmsg\":\"x\",\"xs\":{\"xsid\":\"u-2\",\"bbh\":4}},"
        "{\"xh\":1,\"zt\":412,\"xs\":{\"xsid\":\"u-1\"}},"
        "{\"xh\":0,\"zt\":201,\"xs\":{\"xsid\":\"u-0\"}},"
        "{\"xh\":3,\"zt\":422,\"fields\":{\"xzqh\":\"x\"}}]}");
    struct answer answer = answer_of(PROVINCIAL, CALL_BATCH, &reply);
    assert_int_equal(answer.class, ANSWER_OK);
    assert_int_equal(answer.items[0].class, ANSWER_OK);
    check(answer.items[0].record, "{\"xsid\":\"u-0\"}");
    assert_int_equal(answer.items[1].class, ANSWER_PRECONDITION);
    check(answer.items[1].record, "{\"xsid\":\"u-1\"}");
    assert_int_equal(answer.items[2].class, ANSWER_DUPLICATE);
    check(answer.items[2].remote_id, "u-2");
    check(answer.items[2].record, "{\"xsid\":\"u-2\",\"bbh\":4}");
    assert_int_equal(answer.items[3].class, ANSWER_REJECTED);
    check(answer.items[3].fields, "{\"xzqh\":\"x\"}");
    assert_string_equal(answer.items[3].code, "422");
}

/* holds: write.batch */
static void an_item_without_a_clear_result_is_unknown(void **state)
{
    (void)state;
    struct reply reply = reply_of(207, JSON,
                                  "{\"jg\":[{\"xh\":0,\"zt\":200,\"xs\":{\"xsid\":\"a\"}},"
                                  "{\"xh\":0,\"zt\":422,\"fields\":{}},"
                                  "{\"xh\":1,\"zt\":200,\"xs\":null},"
                                  "{\"xh\":2,\"zt\":500}]}");
    struct answer answer = answer_of(PROVINCIAL, CALL_BATCH, &reply);
    for (size_t index = 0; index < 4; index++)
        assert_int_equal(answer.items[index].class, ANSWER_UNKNOWN);
    assert_true(slice_empty(answer.items[0].record)); /* named twice */
}

/* holds: read.known_page */
static void page_that_need_not_be_sent_has_the_total_of_then(void **state)
{
    (void)state;
    struct reply reply = reply_of(304, "", "");
    struct answer answer;
    memset(&answer, 0xA5, sizeof answer);
    reply.date = SLICE("Mon, 17 Apr 2023 00:00:00 GMT");
    answer_unsent(definitions[MUNICIPAL], &reply, 1234, &answer);
    assert_int_equal(answer.class, ANSWER_OK);
    assert_string_equal(answer.code, "304");
    assert_true(answer.rows_same && answer.unsent && answer.has_date);
    assert_int_equal(answer.date_ms, INT64_C(1681689600000));
    assert_int_equal(answer.total, 1234);
    assert_int_equal(answer.row_count, 0);
    assert_true(slice_empty(answer.next) && slice_empty(answer.known.etag));
}

static void only_a_page_is_known_by_its_etag(void **state)
{
    (void)state;
    struct reply page = reply_of(200, JSON, ENVELOPE("0", "{\"total\":0,\"records\":[]}"));
    struct reply broken = reply_of(200, JSON, ENVELOPE("50000", "null"));
    struct reply record = reply_of(200, JSON, ENVELOPE("0", "{\"id\":1}"));
    page.etag = broken.etag = record.etag = SLICE("\"a1\"");
    struct answer answer = answer_of(MUNICIPAL, CALL_LIST, &page);
    assert_true(slice_is(answer.known.etag, "\"a1\""));
    answer = answer_of(MUNICIPAL, CALL_LIST, &broken);
    assert_true(slice_empty(answer.known.etag));
    answer = answer_of(MUNICIPAL, CALL_READ, &record);
    assert_true(slice_empty(answer.known.etag));
    page.etag = SLICE("a1");
    answer = answer_of(MUNICIPAL, CALL_LIST, &page);
    assert_true(slice_empty(answer.known.etag));
}

static void too_little_memory_is_told(void **state)
{
    (void)state;
    struct request request = request_of(CALL_BATCH);
    struct reply reply =
        reply_of(207, JSON, "{\"jg\":[{\"xh\":0,\"zt\":200,\"xs\":{\"a\":\"\\u0041\"}}]}");
    for (size_t limit = 0; limit < 4096; limit += 16) {
        struct arena small;
        struct answer answer = {.class = ANSWER_CLASSES};
        arena_init(&small, limit);
        enum status status =
            answer_read(definitions[PROVINCIAL], &request, &reply, NULL, &small, &answer);
        assert_true(status == STATUS_OK || status == STATUS_NO_MEMORY);
        assert_true(status == STATUS_OK || answer.class == ANSWER_CLASSES);
        arena_free(&small);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_answer_has_its_class),
        cmocka_unit_test(without_a_whole_reply_a_write_may_have_happened),
        cmocka_unit_test(facts_are_taken_from_where_they_stand),
        cmocka_unit_test(a_page_gives_its_rows_and_what_stands_around_them),
        cmocka_unit_test(rows_of_an_answer_that_is_no_page_are_not_kept),
        cmocka_unit_test(page_that_need_not_be_sent_has_the_total_of_then),
        cmocka_unit_test(only_a_page_is_known_by_its_etag),
        cmocka_unit_test(retry_after_is_read_in_both_forms),
        cmocka_unit_test(the_date_header_is_read),
        cmocka_unit_test(municipal_results_are_matched_by_index),
        cmocka_unit_test(provincial_results_are_matched_by_index),
        cmocka_unit_test(an_item_without_a_clear_result_is_unknown),
        cmocka_unit_test(too_little_memory_is_told),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
