/* Rows of JSON as people see them, and as machines do. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/cli/show.h"
#include "daemon/command.h"

#include <stdlib.h>
#include <string.h>

static char *shown(const char *command, const char *const *rows, size_t count, bool json)
{
    char *text = NULL;
    size_t size = 0;
    struct show show = {
        .paper = {open_memstream(&text, &size), 0, false}, .json = json, .command = command};
    for (size_t i = 0; i < count; i++) {
        json_t *row = json_loads(rows[i], 0, NULL);
        assert_non_null(row);
        show_row(&show, row);
        json_decref(row);
    }
    assert_true(show_end(&show));
    fclose(show.paper.to);
    return text;
}

static void no_command_stumbles_over_what_is_missing(void **state)
{
    static const char *const rows[] = {
        "{}",
        "{\"number\":null,\"municipal\":null,\"provincial\":null,\"counts\":null,\"writes\":null,"
        "\"hours\":[{}],\"annual\":[{}],\"conflicts\":[{}],\"fields\":[{}],\"accounts\":null}",
        "{\"conflicts\":7,\"writes\":\"x\",\"hours\":{},\"fields\":[7],\"counts\":[1],\"run\":"
        "\"x\"}",
    };
    const struct command *command = NULL;
    (void)state;
    for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
        for (size_t row = 0; row < 3; row++) {
            char *text = shown(command->name, &rows[row], 1, false);
            assert_true(strlen(text) > 0);
            free(text);
        }
    }
}

static void conflicts_stand_in_columns(void **state)
{
    static const char *const rows[] = {
        "{\"number\":1,\"severity\":\"error\",\"kind\":\"field_mismatch\",\"subject\":"
        "\"hours:371600/1\",\"field\":\"amount\",\"municipal\":1250,\"provincial\":1200,"
        "\"state\":\"open\",\"last_seen\":\"2023-06-01T12:15:00Z\"}",
        "{\"number\":12,\"severity\":\"error\",\"kind\":\"field_mismatch\",\"subject\":"
        "\"person:3****************9\",\"field\":\"name\",\"municipal\":\"王**\",\"provincial\":"
        "null,"
        "\"state\":\"open\",\"last_seen\":\"2023-06-01T16:15:00Z\"}"};
    (void)state;
    char *text = shown("conflicts", rows, 2, false);
    assert_string_equal(
        text,
        "No.  Severity  Kind            Subject                    Field   Municipal  Provincial  "
        "State  Last seen\n"
        "  1  error     field_mismatch  hours:371600/1             amount  12.50      12.00       "
        "open   2023-06-01 20:15\n"
        " 12  error     field_mismatch  person:3****************9  name    王**       -           "
        "open   2023-06-02 00:15\n");
    free(text);
}

static void machines_get_one_object_a_line_untouched(void **state)
{
    static const char *const rows[] = {"{\"number\":1,\"municipal\":1250}", "{\"number\":2}"};
    (void)state;
    char *text = shown("conflicts", rows, 2, true);
    assert_string_equal(text, "{\"number\":1,\"municipal\":1250}\n{\"number\":2}\n");
    free(text);
}

static void values_by_the_name_of_their_field(void **state)
{
    static const struct {
        const char *field, *json, *text;
    } cases[] = {{"amount", "1250", "12.50"},
                 {"amount", "5", "0.05"},
                 {"amount", "-5", "-0.05"},
                 {"year", "2023", "2023"},
                 {"finished", "\"2023-06-01T12:15:00Z\"", "2023-06-01 20:15"},
                 {"valid", "true", "yes"},
                 {"name", "\"王秀英\"", "王秀英"},
                 {"name", "null", "-"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buffer text;
        json_t *value = json_loads(cases[i].json, JSON_DECODE_ANY, NULL);
        buffer_init(&text, 1000);
        show_append_value(&text, cases[i].field, value);
        assert_string_equal(text.at, cases[i].text);
        buffer_free(&text);
        json_decref(value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_command_stumbles_over_what_is_missing),
        cmocka_unit_test(conflicts_stand_in_columns),
        cmocka_unit_test(machines_get_one_object_a_line_untouched),
        cmocka_unit_test(values_by_the_name_of_their_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
