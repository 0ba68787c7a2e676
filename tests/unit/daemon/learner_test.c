/* One learner's years against the notice: totals, 'qualified', certificates, courses counted twice,
 * days, and the balance of both sides. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/sync/learner.h"
#include "mapping/mapfile.h"
#include "tests/unit/mapping/shipped.h"

#include <string.h>

enum { STUDIES = 8, NOW = 1700000000 /* 2023-11-14 */ };

struct bench {
    struct mapping *mapping;
    struct arena arena;
    struct record records[STUDIES], rows[SIDES];
    struct study studies[STUDIES];
    const struct record *annual[SIDES];
    struct learner learner;
    char found[1024];
    int64_t due;
};

static void note(void *context, const struct learner_finding *finding)
{
    struct bench *bench = context;
    char line[128];
    (void)snprintf(line, sizeof line, "%s %s %s%d;", conflict_kind_name(finding->kind),
                   finding->field, finding->reason, finding->severity);
    strcat(bench->found, line);
}

static void begin(struct bench *bench)
{
    struct mapping *mapping = bench->mapping;
    arena_free(&bench->arena);
    *bench = (struct bench){.mapping = mapping};
    arena_init(&bench->arena, 1024 * 1024);
    bench->learner = (struct learner){.notice = mapping_notice(mapping), .now = NOW,
                                      .region = SLICE("371681"), .studies = bench->studies,
                                      .annual_known = true, .arena = &bench->arena};
}

/* One record of 2023 that both sides hold, finished on the given day of June. */
static struct study *study(struct bench *bench, const char *number, const char *category,
                           const char *amount, const char *course, const char *finished)
{
    size_t index = bench->learner.study_count++;
    struct record *record = &bench->records[index];
    record->entity = ENTITY_HOURS;
    record->value[FIELD_HOURS_ORIGIN_SYSTEM] = SLICE("371600");
    record->value[FIELD_HOURS_ORIGIN_NUMBER] = slice_of(number);
    record->value[FIELD_HOURS_YEAR] = SLICE("2023");
    record->value[FIELD_HOURS_CATEGORY] = slice_of(category);
    record->value[FIELD_HOURS_UNIT] = SLICE("hours");
    record->value[FIELD_HOURS_AMOUNT] = slice_of(amount);
    record->value[FIELD_HOURS_SOURCE] = SLICE("online");
    record->value[FIELD_HOURS_COURSE_CODE] = slice_of(course);
    record->value[FIELD_HOURS_FINISHED] = slice_of(finished);
    record->value[FIELD_HOURS_REVIEW] = SLICE("hrss");
    record->value[FIELD_HOURS_VALID] = SLICE("true");
    bench->studies[index] = (struct study){.copy = {record, record}, .year = {2023, 2023}};
    return &bench->studies[index];
}

static void annual(struct bench *bench, enum side side, const char *public_hours,
                   const char *professional, const char *qualified, const char *number,
                   const char *date)
{
    struct record *row = &bench->rows[side];
    row->entity = ENTITY_ANNUAL;
    row->value[FIELD_ANNUAL_PUBLIC] = slice_of(public_hours);
    row->value[FIELD_ANNUAL_PROFESSIONAL] = slice_of(professional);
    row->value[FIELD_ANNUAL_QUALIFIED] = slice_of(qualified);
    row->value[FIELD_ANNUAL_REVIEW] = SLICE("hrss");
    row->value[FIELD_ANNUAL_CERT_NO] = slice_of(number);
    row->value[FIELD_ANNUAL_CERT_DATE] = slice_of(date);
    bench->annual[side] = row;
}

/* 30 public and 60 professional hours, and both sides say so. */
static void qualified(struct bench *bench)
{
    begin(bench);
    (void)study(bench, "1", "public", "3000", "GX-1", "2023-06-01T02:00:00Z");
    (void)study(bench, "2", "professional", "6000", "ZY-1", "2023-06-09T02:00:00Z");
    annual(bench, MUNICIPAL, "3000", "6000", "true", "", "");
    annual(bench, PROVINCIAL, "3000", "6000", "true", "", "");
}

static void expect(struct bench *bench, const char *what)
{
    assert_int_equal(learner_check_year(&bench->learner, 2023, bench->annual, note, bench, &bench->due),
                     STATUS_OK);
    if (strcmp(bench->found, what) != 0)
        fail_msg("found '%s', not '%s'", bench->found, what);
}

/* holds: notice.totals */
static void a_year_that_both_sides_tell_rightly_is_no_conflict(void **state)
{
    struct bench *bench = *state;
    qualified(bench);
    expect(bench, "");
}

/* holds: notice.totals */
static void a_total_that_one_side_tells_wrongly_is_named_to_the_hundredth(void **state)
{
    struct bench *bench = *state;
    qualified(bench);
    annual(bench, PROVINCIAL, "3000", "6001", "true", "", "");
    expect(bench, "total_mismatch professional -1;");
}

/* holds: notice.no_row */
static void a_missing_yearly_row_is_zero_hours_and_not_qualified(void **state)
{
    struct bench *bench = *state;
    qualified(bench);
    bench->annual[PROVINCIAL] = NULL;
    expect(bench, "total_mismatch public -1;total_mismatch professional -1;"
                  "qualification_mismatch qualified -1;");
}

/* holds: notice.reason */
static void a_record_held_back_is_the_reason_and_makes_it_a_warning(void **state)
{
    struct bench *bench = *state;
    qualified(bench);
    struct study *waiting = study(bench, "3", "public", "100", "GX-2", "2023-06-20T02:00:00Z");
    waiting->copy[PROVINCIAL] = NULL;
    waiting->held = "waiting";
    annual(bench, MUNICIPAL, "3100", "6000", "true", "", "");
    expect(bench, "total_mismatch public waiting1;");
}

/* holds: notice.settled */
static void yearly_results_that_were_not_read_are_not_compared(void **state)
{
    struct bench *bench = *state;
    qualified(bench);
    bench->annual[PROVINCIAL] = NULL;
    bench->learner.annual_known = false;
    expect(bench, "");
}

/* holds: notice.qualification */
static void both_platforms_wrong_alike_is_told_all_the_same(void **state)
{
    struct bench *bench = *state;
    qualified(bench);
    annual(bench, MUNICIPAL, "3000", "6000", "false", "", "");
    annual(bench, PROVINCIAL, "3000", "6000", "false", "", "");
    expect(bench, "qualification_mismatch qualified -1;");
}

/* holds: notice.counted_twice */
static void a_course_counts_once_with_the_larger_amount(void **state)
{
    struct bench *bench = *state;
    qualified(bench);
    (void)study(bench, "3", "professional", "6500", "ZY-1", "2023-07-09T02:00:00Z");
    annual(bench, MUNICIPAL, "3000", "6500", "true", "", "");
    annual(bench, PROVINCIAL, "3000", "6500", "true", "", "");
    expect(bench, "counted_twice course_code -1;");
}

/* holds: notice.counted_twice */
static void one_origin_twice_is_not_counted_twice(void **state)
{
    struct bench *bench = *state;
    qualified(bench);
    (void)study(bench, "2", "professional", "6000", "ZY-1", "2023-06-09T02:00:00Z");
    expect(bench, "");
}

/* holds: notice.certificate */
static void certificates(void **state)
{
    static const struct {
        const char *name, *municipal, *date, *provincial, *qualified, *found;
        bool due;
    } rows[] = {
        {"the same on both", "BZ1", "2023-09-01", "BZ1", "true", "", false},
        {"two numbers", "BZ1", "2023-09-01", "BZ2", "true", "certificate_mismatch cert_no numbers-1;",
         false},
        {"alone for less than 30 days", "BZ1", "2023-11-01", "", "true", "", true},
        {"alone for longer", "BZ1", "2023-10-01", "", "true", "certificate_mismatch cert_no alone-1;",
         false},
        {"where not qualified", "BZ1", "2023-11-01", "", "false",
         "qualification_mismatch qualified -1;certificate_mismatch cert_no undeserved-1;", false},
    };
    struct bench *bench = *state;
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        qualified(bench);
        annual(bench, MUNICIPAL, "3000", "6000", rows[row].qualified, rows[row].municipal,
               rows[row].date);
        annual(bench, PROVINCIAL, "3000", "6000", "true", rows[row].provincial, "2023-09-01");
        expect(bench, rows[row].found);
        if ((bench->due != 0) != rows[row].due)
            fail_msg("%s: due %lld", rows[row].name, (long long)bench->due);
    }
}

/* holds: notice.day */
static void a_day_holds_no_more_than_its_limit(void **state)
{
    struct bench *bench = *state;
    begin(bench);
    (void)study(bench, "1", "public", "2400", "GX-1", "2023-06-01T02:00:00Z");
    assert_int_equal(learner_check_days(&bench->learner, note, bench), STATUS_OK);
    assert_string_equal(bench->found, "");
    (void)study(bench, "2", "public", "1", "GX-2", "2023-06-01T15:59:59Z"); /* 23:59:59 CST */
    assert_int_equal(learner_check_days(&bench->learner, note, bench), STATUS_OK);
    assert_string_equal(bench->found, "implausible_amount amount online-1;");
}

/* holds: plan.totals */
static void the_balance_names_what_held_records_explain(void **state)
{
    struct bench *bench = *state;
    struct learner_cell cells[LEARNER_CELLS];
    qualified(bench);
    struct study *waiting = study(bench, "3", "public", "100", "GX-2", "2023-06-20T02:00:00Z");
    waiting->copy[PROVINCIAL] = NULL;
    waiting->held = "waiting";
    struct study *lost = study(bench, "4", "professional", "250", "ZY-2", "2023-06-21T02:00:00Z");
    lost->copy[PROVINCIAL] = NULL; /* nothing explains it */
    assert_int_equal(learner_balance(&bench->learner, cells), 2);
    assert_string_equal(cells[0].category, "public");
    assert_int_equal(cells[0].side_centi[MUNICIPAL], 3100);
    assert_int_equal(cells[0].side_centi[PROVINCIAL], 3000);
    assert_int_equal(cells[0].held_centi, 100);
    assert_int_equal(cells[1].side_centi[MUNICIPAL] - cells[1].side_centi[PROVINCIAL], 250);
    assert_int_equal(cells[1].held_centi, 0);
}

static int load(void **state)
{
    static struct bench bench;
    bench.mapping = shipped_mapping();
    *state = &bench;
    return bench.mapping == NULL;
}

static int unload(void **state)
{
    struct bench *bench = *state;
    arena_free(&bench->arena);
    mapping_free(bench->mapping);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_year_that_both_sides_tell_rightly_is_no_conflict),
        cmocka_unit_test(a_total_that_one_side_tells_wrongly_is_named_to_the_hundredth),
        cmocka_unit_test(a_missing_yearly_row_is_zero_hours_and_not_qualified),
        cmocka_unit_test(a_record_held_back_is_the_reason_and_makes_it_a_warning),
        cmocka_unit_test(yearly_results_that_were_not_read_are_not_compared),
        cmocka_unit_test(both_platforms_wrong_alike_is_told_all_the_same),
        cmocka_unit_test(a_course_counts_once_with_the_larger_amount),
        cmocka_unit_test(one_origin_twice_is_not_counted_twice),
        cmocka_unit_test(certificates),
        cmocka_unit_test(a_day_holds_no_more_than_its_limit),
        cmocka_unit_test(the_balance_names_what_held_records_explain),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
