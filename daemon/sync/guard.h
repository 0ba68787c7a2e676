/* When a cycle must write nothing at all, and how a write is named: pure arithmetic on counts
 * (reconciliation.md, "Guards" and "Writing, safely"). */
#ifndef SYNC_GUARD_H
#define SYNC_GUARD_H

#include "mapping/base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

/* Percentages in hundredths of a percent: 1 % is 100. */
struct guard_limits {
    int64_t max_revocations_centi, min_revocations;
    int64_t max_updates_centi, min_updates;
    int64_t min_listing_centi;
};

/* Of one target side and entity in one cycle. */
struct guard_counts {
    int64_t revocations;    /* invalidations, and steps back from a final review */
    int64_t updates;
    int64_t known;          /* the side's records in its last certified listing */
    int64_t known_before;   /* in the one before; 0: none */
    bool listed_now;        /* `known` was counted in this cycle */
    bool first_complete;    /* the entity's first complete cycle: updates are not counted */
};

enum guard_verdict { GUARD_PASSES, GUARD_LISTING_SHRANK, GUARD_REVOCATIONS, GUARD_UPDATES, GUARD_RELINKS };

/* A listing with too few records is judged before anything is read or decided. */
enum guard_verdict guard_listing(const struct guard_limits *limits, int64_t listed, int64_t before);
enum guard_verdict guard_writes(const struct guard_limits *limits, const struct guard_counts *counts);
/* One field became empty, or one and the same value, in that many of a side's known records of an entity in
 * one cycle: more than max(20, 2 %) is no work of people. */
bool guard_drifts(int64_t records, int64_t known);
/* More than 20 links made anew in one cycle. */
bool guard_relinks(int64_t relinks);
const char *guard_verdict_name(enum guard_verdict verdict); /* "listing_shrank", … */

#endif
