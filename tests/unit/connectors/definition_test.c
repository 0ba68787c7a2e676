/* Each kind of mistake in a definition is refused with its place: file, line, key, what was read,
 * what is allowed. The mistakes are made in the shipped municipal definition, by replacing a text
 * once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <string.h>

#include "tests/unit/connectors/shipped.h"

enum { ROOM = 64 * 1024 };

static char shipped[ROOM];
static size_t shipped_size;

static int load(void **state)
{
    (void)state;
    shipped_size = shipped_text("connectors/municipal.json", shipped, sizeof shipped - 1).size;
    return shipped_size == 0;
}

/* The shipped text with `from` replaced by `to` once. */
static struct slice altered(const char *from, const char *to)
{
    static char room[ROOM];
    const char *at = strstr(shipped, from);
    if (at == NULL)
        fail_msg("'%s' does not stand in the shipped definition", from);
    (void)snprintf(room, sizeof room, "%.*s%s%s", (int)(at - shipped), shipped, to,
                   at + strlen(from));
    return slice_of(room);
}

static int line_of(struct slice text, const char *mark)
{
    const char *at = strstr(text.at, mark);
    int line = 1;
    for (const char *byte = text.at; byte < at; byte++)
        line += *byte == '\n';
    return at == NULL ? 0 : line;
}

/* mark: a text on the line that must be named; NULL: not looked at. */
static const struct {
    const char *from, *to, *mark, *key, *read, *allowed;
} mistakes[] = {
    /* names */
    {"\"deletion\"", "\"deletoin\"", "deletoin", "/deletoin", "deletoin",
     "deletion is the nearest"},
    {"\"timeout_ms\"", "\"time_out_ms\"", "time_out_ms", "/transport/time_out_ms", "time_out_ms",
     "timeout_ms is the nearest"},
    {"\"body_digest\": \"sha256\"", "\"body_hash\": \"sha256\"", "body_hash", "/signing/body_hash",
     "body_hash", "body_digest is the nearest"},
    {"{\"from\": \"/persons\", \"always\": true}", "{\"from\": \"/persons\", \"allways\": true}",
     "allways", "/entities/account/query/body/idCards/allways", "allways", "always is the nearest"},
    {"\"account\": {\n      \"list\"", "\"accounts\": {\n      \"list\"", "\"accounts\": {",
     "/entities/accounts", "accounts", "account is the nearest"},
    {"\"class\": \"clock_off\"", "\"klass\": \"clock_off\"", "klass", "/answers/rules/1/klass",
     "klass", "class is the nearest"},
    /* JSON */
    {"\"format\": 1,", "\"format\": 1", "\"name\"", "", "", "JSON"},
    {"\"format\": 1,", "\"format\": 1, \"name\": \"twice\",", NULL, "", "a key that stands twice",
     "each key once"},
    /* the head */
    {"\"format\": 1", "\"format\": 2", "\"format\"", "/format", "2", "1 to 1"},
    {"\"format\": 1,", "", NULL, "/format", "", "1"},
    {"\"name\": \"municipal\"", "\"name\": \"\"", "\"name\"", "/name", "", "a text"},
    /* transport */
    {"\"/api/open/v1\"", "\"api/\"", "base_path", "/transport/base_path", "api/", "begins"},
    {"\"plaintext\": false", "\"plaintext\": \"no\"", "plaintext", "/transport/plaintext", "no",
     "true, false"},
    {"\"tls_minimum\": \"1.2\"", "\"tls_minimum\": \"1.1\"", "tls_minimum",
     "/transport/tls_minimum", "1.1", "1.2, 1.3"},
    {"\"rate\": 50", "\"rate\": 0", "\"rate\"", "/transport/rate", "0", "1 to 1000"},
    {"\"parallel\": 4", "\"parallel\": 1.5", "\"parallel\"", "/transport/parallel", "1.5",
     "a whole number"},
    /* sign-on */
    {"\"kind\": \"none\"", "\"kind\": \"kerberos\"", "kerberos", "/sign_on/kind", "kerberos",
     "none, basic, static, oauth2_client_credentials, session"},
    {"\"kind\": \"none\"", "\"kind\": \"session\"", "sign_on", "/sign_on/call", "", "an object"},
    {"\"kind\": \"none\"", "\"kind\": \"none\", \"token\": \"/t\"", "/t", "/sign_on/token", "/t",
     "only with"},
    /* values */
    {"{\"from\": \"/key_id\"}", "{\"from\": \"/key\"}", "\"/key\"", "/headers/X-App-Key/from",
     "/key", "/key_id, /secret"},
    {"\"X-App-Key\"", "\"X App Key\"", "X App Key", "/headers/X App Key", "an object",
     "a header's name"},
    {"\"X-App-Key\"", "\"Host\"", "\"Host\"", "/headers/Host", "an object", "not Host"},
    {"\"page\": {\"from\": \"/page\"}", "\"page\": {\"from\": \"/persons\"}", "\"page\": {",
     "/entities/account/list/query/page/from", "/persons", "no person"},
    {"\"page\": {\"from\": \"/page\"}", "\"page\": {\"from\": \"/secret\"}", "\"page\": {",
     "/entities/account/list/query/page/from", "/secret", "no secret"},
    {"\"page\": {\"from\": \"/page\"}", "\"page\": 1.5", "\"page\": 1.5",
     "/entities/account/list/query/page", "1.5", "a text, a whole number"},
    {"\"time\": \"%Y-%m-%d %H:%M:%S\", \"zone\": \"+08:00\"},\n          \"areaCode\"",
     "\"time\": \"%Y-%j\"},\n          \"areaCode\"", "%j",
     "/entities/account/list/query/updatedSince/time", "%Y-%j", "%Y %m %d"},
    {", \"time\": \"%Y-%m-%d %H:%M:%S\", \"zone\": \"+08:00\"},\n          \"areaCode\"",
     "},\n          \"areaCode\"", "updatedSince", "/entities/account/list/query/updatedSince/time",
     "", "a text"},
    {"\"zone\": \"+08:00\"},\n          \"areaCode\"",
     "\"zone\": \"CST\"},\n          \"areaCode\"", "CST",
     "/entities/account/list/query/updatedSince/zone", "CST", "+08:00"},
    /* signing */
    {"\"sorted_query\"", "\"query_sorted\"", "query_sorted", "/signing/parts/2", "query_sorted",
     "sorted_query"},
    {"\"hmac-sha256\"", "\"hmac-sha512\"", "hmac-sha512", "/signing/algorithm", "hmac-sha512",
     "hmac-sm3"},
    {"\"hex_lower\"", "\"hex\"", "\"hex\"", "/signing/encoding", "hex",
     "hex_lower, hex_upper, base64"},
    {"{\"header\": \"X-Signature\"}", "{\"body\": \"sign\"}", "\"place\"", "/signing/place",
     "an object", "{\"header\": NAME}, {\"query\": NAME}"},
    {"\"timestamp\": \"ms\"", "\"timestamp\": \"us\"", "\"us\"", "/signing/timestamp", "us",
     "s, ms, or a format"},
    /* clock */
    {"\"pointer\": \"/data/now\"", "\"pointer\": \"data/now\"", "data/now", "/clock/now/pointer",
     "data/now", "a JSON Pointer"},
    /* paging */
    {"\"kind\": \"page\"", "\"kind\": \"offset\"", "offset", "/paging/kind", "offset",
     "page, cursor"},
    {"\"kind\": \"page\"", "\"kind\": \"cursor\"", "\"first\"", "/paging/first", "1",
     "only with \"kind\": \"page\""},
    {"    \"largest\": 1000,\n", "", "\"paging\"", "/paging/largest", "", "1 to 10000"},
    {"\"total\": \"exact\"", "\"total\": \"yes\"", "\"yes\"", "/paging/total", "yes",
     "none, untrusted, exact"},
    {",\n    \"total_pointer\": \"/data/total\"", "", "\"paging\"", "/paging/total_pointer", "",
     "a JSON Pointer"},
    /* promises */
    {"\"order\": \"time\"", "\"order\": \"id\"", "\"id\"", "/incremental/order", "id",
     "none, time"},
    {"\"deletion\": \"flag\"", "\"deletion\": \"soft\"", "soft", "/deletion", "soft",
     "flag, never, gone"},
    {"\"list\": [\"account\", \"hours\", \"annual\"]", "\"list\": [\"people\"]", "people",
     "/probe/list", "people", "account, hours, annual"},
    /* answers */
    {"\"class\": \"clock_off\"", "\"class\": \"clock\"", "\"clock\"}", "/answers/rules/1/class",
     "clock", "clock_off"},
    {"{\"status\": 404", "{\"status\": 42", "{\"status\": 42,", "/answers/rules/11/status", "42",
     "an HTTP status"},
    {"{\"status\": \"5xx\"", "{\"status\": \"9xx\"", "9xx", "/answers/rules/14/status", "9xx",
     "an HTTP status"},
    {"\"pointer\": \"/code\", \"is\": [40102]", "\"is\": [40102]", "40102", "/answers/rules/1/is",
     "a list", "beside a pointer"},
    {"{\"status\": 404,", "{\"status\": 404, \"call\": \"reed\",", "reed", "/answers/rules/11/call",
     "reed", "token, time, list"},
    /* calls */
    {"\"method\": \"GET\", \"path\": \"/accounts/{id}\"",
     "\"method\": \"DELETE\", \"path\": \"/accounts/{id}\"", "DELETE",
     "/entities/account/read/method", "DELETE", "GET, POST, PUT, PATCH"},
    {"\"/accounts/{id}\"", "\"/accounts/{code}\"", "{code}", "/entities/account/read/path",
     "/accounts/{code}", "{id}"},
    {"\"path\": \"/accounts/{id}\", \"record\": \"/data\"", "\"path\": \"/accounts/{id}\"",
     "\"read\": {", "/entities/account/read/record", "", "a JSON Pointer"},
    {"\"largest\": 200", "\"largest\": 500", "\"largest\": 500", "/entities/account/query/largest",
     "500", "1 to 256"},
    {"\"path\": \"/accounts\",\n", "\"path\": \"/accounts\", \"results\": {},\n", "results",
     "/entities/account/list/results", "an object", "only in batch"},
    {"\"path\": \"/accounts\",\n", "\"path\": \"/accounts\", \"body\": {},\n", "\"body\": {},",
     "/entities/account/list/body", "an object", "no body with GET"},
    {"\"body\": {\"*\": {\"from\": \"/record\"}}", "\"body\": {\"*\": 1}", "\"*\": 1",
     "/entities/account/create/body/*", "1", "{\"from\": \"/record\"}"},
    {"\"item_answers\": {\n    \"code\": \"/code\",\n    \"rules\": [",
     "\"item_answers\": {\n    \"rules\": [], \"code\": [", NULL, "/item_answers/code", "a list",
     "a JSON Pointer"},
};

static void check_mistake(size_t index)
{
    struct definition *definition = NULL;
    struct fault fault = {0};
    struct slice text = altered(mistakes[index].from, mistakes[index].to);
    enum status status = definition_load(text, "some/file.json", &definition, &fault);
    const char *what = mistakes[index].to;
    if (status != STATUS_INVALID) {
        definition_free(definition);
        fail_msg("'%s' was taken", what);
    }
    assert_null(definition);
    assert_string_equal(fault.file, "some/file.json");
    if (strcmp(fault.key, mistakes[index].key) != 0 ||
        strcmp(fault.read, mistakes[index].read) != 0 ||
        strstr(fault.allowed, mistakes[index].allowed) == NULL)
        fail_msg("'%s': key '%s', read '%s', allowed '%s'", what, fault.key, fault.read,
                 fault.allowed);
    if (mistakes[index].mark != NULL && fault.line != line_of(text, mistakes[index].mark))
        fail_msg("'%s': line %d instead of %d", what, fault.line,
                 line_of(text, mistakes[index].mark));
    assert_true(fault.line > 0);
}

static void each_mistake_is_refused_with_its_place(void **state)
{
    (void)state;
    for (size_t index = 0; index < sizeof mistakes / sizeof *mistakes; index++)
        check_mistake(index);
}

static void every_required_section_is_missed(void **state)
{
    static const char *const sections[] = {"transport", "paging", "answers",
                                           "entities",  "name",   "item_answers"};
    (void)state;
    for (size_t index = 0; index < sizeof sections / sizeof *sections; index++) {
        struct definition *definition = NULL;
        struct fault fault = {0};
        json_t *root = json_loads(shipped, 0, NULL);
        json_object_del(root, sections[index]);
        char *text = json_dumps(root, JSON_INDENT(1));
        assert_int_equal(definition_load(slice_of(text), "f", &definition, &fault), STATUS_INVALID);
        assert_string_equal(fault.key + 1, sections[index]);
        free(text);
        json_decref(root);
    }
}

static void the_municipal_definition_says_what_the_platform_is(void **state)
{
    (void)state;
    struct definition *definition = shipped_load(MUNICIPAL);
    const struct definition_transport *transport = definition_transport(definition);
    assert_string_equal(definition_name(definition), "municipal");
    assert_string_equal(transport->base_path, "/api/open/v1");
    assert_false(transport->plaintext);
    assert_int_equal(transport->tls_minimum, 12);
    assert_int_equal(definition_page_size(definition), 1000);
    assert_int_equal(definition_batch_size(definition, ENTITY_HOURS), 100);
    assert_int_equal(definition_batch_size(definition, ENTITY_ACCOUNT), 0);
    assert_int_equal(definition_query_size(definition, ENTITY_ANNUAL), 200);
    assert_true(definition_total_trusted(definition));
    assert_false(definition_snapshot(definition));
    assert_true(definition_numbered(definition));
    assert_true(definition_time_ordered(definition));
    assert_true(definition_inclusive(definition));
    assert_true(definition_incremental(definition, ENTITY_ANNUAL));
    assert_false(definition_signs_on(definition));
    assert_true(definition_has_clock_call(definition));
    assert_true(definition_has_date(definition));
    assert_true(definition_idempotent(definition));
    assert_true(definition_has(definition, CALL_CREATE, ENTITY_ACCOUNT));
    assert_false(definition_has(definition, CALL_CREATE, ENTITY_ANNUAL));
    assert_true(definition_probes(definition, CALL_LIST, ENTITY_ANNUAL));
    assert_false(definition_probes(definition, CALL_READ, ENTITY_ANNUAL));
    assert_null(definition_weakness(definition));
    definition_free(definition);
}

static void the_provincial_definition_says_what_the_platform_is(void **state)
{
    (void)state;
    struct definition *definition = shipped_load(PROVINCIAL);
    assert_int_equal(definition_batch_size(definition, ENTITY_HOURS), 200);
    assert_int_equal(definition_query_size(definition, ENTITY_ACCOUNT), 200);
    assert_false(definition_total_trusted(definition));
    assert_true(definition_snapshot(definition));
    assert_false(definition_numbered(definition));
    assert_false(definition_time_ordered(definition));
    assert_true(definition_signs_on(definition));
    assert_false(definition_has_clock_call(definition));
    assert_false(definition_idempotent(definition));
    assert_false(definition_has(definition, CALL_READ, ENTITY_ANNUAL));
    assert_int_equal(definition_deletion(definition), DELETION_FLAG);
    assert_null(definition_weakness(definition));
    definition_free(definition);
}

static uint64_t digest_after(const char *from, const char *to)
{
    struct definition *definition = NULL;
    assert_int_equal(definition_load(altered(from, to), "f", &definition, NULL), STATUS_OK);
    uint64_t digest = definition_digest(definition);
    definition_free(definition);
    return digest;
}

static void the_digest_follows_what_is_said_and_not_how(void **state)
{
    (void)state;
    uint64_t digest = digest_after("\"rate\": 50", "\"rate\": 50");
    assert_true(digest == digest_after("\"rate\": 50", "  \"rate\"  :\n 50"));
    assert_true(digest == digest_after("\"rate\": 50,\n    \"parallel\": 4",
                                       "\"parallel\": 4, \"rate\": 50"));
    assert_true(digest != digest_after("\"rate\": 50", "\"rate\": 51"));
    assert_true(digest != digest_after("/data/records", "/data/rows"));
}

static const struct {
    const char *from, *to, *says;
} weaknesses[] = {
    {"hmac-sha256", "hmac-md5", "MD5"},
    {"hmac-sha256", "sha1", "SHA-1"},
    {"hmac-sha256", "sm3", "plain digest"},
    {"\"plaintext\": false", "\"plaintext\": true", "plain HTTP"},
};

static void weak_ones_are_allowed_and_told(void **state)
{
    (void)state;
    for (size_t index = 0; index < sizeof weaknesses / sizeof *weaknesses; index++) {
        struct definition *definition = NULL;
        struct slice text = altered(weaknesses[index].from, weaknesses[index].to);
        assert_int_equal(definition_load(text, "f", &definition, NULL), STATUS_OK);
        assert_non_null(definition_weakness(definition));
        assert_non_null(strstr(definition_weakness(definition), weaknesses[index].says));
        definition_free(definition);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_mistake_is_refused_with_its_place),
        cmocka_unit_test(every_required_section_is_missed),
        cmocka_unit_test(the_municipal_definition_says_what_the_platform_is),
        cmocka_unit_test(the_provincial_definition_says_what_the_platform_is),
        cmocka_unit_test(the_digest_follows_what_is_said_and_not_how),
        cmocka_unit_test(weak_ones_are_allowed_and_told),
    };
    return cmocka_run_group_tests(tests, load, NULL);
}
