/* Sealing: what is sealed opens again, and nothing that was changed does. */
#include "tests/support/state.h"

#include "daemon/store/seal.h"

struct sealing {
    struct seal *seal;
    struct buffer sealed;
    struct arena arena;
};

static const struct slice bound = {"stage/payload/1", 15};

static int setup(void **test)
{
    struct sealing *sealing = calloc(1, sizeof *sealing);
    struct seal_keys keys = {.log = STATE_KEY, .cipher = *test == NULL ? SEAL_AES_256_GCM : SEAL_SM4};
    assert_status(seal_new(&keys, &sealing->seal));
    buffer_init(&sealing->sealed, 4096);
    arena_init(&sealing->arena, 1024 * 1024);
    *test = sealing;
    return 0;
}

static int teardown(void **test)
{
    struct sealing *sealing = *test;
    seal_free(sealing->seal);
    buffer_free(&sealing->sealed);
    arena_free(&sealing->arena);
    free(sealing);
    return 0;
}

static enum status open_bytes(struct sealing *sealing, enum seal_room room, struct slice to,
                              struct slice sealed, struct slice *ret)
{
    return seal_open(sealing->seal, room, to, sealed, &sealing->arena, ret);
}

static void sealed_text_opens_again(void **test)
{
    static const char *const texts[] = {"", "x", "a longer text, of a record's size or so"};
    struct sealing *sealing = *test;
    for (size_t index = 0; index < 3; index++) {
        struct slice text = {0};
        buffer_clear(&sealing->sealed);
        assert_status(
            seal_close(sealing->seal, SEAL_STAGE, bound, slice_of(texts[index]), &sealing->sealed));
        assert_status(
            open_bytes(sealing, SEAL_STAGE, bound, buffer_slice(&sealing->sealed), &text));
        assert_slice(text, texts[index]);
    }
}

static void every_changed_byte_is_found(void **test)
{
    struct sealing *sealing = *test;
    struct slice text = {0};
    assert_status(seal_close(sealing->seal, SEAL_STAGE, bound, SLICE("payload"), &sealing->sealed));
    for (size_t index = 0; index < sealing->sealed.size; index++) {
        sealing->sealed.at[index] ^= 1;
        assert_int_equal(
            open_bytes(sealing, SEAL_STAGE, bound, buffer_slice(&sealing->sealed), &text),
            STATUS_CORRUPT);
        sealing->sealed.at[index] ^= 1;
    }
    for (size_t size = 0; size < sealing->sealed.size; size++)
        assert_int_equal(
            open_bytes(sealing, SEAL_STAGE, bound, (struct slice){sealing->sealed.at, size}, &text),
            STATUS_CORRUPT);
}

static void moved_value_is_found(void **test)
{
    struct sealing *sealing = *test;
    struct slice text = {0};
    assert_status(seal_close(sealing->seal, SEAL_STAGE, bound, SLICE("payload"), &sealing->sealed));
    struct slice sealed = buffer_slice(&sealing->sealed);
    assert_int_equal(open_bytes(sealing, SEAL_STAGE, SLICE("stage/payload/2"), sealed, &text),
                     STATUS_CORRUPT);
    assert_int_equal(open_bytes(sealing, SEAL_LINK, bound, sealed, &text), STATUS_CORRUPT);
    assert_status(open_bytes(sealing, SEAL_STAGE, bound, sealed, &text));
}

static void same_text_is_never_sealed_the_same(void **test)
{
    struct sealing *sealing = *test;
    struct buffer other;
    buffer_init(&other, 4096);
    for (size_t round = 0; round < 600; round++) {
        buffer_clear(&sealing->sealed);
        assert_status(seal_close(sealing->seal, SEAL_STAGE, bound, SLICE("x"), &sealing->sealed));
        assert_false(slice_equal(buffer_slice(&other), buffer_slice(&sealing->sealed)));
        buffer_clear(&other);
        buffer_append(&other, buffer_slice(&sealing->sealed));
    }
    buffer_free(&other);
}

static void keys_differ_by_purpose_and_by_log_key(void **test)
{
    uint8_t one[SEAL_KEY_BYTES];
    uint8_t other[SEAL_KEY_BYTES];
    (void)test;
    assert_status(seal_derive(STATE_KEY, "one purpose", one));
    assert_status(seal_derive(STATE_KEY, "another", other));
    assert_memory_not_equal(one, other, sizeof one);
    assert_memory_not_equal(one, STATE_KEY.at, sizeof one);
    assert_status(seal_derive(SLICE("another key of the same 32 bytes"), "one purpose", other));
    assert_memory_not_equal(one, other, sizeof one);
}

/* A row says which key sealed it and how, so that rows of both ciphers and of two keys stand beside each other. */
static void rows_of_either_cipher_and_of_the_former_key_open(void **test)
{
    struct sealing *sealing = *test;
    struct slice other = SLICE("another key of the same 32 bytes");
    struct slice text = {0};
    for (enum seal_cipher cipher = SEAL_AES_256_GCM; cipher <= SEAL_SM4; cipher++) {
        struct seal_keys keys = {.log = STATE_KEY, .seal = other, .cipher = cipher};
        struct seal *former = NULL;
        assert_status(seal_new(&keys, &former));
        buffer_clear(&sealing->sealed);
        assert_status(seal_close(former, SEAL_LINK, bound, SLICE("payload"), &sealing->sealed));
        seal_free(former);
        struct slice sealed = buffer_slice(&sealing->sealed);
        assert_int_equal(open_bytes(sealing, SEAL_LINK, bound, sealed, &text), STATUS_CORRUPT);
        struct seal_keys rotated = {.log = STATE_KEY, .seal = SLICE("a third key, likewise of 32 bytes"),
                                    .former = other};
        rotated.seal.size = SEAL_KEY_BYTES;
        struct seal *present = NULL;
        assert_status(seal_new(&rotated, &present));
        assert_status(seal_open(present, SEAL_LINK, bound, sealed, &sealing->arena, &text));
        assert_slice(text, "payload");
        seal_free(present);
    }
}

/* Sealed by the first version: AES-256-GCM by the log key, without an id. */
static void rows_of_the_first_form_open(void **test)
{
    static const uint8_t first[] = {
        0x01, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0xca, 0xa9, 0xb0, 0xdf, 0xe5,
        0xf1, 0x22, 0x00, 0xd0, 0x1d, 0x08, 0xc8, 0x23, 0x43, 0x2c, 0x86, 0xb4, 0x01, 0xbd, 0xa3, 0xd7, 0xd5, 0xbc,
    };
    struct sealing *sealing = *test;
    struct slice text = {0};
    assert_status(open_bytes(sealing, SEAL_STAGE, bound, (struct slice){(const char *)first, sizeof first}, &text));
    assert_slice(text, "payload");
}

#define SEAL_TEST(function)                                                                        \
    cmocka_unit_test_setup_teardown(function, setup, teardown),                                    \
        cmocka_unit_test_prestate_setup_teardown(function, setup, teardown, (void *)"sm4")

int main(void)
{
    const struct CMUnitTest tests[] = {
        SEAL_TEST(sealed_text_opens_again),
        SEAL_TEST(every_changed_byte_is_found),
        SEAL_TEST(moved_value_is_found),
        SEAL_TEST(same_text_is_never_sealed_the_same),
        SEAL_TEST(rows_of_either_cipher_and_of_the_former_key_open),
        SEAL_TEST(rows_of_the_first_form_open),
        cmocka_unit_test(keys_differ_by_purpose_and_by_log_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
