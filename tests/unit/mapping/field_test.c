/* The table of the canonical model: names, order, and what an operator may choose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mapping/field.h"

/* The defaults of reconciliation.md, "Merging a field". */
/* holds: merge.defaults */
static void fields_merge_as_the_specification_says(void **state)
{
    (void)state;
    static const struct {
        enum entity entity;
        const char *name;
        enum policy policy;
    } rows[] = {
        {ENTITY_ACCOUNT, "name", POLICY_CONFLICT},
        {ENTITY_ACCOUNT, "mobile", POLICY_NEWEST},
        {ENTITY_ACCOUNT, "region", POLICY_MUNICIPAL},
        {ENTITY_ACCOUNT, "employer", POLICY_MUNICIPAL},
        {ENTITY_ACCOUNT, "department", POLICY_MUNICIPAL},
        {ENTITY_ACCOUNT, "title", POLICY_PROVINCIAL},
        {ENTITY_ACCOUNT, "review", POLICY_CHAIN},
        {ENTITY_ACCOUNT, "valid", POLICY_VALID},
        {ENTITY_ACCOUNT, "origin_number", POLICY_NEVER},
        {ENTITY_HOURS, "person", POLICY_CONFLICT},
        {ENTITY_HOURS, "year", POLICY_CONFLICT},
        {ENTITY_HOURS, "category", POLICY_CONFLICT},
        {ENTITY_HOURS, "unit", POLICY_CONFLICT},
        {ENTITY_HOURS, "amount", POLICY_CONFLICT},
        {ENTITY_HOURS, "source", POLICY_CONFLICT},
        {ENTITY_HOURS, "course_code", POLICY_NEWEST},
        {ENTITY_HOURS, "course_name", POLICY_NEWEST},
        {ENTITY_HOURS, "evidence", POLICY_NEWEST},
        {ENTITY_HOURS, "finished", POLICY_NEWEST},
        {ENTITY_HOURS, "review", POLICY_CHAIN},
        {ENTITY_HOURS, "valid", POLICY_VALID},
        {ENTITY_HOURS, "origin_system", POLICY_NEVER},
        {ENTITY_ANNUAL, "qualified", POLICY_NEVER},
    };
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++) {
        enum field field = FIELDS;
        if (!field_find(rows[index].entity, slice_of(rows[index].name), &field) ||
            field_row(field)->policy != rows[index].policy)
            fail_msg("%s of %s", rows[index].name, entity_name(rows[index].entity));
    }
}

static void personal_fields_are_masked(void **state)
{
    (void)state;
    static const enum field personal[] = {FIELD_ACCOUNT_CODE,          FIELD_ACCOUNT_FORMER_CODES,
                                          FIELD_ACCOUNT_NAME,          FIELD_ACCOUNT_MOBILE,
                                          FIELD_HOURS_PERSON,          FIELD_ANNUAL_PERSON,
                                          FIELD_ACCOUNT_ORIGIN_NUMBER, FIELD_HOURS_ORIGIN_NUMBER,
                                          FIELD_HOURS_EVIDENCE,        FIELD_ANNUAL_CERT_NO};
    for (size_t index = 0; index < sizeof personal / sizeof *personal; index++)
        assert_int_not_equal(field_row(personal[index])->mask, MASK_NONE);
}

/* holds: merge.chosen */
static void only_the_first_seven_policies_may_be_chosen(void **state)
{
    (void)state;
    for (int index = 0; index < POLICIES; index++) {
        enum policy policy = POLICIES;
        bool found = policy_find(slice_of(policy_name((enum policy)index)), &policy);
        assert_int_equal(found, index <= POLICY_IGNORE);
        assert_int_equal(policy, found ? index : POLICIES);
    }
}

static void names_are_found_again(void **state)
{
    (void)state;
    enum side side = SIDES;
    enum entity entity = ENTITIES;
    enum field field = FIELDS;
    assert_true(side_find(SLICE("provincial"), &side) && side == PROVINCIAL);
    assert_int_equal(side_other(side), MUNICIPAL);
    assert_int_equal(side_other(MUNICIPAL), PROVINCIAL);
    assert_false(side_find(SLICE("Provincial"), &side));
    assert_true(entity_find(SLICE("annual"), &entity) && entity == ENTITY_ANNUAL);
    assert_false(entity_find(SLICE(""), &entity));
    assert_false(field_find(ENTITY_ACCOUNT, SLICE("amount"), &field));
    assert_int_equal(field, FIELDS);
    assert_string_equal(side_name(SIDES), "none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_merge_as_the_specification_says),
        cmocka_unit_test(personal_fields_are_masked),
        cmocka_unit_test(only_the_first_seven_policies_may_be_chosen),
        cmocka_unit_test(names_are_found_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
