/* A platform's own yearly result: valid records that are finally reviewed, recognised ones only
 * with evidence, one course once with its larger amount; credits to 2019, hours from 2020. */
#ifndef PLATFORM_ANNUAL_H
#define PLATFORM_ANNUAL_H

#include "tests/platform/store.h"

/* Fills the sums and `qualified` of that person's year from the hour records; person, year and the
 * rest stay. Returns how many records there are, counted or not. */
size_t annual_compute(const struct store *store, const char *person, int year,
                      struct platform_annual *ret);
/* Computes and stores, as of `now`, where it differs from what stands; a missing result is made
 * when there are records. NO_MEMORY. */
enum status annual_recompute(struct store *store, const char *person, int year, int64_t now);

#endif
