/* Packing keeps every value whatever bytes it has; keys and subjects are as the specification names them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mapping/record_short.h"

static struct record hours_record(void)
{
    struct record record = {.entity = ENTITY_HOURS};
    record.value[FIELD_HOURS_ORIGIN_SYSTEM] = SLICE("371600");
    record.value[FIELD_HOURS_ORIGIN_NUMBER] = SLICE("5500017");
    record.value[FIELD_HOURS_PERSON] = SLICE("371681197001019019");
    record.value[FIELD_HOURS_YEAR] = SLICE("2023");
    record.value[FIELD_HOURS_CATEGORY] = SLICE("public");
    record.value[FIELD_HOURS_COURSE_CODE] = SLICE("GX2023-0007");
    record.value[FIELD_HOURS_COURSE_NAME] = SLICE("课程 1:\n二");
    record.value[FIELD_HOURS_FINISHED] = SLICE("2023-06-01T16:15:00Z");
    record.value[FIELD_HOURS_VALID] = SLICE("true");
    return record;
}

static void packing_and_unpacking_gives_the_same(void **state)
{
    (void)state;
    struct record record = hours_record();
    struct record again;
    struct buffer packed;
    field_set wanted = FIELD_BIT(FIELD_HOURS_COURSE_NAME) | FIELD_BIT(FIELD_HOURS_EVIDENCE) |
                       FIELD_BIT(FIELD_HOURS_VALID);
    field_set set = 0;
    buffer_init(&packed, 4096);
    record_pack(&record, wanted, &packed);
    assert_int_equal(record_unpack(buffer_slice(&packed), &again, &set), STATUS_OK);
    assert_true(set == wanted);
    assert_true(slice_is(again.value[FIELD_HOURS_COURSE_NAME], "课程 1:\n二"));
    assert_true(slice_empty(again.value[FIELD_HOURS_EVIDENCE]));
    for (size_t size = 0; size < packed.size; size++) {
        if (packed.at[size] == '\n' && size != packed.size - 1)
            continue;
        if (size + 1 < packed.size && packed.at[size > 0 ? size - 1 : 0] != '\n')
            (void)record_unpack((struct slice){packed.at, size}, &again, &set); /* never reads behind */
    }
    buffer_free(&packed);
}

static void a_short_pack_holds_what_a_long_one_does(void **state)
{
    (void)state;
    char course[300];
    struct record record = hours_record();
    struct buffer packed;
    field_set all = 0;
    memset(course, 'x', sizeof course); /* its size takes two bytes */
    record.value[FIELD_HOURS_COURSE_NAME] = (struct slice){course, sizeof course};
    for (enum field field = field_first(ENTITY_HOURS); field < field_end(ENTITY_HOURS); field++)
        all |= FIELD_BIT(field);
    buffer_init(&packed, 4096);
    record_pack_short(&record, all & ~FIELD_BIT(FIELD_HOURS_YEAR), &packed);
    for (size_t size = 0; size <= packed.size; size++) {
        struct record again;
        field_set set = 0;
        enum status status = record_unpack((struct slice){packed.at, size}, &again, &set); /* never reads behind */
        if (size < packed.size)
            continue;
        assert_int_equal(status, STATUS_OK);
        assert_true(again.entity == ENTITY_HOURS && set == (all & ~FIELD_BIT(FIELD_HOURS_YEAR)));
        for (enum field field = field_first(ENTITY_HOURS); field < field_end(ENTITY_HOURS); field++)
            assert_true(field == FIELD_HOURS_YEAR ||
                        slice_equal(again.value[field], record.value[field]));
    }
    buffer_free(&packed);
}

static void no_two_fields_are_called_the_same_in_short(void **state)
{
    (void)state;
    for (enum entity entity = 0; entity < ENTITIES; entity++) {
        for (enum field one = field_first(entity); one < field_end(entity); one++) {
            for (enum field other = one + 1; other < field_end(entity); other++)
                assert_int_not_equal(record_short_code(one), record_short_code(other));
        }
    }
}

static void damaged_packs_are_refused(void **state)
{
    (void)state;
    static const char *const damaged[] = {"", "hours", "lessons\n", "hours\nyear 4:2023",
                                          "hours\nyear 9:2023\n", "hours\nyear -1:\n",
                                          "hours\ncolour 1:x\n", "hours\nyear x:2023\n",
                                          "\1", "\1x", "\1hy", "\1hyy\1x"};
    for (size_t index = 0; index < sizeof damaged / sizeof *damaged; index++) {
        struct record record;
        field_set set = 0;
        assert_int_equal(record_unpack(slice_of(damaged[index]), &record, &set), STATUS_CORRUPT);
    }
}

/* holds: conflict.subjects */
static void subjects_are_as_the_log_names_them(void **state)
{
    (void)state;
    struct record record = hours_record();
    struct buffer text;
    buffer_init(&text, 256);
    record_subject(&record, &text);
    assert_string_equal(text.at, "hours:371600/5500017");
    buffer_free(&text);
}

/* holds: match.natural_day */
static void the_natural_key_takes_the_day_in_china(void **state)
{
    (void)state;
    struct record record = hours_record();
    struct buffer text;
    buffer_init(&text, 256);
    assert_true(record_natural_key(&record, record.value[FIELD_HOURS_PERSON], &text));
    assert_string_equal(text.at, "371681197001019019|2023|public|course:GX2023-0007|2023-06-02");
    record.value[FIELD_HOURS_COURSE_CODE] = (struct slice){0};
    buffer_clear(&text);
    assert_false(record_natural_key(&record, record.value[FIELD_HOURS_PERSON], &text));
    record.value[FIELD_HOURS_EVIDENCE] = SLICE("Z-1");
    assert_true(record_natural_key(&record, record.value[FIELD_HOURS_PERSON], &text));
    buffer_free(&text);
}

static void fields_stand_under_their_entity(void **state)
{
    (void)state;
    enum field field = FIELDS;
    for (int index = 0; index < FIELDS; index++) {
        enum entity entity = field_row((enum field)index)->entity;
        assert_true(index >= (int)field_first(entity) && index < (int)field_end(entity));
        assert_true(field_find(entity, slice_of(field_row((enum field)index)->name), &field));
        assert_int_equal(field, index);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packing_and_unpacking_gives_the_same),
        cmocka_unit_test(a_short_pack_holds_what_a_long_one_does),
        cmocka_unit_test(no_two_fields_are_called_the_same_in_short),
        cmocka_unit_test(damaged_packs_are_refused),
        cmocka_unit_test(subjects_are_as_the_log_names_them),
        cmocka_unit_test(the_natural_key_takes_the_day_in_china),
        cmocka_unit_test(fields_stand_under_their_entity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
