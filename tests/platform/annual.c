#include "tests/platform/annual.h"

#include <string.h>

enum { YEAR_RECORDS = 512, LAST_CREDIT_YEAR = 2019 };
enum { CREDITS_NEEDED = 2000, PUBLIC_NEEDED = 3000, PROFESSIONAL_NEEDED = 6000, ALL_NEEDED = 9000 };

struct gathered {
    int year;
    const struct platform_hours *records[YEAR_RECORDS];
    size_t count; /* those that count */
    size_t seen;
};

static bool counts(const struct platform_hours *hours)
{
    bool proven = !hours->recognised || hours->evidence[0] != '\0';
    bool unit = hours->credits == (hours->year <= LAST_CREDIT_YEAR);
    return hours->valid && hours->review == REVIEW_HRSS && proven && unit;
}

static void gather(void *context, const struct row *row)
{
    struct gathered *all = context;
    const struct platform_hours *hours = row_hours(row);
    if (hours->year != all->year)
        return;
    all->seen++;
    if (!counts(hours))
        return;
    for (size_t at = 0; at < all->count && hours->course_code[0] != '\0'; at++) {
        if (strcmp(all->records[at]->course_code, hours->course_code) != 0)
            continue;
        if (hours->amount_centi > all->records[at]->amount_centi)
            all->records[at] = hours;
        return;
    }
    if (all->count < YEAR_RECORDS)
        all->records[all->count++] = hours;
}

size_t annual_compute(const struct store *store, const char *person, int year,
                      struct platform_annual *ret)
{
    struct gathered all = {.year = year};
    store_find_person(store, ENTITY_HOURS, person, gather, &all);
    ret->public_centi = ret->professional_centi = ret->credits_centi = 0;
    for (size_t at = 0; at < all.count; at++) {
        const struct platform_hours *hours = all.records[at];
        if (hours->credits)
            ret->credits_centi += hours->amount_centi;
        else if (hours->category == CATEGORY_PUBLIC)
            ret->public_centi += hours->amount_centi;
        else
            ret->professional_centi += hours->amount_centi;
    }
    bool by_hours = ret->public_centi >= PUBLIC_NEEDED &&
                    ret->professional_centi >= PROFESSIONAL_NEEDED &&
                    ret->public_centi + ret->professional_centi >= ALL_NEEDED;
    ret->qualified = year <= LAST_CREDIT_YEAR ? ret->credits_centi >= CREDITS_NEEDED : by_hours;
    return all.seen;
}

struct standing {
    int year;
    const struct row *row;
};

static void standing_of(void *context, const struct row *row)
{
    struct standing *standing = context;
    bool earlier = standing->row == NULL || row->place < standing->row->place;
    if (row_annual(row)->year == standing->year && earlier)
        standing->row = row;
}

static bool annual_same(const struct platform_annual *one, const struct platform_annual *other)
{
    return one->public_centi == other->public_centi &&
           one->professional_centi == other->professional_centi &&
           one->credits_centi == other->credits_centi && one->qualified == other->qualified;
}

enum status annual_recompute(struct store *store, const char *person, int year, int64_t now)
{
    struct standing standing = {.year = year};
    store_find_person(store, ENTITY_ANNUAL, person, standing_of, &standing);
    struct platform_annual annual = {.person = person, .year = year, .review = REVIEW_DRAFT};
    if (standing.row != NULL)
        annual = *row_annual(standing.row);
    size_t records = annual_compute(store, person, year, &annual);
    annual.updated = now;
    if (standing.row == NULL) {
        const struct row *account = store_account(store, KIND_PERSON, person);
        annual.person = account == NULL ? person : row_account(account)->code;
        return records == 0 ? STATUS_OK : store_put_annual(store, &annual);
    }
    if (annual_same(&annual, row_annual(standing.row)))
        return STATUS_OK;
    annual.version++;
    return store_change_annual(store, standing.row->place, &annual, standing.row->extra);
}
