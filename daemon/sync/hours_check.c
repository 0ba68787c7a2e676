#include "daemon/sync/hours_check.h"

typedef bool check_fails(const struct notice *notice, const struct record *hours,
                         struct slice region);

static bool wrong_unit(const struct notice *notice, const struct record *hours, struct slice region)
{
    int64_t year = 0;
    (void)region;
    return slice_integer(hours->value[FIELD_HOURS_YEAR], &year) &&
           !slice_is(hours->value[FIELD_HOURS_UNIT], notice_unit(notice, (int)year));
}

static bool before_its_year(const struct notice *notice, const struct record *hours,
                            struct slice region)
{
    return notice_timing(notice, hours, region) == NOTICE_EARLY;
}

static bool behind_its_cutoff(const struct notice *notice, const struct record *hours,
                              struct slice region)
{
    return notice_timing(notice, hours, region) == NOTICE_LATE;
}

static bool unproven(const struct notice *notice, const struct record *hours, struct slice region)
{
    (void)notice;
    (void)region;
    return notice_unproven(hours);
}

static bool implausible(const struct notice *notice, const struct record *hours,
                        struct slice region)
{
    (void)region;
    return !notice_plausible(notice, hours);
}

static const struct {
    enum conflict_kind kind;
    enum field field;
    check_fails *fails;
} checks[HOURS_CHECKS] = {
    {KIND_unit_mismatch, FIELD_HOURS_UNIT, wrong_unit},
    {KIND_year_mismatch, FIELD_HOURS_YEAR, before_its_year},
    {KIND_late_record, FIELD_HOURS_FINISHED, behind_its_cutoff},
    {KIND_unproven_hours, FIELD_HOURS_EVIDENCE, unproven},
    {KIND_implausible_amount, FIELD_HOURS_AMOUNT, implausible},
};

const struct record *hours_merged(const struct record *const copy[SIDES])
{
    return copy[MUNICIPAL] != NULL ? copy[MUNICIPAL] : copy[PROVINCIAL];
}

size_t hours_check(const struct notice *notice, const struct record *hours, struct slice region,
                   struct hours_check ret[HOURS_CHECKS])
{
    size_t count = 0;
    if (hours == NULL || !record_valid(hours) ||
        slice_is(hours->value[FIELD_HOURS_REVIEW], "rejected"))
        return 0;
    for (size_t index = 0; index < HOURS_CHECKS; index++) {
        if (checks[index].fails(notice, hours, region))
            ret[count++] = (struct hours_check){checks[index].kind, checks[index].field};
    }
    return count;
}
