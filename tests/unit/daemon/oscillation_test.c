/* A field that goes back and forth: how often, between which values, by whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/sync/oscillation.h"

enum { WRITES = 8 };

#define M_WROTE(before, after) {PROVINCIAL, SLICE(before), SLICE(after)}
#define P_WROTE(before, after) {MUNICIPAL, SLICE(before), SLICE(after)}

static const struct row {
    const char *rule;
    struct flip flips[WRITES];
    size_t count;
    bool found;
} rows[] = {
    {"three times, by both",
     {M_WROTE("a", "b"), P_WROTE("b", "a"), M_WROTE("a", "b"), P_WROTE("b", "a"), M_WROTE("a", "b"),
      P_WROTE("b", "a")},
     6, true},
    {"twice and a half",
     {M_WROTE("a", "b"), P_WROTE("b", "a"), M_WROTE("a", "b"), P_WROTE("b", "a"), M_WROTE("a", "b")},
     5, false},
    {"three times after something else",
     {P_WROTE("c", "a"), M_WROTE("a", "b"), P_WROTE("b", "a"), M_WROTE("a", "b"), P_WROTE("b", "a"),
      M_WROTE("a", "b"), P_WROTE("b", "a")},
     7, true},
    {"a third value comes between",
     {M_WROTE("a", "b"), P_WROTE("b", "a"), M_WROTE("a", "c"), P_WROTE("c", "a"), M_WROTE("a", "b"),
      P_WROTE("b", "a")},
     6, false},
    {"three times, and now to a new value",
     {M_WROTE("a", "b"), P_WROTE("b", "a"), M_WROTE("a", "b"), P_WROTE("b", "a"), M_WROTE("a", "b"),
      P_WROTE("b", "c")},
     6, false},
    {"by one side alone",
     {M_WROTE("a", "b"), M_WROTE("b", "a"), M_WROTE("a", "b"), M_WROTE("b", "a"), M_WROTE("a", "b"),
      M_WROTE("b", "a")},
     6, false},
    {"the target puts its own back each time",
     {M_WROTE("b", "a"), M_WROTE("b", "a"), M_WROTE("b", "a"), M_WROTE("b", "a")}, 4, true},
    {"and once less", {M_WROTE("b", "a"), M_WROTE("b", "a"), M_WROTE("b", "a")}, 3, false},
    {"emptied and filled",
     {M_WROTE("a", ""), P_WROTE("", "a"), M_WROTE("a", ""), P_WROTE("", "a"), M_WROTE("a", ""),
      P_WROTE("", "a")},
     6, true},
    {"a first write", {M_WROTE("a", "b")}, 1, false},
};

/* holds: guard.oscillation */
static void each_row(void **state)
{
    (void)state;
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++) {
        if (oscillates(rows[index].flips, rows[index].count) != rows[index].found)
            fail_msg("%s", rows[index].rule);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_row)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
