/* What may be typed, and what is answered when it is wrong. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/cli/invocation.h"
#include "mapping/base/civil.h"

#include <string.h>

enum { MOST_WORDS = 12 };

static int64_t now(void)
{
    return civil_days(2023, 6, 1) * CIVIL_DAY_SECONDS;
}

/* The words are copied: the parser overwrites IDs in place, as in a process list. */
static int read_line(const char *line, char kept[512], struct invocation *ret)
{
    char *words[MOST_WORDS] = {kept};
    int count = 0;
    (void)snprintf(kept, 512, "cebridge %s", line);
    for (char *word = strtok(kept, " "); word != NULL && count < MOST_WORDS;
         word = strtok(NULL, " ")) {
        words[count++] = word;
    }
    return invocation_read(count, words, now(), ret);
}

static void exit_codes_of_what_is_typed(void **state)
{
    static const struct {
        const char *line;
        int code;
    } cases[] = {
        {"status", 0},
        {"status --json --no-color", 0},
        {"--config /etc/x.conf status", 0},
        {"--help", 0},
        {"person --help", 0},
        {"--version", 0},
        {"", 64},
        {"statuss", 64},
        {"apply", 64},
        {"apply F", 0},
        {"undo", 64},
        {"undo 3", 0},
        {"undo conflict 3 --dry-run", 0},
        {"undo conflict x", 64},
        {"plan --out F", 0},
        {"rebase municipal --reason why", 0},
        {"report --year 2023", 64},
        {"console", 64},
        {"status extra", 64},
        {"status --nothing", 64},
        {"--config", 64},
        {"status --json=yes", 64},
        {"resync", 0},
        {"resync --full --dry-run --no-wait", 0},
        {"resync --person -", 0},
        {"resync --person 371681197001019019 --year 2023", 0},
        {"resync --person=371681197001019019", 0},
        {"resync --person 371681197001019018", 65},
        {"resync --person 12", 65},
        {"resync --org 91371600MA3D1T0000", 65},
        {"resync --year 23", 64},
        {"resync --year", 64},
        {"resync --region 3716x", 65},
        {"resync --region 371681", 0},
        {"conflicts --severity error --state open --since 2h", 0},
        {"conflicts --since 2023-05-01", 0},
        {"conflicts --since soon", 64},
        {"conflicts --severity loud", 64},
        {"conflict", 64},
        {"conflict 0", 64},
        {"conflict x", 64},
        {"conflict 12", 0},
        {"resolve 3 --take municipal --reason seen", 0},
        {"resolve 3 --take both --reason seen", 64},
        {"ack", 64},
        {"ack 4", 0},
        {"mode", 64},
        {"mode off", 64},
        {"mode write", 0},
        {"resume --release-plan 7", 0},
        {"person", 64},
        {"person -", 0},
        {"person 371681197001019019", 0},
        {"person 371681197001019018", 65},
        {"log -f --run 3 --event decision", 0},
        {"log --verify", 0},
        {"plan --run 3", 0},
        {"explain FILE", 0}, /* what is missing is said when it is carried out */
        {"explain conflict 12", 0},
        {"explain record 0123456789abcdef", 0},
        {"explain record 0123456789abcdef more", 64},
        {"explain - --from municipal", 0},
        {"explain - --from federal", 64},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char kept[512];
        struct invocation invocation;
        int code = read_line(cases[i].line, kept, &invocation);
        if (code != cases[i].code) {
            fail_msg("`%s`: %d instead of %d (%s)", cases[i].line, code, cases[i].code,
                     invocation.message);
        }
        assert_true((code != 0) == (invocation.message[0] != '\0'));
        invocation_free(&invocation);
    }
}

static void an_id_leaves_the_process_list_and_no_message_holds_one(void **state)
{
    static const char *const lines[] = {
        "person 371681197001019019",          "person 371681197001019018",
        "resync --person=371681197001019019", "resync --person 371681197001019019",
        "log --person 371681197001019019",    "resolve 3 --value 371681197001019019 --reason x",
        "persn 371681197001019019",           "status 371681197001019019",
        "--nothing 371681197001019019",
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char kept[512];
        struct invocation invocation;
        (void)read_line(lines[i], kept, &invocation);
        for (size_t at = 0; at < sizeof kept - 18; at++) {
            if (memcmp(kept + at, "371681197001019", 15) == 0) {
                fail_msg("`%s`: the ID still stands in the arguments", lines[i]);
            }
        }
        assert_null(strstr(invocation.message, "371681197001019"));
        invocation_free(&invocation);
    }
}

static void arguments_become_members(void **state)
{
    char kept[512];
    struct invocation invocation;
    (void)state;
    assert_int_equal(read_line("resync --person 371681197001019019 --person 37168119691231902x"
                               "0 --year 2023",
                               kept, &invocation),
                     65);
    invocation_free(&invocation);
    assert_int_equal(
        read_line("resync --person 371681197001019019 --year 2023 --dry-run", kept, &invocation),
        0);
    json_t *persons = json_object_get(invocation.arguments, "persons");
    assert_int_equal(json_array_size(persons), 1);
    assert_string_equal(json_string_value(json_array_get(persons, 0)), "371681197001019019");
    assert_int_equal(json_integer_value(json_object_get(invocation.arguments, "year")), 2023);
    assert_true(json_is_true(json_object_get(invocation.arguments, "dry_run")));
    invocation_free(&invocation);
}

static void a_bad_line_of_ids_is_named_by_its_number(void **state)
{
    char kept[512];
    char input[] = "371681197001019019\n\n371681197001019018\n";
    struct invocation invocation;
    (void)state;
    assert_int_equal(read_line("person -", kept, &invocation), 0);
    assert_true(invocation.from_input);
    FILE *from = fmemopen(input, sizeof input - 1, "r");
    assert_int_equal(invocation_read_persons(&invocation, from, now()), 65);
    assert_non_null(strstr(invocation.message, "3"));
    assert_null(strstr(invocation.message, "371681"));
    fclose(from);
    invocation_free(&invocation);
}

static void times_are_durations_or_china_standard_time(void **state)
{
    static const struct {
        const char *text;
        bool good;
        int64_t before; /* seconds before now, which is 2023-06-01 08:00 CST */
    } cases[] = {
        {"2h", true, 7200},
        {"90min", true, 5400},
        {"3d", true, 3 * 86400},
        {"45 s", true, 45},
        {"2023-06-01", true, 8 * 3600},
        {"2023-06-01 07:30", true, 1800},
        {"2023-06-01T00:00:00Z", true, 0},
        {"2023-02-30", false, 0},
        {"h", false, 0},
        {"", false, 0},
        {"12345678h", false, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t instant = 0;
        bool good = invocation_time(slice_of(cases[i].text), now(), &instant);
        if (good != cases[i].good || (good && now() - instant != cases[i].before)) {
            fail_msg("\"%s\": %lld s before now", cases[i].text, (long long)(now() - instant));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exit_codes_of_what_is_typed),
        cmocka_unit_test(an_id_leaves_the_process_list_and_no_message_holds_one),
        cmocka_unit_test(arguments_become_members),
        cmocka_unit_test(a_bad_line_of_ids_is_named_by_its_number),
        cmocka_unit_test(times_are_durations_or_china_standard_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
