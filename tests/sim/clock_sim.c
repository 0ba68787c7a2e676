/* The clock of the bridge's machine jumps: at each step of a cycle in turn, forwards and back, by seconds and by years.
 * Who changed something last is told by the platforms' clocks alone, and once all is quiet nothing is written. */
#include "tests/sim/bridge_driver.h"
#include "tests/sim/loop.h"
#include "tests/sim/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTE_MS = 60 * 1000, LATER_MS = 20 * 1000, SEED = 9, STRIDE = 6, STEPS_MOST = 200 };

static const int64_t first_ms = 1767600000000; /* 2026-01-05 16:00 in China */
static const int64_t jumps_ms[] = {-45000, 45000, -315576000000, 315576000000};

static bool holds_mobile(int side, const char *id, const char *mobile)
{
    static struct facts accounts;
    facts_read(side, WORLD_ACCOUNT, &accounts);
    for (size_t index = 0; index < accounts.count; index++) {
        if (strcmp(accounts.of[index].id, id) == 0)
            return strcmp(accounts.of[index].value[ACCOUNT_MOBILE], mobile) == 0;
    }
    return false;
}

static int64_t written(void)
{
    int64_t sum = 0;
    for (int side = 0; side < WORLD_SIDES; side++)
        sum += world_counts(side).creates + world_counts(side).updates;
    return sum;
}

static void begin(void)
{
    struct chance chance = {.state = SEED};
    loop_begin(SEED, first_ms);
    world_begin(SEED);
    people_settle(&chance);
    driver_begin();
    for (int cycle = 0; cycle < 3; cycle++) {
        (void)driver_cycle(CYCLE_FULL, 0);
        loop_advance(MINUTE_MS);
    }
}

static bool ended_well(struct driver_result result)
{
    return result.exit_code == 0 || result.exit_code == 3;
}

/* False: it went wrong. */
static bool jump_at(int first, unsigned step, int64_t jump_ms)
{
    char ids[WORLD_SIDES][48];
    begin();
    bool found = people_edit_both(first, LATER_MS, ids);
    loop_advance(MINUTE_MS);
    loop_jump_after(step, jump_ms);
    bool ok = found && ended_well(driver_cycle(CYCLE_INCREMENTAL, 0));
    for (int side = 0; ok && side < WORLD_SIDES; side++)
        ok = holds_mobile(side, ids[side], people_mobiles[1 - first]);
    int64_t before = written();
    for (int cycle = 0; ok && cycle < 2; cycle++) {
        loop_advance(MINUTE_MS);
        ok = ended_well(driver_cycle(cycle == 0 ? CYCLE_INCREMENTAL : CYCLE_FULL, 0)) && written() == before;
    }
    loop_let_clock_jump(false); /* it is right again */
    loop_advance(MINUTE_MS);
    ok = ok && ended_well(driver_cycle(CYCLE_INCREMENTAL, 0)) && written() == before;
    driver_end();
    world_end();
    if (!ok)
        (void)printf("  BROKEN: first changed at the %s platform; a jump by %lld s at step %u\n",
                     world_side_names[first], (long long)(jump_ms / 1000), step);
    return ok;
}

/* holds: read.clock_jumps */
int main(void)
{
    unsigned failed = 0, runs = 0;
    driver_prepare();
    for (int first = 0; first < WORLD_SIDES; first++) {
        for (size_t index = 0; index < sizeof jumps_ms / sizeof jumps_ms[0]; index++) {
            for (unsigned step = 1; step < STEPS_MOST; step += STRIDE, runs++)
                failed += !jump_at(first, step, jumps_ms[index]);
        }
    }
    driver_remove();
    (void)printf("%u jumps\n%s\n", runs, failed == 0 ? "1 passed, 0 failed" : "0 passed, 1 failed");
    return failed == 0 ? 0 : 1;
}
