/* A plan as a file: what was written is read, and any change of it is noticed before anything is done. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/cli/plan_file.h"

enum { MOST = 10 };

struct written {
    char *text;
    size_t size;
    char hash[PLAN_FILE_HASH];
};

static json_t *row(const char *key, int wave)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:[s], s:s, s:s, s:s, s:i, s:i, s:s}", "key", key,
                     "target", "provincial", "entity", "account", "target_id", "p1", "operation",
                     "update", "fields", "mobile", "subject", "person:3****************9",
                     "subject_ref", "0123456789abcdef", "reason", "municipal_changed", "version", 4,
                     "wave", wave, "state", "proposed");
}

static struct written write_plan(json_t *rows)
{
    struct written ret = {.text = NULL};
    FILE *to = open_memstream(&ret.text, &ret.size);
    assert_non_null(to);
    assert_int_equal(plan_file_write(to, 7, 1700000000, rows, ret.hash), STATUS_OK);
    (void)fclose(to);
    json_decref(rows);
    return ret;
}

static struct written two_writes(void)
{
    json_t *rows = json_array();
    json_array_append_new(rows, row("11111111111111111111111111111111", 7));
    json_array_append_new(rows, row("22222222222222222222222222222222", 2));
    return write_plan(rows);
}

/* NULL: it was read; else what is wrong with it. */
static const char *read_back(const char *text, size_t size, size_t most, struct plan_file *ret)
{
    const char *why = NULL;
    FILE *from = size == 0 ? fopen("/dev/null", "re") : fmemopen((void *)(uintptr_t)text, size, "r");
    assert_non_null(from);
    enum status status = plan_file_read(from, most, ret, &why);
    (void)fclose(from);
    assert_true((status == STATUS_OK) == (why == NULL));
    return why;
}

static void expect_fault(const char *text, size_t size, const char *part)
{
    struct plan_file plan;
    const char *why = read_back(text, size, MOST, &plan);
    if (why == NULL || strstr(why, part) == NULL)
        print_error("said \"%s\", expected \"%s\"\n", why == NULL ? "" : why, part);
    assert_true(why != NULL && strstr(why, part) != NULL);
    plan_file_free(&plan);
}

static void what_was_written_is_read_in_the_order_of_sending(void **test)
{
    (void)test;
    struct plan_file plan;
    struct written written = two_writes();
    assert_null(read_back(written.text, written.size, MOST, &plan));
    assert_int_equal(json_array_size(plan.writes), 2);
    assert_string_equal(plan.keys, "22222222222222222222222222222222"
                                   "11111111111111111111111111111111");
    assert_string_equal(plan.hash, written.hash);
    json_t *first = json_array_get(plan.writes, 0);
    assert_int_equal(json_integer_value(json_object_get(first, "version")), 4);
    assert_string_equal(json_string_value(json_object_get(first, "reason")), "municipal_changed");
    plan_file_free(&plan);
    free(written.text);
}

static void an_empty_plan_is_a_plan(void **test)
{
    (void)test;
    struct plan_file plan;
    struct written written = write_plan(json_array());
    assert_null(read_back(written.text, written.size, MOST, &plan));
    assert_string_equal(plan.keys, "");
    plan_file_free(&plan);
    free(written.text);
}

/* holds: plan.file */
static void every_altered_byte_is_noticed(void **test)
{
    (void)test;
    struct written written = two_writes();
    for (size_t at = 0; at < written.size; at++) {
        struct plan_file plan;
        char kept = written.text[at];
        written.text[at] = kept == 'x' ? 'y' : 'x';
        const char *why = read_back(written.text, written.size, MOST, &plan);
        if (why == NULL)
            print_error("byte %zu was altered and nobody noticed\n", at);
        /* behind the last line's end nothing counts but that it is there */
        assert_true(why != NULL || at == written.size - 1);
        plan_file_free(&plan);
        written.text[at] = kept;
    }
    free(written.text);
}

static void a_line_less_or_more_is_noticed(void **test)
{
    (void)test;
    struct written written = two_writes();
    char *second = strchr(written.text, '\n') + 1;
    char *third = strchr(second, '\n') + 1;
    char *last = strchr(third, '\n') + 1;
    char text[8192];
    size_t head = (size_t)(second - written.text);
    int size = snprintf(text, sizeof text, "%.*s%s", (int)head, written.text, third);
    expect_fault(text, (size_t)size, "hash does not fit");
    size = snprintf(text, sizeof text, "%s%s", written.text, last);
    expect_fault(text, (size_t)size, "hash does not fit");
    size = snprintf(text, sizeof text, "%.*s", (int)(last - written.text), written.text);
    expect_fault(text, (size_t)size, "no end");
    size = snprintf(text, sizeof text, "%.*s%.*s%.*s%s", (int)head, written.text,
                    (int)(last - third), third, (int)(third - second), second, last);
    expect_fault(text, (size_t)size, "hash does not fit");
    free(written.text);
}

static void a_wrong_hash_is_noticed(void **test)
{
    (void)test;
    struct written written = two_writes();
    char *hash = strstr(written.text, written.hash);
    memset(hash, '0', 64);
    expect_fault(written.text, written.size, "hash does not fit");
    free(written.text);
}

static void what_is_no_plan_is_called_none(void **test)
{
    (void)test;
    expect_fault("", 0, "not a plan");
    expect_fault("{}\n", 3, "not a plan");
    expect_fault("hello\nthere\n", 12, "no end");
}

static void a_write_twice_or_one_too_many_is_refused(void **test)
{
    (void)test;
    struct plan_file plan;
    json_t *rows = json_array();
    json_array_append_new(rows, row("11111111111111111111111111111111", 2));
    json_array_append_new(rows, row("11111111111111111111111111111111", 2));
    struct written written = write_plan(rows);
    expect_fault(written.text, written.size, "twice");
    const char *why = read_back(written.text, written.size, 1, &plan);
    assert_non_null(strstr(why, "too many"));
    assert_int_equal(plan.line, 3);
    plan_file_free(&plan);
    free(written.text);
}

static void a_write_without_its_precondition_is_named_by_its_line(void **test)
{
    (void)test;
    struct plan_file plan;
    json_t *rows = json_array();
    json_t *bad = row("11111111111111111111111111111111", 2);
    json_object_del(bad, "version");
    json_array_append_new(rows, bad);
    struct written written = write_plan(rows);
    const char *why = read_back(written.text, written.size, MOST, &plan);
    assert_string_equal(why, "not a write of a plan");
    assert_int_equal(plan.line, 2);
    plan_file_free(&plan);
    free(written.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read_in_the_order_of_sending),
        cmocka_unit_test(an_empty_plan_is_a_plan),
        cmocka_unit_test(every_altered_byte_is_noticed),
        cmocka_unit_test(a_line_less_or_more_is_noticed),
        cmocka_unit_test(a_wrong_hash_is_noticed),
        cmocka_unit_test(what_is_no_plan_is_called_none),
        cmocka_unit_test(a_write_twice_or_one_too_many_is_refused),
        cmocka_unit_test(a_write_without_its_precondition_is_named_by_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
