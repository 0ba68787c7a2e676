/* An arena gives aligned, zeroed pieces up to its limit, and forgets them whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mapping/base/arena.h"

#include <string.h>

static void pieces_are_aligned_zeroed_and_apart(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 7, 16, 17, 1000, 64 * 1024, 64 * 1024 + 1, 3};
    struct arena arena;
    arena_init(&arena, 1024 * 1024);
    for (int round = 0; round < 3; round++) {
        for (size_t index = 0; index < sizeof sizes / sizeof *sizes; index++) {
            unsigned char *piece = arena_alloc(&arena, sizes[index]);
            assert_non_null(piece);
            assert_int_equal((uintptr_t)piece % _Alignof(max_align_t), 0);
            for (size_t at = 0; at < sizes[index]; at++)
                assert_int_equal(piece[at], 0);
            memset(piece, 0xA5, sizes[index]);
        }
        arena_reset(&arena);
        assert_int_equal(arena.given, 0);
    }
    arena_free(&arena);
}

static void no_more_than_the_limit_is_given(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 256);
    assert_null(arena_alloc(&arena, 257));
    assert_null(arena_alloc(&arena, SIZE_MAX));
    assert_non_null(arena_alloc(&arena, 200));
    assert_null(arena_alloc(&arena, 64));
    assert_non_null(arena_alloc(&arena, 32));
    arena_reset(&arena);
    assert_non_null(arena_alloc(&arena, 256));
    arena_free(&arena);
    assert_non_null(arena_alloc(&arena, 256)); /* it may be used again */
    arena_free(&arena);
}

static void copies_end_with_a_nul(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 128);
    struct slice copy = arena_copy(&arena, SLICE("a\0b"));
    assert_memory_equal(copy.at, "a\0b", 4);
    copy = arena_copy(&arena, (struct slice){0});
    assert_non_null(copy.at);
    assert_int_equal(copy.size, 0);
    assert_string_equal(arena_printf(&arena, "%s/%d", "371600", 17).at, "371600/17");
    assert_null(arena_printf(&arena, "%0200d", 1).at);
    arena_free(&arena);
}

static void numbers_are_written_as_printf_writes_them(void **state)
{
    (void)state;
    static const int64_t numbers[] = {0, 7, -7, 10, 99, 12345, -100, INT64_MAX, INT64_MIN};
    struct arena arena;
    arena_init(&arena, 4096);
    for (size_t index = 0; index < sizeof numbers / sizeof *numbers; index++) {
        struct slice expected = arena_printf(&arena, "%lld", (long long)numbers[index]);
        struct slice number = arena_number(&arena, numbers[index]);
        assert_int_equal(number.size, expected.size);
        assert_string_equal(number.at, expected.at);
    }
    arena_free(&arena);
    arena_init(&arena, 16);
    assert_null(arena_number(&arena, INT64_MIN).at);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_aligned_zeroed_and_apart),
        cmocka_unit_test(no_more_than_the_limit_is_given),
        cmocka_unit_test(copies_end_with_a_nul),
        cmocka_unit_test(numbers_are_written_as_printf_writes_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
