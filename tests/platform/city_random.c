#include "tests/platform/city_random.h"

static uint64_t mix(uint64_t value)
{
    value = (value ^ (value >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94D049BB133111EB);
    return value ^ (value >> 31);
}

struct city_random city_random_of(uint64_t seed, uint64_t number)
{
    return (struct city_random){mix(mix(seed + 1) ^ (number * UINT64_C(0x9E3779B97F4A7C15)))};
}

uint64_t city_random_next(struct city_random *random)
{
    random->state += UINT64_C(0x9E3779B97F4A7C15);
    return mix(random->state);
}

uint32_t city_random_below(struct city_random *random, uint32_t count)
{
    return (uint32_t)(((city_random_next(random) >> 32) * count) >> 32);
}

bool city_random_share(struct city_random *random, double share)
{
    return (double)(city_random_next(random) >> 11) < share * 9007199254740992.0; /* 2^53 */
}

bool city_random_permille(struct city_random *random, uint32_t permille)
{
    return city_random_below(random, 1000) < permille;
}
