/* Columns by the width of what a terminal shows, also of Chinese. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/cli/progress.h"
#include "daemon/cli/table.h"
#include "mapping/text.h"

#include <stdlib.h>
#include <string.h>

static const struct column columns[] = {
    {"No.", true, 0}, {"Name", false, 6}, {"Region", false, 4}, {"End", false, 0}};

static char *printed(const char *const *cells, size_t count, int width, bool colour)
{
    char *text = NULL;
    size_t size = 0;
    struct table *table = table_new(columns, 4);
    for (size_t i = 0; i < count; i++) {
        table_cell(table, slice_of(cells[i]), i == 1 ? COLOUR_RED : COLOUR_NONE);
    }
    FILE *to = open_memstream(&text, &size);
    const struct paper paper = {to, width, colour};
    assert_true(table_print(table, &paper));
    fclose(to);
    table_free(table);
    return text;
}

static void chinese_and_latin_stand_below_each_other(void **state)
{
    static const char *const cells[] = {"1", "王秀英", "滨州市", "x", "22", "Wang", "x", "y"};
    (void)state;
    char *text = printed(cells, 8, 0, false);
    assert_string_equal(text, "No.  Name    Region  End\n"
                              "  1  王秀英  滨州市  x\n"
                              " 22  Wang    x       y\n");
    free(text);
}

static void a_line_fits_the_terminal(void **state)
{
    static const char *const cells[] = {"1", "山东省滨州市专业技术人员继续教育管理服务平台",
                                        "滨州市邹平市", "end"};
    (void)state;
    for (int width = 26; width < 80; width++) {
        char *text = printed(cells, 4, width, false);
        for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
            if (text_columns(slice_of(line)) > width) {
                fail_msg("%d columns instead of %d: %s", text_columns(slice_of(line)), width, line);
            }
        }
        free(text);
    }
}

static void what_is_cut_ends_with_dots_and_never_inside_a_character(void **state)
{
    static const struct {
        const char *text;
        int width;
        const char *cut;
    } cases[] = {{"王秀英", 6, "王秀英"}, {"王秀英", 5, "王秀…"}, {"王秀英", 4, "王…"},
                 {"abcdef", 4, "abc…"},   {"a王b", 3, "a…"},      {"", 3, ""}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buffer cut;
        buffer_init(&cut, 100);
        table_cut(slice_of(cases[i].text), cases[i].width, &cut);
        assert_string_equal(cut.at != NULL ? cut.at : "", cases[i].cut);
        buffer_free(&cut);
    }
}

static void what_a_terminal_would_obey_is_harmless(void **state)
{
    static const char *const cells[] = {"1", "a\033[2Jb\x07",
                                        "\143\302\233d\n",
                                        "\x7F"};
    (void)state;
    char *text = printed(cells, 4, 0, false);
    assert_non_null(strstr(text, "a?[2Jb?"));
    assert_non_null(strstr(text, "c?d?"));
    assert_null(strchr(text, '\033'));
    free(text);
}

static void colours_take_no_column(void **state)
{
    static const char *const cells[] = {"1", "王", "x", "y"};
    (void)state;
    char *text = printed(cells, 4, 0, true);
    assert_non_null(strstr(text, "\033[31m王\033[0m    x"));
    free(text);
}

static void progress_has_rate_time_left_and_fits(void **state)
{
    struct buffer line;
    (void)state;
    buffer_init(&line, 1000);
    progress_line("reading", 1200, 3600, 10000, 79, &line);
    assert_non_null(strstr(line.at, "1200/3600  120/s  0:20"));
    assert_true(line.at[0] == '[');
    assert_true(text_columns(buffer_slice(&line)) <= 79);
    buffer_clear(&line);
    progress_line("reading", 1200, 0, 0, 79, &line);
    assert_string_equal(line.at, "reading 1200");
    buffer_free(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chinese_and_latin_stand_below_each_other),
        cmocka_unit_test(a_line_fits_the_terminal),
        cmocka_unit_test(what_is_cut_ends_with_dots_and_never_inside_a_character),
        cmocka_unit_test(what_a_terminal_would_obey_is_harmless),
        cmocka_unit_test(colours_take_no_column),
        cmocka_unit_test(progress_has_rate_time_left_and_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
