/* What stands in a log instead of a person, as "The conflict log" draws it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mapping/mask.h"

/* holds: log.masked */
static void values_are_masked_as_the_specification_draws_them(void **state)
{
    (void)state;
    static const struct {
        enum mask mask;
        const char *value, *expected;
    } rows[] = {
        {MASK_NONE, "371681", "371681"},
        {MASK_CODE, "371681197001019019", "3****************9"},
        {MASK_CODE, "37160219491001905X", "3****************X"},
        {MASK_CODE, "372330490101902", "3*************2"},
        {MASK_CODE, "37168119700101901X 371681196912319026",
         "3****************X 3****************6"},
        {MASK_CODE, "12", "**"},
        {MASK_CODE, "1", "*"},
        {MASK_MOBILE, "13800000001", "138******01"},
        {MASK_MOBILE, "+8613800000001", "+86*********01"},
        {MASK_MOBILE, "5551234", "*******"},
        {MASK_MOBILE, "1", "*"},
        {MASK_MOBILE, "见备注", "***"},
        {MASK_MOBILE, "电话：138000000王", "电话：********0王"},
        {MASK_NAME, "王小明", "王**"},
        {MASK_NAME, "王", "王**"},
        {MASK_NAME, "买买提·吐尔逊", "买**"},
        {MASK_NAME, "Li Ming", "L**"},
        {MASK_NAME, "𠂇明", "𠂇**"},
        {MASK_HIDDEN, "Z-2023-17", "*"},
        {(enum mask)99, "anything", "*"},
        {MASK_CODE, "", ""},
        {MASK_HIDDEN, "", ""},
    };
    struct buffer text;
    buffer_init(&text, 256);
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++) {
        buffer_clear(&text);
        mask_value(rows[index].mask, slice_of(rows[index].value), &text);
        if (!slice_is(buffer_slice(&text), rows[index].expected))
            fail_msg("row %zu: %s", index, buffer_slice(&text).at);
    }
    buffer_free(&text);
}

/* holds: log.masked */
static void subjects_name_nobody(void **state)
{
    (void)state;
    static const struct {
        const char *subject, *expected;
    } rows[] = {
        {"person:371681197001019019", "person:3****************9"},
        {"employer:91371681MAXXXXXX76", "employer:91371681MAXXXXXX76"},
        {"department:11371681MBXXXXXX0T", "department:11371681MBXXXXXX0T"},
        {"hours:371600/5500017", "hours:371600/5500017"},
        {"hours:371600/37160219491001905X", "hours:371600/3****************X"},
        {"hours:371600/372330490101902", "hours:371600/3*************2"},
        {"annual:371681197001019019/2023", "annual:3****************9/2023"},
        {"day:371681197001019019/2023-06-01", "day:3****************9/2023-06-01"},
        {"record:municipal/account/100231", "record:municipal/account/100231"},
        {"record:provincial/hours/371681197001019019",
         "record:provincial/hours/3****************9"},
        {"group:9cff573dc5dfd026", "group:9cff573dc5dfd026"},
        {"side:provincial", "side:provincial"},
        {"total:2023/public/371681", "total:2023/public/371681"},
        {"person:", "person:"},
        {"371681197001019019", "*"},
        {"", "*"},
    };
    struct buffer text;
    buffer_init(&text, 256);
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++) {
        buffer_clear(&text);
        mask_subject(slice_of(rows[index].subject), &text);
        assert_string_equal(buffer_slice(&text).at, rows[index].expected);
    }
    buffer_free(&text);
}

/* holds: log.masked */
static void organisations_are_shown_in_full(void **state)
{
    (void)state;
    static const struct {
        const char *kind;
        enum field field;
        const char *value, *expected;
    } rows[] = {
        {"person", FIELD_ACCOUNT_CODE, "371681197001019019", "3****************9"},
        {"person", FIELD_ACCOUNT_NAME, "王小明", "王**"},
        {"", FIELD_ACCOUNT_NAME, "王小明", "王**"},
        {"employer", FIELD_ACCOUNT_CODE, "91371681MAXXXXXX76", "91371681MAXXXXXX76"},
        {"department", FIELD_ACCOUNT_NAME, "邹平市某局", "邹平市某局"},
        {"employer", FIELD_ACCOUNT_MOBILE, "13800000001", "138******01"},
        {"person", FIELD_ACCOUNT_EMPLOYER, "91371681MAXXXXXX76", "91371681MAXXXXXX76"},
        {"person", FIELD_ACCOUNT_ORIGIN_NUMBER, "100231", "100231"},
        {"person", FIELD_ACCOUNT_ORIGIN_NUMBER, "371681197001019019", "3****************9"},
    };
    struct buffer text;
    buffer_init(&text, 256);
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++) {
        struct record record = {.entity = ENTITY_ACCOUNT};
        record.value[FIELD_ACCOUNT_KIND] = slice_of(rows[index].kind);
        record.value[rows[index].field] = slice_of(rows[index].value);
        buffer_clear(&text);
        mask_field(rows[index].field, &record, &text);
        assert_string_equal(text.at, rows[index].expected);
    }
    buffer_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_masked_as_the_specification_draws_them),
        cmocka_unit_test(subjects_name_nobody),
        cmocka_unit_test(organisations_are_shown_in_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
