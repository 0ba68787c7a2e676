/* What the notice demands, as tables: thresholds from 2017 to 2023, cut-offs and make-up windows,
 * what counts, and the limits of one record. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "mapping/mapfile.h"
#include "tests/unit/mapping/shipped.h"

#include <string.h>

static const struct {
    int year;
    int64_t public_centi, professional_centi, credits_centi;
    bool qualified;
} TOTALS[] = {
    {2017, 0, 0, 2000, true},      {2017, 0, 0, 1999, false},    {2018, 0, 0, 2500, true},
    {2018, 9000, 9000, 0, false},  {2019, 0, 0, 2000, true},     {2019, 0, 0, 0, false},
    {2020, 3000, 6000, 0, true},   {2020, 0, 0, 2000, false},    {2021, 2999, 6100, 0, false},
    {2021, 3100, 5999, 0, false},  {2022, 3000, 6000, 0, true},  {2022, 9000, 0, 0, false},
    {2023, 3000, 6000, 0, true},   {2023, 2999, 6000, 0, false}, {2023, 3000, 5999, 0, false},
    {2023, 12000, 24000, 0, true},
};

/* holds: notice.qualified */
static void who_qualifies_is_by_year(void **state)
{
    const struct notice *notice = mapping_notice(*state);
    for (size_t index = 0; index < sizeof TOTALS / sizeof *TOTALS; index++) {
        struct notice_totals totals = {.public_centi = TOTALS[index].public_centi,
                                       .professional_centi = TOTALS[index].professional_centi,
                                       .credits_centi = TOTALS[index].credits_centi};
        if (notice_qualified(notice, TOTALS[index].year, SLICE("371681"), &totals) !=
            TOTALS[index].qualified)
            fail_msg("row %zu, %d", index, TOTALS[index].year);
    }
}

static void the_data_are_those_of_the_notice(void **state)
{
    const struct notice *notice = mapping_notice(*state);
    assert_int_equal(notice->last_credit_year, 2019);
    assert_int_equal(notice->registered_since, 1681660800); /* 2023-04-17 00:00 CST */
    assert_int_equal(notice->day_online_centi, 2400);
    assert_int_equal(notice->day_recognised_centi, 800);
    assert_int_equal(notice->record_hours_centi, 36500);
    assert_int_equal(notice->record_credits_centi, 10000);
    assert_int_equal(notice->certificate_days, 30);
    assert_int_equal(notice->waiting_days, 7);
    assert_string_equal(notice_unit(notice, 2019), "credits");
    assert_string_equal(notice_unit(notice, 2020), "hours");
    assert_int_equal(notice_threshold(notice, 2023, SLICE("3716"))->together_centi, 9000);
}

static struct record hours(const char *year, const char *unit, const char *amount)
{
    struct record record = {.entity = ENTITY_HOURS};
    record.value[FIELD_HOURS_YEAR] = slice_of(year);
    record.value[FIELD_HOURS_CATEGORY] = SLICE("public");
    record.value[FIELD_HOURS_UNIT] = slice_of(unit);
    record.value[FIELD_HOURS_AMOUNT] = slice_of(amount);
    record.value[FIELD_HOURS_SOURCE] = SLICE("online");
    record.value[FIELD_HOURS_FINISHED] = SLICE("2023-06-01T12:15:00Z");
    record.value[FIELD_HOURS_REVIEW] = SLICE("hrss");
    record.value[FIELD_HOURS_VALID] = SLICE("true");
    return record;
}

static const struct {
    const char *finished;
    enum notice_timing timing;
} TIMES[] = {
    {"2022-12-31T15:59:59Z", NOTICE_EARLY},   {"2022-12-31T16:00:00Z", NOTICE_IN_TIME},
    {"2023-06-01T12:15:00Z", NOTICE_IN_TIME}, {"2023-12-31T15:59:59Z", NOTICE_IN_TIME},
    {"2023-12-31T16:00:00Z", NOTICE_IN_TIME}, {"2023-12-31T16:00:01Z", NOTICE_LATE},
    {"2024-06-01T00:00:00Z", NOTICE_LATE},    {"", NOTICE_IN_TIME},
};

/* holds: notice.late */
static void the_cut_off_day_ends_at_24_00_inclusive(void **state)
{
    const struct notice *notice = mapping_notice(*state);
    assert_int_equal(notice_cutoff(notice, 2023, SLICE("371681"), SLICE("public")), 1704038400);
    for (size_t index = 0; index < sizeof TIMES / sizeof *TIMES; index++) {
        struct record record = hours("2023", "hours", "100");
        record.value[FIELD_HOURS_FINISHED] = slice_of(TIMES[index].finished);
        if (notice_timing(notice, &record, SLICE("371681")) != TIMES[index].timing)
            fail_msg("%s", TIMES[index].finished);
    }
}

/* Rows of the own file: by region, category and year. */
static struct mapping *with_rows(const char *find, const char *put)
{
    struct mapping *mapping = NULL;
    struct fault fault = {0};
    char *text = shipped_text();
    char *made = shipped_changed(text, "", find, put);
    if (mapping_load(slice_of(made), "some.json", &mapping, &fault) != STATUS_OK)
        fail_msg("%d %s %s", fault.line, fault.key, fault.allowed);
    free(made);
    free(text);
    return mapping;
}

/* holds: notice.windows */
static void the_row_nearest_to_the_case_holds(void **state)
{
    (void)state;
    static const struct {
        int year;
        const char *region, *category;
        int64_t cutoff;
    } CASES[] = {
        {2023, "371602", "public", 1704038400},       /* 31 December */
        {2023, "371681", "public", 1701360000},       /* 30 November */
        {2023, "371681", "professional", 1706716800}, /* 31 January of the next year */
        {2022, "371681", "public", 1672502400},
    };
    struct mapping *mapping = with_rows(
        "{\"day\": \"12-31\"}",
        "{\"day\": \"12-31\"}, {\"first_year\": 2023, \"region\": \"371681\", \"day\": \"11-30\"}, "
        "{\"first_year\": 2023, \"region\": \"371681\", \"category\": \"professional\", \"day\": "
        "\"01-31\", \"years_after\": 1}");
    for (size_t index = 0; index < sizeof CASES / sizeof *CASES; index++) {
        int64_t cutoff =
            notice_cutoff(mapping_notice(mapping), CASES[index].year, slice_of(CASES[index].region),
                          slice_of(CASES[index].category));
        if (cutoff != CASES[index].cutoff)
            fail_msg("row %zu: %lld", index, (long long)cutoff);
    }
    mapping_free(mapping);
}

/* holds: notice.windows */
static void a_make_up_window_excuses_lateness(void **state)
{
    (void)state;
    static const struct {
        const char *year, *region, *finished;
        enum notice_timing timing;
    } CASES[] = {
        {"2022", "371681", "2023-05-31T16:00:00Z", NOTICE_IN_TIME}, /* first moment */
        {"2022", "371681", "2023-05-31T15:59:59Z", NOTICE_LATE},
        {"2022", "371681", "2023-06-30T16:00:00Z", NOTICE_IN_TIME}, /* 24:00 of the last day */
        {"2022", "371681", "2023-06-30T16:00:01Z", NOTICE_LATE},
        {"2021", "371681", "2023-06-10T00:00:00Z", NOTICE_LATE},
        {"2022", "370100", "2023-06-10T00:00:00Z", NOTICE_LATE},
        {"2024", "371681", "2023-06-10T00:00:00Z", NOTICE_EARLY},
    };
    struct mapping *mapping =
        with_rows("\"windows\": []",
                  "\"windows\": [{\"first_year\": 2022, \"last_year\": 2022, \"region\": \"3716\", "
                  "\"from\": \"2023-06-01\", \"until\": \"2023-06-30\"}]");
    for (size_t index = 0; index < sizeof CASES / sizeof *CASES; index++) {
        struct record record = hours(CASES[index].year, "hours", "100");
        record.value[FIELD_HOURS_FINISHED] = slice_of(CASES[index].finished);
        if (notice_timing(mapping_notice(mapping), &record, slice_of(CASES[index].region)) !=
            CASES[index].timing)
            fail_msg("row %zu", index);
    }
    mapping_free(mapping);
}

/* holds: notice.qualified */
static void thresholds_of_a_region_win(void **state)
{
    (void)state;
    struct mapping *mapping =
        with_rows("{\"last_year\": 2019, \"credits\": 20}",
                  "{\"last_year\": 2019, \"credits\": 20}, {\"first_year\": 2023, \"region\": "
                  "\"371681\", \"public\": \"22.5\", \"professional\": 40, \"together\": null}");
    struct notice_totals totals = {.public_centi = 2250, .professional_centi = 4000};
    const struct notice *notice = mapping_notice(mapping);
    assert_true(notice_qualified(notice, 2023, SLICE("371681"), &totals));
    assert_false(notice_qualified(notice, 2023, SLICE("371602"), &totals));
    assert_false(notice_qualified(notice, 2022, SLICE("371681"), &totals));
    totals.public_centi = 2249;
    assert_false(notice_qualified(notice, 2023, SLICE("371681"), &totals));
    mapping_free(mapping);
}

static const struct {
    const char *what;
    enum field field;
    const char *value;
    bool counts;
} COUNTS[] = {
    {"as it is", FIELD_HOURS_VALID, "true", true},
    {"invalid", FIELD_HOURS_VALID, "false", false},
    {"not final", FIELD_HOURS_REVIEW, "department", false},
    {"rejected", FIELD_HOURS_REVIEW, "rejected", false},
    {"wrong unit", FIELD_HOURS_UNIT, "credits", false},
    {"recognised without evidence", FIELD_HOURS_SOURCE, "recognised", false},
    {"a credit year", FIELD_HOURS_YEAR, "2019", false},
    {"no year", FIELD_HOURS_YEAR, "", false},
    {"late counts", FIELD_HOURS_FINISHED, "2025-01-01T00:00:00Z", true},
};

/* holds: notice.what_counts */
static void what_counts(void **state)
{
    const struct notice *notice = mapping_notice(*state);
    for (size_t index = 0; index < sizeof COUNTS / sizeof *COUNTS; index++) {
        struct record record = hours("2023", "hours", "100");
        record.value[COUNTS[index].field] = slice_of(COUNTS[index].value);
        if (notice_counts(notice, &record) != COUNTS[index].counts)
            fail_msg("%s", COUNTS[index].what);
    }
    struct record proven = hours("2023", "hours", "100");
    proven.value[FIELD_HOURS_SOURCE] = SLICE("recognised");
    assert_true(notice_unproven(&proven));
    proven.value[FIELD_HOURS_EVIDENCE] = SLICE("Z1");
    assert_true(notice_counts(notice, &proven));
    assert_false(notice_unproven(&proven));
}

/* holds: notice.what_counts */
static void totals_add_up_by_category(void **state)
{
    (void)state;
    struct notice_totals totals = {0};
    struct record record = hours("2023", "hours", "1250");
    notice_add(&totals, &record);
    record.value[FIELD_HOURS_CATEGORY] = SLICE("professional");
    record.value[FIELD_HOURS_AMOUNT] = SLICE("7");
    notice_add(&totals, &record);
    record = hours("2018", "credits", "500");
    notice_add(&totals, &record);
    assert_int_equal(totals.public_centi, 1250);
    assert_int_equal(totals.professional_centi, 7);
    assert_int_equal(totals.credits_centi, 500);
    assert_int_equal(totals.records, 3);
}

/* holds: notice.amount */
static void one_record_has_a_plausible_amount(void **state)
{
    static const struct {
        const char *unit, *amount;
        bool plausible;
    } CASES[] = {{"hours", "1", true},      {"hours", "0", false},      {"hours", "36500", true},
                 {"hours", "36501", false}, {"credits", "10000", true}, {"credits", "10001", false},
                 {"hours", "", false}};
    const struct notice *notice = mapping_notice(*state);
    for (size_t index = 0; index < sizeof CASES / sizeof *CASES; index++) {
        struct record record = hours("2023", CASES[index].unit, CASES[index].amount);
        if (notice_plausible(notice, &record) != CASES[index].plausible)
            fail_msg("%s %s", CASES[index].amount, CASES[index].unit);
    }
}

static int load(void **state)
{
    *state = shipped_mapping();
    return *state == NULL ? -1 : 0;
}

static int unload(void **state)
{
    mapping_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_qualifies_is_by_year),
        cmocka_unit_test(the_data_are_those_of_the_notice),
        cmocka_unit_test(the_cut_off_day_ends_at_24_00_inclusive),
        cmocka_unit_test(the_row_nearest_to_the_case_holds),
        cmocka_unit_test(a_make_up_window_excuses_lateness),
        cmocka_unit_test(thresholds_of_a_region_win),
        cmocka_unit_test(what_counts),
        cmocka_unit_test(totals_add_up_by_category),
        cmocka_unit_test(one_record_has_a_plausible_amount),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
