/* The chance in the invented city: splitmix64, so that a city is a function of its seed alone. */
#ifndef PLATFORM_CITY_RANDOM_H
#define PLATFORM_CITY_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct city_random {
    uint64_t state;
};

/* A stream of its own for each (seed, number). */
struct city_random city_random_of(uint64_t seed, uint64_t number);
uint64_t city_random_next(struct city_random *random);
/* 0 to count - 1; count > 0. */
uint32_t city_random_below(struct city_random *random, uint32_t count);
/* True in that share of the calls. */
bool city_random_share(struct city_random *random, double share);
bool city_random_permille(struct city_random *random, uint32_t permille);

#endif
