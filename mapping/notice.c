#include "mapping/notice.h"

#include "mapping/base/civil.h"

static int64_t start_of_year(int year)
{
    return civil_to_instant((struct civil){.year = year, .month = 1, .day = 1}, CIVIL_CST_SECONDS);
}

static bool scope_fits(const struct notice_scope *scope, int year, struct slice region,
                       struct slice category)
{
    return year >= scope->first_year && year <= scope->last_year &&
           slice_starts(region, slice_of(scope->region)) &&
           (scope->category[0] == '\0' || slice_is(category, scope->category));
}

/* Is the row at least as much about the case as the one found before it? */
static bool scope_nearer(const struct notice_scope *scope, const struct notice_scope *before)
{
    if (before == NULL)
        return true;
    size_t size = slice_of(scope->region).size;
    size_t size_before = slice_of(before->region).size;
    bool named = scope->category[0] != '\0';
    bool named_before = before->category[0] != '\0';
    if (size != size_before)
        return size > size_before;
    if (named != named_before)
        return named;
    return scope->first_year >= before->first_year;
}

int64_t notice_cutoff(const struct notice *notice, int year, struct slice region,
                      struct slice category)
{
    const struct notice_cutoff_row *found = NULL;
    for (size_t index = 0; index < notice->cutoff_count; index++) {
        const struct notice_cutoff_row *row = &notice->cutoffs[index];
        if (scope_fits(&row->scope, year, region, category) &&
            scope_nearer(&row->scope, found == NULL ? NULL : &found->scope))
            found = row;
    }
    if (found == NULL)
        return start_of_year(year + 1);
    struct civil day = {
        .year = year + found->years_after, .month = found->month, .day = found->day};
    return civil_to_instant(day, CIVIL_CST_SECONDS) + CIVIL_DAY_SECONDS;
}

static bool in_window(const struct notice *notice, int year, struct slice region,
                      struct slice category, int64_t finished)
{
    for (size_t index = 0; index < notice->window_count; index++) {
        const struct notice_window *window = &notice->windows[index];
        if (scope_fits(&window->scope, year, region, category) && finished >= window->from &&
            finished <= window->until)
            return true;
    }
    return false;
}

static bool year_of(const struct record *hours, int *ret)
{
    int64_t year = 0;
    if (!slice_integer(hours->value[FIELD_HOURS_YEAR], &year) || year < 1 || year > 9998)
        return false;
    *ret = (int)year;
    return true;
}

enum notice_timing notice_timing(const struct notice *notice, const struct record *hours,
                                 struct slice region)
{
    struct slice category = hours->value[FIELD_HOURS_CATEGORY];
    int year = 0;
    int64_t finished = 0;
    if (!year_of(hours, &year) ||
        !civil_parse(hours->value[FIELD_HOURS_FINISHED], "%Y-%m-%dT%H:%M:%S%z", 0, &finished))
        return NOTICE_IN_TIME;
    if (finished < start_of_year(year))
        return NOTICE_EARLY;
    if (finished <= notice_cutoff(notice, year, region, category) ||
        in_window(notice, year, region, category, finished))
        return NOTICE_IN_TIME;
    return NOTICE_LATE;
}

const char *notice_unit(const struct notice *notice, int year)
{
    return year <= notice->last_credit_year ? "credits" : "hours";
}

bool notice_plausible(const struct notice *notice, const struct record *hours)
{
    int64_t amount = 0;
    int64_t most = slice_is(hours->value[FIELD_HOURS_UNIT], "credits")
                       ? notice->record_credits_centi
                       : notice->record_hours_centi;
    return slice_integer(hours->value[FIELD_HOURS_AMOUNT], &amount) && amount > 0 &&
           (most == 0 || amount <= most);
}

static bool lacks_evidence(const struct record *hours)
{
    return slice_is(hours->value[FIELD_HOURS_SOURCE], "recognised") &&
           slice_empty(hours->value[FIELD_HOURS_EVIDENCE]);
}

bool notice_unproven(const struct record *hours)
{
    return lacks_evidence(hours) && slice_is(hours->value[FIELD_HOURS_REVIEW], "hrss");
}

bool notice_counts(const struct notice *notice, const struct record *hours)
{
    int year = 0;
    return year_of(hours, &year) && slice_is(hours->value[FIELD_HOURS_VALID], "true") &&
           slice_is(hours->value[FIELD_HOURS_REVIEW], "hrss") &&
           slice_is(hours->value[FIELD_HOURS_UNIT], notice_unit(notice, year)) &&
           !lacks_evidence(hours);
}

void notice_add(struct notice_totals *totals, const struct record *hours)
{
    int64_t amount = 0;
    struct slice category = hours->value[FIELD_HOURS_CATEGORY];
    (void)slice_integer(hours->value[FIELD_HOURS_AMOUNT], &amount);
    totals->records++;
    if (slice_is(hours->value[FIELD_HOURS_UNIT], "credits"))
        totals->credits_centi += amount; /* a credit year has no separate categories */
    else if (slice_is(category, "public"))
        totals->public_centi += amount;
    else if (slice_is(category, "professional"))
        totals->professional_centi += amount;
}

const struct notice_threshold *notice_threshold(const struct notice *notice, int year,
                                                struct slice region)
{
    const struct notice_threshold *found = NULL;
    for (size_t index = 0; index < notice->threshold_count; index++) {
        const struct notice_threshold *row = &notice->thresholds[index];
        if (scope_fits(&row->scope, year, region, SLICE("")) &&
            scope_nearer(&row->scope, found == NULL ? NULL : &found->scope))
            found = row;
    }
    return found;
}

bool notice_qualified(const struct notice *notice, int year, struct slice region,
                      const struct notice_totals *totals)
{
    const struct notice_threshold *row = notice_threshold(notice, year, region);
    return row != NULL && totals->public_centi >= row->public_centi &&
           totals->professional_centi >= row->professional_centi &&
           totals->public_centi + totals->professional_centi >= row->together_centi &&
           totals->credits_centi >= row->credits_centi;
}
