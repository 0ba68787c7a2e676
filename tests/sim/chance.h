/* One seeded generator of numbers: all that is random in a simulation comes of it. */
#ifndef SIM_CHANCE_H
#define SIM_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

struct chance {
    uint64_t state;
};

static inline uint64_t chance_next(struct chance *chance)
{
    uint64_t value = chance->state += 0x9e3779b97f4a7c15U;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9U;
    value = (value ^ value >> 27) * 0x94d049bb133111ebU;
    return value ^ value >> 31;
}

/* 0 to below - 1; below is at least 1. */
static inline unsigned chance_below(struct chance *chance, unsigned below)
{
    return (unsigned)(chance_next(chance) % below);
}

static inline bool chance_percent(struct chance *chance, unsigned percent)
{
    return chance_below(chance, 100) < percent;
}

#endif
