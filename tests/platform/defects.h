/* Defects injected into an invented city, each with the conflicts that it must bring about
 * (reconciliation.md). They are taken in turn; each strikes a person, or an organisation, of its
 * own. */
#ifndef PLATFORM_DEFECTS_H
#define PLATFORM_DEFECTS_H

#include <stddef.h>
#include <stdint.h>

struct city;
struct city_case;

/* Makes and puts the case of the number-th defect, an otherwise consistent person with about
 * `records` hour records, and adds what is to be expected. */
void defects_make(struct city *city, struct city_case *all, unsigned number, int64_t records);

/* The defects in their order; NULL behind the last. */
const char *defects_name(size_t at);

#endif
