/* The invented city: the same for the same seed, in keeping with the rules but for its defects, and
 * what it says is to be expected is what a plain comparison of the two stores finds. */
#include "tests/platform/city.h"

#include "mapping/base/civil.h"
#include "tests/platform/annual.h"
#include "tests/platform/city_code.h"
#include "tests/platform/codes.h"
#include "tests/platform/defects.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PEOPLE = 2000, DEFECTS = 100, DAY = 86400 };
static const int64_t now = 1795478400; /* 2026-11-24 */

struct pair {
    struct store *side[2];
    struct city_expected expected;
};

static struct pair build(struct city_options options)
{
    struct pair pair = {0};
    options.now = now;
    pair.side[0] = store_new(PLATFORM_MUNICIPAL, options.seed);
    pair.side[1] = store_new(PLATFORM_PROVINCIAL, options.seed);
    city_build(pair.side[0], pair.side[1], &options, &pair.expected);
    assert_int_equal(pair.expected.status, STATUS_OK);
    return pair;
}

static struct pair city(void)
{
    return build(
        (struct city_options){.seed = 11, .people = PEOPLE, .defects = DEFECTS, .shared = 0.67});
}

static void pair_free(struct pair *pair)
{
    store_free(pair->side[0]);
    store_free(pair->side[1]);
    city_expected_free(&pair->expected);
}

/* --- the same seed --- */

static uint64_t hash_text(uint64_t hash, const char *text)
{
    for (; text != NULL && *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return (hash ^ 0xFF) * UINT64_C(1099511628211);
}

static uint64_t hash_number(uint64_t hash, int64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)number);
    return hash_text(hash, text);
}

static uint64_t hash_account(uint64_t hash, const struct platform_account *is)
{
    const char *texts[] = {
        is->id,     is->code,     is->former_codes, is->name,          is->mobile,
        is->region, is->employer, is->department,   is->origin_system, is->origin_number};
    for (size_t at = 0; at < sizeof texts / sizeof *texts; at++)
        hash = hash_text(hash, texts[at]);
    hash = hash_number(hash, is->title * 100 + (int)is->review * 10 + is->valid);
    return hash_number(hash_number(hash_number(hash, is->created), is->updated), is->version);
}

static uint64_t hash_hours(uint64_t hash, const struct platform_hours *is)
{
    const char *texts[] = {is->id,       is->person,        is->course_code,  is->course_name,
                           is->evidence, is->origin_system, is->origin_number};
    for (size_t at = 0; at < sizeof texts / sizeof *texts; at++)
        hash = hash_text(hash, texts[at]);
    hash = hash_number(hash, is->year * 100 + (int)is->review * 10 + (int)is->category);
    hash = hash_number(hash, is->valid * 4 + is->credits * 2 + is->recognised);
    hash = hash_number(hash_number(hash, is->amount_centi), is->finished);
    return hash_number(hash_number(hash, is->updated), is->version);
}

static uint64_t city_hash(const struct pair *pair)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (int side = 0; side < 2; side++) {
        const struct store *store = pair->side[side];
        for (uint32_t at = 0; at < store_count(store, ENTITY_ACCOUNT); at++)
            hash = hash_account(hash, row_account(store_row(store, ENTITY_ACCOUNT, at)));
        for (uint32_t at = 0; at < store_count(store, ENTITY_HOURS); at++)
            hash = hash_hours(hash, row_hours(store_row(store, ENTITY_HOURS, at)));
    }
    for (size_t at = 0; at < pair->expected.count; at++)
        hash = hash_text(hash, pair->expected.conflicts[at].subject);
    return hash;
}

static void same_seed_gives_the_same_city_and_another_another(void **state)
{
    (void)state;
    uint64_t hashes[3];
    for (uint64_t at = 0; at < 3; at++) {
        struct pair pair = build((struct city_options){
            .seed = 5 + at / 2, .people = 300, .defects = 30, .shared = 0.67});
        hashes[at] = city_hash(&pair);
        pair_free(&pair);
    }
    assert_true(hashes[0] == hashes[1]);
    assert_true(hashes[0] != hashes[2]);
}

/* --- codes --- */

static void checks_follow_the_standards(void **state)
{
    (void)state;
    static const char *const ids[] = {"371681197001019019", "371681196912319026",
                                      "37160219491001905X", "372330190503129624",
                                      "11010519491231002X", "440524188001010014"};
    static const char *const credits[] = {"91371681MAXXXXXX76", "91371626000000000M",
                                          "11371681MBXXXXXX0T", "12371600999999998Q",
                                          "N2371681MFYYYYYY0Q", "91440300708461136T"};
    for (size_t at = 0; at < sizeof ids / sizeof *ids; at++)
        assert_true(city_code_resident_valid(ids[at]));
    for (size_t at = 0; at < sizeof credits / sizeof *credits; at++)
        assert_true(city_code_credit_valid(credits[at]));
    assert_false(city_code_resident_valid("371681197001019018"));
    assert_false(city_code_resident_valid("371681197902309013"));
    assert_false(city_code_credit_valid("91371681MAXXXXXX77"));
    assert_false(city_code_credit_valid("123456789012345678"));
}

static size_t expected_of(const struct city_expected *expected, const char *kind,
                          const char *defect)
{
    size_t count = 0;
    for (size_t at = 0; at < expected->count; at++) {
        const struct city_conflict *conflict = &expected->conflicts[at];
        bool fits = kind == NULL || strcmp(conflict->kind, kind) == 0;
        count += fits && (defect == NULL || strcmp(conflict->defect, defect) == 0);
    }
    return count;
}

static bool code_valid(const struct platform_account *account)
{
    char normal[CODES_SIZE];
    codes_normal(account->code, normal);
    return account->kind == KIND_PERSON ? city_code_resident_valid(normal)
                                        : city_code_credit_valid(normal);
}

static void codes_are_valid_but_where_that_is_the_defect(void **state)
{
    (void)state;
    struct pair pair = city();
    size_t invalid = 0;
    for (int side = 0; side < 2; side++)
        for (uint32_t at = 0; at < store_count(pair.side[side], ENTITY_ACCOUNT); at++)
            invalid += !code_valid(row_account(store_row(pair.side[side], ENTITY_ACCOUNT, at)));
    assert_int_equal(invalid, expected_of(&pair.expected, NULL, "id_check") +
                                  expected_of(&pair.expected, NULL, "credit_check"));
    pair_free(&pair);
}

static void resident_codes_do_not_repeat(void **state)
{
    (void)state;
    struct pair pair =
        build((struct city_options){.seed = 3, .people = 30000, .hours = 1, .shared = 0.67});
    const struct store *store = pair.side[0];
    for (uint32_t at = 0; at < store_count(store, ENTITY_ACCOUNT); at++) {
        const struct row *row = store_row(store, ENTITY_ACCOUNT, at);
        const struct platform_account *account = row_account(row);
        assert_ptr_equal(store_account(store, (int)account->kind, account->code), row);
    }
    pair_free(&pair);
}

/* --- keys --- */

static int text_order(const void *one, const void *other)
{
    return strcmp(*(char *const *)one, *(char *const *)other);
}

static void key_account(const struct store *store, const struct row *row, char *key, size_t size)
{
    (void)store;
    char normal[CODES_SIZE];
    codes_normal(row_account(row)->code, normal);
    snprintf(key, size, "%d %s", (int)row_account(row)->kind, normal);
}

static void key_origin(const struct store *store, const struct row *row, char *key, size_t size)
{
    const struct platform_hours *hours = row_hours(row);
    const char *system = store_origin_system(store, hours->origin_system);
    snprintf(key, size, "%s/%s", system,
             hours->origin_system[0] == '\0' ? hours->id : hours->origin_number);
}

static void key_natural(const struct store *store, const struct row *row, char *key, size_t size)
{
    const struct platform_hours *hours = row_hours(row);
    const struct row *person = store_person(store, row);
    char normal[CODES_SIZE];
    assert_non_null(person);
    codes_normal(row_account(person)->code, normal);
    bool by_course = hours->course_code[0] != '\0';
    snprintf(key, size, "%s %d %d %s %lld", normal, hours->year, (int)hours->category,
             by_course ? hours->course_code : hours->evidence,
             (long long)((hours->finished + CIVIL_CST_SECONDS) / DAY));
}

typedef void make_key(const struct store *store, const struct row *row, char *key, size_t size);

/* How many records of both sides have a key that an earlier one of their side has. */
static size_t repeats(const struct pair *pair, enum entity entity, make_key *make)
{
    size_t count = 0;
    for (int side = 0; side < 2; side++) {
        uint32_t rows = store_count(pair->side[side], entity);
        char **keys = calloc(rows, sizeof *keys);
        for (uint32_t at = 0; at < rows; at++) {
            char key[160];
            make(pair->side[side], store_row(pair->side[side], entity, at), key, sizeof key);
            keys[at] = strdup(key);
        }
        qsort(keys, rows, sizeof *keys, text_order);
        for (uint32_t at = 1; at < rows; at++)
            count += strcmp(keys[at - 1], keys[at]) == 0;
        for (uint32_t at = 0; at < rows; at++)
            free(keys[at]);
        free(keys);
    }
    return count;
}

static void keys_repeat_only_where_that_is_the_defect(void **state)
{
    (void)state;
    struct pair pair = city();
    size_t persons = expected_of(&pair.expected, NULL, "person_twice");
    size_t origins = expected_of(&pair.expected, NULL, "origin_twice");
    size_t natural = expected_of(&pair.expected, NULL, "natural_key_twice");
    assert_true(persons > 0 && origins > 0 && natural > 0);
    assert_int_equal(repeats(&pair, ENTITY_ACCOUNT, key_account), persons);
    assert_int_equal(repeats(&pair, ENTITY_HOURS, key_origin), origins);
    assert_int_equal(repeats(&pair, ENTITY_HOURS, key_natural), origins + natural);
    pair_free(&pair);
}

/* --- the rules of the notice --- */

static int64_t year_start(int year)
{
    return civil_to_instant((struct civil){.year = year, .month = 1, .day = 1}, CIVIL_CST_SECONDS);
}

static void each_record_keeps_to_its_year_and_limits(void **state)
{
    (void)state;
    struct pair pair = city();
    for (int side = 0; side < 2; side++) {
        const struct store *store = pair.side[side];
        for (uint32_t at = 0; at < store_count(store, ENTITY_HOURS); at++) {
            const struct platform_hours *hours = row_hours(store_row(store, ENTITY_HOURS, at));
            assert_in_range(hours->year, 2017, 2023);
            assert_true(hours->finished >= year_start(hours->year));
            assert_true(hours->finished <= year_start(hours->year + 1));
            assert_true(hours->updated < now);
            assert_int_equal(hours->credits, hours->year <= 2019);
            assert_int_equal(hours->category == CATEGORY_CREDIT, hours->credits);
            assert_int_equal(hours->recognised, hours->evidence[0] != '\0');
            assert_in_range(hours->amount_centi, 1, hours->recognised ? 800 : 2400);
        }
        for (uint32_t at = 0; at < store_count(store, ENTITY_ACCOUNT); at++) {
            const struct platform_account *is = row_account(store_row(store, ENTITY_ACCOUNT, at));
            assert_true(is->created <= is->updated || is->kind == KIND_PERSON);
            assert_true(is->created < now && is->updated < now);
        }
    }
    pair_free(&pair);
}

static void key_day(const struct store *store, const struct row *row, char *key, size_t size)
{
    const struct platform_hours *hours = row_hours(row);
    char normal[CODES_SIZE];
    codes_normal(row_account(store_person(store, row))->code, normal);
    snprintf(key, size, "%s %lld", normal,
             (long long)((hours->finished + CIVIL_CST_SECONDS) / DAY));
}

/* So no day's limit is ever met. */
static void nobody_finishes_two_records_on_one_day(void **state)
{
    (void)state;
    struct pair pair =
        build((struct city_options){.seed = 2, .people = 100, .hours = 40000, .shared = 0.67});
    assert_int_equal(repeats(&pair, ENTITY_HOURS, key_day), 0);
    pair_free(&pair);
}

/* The platform computes anew after a write, by code of its own. */
static void yearly_results_are_what_the_records_give(void **state)
{
    (void)state;
    struct pair pair = city();
    for (int side = 0; side < 2; side++) {
        struct store *store = pair.side[side];
        uint32_t count = store_count(store, ENTITY_ANNUAL), qualified = 0;
        for (uint32_t at = 0; at < store_count(store, ENTITY_HOURS); at++) {
            const struct platform_hours *hours = row_hours(store_row(store, ENTITY_HOURS, at));
            assert_int_equal(annual_recompute(store, hours->person, hours->year, now), STATUS_OK);
        }
        assert_int_equal(store_count(store, ENTITY_ANNUAL), count);
        for (uint32_t at = 0; at < count; at++) {
            const struct row *row = store_row(store, ENTITY_ANNUAL, at);
            assert_null(row->before);
            qualified += row_annual(row)->qualified;
        }
        assert_in_range(qualified, count / (side == 0 ? 5 : 20), count * 9 / 10);
    }
    pair_free(&pair);
}

/* --- proportions --- */

static void the_city_has_the_size_that_was_asked_for(void **state)
{
    (void)state;
    static const struct {
        unsigned people, hours;
        double shared;
    } table[] = {{2000, 0, 0.67}, {2000, 10000, 0.67}, {2000, 120000, 0.5},
                 {1000, 0, 1.0},  {1000, 0, 0.0},      {1, 0, 0.67}};
    for (size_t at = 0; at < sizeof table / sizeof *table; at++) {
        struct pair pair = build((struct city_options){.seed = at,
                                                       .people = table[at].people,
                                                       .hours = table[at].hours,
                                                       .shared = table[at].shared});
        unsigned asked = table[at].hours == 0 ? table[at].people * 20 : table[at].hours;
        unsigned hours = store_count(pair.side[0], ENTITY_HOURS), persons = 0, shared = 0;
        for (uint32_t row = 0; row < store_count(pair.side[0], ENTITY_ACCOUNT); row++) {
            const struct platform_account *is =
                row_account(store_row(pair.side[0], ENTITY_ACCOUNT, row));
            persons += is->kind == KIND_PERSON;
            shared += is->kind == KIND_PERSON &&
                      store_account(pair.side[1], KIND_PERSON, is->code) != NULL;
            assert_int_equal(strncmp(is->region, "3716", 4), 0);
        }
        assert_int_equal(persons, table[at].people);
        assert_in_range(hours, asked - asked / 50 - 4, asked + asked / 50 + 4);
        if (persons > 100)
            assert_true((double)shared / persons > table[at].shared - 0.06 &&
                        (double)shared / persons < table[at].shared + 0.06);
        assert_int_equal(pair.expected.count, 0);
        pair_free(&pair);
    }
}

/* --- what is expected is what a comparison finds --- */

struct comparison {
    struct pair *pair;
    size_t found;
};

static void found(struct comparison *all, const char *kind, const char *subject, const char *field)
{
    const struct city_expected *expected = &all->pair->expected;
    all->found++;
    for (size_t at = 0; at < expected->count; at++) {
        const struct city_conflict *conflict = &expected->conflicts[at];
        if (strcmp(conflict->kind, kind) == 0 && strcmp(conflict->subject, subject) == 0 &&
            strcmp(conflict->field, field) == 0)
            return;
    }
    fail_msg("not expected: %s %s %s", kind, subject, field);
}

/* The account of the other side with one of the account's codes. */
static const struct row *account_counterpart(const struct store *other, const struct row *row)
{
    const struct platform_account *account = row_account(row);
    const struct row *its = store_account(other, (int)account->kind, account->code);
    return its != NULL ? its : store_account(other, (int)account->kind, account->former_codes);
}

static bool ends_otherwise(const char *name)
{
    size_t size = strlen(name), mark = strlen("更");
    return size > mark && strcmp(name + size - mark, "更") == 0;
}

/* Whom both sides' accounts name alike, and who is registered on neither. */
static void compare_named(struct comparison *all, enum platform_kind kind, const char *code)
{
    char subject[96], normal[CODES_SIZE];
    if (code[0] == '\0' || store_account(all->pair->side[0], (int)kind, code) != NULL ||
        store_account(all->pair->side[1], (int)kind, code) != NULL)
        return;
    codes_normal(code, normal);
    snprintf(subject, sizeof subject, "%s:%s", kind == KIND_EMPLOYER ? "employer" : "department", normal);
    found(all, "missing_counterpart", subject, "");
}

static void compare_account(struct comparison *all, const struct row *row)
{
    const struct platform_account *one = row_account(row);
    const struct row *counterpart = account_counterpart(all->pair->side[1], row);
    char subject[96], normal[CODES_SIZE], other_normal[CODES_SIZE];
    if (counterpart == NULL)
        return;
    const struct platform_account *other = row_account(counterpart);
    static const char *const words[] = {"", "person", "employer", "department"};
    if (one->kind == KIND_PERSON) {
        compare_named(all, KIND_EMPLOYER, one->employer);
        compare_named(all, KIND_DEPARTMENT, one->department);
    }
    codes_normal(one->code, normal);
    codes_normal(other->code, other_normal);
    snprintf(subject, sizeof subject, "%s:%s", words[one->kind], normal);
    if (ends_otherwise(one->name) || ends_otherwise(other->name))
        found(all, "field_mismatch", subject, "name");
    if (one->valid != other->valid)
        found(all, "revoked_or_changed", subject, "valid");
    if ((one->review == REVIEW_REJECTED) != (other->review == REVIEW_REJECTED))
        found(all, "review_mismatch", subject, "review");
    if (strncmp(other->region, "3716", 4) != 0)
        found(all, "region_mismatch", subject, "region");
    if (strcmp(normal, other_normal) != 0)
        found(all, "id_changed", subject, "code");
}

static void compare_pair(struct comparison *all, const struct row *row, const struct row *its,
                         const char *subject)
{
    const struct platform_hours *one = row_hours(row), *other = row_hours(its);
    const struct row *person = store_person(all->pair->side[0], row);
    if (account_counterpart(all->pair->side[1], person) != store_person(all->pair->side[1], its))
        found(all, "field_mismatch", subject, "person");
    if (one->year != other->year)
        found(all, "field_mismatch", subject, "year");
    if (one->category != other->category)
        found(all, "field_mismatch", subject, "category");
    if (one->amount_centi != other->amount_centi)
        found(all, "field_mismatch", subject, "amount");
    if (one->valid != other->valid)
        found(all, "revoked_or_changed", subject, "valid");
    if ((one->review == REVIEW_REJECTED) != (other->review == REVIEW_REJECTED))
        found(all, "review_mismatch", subject, "review");
    assert_int_equal(one->recognised, other->recognised);
    assert_int_equal(one->credits, other->credits);
}

/* A record that says where it comes from, against the one of the other side with that origin. */
static void compare_hours(struct comparison *all, int side, const struct row *row)
{
    const struct platform_hours *one = row_hours(row);
    const struct store *other = all->pair->side[1 - side];
    char subject[96];
    if (one->origin_system[0] == '\0')
        return;
    snprintf(subject, sizeof subject, "hours:%s/%s", one->origin_system, one->origin_number);
    const struct row *its = store_hours(other, one->origin_system, one->origin_number);
    bool final = one->review == REVIEW_HRSS || one->review == REVIEW_REJECTED || !one->valid;
    if (row->extra != NULL)
        found(all, "invalid_record", subject, "amount");
    else if (its == NULL && !final)
        found(all, "missing_counterpart", subject, "");
    else if (its != NULL && side == 0 &&
             store_hours(all->pair->side[0], one->origin_system, one->origin_number) == row)
        compare_pair(all, row, its, subject);
}

static void compare(struct comparison *all)
{
    struct store *municipal = all->pair->side[0];
    for (uint32_t at = 0; at < store_count(municipal, ENTITY_ACCOUNT); at++) {
        const struct row *row = store_row(municipal, ENTITY_ACCOUNT, at);
        const struct platform_account *account = row_account(row);
        if (store_account(municipal, (int)account->kind, account->code) == row)
            compare_account(all, row);
    }
    for (int side = 0; side < 2; side++)
        for (uint32_t at = 0; at < store_count(all->pair->side[side], ENTITY_HOURS); at++)
            compare_hours(all, side, store_row(all->pair->side[side], ENTITY_HOURS, at));
}

static void what_is_expected_is_what_a_comparison_finds(void **state)
{
    (void)state;
    struct pair pair = city();
    struct comparison all = {.pair = &pair};
    static const char *const elsewhere[] = {"id_check", "credit_check", "origin_twice",
                                            "person_twice", "natural_key_twice"};
    size_t others = 0;
    for (size_t at = 0; at < sizeof elsewhere / sizeof *elsewhere; at++)
        others += expected_of(&pair.expected, NULL, elsewhere[at]);
    size_t derived = expected_of(&pair.expected, "total_mismatch", NULL) +
                     expected_of(&pair.expected, "qualification_mismatch", NULL);
    compare(&all);
    assert_true(derived > 0);
    assert_int_equal(all.found, pair.expected.count - others - derived);
    pair_free(&pair);
}

static void every_defect_is_made_as_often(void **state)
{
    (void)state;
    struct pair pair = city();
    size_t kinds = 0;
    while (defects_name(kinds) != NULL)
        kinds++;
    assert_int_equal(DEFECTS % kinds, 0);
    for (size_t at = 0; at < kinds; at++) {
        size_t count = 0;
        for (size_t conflict = 0; conflict < pair.expected.count; conflict++)
            count += !pair.expected.conflicts[conflict].derived &&
                     strcmp(pair.expected.conflicts[conflict].defect, defects_name(at)) == 0;
        assert_int_equal(count, DEFECTS / kinds);
    }
    pair_free(&pair);
}

static void no_defects_leave_nothing_to_find(void **state)
{
    (void)state;
    struct pair pair = build((struct city_options){.seed = 9, .people = PEOPLE, .shared = 0.67});
    struct comparison all = {.pair = &pair};
    compare(&all);
    assert_int_equal(all.found, 0);
    pair_free(&pair);
}

static void expected_is_written_as_one_object_a_line(void **state)
{
    (void)state;
    struct city_conflict conflict = {.kind = "field_mismatch",
                                     .subject = "hours:371600/55",
                                     .field = "amount",
                                     .defect = "amount"};
    struct city_expected expected = {.conflicts = &conflict, .count = 1};
    struct buffer text;
    buffer_init(&text, 4096);
    city_expected_json(&expected, &text);
    assert_string_equal(text.at, "{\"kind\":\"field_mismatch\",\"subject\":\"hours:371600/55\","
                                 "\"field\":\"amount\",\"defect\":\"amount\",\"derived\":false}\n");
    buffer_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_seed_gives_the_same_city_and_another_another),
        cmocka_unit_test(checks_follow_the_standards),
        cmocka_unit_test(codes_are_valid_but_where_that_is_the_defect),
        cmocka_unit_test(resident_codes_do_not_repeat),
        cmocka_unit_test(keys_repeat_only_where_that_is_the_defect),
        cmocka_unit_test(each_record_keeps_to_its_year_and_limits),
        cmocka_unit_test(nobody_finishes_two_records_on_one_day),
        cmocka_unit_test(yearly_results_are_what_the_records_give),
        cmocka_unit_test(the_city_has_the_size_that_was_asked_for),
        cmocka_unit_test(what_is_expected_is_what_a_comparison_finds),
        cmocka_unit_test(every_defect_is_made_as_often),
        cmocka_unit_test(no_defects_leave_nothing_to_find),
        cmocka_unit_test(expected_is_written_as_one_object_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
