/* Digests and keyed hashes against published answers (FIPS 180-4, GB/T 32905, RFC 4231 and others).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mapping/digest.h"

#include <string.h>

static void assert_hex(const uint8_t bytes[16], const char *expected)
{
    struct buffer text;
    buffer_init(&text, 64);
    buffer_hex(&text, bytes, 16, false);
    assert_string_equal(text.at, expected);
    buffer_free(&text);
}

static void digests_give_the_published_answers(void **state)
{
    (void)state;
    static const struct {
        enum digest_kind kind;
        struct slice text;
        const char *expected;
    } rows[] = {
        {DIGEST_SHA256, SLICE("abc"), "ba7816bf8f01cfea414140de5dae2223"},
        {DIGEST_SHA256, SLICE(""), "e3b0c44298fc1c149afbf4c8996fb924"},
        {DIGEST_SM3, SLICE("abc"), "66c7f0f462eeedd9d1f2d46bdc10e4e2"},
        {DIGEST_SM3, SLICE(""), "1ab21d8355cfa17f8e61194831e81a8f"},
    };
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++) {
        struct digest *digest = NULL;
        uint8_t bytes[16];
        assert_int_equal(digest_new(rows[index].kind, &digest), STATUS_OK);
        for (int again = 0; again < 2; again++) { /* the context is reused */
            digest_bytes(digest, rows[index].text, bytes);
            assert_hex(bytes, rows[index].expected);
        }
        digest_free(digest);
    }
}

static void each_field_changes_a_records_digest(void **state)
{
    (void)state;
    struct digest *digest = NULL;
    struct record record = {.entity = ENTITY_HOURS};
    uint8_t empty[16];
    assert_int_equal(digest_new(DIGEST_SHA256, &digest), STATUS_OK);
    digest_record(digest, &record, empty);
    for (int index = 0; index < FIELDS; index++) {
        uint8_t filled[16];
        bool own = field_row((enum field)index)->entity == ENTITY_HOURS;
        record.value[index] = SLICE("1");
        digest_record(digest, &record, filled);
        assert_int_equal(memcmp(empty, filled, 16) != 0, own);
        record.value[index] = (struct slice){0};
    }
    digest_free(digest);
}

static void only_canonical_values_count(void **state)
{
    (void)state;
    struct digest *digest = NULL;
    struct record one = {.entity = ENTITY_ACCOUNT};
    struct record other = one;
    uint8_t bytes[2][16];
    assert_int_equal(digest_new(DIGEST_SM3, &digest), STATUS_OK);
    one.value[FIELD_ACCOUNT_NAME] = SLICE("ab");
    other.value[FIELD_ACCOUNT_NAME] = SLICE("ab");
    other.original[FIELD_ACCOUNT_NAME] = SLICE("ＡＢ");
    other.remote_id = SLICE("17");
    other.version = 3;
    other.updated = 1;
    digest_record(digest, &one, bytes[0]);
    digest_record(digest, &other, bytes[1]);
    assert_memory_equal(bytes[0], bytes[1], 16);
    other.value[FIELD_ACCOUNT_NAME] = SLICE("a");
    other.value[FIELD_ACCOUNT_MOBILE] = SLICE("b"); /* the same bytes, cut otherwise */
    digest_record(digest, &other, bytes[1]);
    assert_memory_not_equal(bytes[0], bytes[1], 16);
    digest_free(digest);
}

static void look_ups_give_the_answer_of_rfc_4231(void **state)
{
    (void)state;
    static const char key[20] = {11, 11, 11, 11, 11, 11, 11, 11, 11, 11,
                                 11, 11, 11, 11, 11, 11, 11, 11, 11, 11};
    struct keyed *keyed = NULL;
    uint8_t bytes[16];
    assert_int_equal(keyed_new((struct slice){key, sizeof key}, &keyed), STATUS_OK);
    for (int again = 0; again < 2; again++) {
        assert_int_equal(keyed_hash(keyed, SLICE("Hi There"), bytes), STATUS_OK);
        assert_hex(bytes, "b0344c61d8db38535ca8afceaf0bf12b");
    }
    keyed_free(keyed);
}

/* holds: conflict.ref */
static void references_are_the_head_of_hmac_sm3(void **state)
{
    (void)state;
    static const char half[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    char key[32];
    char text[2 * sizeof half] = "";
    char reference[17] = "";
    struct keyed *keyed = NULL;
    for (size_t index = 0; index < sizeof key; index++)
        key[index] = (char)(index + 1);
    memcpy(text, half, sizeof half - 1);
    memcpy(text + sizeof half - 1, half, sizeof half);
    assert_int_equal(keyed_new((struct slice){key, sizeof key}, &keyed), STATUS_OK);
    assert_int_equal(keyed_ref(keyed, slice_of(text), reference), STATUS_OK);
    assert_string_equal(reference, "ca05e144ed05d185");
    keyed_free(keyed);

    assert_int_equal(keyed_new(SLICE("0123456789abcdef"), &keyed), STATUS_OK);
    assert_int_equal(keyed_ref(keyed, SLICE("person:371681197001019019"), reference), STATUS_OK);
    assert_string_equal(reference, "9cff573dc5dfd026");
    keyed_free(keyed);
}

static void an_empty_key_is_refused(void **state)
{
    (void)state;
    struct keyed *keyed = NULL;
    assert_int_equal(keyed_new(SLICE(""), &keyed), STATUS_INVALID);
    assert_null(keyed);
    keyed_free(keyed);
    digest_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_give_the_published_answers),
        cmocka_unit_test(each_field_changes_a_records_digest),
        cmocka_unit_test(only_canonical_values_count),
        cmocka_unit_test(look_ups_give_the_answer_of_rfc_4231),
        cmocka_unit_test(references_are_the_head_of_hmac_sm3),
        cmocka_unit_test(an_empty_key_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
