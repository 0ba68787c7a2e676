/* What the notice demands of one hour record by itself, as a table of checks (reconciliation.md,
 * "What the notice demands"). Open checks never stop a record's transfer. Pure. */
#ifndef SYNC_HOURS_CHECK_H
#define SYNC_HOURS_CHECK_H

#include "daemon/sync/conflict_kind.h"
#include "mapping/notice.h"

enum { HOURS_CHECKS = 5 };

/* A check that the record does not pass: the conflict it gives, and the field that it names. */
struct hours_check {
    enum conflict_kind kind;
    enum field field;
};

/* The municipal copy where there is one, since a field in conflict counts with its municipal value;
 * else the provincial one; NULL: neither. */
const struct record *hours_merged(const struct record *const copy[SIDES]);

/* Checks a merged record that is valid and not rejected; of any other nothing is demanded. region:
 * of its person. Returns how many were found. */
size_t hours_check(const struct notice *notice, const struct record *hours, struct slice region,
                   struct hours_check ret[HOURS_CHECKS]);

#endif
