/* What the notice demands, as data of the mapping file and as rules over it (reconciliation.md,
 * "What the notice demands"). Amounts in whole hundredths. Pure. */
#ifndef MAPPING_NOTICE_H
#define MAPPING_NOTICE_H

#include "mapping/base/bytes.h"
#include "mapping/record.h"

#include <stdbool.h>
#include <stdint.h>

enum { NOTICE_ROWS = 64, NOTICE_REGION = 12, NOTICE_YEAR_END = 9999 };

/* Which records a row is about. Of several that fit, the longest region prefix wins, then the row
 * with a category, then the later first year, then the later row. */
struct notice_scope {
    int first_year, last_year;
    char region[NOTICE_REGION + 1]; /* prefix; "": everywhere */
    char category[16];              /* ""; of thresholds always "" */
};

struct notice_threshold {
    struct notice_scope scope;
    int64_t public_centi, professional_centi, together_centi, credits_centi; /* 0: none demanded */
};

struct notice_cutoff_row {
    struct notice_scope scope;
    int month, day;  /* the cut-off day, CST */
    int years_after; /* 0: in the year itself */
};

/* An earlier year studied later (补学). */
struct notice_window {
    struct notice_scope scope;
    int64_t from, until; /* instants; until: 24:00 of its last day, inclusive */
};

struct notice {
    struct notice_threshold thresholds[NOTICE_ROWS];
    size_t threshold_count;
    struct notice_cutoff_row cutoffs[NOTICE_ROWS];
    size_t cutoff_count;
    struct notice_window windows[NOTICE_ROWS];
    size_t window_count;
    int last_credit_year;     /* 2019: up to it credits, later hours */
    int64_t registered_since; /* instant: start of 2023-04-17 CST */
    int64_t day_online_centi; /* a person's day; 0: not limited */
    int64_t day_recognised_centi;
    int64_t record_hours_centi; /* one record; 0: not limited */
    int64_t record_credits_centi;
    int certificate_days; /* 30: how long one certificate may stand alone */
    int waiting_days;     /* 7: from so long before a cut-off what waits is a conflict */
};

/* The end (24:00 CST) of the cut-off day: a record finished at that very instant is in time.
 * Without a row that fits: 31 December of the year. */
int64_t notice_cutoff(const struct notice *notice, int year, struct slice region,
                      struct slice category);

enum notice_timing {
    NOTICE_IN_TIME,
    NOTICE_EARLY /* year_mismatch */,
    NOTICE_LATE /* late_record */
};
/* When the record was finished against the year it states; a make-up window excuses lateness. A
 * record whose year or finishing time cannot be read is in time. region: of its person. */
enum notice_timing notice_timing(const struct notice *notice, const struct record *hours,
                                 struct slice region);

/* "credits" or "hours": the right unit for the year. */
const char *notice_unit(const struct notice *notice, int year);
/* > 0 and within the limit of one record of its unit. */
bool notice_plausible(const struct notice *notice, const struct record *hours);
/* Recognised, finally reviewed, and no evidence. */
bool notice_unproven(const struct record *hours);

struct notice_totals {
    int64_t public_centi, professional_centi, credits_centi;
    unsigned records;
};

/* Valid, review hrss, the right unit for its year, recognised only with evidence. That a course
 * counts once is the caller's to see to. */
bool notice_counts(const struct notice *notice, const struct record *hours);
void notice_add(struct notice_totals *totals, const struct record *hours);

/* The row that holds; NULL: none, and then nobody qualifies. */
const struct notice_threshold *notice_threshold(const struct notice *notice, int year,
                                                struct slice region);
bool notice_qualified(const struct notice *notice, int year, struct slice region,
                      const struct notice_totals *totals);

#endif
