/* Sets of hashes beside a plain list of what should be in them, with members that want the same slot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/work/hashset.h"

enum { NAMES = 64, TURNS = 20000, SLOTS_WANTED = 5 };

/* Few of the bits that choose a slot differ. */
static struct hash hash_of(unsigned name)
{
    struct hash hash = {{0}};
    hash.at[0] = (uint8_t)(name % SLOTS_WANTED + 60);
    hash.at[15] = (uint8_t)(name + 1);
    return hash;
}

static unsigned chance(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(*seed >> 33);
}

static void assert_same(const struct hashset *set, const bool *members)
{
    size_t count = 0;
    for (unsigned name = 0; name < NAMES; name++) {
        assert_int_equal(hashset_has(set, hash_of(name)), members[name]);
        count += members[name];
    }
    assert_int_equal(set->count, count);
}

static void members_come_and_go_and_the_others_stay(void **state)
{
    struct hashset set = {0};
    bool members[NAMES] = {false};
    uint64_t seed = 1;
    (void)state;
    for (int turn = 0; turn < TURNS; turn++) {
        unsigned name = chance(&seed) % NAMES;
        bool add = chance(&seed) % 2 == 0;
        if (add)
            assert_int_equal(hashset_add(&set, hash_of(name)), STATUS_OK);
        else
            hashset_remove(&set, hash_of(name));
        members[name] = add;
        assert_same(&set, members);
    }
    hashset_clear(&set);
    assert_int_equal(set.count, 0);
    assert_false(hashset_has(&set, hash_of(1)));
}

static void a_number_stays_with_its_member(void **state)
{
    struct hashset set = {0};
    (void)state;
    for (unsigned name = 0; name < NAMES; name++)
        *hashset_number(&set, hash_of(name)) = name;
    for (unsigned name = 0; name < NAMES; name += 3)
        hashset_remove(&set, hash_of(name));
    for (unsigned name = 0; name < NAMES; name++)
        assert_int_equal(*hashset_number(&set, hash_of(name)), name % 3 == 0 ? 0 : name);
    hashset_clear(&set);
}

static void the_hash_of_nobody_is_no_member(void **state)
{
    struct hashset set = {0};
    struct hash nobody = {{0}};
    (void)state;
    assert_int_equal(hashset_add(&set, nobody), STATUS_OK);
    assert_false(hashset_has(&set, nobody));
    hashset_remove(&set, nobody);
    assert_int_equal(set.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_come_and_go_and_the_others_stay),
        cmocka_unit_test(a_number_stays_with_its_member),
        cmocka_unit_test(the_hash_of_nobody_is_no_member),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
