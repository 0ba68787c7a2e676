#include "daemon/cli/progress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void a_line_says_how_far_how_fast_and_how_long_still(void **state)
{
    static const struct {
        int64_t done, total, elapsed_ms;
        int width;
        const char *line;
    } rows[] = {
        {0, 0, 0, 80, "reading 0"},
        {1200, 0, 5000, 80, "reading 1200  240/s"},
        {1200, 4800, 5000, 80, "[##########..............................] reading 1200/4800  240/s  0:15 left"},
        {0, 4800, 0, 80, "[........................................] reading 0/4800"},
        {4800, 4800, 20000, 80, "[########################################] reading 4800/4800  240/s"},
        {1, 7201, 1000, 60, "[........................] reading 1/7201  1/s  2:00:00 left"},
        {5000, 4800, 20000, 80, "[########################################] reading 5000/4800  250/s"},
        {1200, 4800, 5000, 44, "reading 1200/4800  240/s  0:15 left"}, /* no room for a bar */
        {1200, 4800, 5000, 20, "reading 1200/4800  …"},
    };
    (void)state;
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++) {
        struct buffer line;
        buffer_init(&line, 4096);
        progress_line("reading", rows[index].done, rows[index].total, rows[index].elapsed_ms, rows[index].width,
                      &line);
        buffer_append(&line, (struct slice){"", 1});
        assert_string_equal(line.at, rows[index].line);
        buffer_free(&line);
    }
}

static void show(struct progress *progress, int64_t done, int64_t now_ms)
{
    json_t *json = json_pack("{s:s, s:I, s:i}", "stage", "reading", "done", (json_int_t)done, "total", 100);
    progress_show(progress, json, now_ms);
    json_decref(json);
}

static void without_a_terminal_there_is_a_line_every_ten_seconds(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    struct progress progress;
    progress_begin(&progress, to, false, 80);
    for (int64_t now_ms = 1000; now_ms <= 31000; now_ms += 100)
        show(&progress, now_ms / 1000, now_ms);
    progress_end(&progress);
    (void)fclose(to);
    assert_int_equal(size > 0 && text[size - 1] == '\n', 1);
    size_t lines = 0;
    for (size_t index = 0; index < size; index++)
        lines += text[index] == '\n';
    assert_int_equal(lines, 3);
    assert_non_null(strstr(text, "reading 11/100"));
    free(text);
}

static void on_a_terminal_the_bar_is_drawn_over_and_taken_away(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    struct progress progress;
    progress_begin(&progress, to, true, 80);
    show(&progress, 10, 1000);
    show(&progress, 11, 1050); /* too soon */
    show(&progress, 12, 1200);
    progress_end(&progress);
    (void)fclose(to);
    assert_null(strchr(text, '\n'));
    assert_non_null(strstr(text, "reading 10/100"));
    assert_null(strstr(text, "reading 11/100"));
    assert_non_null(strstr(text, "reading 12/100"));
    assert_string_equal(text + size - 4, "\r\033[K");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_says_how_far_how_fast_and_how_long_still),
        cmocka_unit_test(without_a_terminal_there_is_a_line_every_ten_seconds),
        cmocka_unit_test(on_a_terminal_the_bar_is_drawn_over_and_taken_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
