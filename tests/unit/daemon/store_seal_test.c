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
    assert_status(seal_new(STATE_KEY, &sealing->seal));
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
        assert_int_equal(sealing->sealed.size, strlen(texts[index]) + SEAL_EXTRA_BYTES);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sealed_text_opens_again, setup, teardown),
        cmocka_unit_test_setup_teardown(every_changed_byte_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(moved_value_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(same_text_is_never_sealed_the_same, setup, teardown),
        cmocka_unit_test(keys_differ_by_purpose_and_by_log_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
