/* The kinds of conflict and their severities, as a table (reconciliation.md, "What the notice demands"
 * and "Situations": a situation that is a conflict has the situation's name, severity error). */
#ifndef SYNC_CONFLICT_KIND_H
#define SYNC_CONFLICT_KIND_H

#include "mapping/base/bytes.h"

/* name, severity (names of enum severity without its prefix), may a clerk decide it by a value */
#define CONFLICT_KIND_MAP(X)                                                                       \
    X(field_mismatch, ERROR, true)                                                                 \
    X(review_mismatch, ERROR, true)                                                                \
    X(revoked_or_changed, ERROR, true)                                                             \
    X(reinstated, ERROR, true)                                                                     \
    X(vanished, ERROR, false)                                                                      \
    X(left_region, WARNING, false)                                                                 \
    X(region_mismatch, ERROR, false)                                                               \
    X(missing_counterpart, ERROR, false)                                                           \
    X(id_changed, ERROR, false)                                                                    \
    X(invalid_record, ERROR, false)                                                                \
    X(duplicate_record, ERROR, false)                                                              \
    X(ambiguous_match, ERROR, false)                                                               \
    X(write_rejected, ERROR, false)                                                                \
    X(unit_mismatch, ERROR, false)                                                                 \
    X(year_mismatch, WARNING, false)                                                               \
    X(late_record, WARNING, false)                                                                 \
    X(counted_twice, ERROR, false)                                                                 \
    X(unproven_hours, ERROR, false)                                                                \
    X(implausible_amount, WARNING, false)                                                          \
    X(total_mismatch, ERROR, false)                                                                \
    X(qualification_mismatch, CRITICAL, false)                                                     \
    X(certificate_mismatch, CRITICAL, false)                                                       \
    X(mass_change_guard, CRITICAL, false)                                                          \
    X(platform_changed, CRITICAL, false)                                                           \
    X(control_total, CRITICAL, false)                                                              \
    X(schema_drift, CRITICAL, false)                                                               \
    X(field_drift, WARNING, false)                                                                 \
    X(oscillation, WARNING, true)

enum conflict_kind {
#define CONFLICT_KIND_ENUM(name, severity, decidable) KIND_##name,
    CONFLICT_KIND_MAP(CONFLICT_KIND_ENUM)
#undef CONFLICT_KIND_ENUM
    CONFLICT_KINDS
};

const char *conflict_kind_name(enum conflict_kind kind);
/* As enum severity of daemon/store/conflicts.h: 0 info, 1 warning, 2 error, 3 critical. */
int conflict_kind_severity(enum conflict_kind kind);
bool conflict_kind_decidable(enum conflict_kind kind);
bool conflict_kind_find(struct slice name, enum conflict_kind *ret);
/* The table's own static name, or NULL when there is no such kind. */
const char *conflict_kind_intern(struct slice name);

#endif
