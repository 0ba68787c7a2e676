/* An invented city for the two reference platforms: departments, employers, persons, their hours
 * and yearly results in the region 3716, what the two levels already share, what only spells
 * differently or lags, and on request defects, with the conflicts that a bridge has to find because
 * of them. All of it is a function of the options; the same seed gives the same city. */
#ifndef PLATFORM_CITY_H
#define PLATFORM_CITY_H

#include "mapping/base/bytes.h"
#include "tests/platform/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct city_options {
    uint64_t seed;
    unsigned people;  /* municipal persons; some more stand at the province only */
    unsigned hours;   /* municipal hour records in all; 0: 20 a person */
    unsigned defects; /* at most one for each person */
    double shared; /* of the persons, and again of their hours: the share that the province holds */
    int64_t now;   /* instant; every time in the stores lies before it */
};

/* One conflict that the first complete cycle in mode write has to give. Of an ambiguous group the
 * reference is the bridge's own: its subject is "group:*". */
struct city_conflict {
    const char *kind;
    char subject[96];
    const char *field;  /* canonical name; "": none */
    const char *defect; /* as defects.h names it */
    bool derived; /* follows from the defect for the year's totals (reconciliation.md, "What the
                   * notice demands"); seen once both platforms have computed anew */
};

/* Zero-initialised it is empty. status: NO_MEMORY when the list or a store could not grow. */
struct city_expected {
    struct city_conflict *conflicts;
    size_t count, capacity;
    enum status status;
};

/* Fills two empty stores. ret: the conflicts to be expected, those and no others. */
void city_build(struct store *municipal, struct store *provincial,
                const struct city_options *options, struct city_expected *ret);

/* Appends one JSON object a line: kind, subject, field, defect, derived. */
void city_expected_json(const struct city_expected *expected, struct buffer *ret);
void city_expected_free(struct city_expected *expected);

#endif
