/* What the notice demands of one hour record, row by row. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/sync/hours_check.h"
#include "mapping/mapfile.h"
#include "tests/unit/mapping/shipped.h"

#include <string.h>

/* A record, and the checks it fails as "kind field" in order; "" for none. */
static const struct {
    const char *name;
    const char *year, *unit, *amount, *source, *evidence, *finished, *review, *valid;
    const char *found;
} ROWS[] = {
    {"a plain record", "2023", "hours", "1250", "online", "", "2023-06-01T12:15:00Z", "hrss", "true", ""},
    {"credits in a year of hours", "2020", "credits", "500", "online", "", "2020-06-01T12:15:00Z", "hrss",
     "true", "unit_mismatch unit;"},
    {"hours in a year of credits", "2019", "hours", "500", "online", "", "2019-06-01T12:15:00Z", "hrss",
     "true", "unit_mismatch unit;"},
    {"finished before its year", "2023", "hours", "100", "online", "", "2022-12-31T15:59:59Z", "hrss", "true",
     "year_mismatch year;"},
    {"finished at the first second of its year", "2023", "hours", "100", "online", "", "2022-12-31T16:00:00Z",
     "hrss", "true", ""},
    {"finished at 24:00 of the cut-off day", "2023", "hours", "100", "online", "", "2023-12-31T16:00:00Z",
     "hrss", "true", ""},
    {"finished one second later", "2023", "hours", "100", "online", "", "2023-12-31T16:00:01Z", "hrss", "true",
     "late_record finished;"},
    {"recognised, final, without evidence", "2023", "hours", "100", "recognised", "", "2023-06-01T12:15:00Z",
     "hrss", "true", "unproven_hours evidence;"},
    {"recognised, not final, without evidence", "2023", "hours", "100", "recognised", "",
     "2023-06-01T12:15:00Z", "department", "true", ""},
    {"recognised with evidence", "2023", "hours", "100", "recognised", "E-1", "2023-06-01T12:15:00Z", "hrss",
     "true", ""},
    {"nothing learnt", "2023", "hours", "0", "online", "", "2023-06-01T12:15:00Z", "hrss", "true",
     "implausible_amount amount;"},
    {"365 hours", "2023", "hours", "36500", "online", "", "2023-06-01T12:15:00Z", "hrss", "true", ""},
    {"more than 365 hours", "2023", "hours", "36501", "online", "", "2023-06-01T12:15:00Z", "hrss", "true",
     "implausible_amount amount;"},
    {"100 credits", "2018", "credits", "10000", "online", "", "2018-06-01T12:15:00Z", "hrss", "true", ""},
    {"more than 100 credits", "2018", "credits", "10001", "online", "", "2018-06-01T12:15:00Z", "hrss", "true",
     "implausible_amount amount;"},
    {"several at once", "2023", "credits", "0", "recognised", "", "2024-02-01T12:15:00Z", "hrss", "true",
     "unit_mismatch unit;late_record finished;unproven_hours evidence;implausible_amount amount;"},
    {"marked invalid", "2023", "credits", "0", "recognised", "", "2024-02-01T12:15:00Z", "hrss", "false", ""},
    {"rejected", "2023", "credits", "0", "recognised", "", "2024-02-01T12:15:00Z", "rejected", "true", ""},
};

static struct record record_of(size_t row)
{
    struct record record = {.entity = ENTITY_HOURS};
    record.value[FIELD_HOURS_YEAR] = slice_of(ROWS[row].year);
    record.value[FIELD_HOURS_UNIT] = slice_of(ROWS[row].unit);
    record.value[FIELD_HOURS_CATEGORY] = SLICE("professional");
    record.value[FIELD_HOURS_AMOUNT] = slice_of(ROWS[row].amount);
    record.value[FIELD_HOURS_SOURCE] = slice_of(ROWS[row].source);
    record.value[FIELD_HOURS_EVIDENCE] = slice_of(ROWS[row].evidence);
    record.value[FIELD_HOURS_FINISHED] = slice_of(ROWS[row].finished);
    record.value[FIELD_HOURS_REVIEW] = slice_of(ROWS[row].review);
    record.value[FIELD_HOURS_VALID] = slice_of(ROWS[row].valid);
    return record;
}

/* holds: notice.unit notice.year notice.late notice.unproven notice.amount */
static void each_row_gives_its_conflicts(void **state)
{
    for (size_t row = 0; row < sizeof ROWS / sizeof *ROWS; row++) {
        struct hours_check found[HOURS_CHECKS];
        struct record record = record_of(row);
        char text[256] = "";
        size_t count = hours_check(mapping_notice(*state), &record, SLICE("371681"), found);
        for (size_t index = 0; index < count; index++) {
            strcat(text, conflict_kind_name(found[index].kind));
            strcat(text, " ");
            strcat(text, field_row(found[index].field)->name);
            strcat(text, ";");
        }
        if (strcmp(text, ROWS[row].found) != 0)
            fail_msg("%s: found '%s', not '%s'", ROWS[row].name, text, ROWS[row].found);
    }
}

/* holds: notice.held_value */
static void a_held_field_counts_with_its_municipal_value(void **state)
{
    struct record municipal = record_of(0), provincial = record_of(0);
    const struct record *both[SIDES] = {&municipal, &provincial};
    const struct record *one[SIDES] = {NULL, &provincial};
    const struct record *none[SIDES] = {NULL, NULL};
    struct hours_check found[HOURS_CHECKS];
    assert_ptr_equal(hours_merged(both), &municipal);
    assert_ptr_equal(hours_merged(one), &provincial);
    assert_null(hours_merged(none));
    assert_int_equal(hours_check(mapping_notice(*state), NULL, SLICE(""), found), 0);
}

static int load(void **state)
{
    *state = shipped_mapping();
    return *state == NULL;
}

static int unload(void **state)
{
    mapping_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_gives_its_conflicts),
        cmocka_unit_test(a_held_field_counts_with_its_municipal_value),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
