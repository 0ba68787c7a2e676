/* One learner's years against the notice: the bridge's own totals over the union of both sides, and
 * what the platforms say of the same (reconciliation.md, "What the notice demands"). Pure: it is
 * given her records, pairs already matched, and gives back findings. Amounts in hundredths. */
#ifndef SYNC_LEARNER_H
#define SYNC_LEARNER_H

#include "daemon/sync/conflict_kind.h"
#include "mapping/base/arena.h"
#include "mapping/notice.h"

/* One hour record, or the two that are one. */
struct study {
    const struct record *copy[SIDES]; /* NULL: not there, or it could not be read */
    int year[SIDES];                  /* as each copy states it; 0: none is readable */
    const char *held; /* why the sides need not agree: a static word, "waiting", …; NULL: they must */
};

struct learner {
    const struct notice *notice;
    int64_t now;
    struct slice region;
    const struct study *studies;
    size_t study_count;
    bool annual_known; /* the yearly results of both sides were read */
    struct arena *arena;
};

/* What is not as it must be; it goes to the conflict log as it stands. */
struct learner_finding {
    enum conflict_kind kind;
    const char *field;
    int year;                  /* subject annual:ID/YEAR; 0: a day */
    int64_t day;               /* days since 1970-01-01, CST: subject day:ID/DATE */
    struct slice value[SIDES]; /* what the platforms say; empty: nothing */
    struct slice own;          /* what the bridge counted, as the base; no value: not counted */
    int severity;              /* -1: the kind's own */
    const char *reason;        /* static; "" for none */
};
typedef void learner_found(void *context, const struct learner_finding *finding);

/* Own totals of a year: a course once, with its larger amount. NO_MEMORY. */
enum status learner_totals(const struct learner *learner, int year, struct notice_totals *ret);
/* Checks one year: totals, qualified, certificates, a course counted twice. annual: the yearly row
 * of each side; NULL: zero hours, not qualified, no certificate. ret_due: the instant at which a
 * certificate that stands alone becomes a conflict, when it is earlier than what stands there
 * (0: none yet). NO_MEMORY. */
enum status learner_check_year(const struct learner *learner, int year,
                               const struct record *const annual[SIDES], learner_found *found,
                               void *context, int64_t *ret_due);
/* Checks her days: at most so many hours online and recognised. NO_MEMORY. */
enum status learner_check_days(const struct learner *learner, learner_found *found, void *context);

/* Hours of one year and category, as each side holds them, for the control totals. */
struct learner_cell {
    int year;
    const char *category; /* static word */
    int64_t side_centi[SIDES];
    int64_t held_centi; /* the part of municipal minus provincial that held records explain */
};
enum { LEARNER_CELLS = 256 };
/* Valid records that are not rejected. Returns how many cells; more than LEARNER_CELLS are left out. */
size_t learner_balance(const struct learner *learner, struct learner_cell ret[LEARNER_CELLS]);

#endif
