/* Signatures against values computed with openssl dgst and Python's hmac. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "connectors/signing.h"

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 1024 * 1024);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static void check(struct slice got, const char *wanted)
{
    if (!slice_is(got, wanted))
        fail_msg("got '%.*s', wanted '%s'", (int)got.size, got.at, wanted);
}

static const struct {
    const char *broken;
    bool keyed;
    enum signing_digest digest;
    enum signing_encoding encoding;
    const char *wanted;
} vectors[] = {
    {"MD5", false, SIGNING_MD5, SIGNING_HEX_LOWER, "900150983cd24fb0d6963f7d28e17f72"},
    {"SHA-1", false, SIGNING_SHA1, SIGNING_HEX_LOWER, "a9993e364706816aba3e25717850c26c9cd0d89d"},
    {"SHA-256", false, SIGNING_SHA256, SIGNING_HEX_LOWER,
     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"SM3", false, SIGNING_SM3, SIGNING_HEX_LOWER,
     "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"},
    {"HMAC-MD5", true, SIGNING_MD5, SIGNING_BASE64, "0v6YBj+HawMZOvtJtJeVkQ=="},
    {"HMAC-SHA-1", true, SIGNING_SHA1, SIGNING_BASE64, "T9CyFSdu8S8rPkyOysKBFJi2Vvw="},
    {"HMAC-SHA-1 in hex", true, SIGNING_SHA1, SIGNING_HEX_LOWER,
     "4fd0b215276ef12f2b3e4c8ecac2811498b656fc"},
    {"HMAC-SHA-256", true, SIGNING_SHA256, SIGNING_BASE64,
     "nBluMtwBdfhvSxy4konWYZ3mvuaZ5MN45oMJ7Zehpqs="},
    {"HMAC-SHA-256 in hex", true, SIGNING_SHA256, SIGNING_HEX_LOWER,
     "9c196e32dc0175f86f4b1cb89289d6619de6bee699e4c378e68309ed97a1a6ab"},
    {"HMAC-SM3", true, SIGNING_SM3, SIGNING_BASE64, "KOYyVufFoIex8HMmXcUwkhY/e4JylzXQbyjxCvnVI5M="},
    {"HMAC-SM3 in upper case", true, SIGNING_SM3, SIGNING_HEX_UPPER,
     "28E63256E7C5A087B1F073265DC53092163F7B82729735D06F28F10AF9D52393"},
};

static void each_algorithm_and_encoding_gives_the_known_answer(void **state)
{
    (void)state;
    for (size_t index = 0; index < sizeof vectors / sizeof *vectors; index++) {
        struct message message = {.body = SLICE("abc")};
        struct signing signing = {.parts = {{.kind = SIGNING_BODY}},
                                  .part_count = 1,
                                  .keyed = vectors[index].keyed,
                                  .digest = vectors[index].digest,
                                  .encoding = vectors[index].encoding};
        struct signing_input input = {.message = &message, .secret = SLICE("key")};
        struct slice got = {0};
        assert_int_equal(signing_sign(&signing, &input, &arena, &got), STATUS_OK);
        if (!slice_is(got, vectors[index].wanted))
            fail_msg("%s: %.*s", vectors[index].broken, (int)got.size, got.at);
    }
}

static const struct {
    const char *query, *sorted;
} queries[] = {
    {"", ""},
    {"b=2&a=1", "a=1&b=2"},
    {"page=1&size=500&updatedSince=2023-04-17%2008:00:00&areaCode=3716",
     "areaCode=3716&page=1&size=500&updatedSince=2023-04-17%2008:00:00"},
    {"a=2&a=1&A=0", "A=0&a=2&a=1"},
    {"ab=1&a=2", "a=2&ab=1"},
    {"flag&b=&a", "a&b=&flag"},
    {"%E4=1&z=2", "%E4=1&z=2"},
};

static void pairs_are_sorted_by_name_as_sent(void **state)
{
    (void)state;
    for (size_t index = 0; index < sizeof queries / sizeof *queries; index++) {
        struct slice got = {0};
        assert_int_equal(signing_sort_query(slice_of(queries[index].query), &arena, &got),
                         STATUS_OK);
        check(got, queries[index].sorted);
    }
}

static void too_many_pairs_are_refused(void **state)
{
    char query[65 * 4];
    struct slice got = {0};
    (void)state;
    for (size_t index = 0; index < sizeof query; index++)
        query[index] = "a=1&"[index % 4];
    assert_int_equal(signing_sort_query((struct slice){query, 63 * 4 + 3}, &arena, &got),
                     STATUS_OK);
    assert_int_equal(signing_sort_query((struct slice){query, 64 * 4 + 3}, &arena, &got),
                     STATUS_TOO_LARGE);
}

static void every_part_is_taken_from_its_place(void **state)
{
    (void)state;
    struct message message = {.method = SLICE("POST"),
                              .target = SLICE("/p/q?b=2&a=1"),
                              .headers = {{SLICE("Date"), SLICE("today")}},
                              .header_count = 1,
                              .body = SLICE("{}")};
    struct signing signing = {
        .part_count = SIGNING_PARTS, .joiner = SLICE("|"), .body_digest = SIGNING_MD5};
    for (size_t index = 0; index < SIGNING_PARTS; index++)
        signing.parts[index].kind = (enum signing_part_kind)index;
    signing.parts[SIGNING_HEADER].text = SLICE("date");
    signing.parts[SIGNING_TEXT].text = SLICE("v1");
    struct signing_input input = {.message = &message,
                                  .path = SLICE("/p/q"),
                                  .query = SLICE("b=2&a=1"),
                                  .timestamp = SLICE("17"),
                                  .nonce = SLICE("n"),
                                  .key_id = SLICE("k"),
                                  .secret = SLICE("s"),
                                  .token = SLICE("t")};
    struct slice got = {0};
    assert_int_equal(signing_text(&signing, &input, &arena, &got), STATUS_OK);
    check(got,
          "POST|/p/q|/p/q?b=2&a=1|b=2&a=1|a=1&b=2|{}|99914b932bd37a50b983c5e7c90ae93b|17|n|k|s|"
          "t|today|v1");
    signing.parts[SIGNING_HEADER].text = SLICE("Digest");
    assert_int_equal(signing_text(&signing, &input, &arena, &got), STATUS_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_algorithm_and_encoding_gives_the_known_answer, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(pairs_are_sorted_by_name_as_sent, setup, teardown),
        cmocka_unit_test_setup_teardown(too_many_pairs_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(every_part_is_taken_from_its_place, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
