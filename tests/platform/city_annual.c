#include "tests/platform/city_inside.h"

#include <stdio.h>
#include <string.h>

/* The yearly results by the notice: credits of 20 to 2019; from 2020 hours, public 30, professional
 * 60, together 90. Counted are valid, finally reviewed records with the year's unit, if recognised
 * only with evidence, a course once with its larger amount. */

enum {
    CREDITS_CENTI = 2000,
    PUBLIC_CENTI = 3000,
    PROFESSIONAL_CENTI = 6000,
    TOGETHER_CENTI = 9000
};

static bool counts(const struct platform_hours *hours, int year)
{
    bool proven = !hours->recognised || (hours->evidence != NULL && hours->evidence[0] != '\0');
    return hours->valid && hours->review == REVIEW_HRSS && hours->year == year && proven &&
           hours->credits == (year <= CITY_LAST_CREDIT_YEAR);
}

struct totals {
    int64_t public_centi, professional_centi, credits_centi;
};

/* Whether another record of the same course counts in its place: a larger or an earlier one. */
static bool outdone(const struct platform_hours *const *records, size_t count, int year, size_t at)
{
    const struct platform_hours *own = records[at];
    if (own->course_code == NULL || own->course_code[0] == '\0')
        return false;
    for (size_t other = 0; other < count; other++) {
        const struct platform_hours *its = records[other];
        bool first = its->amount_centi > own->amount_centi ||
                     (its->amount_centi == own->amount_centi && other < at);
        if (other != at && first && counts(its, year) &&
            strcmp(its->course_code, own->course_code) == 0)
            return true;
    }
    return false;
}

static void total(const struct platform_hours *const *records, size_t count, int year,
                  struct totals *ret)
{
    *ret = (struct totals){0};
    for (size_t at = 0; at < count; at++) {
        const struct platform_hours *hours = records[at];
        if (!counts(hours, year) || outdone(records, count, year, at))
            continue;
        switch (hours->category) {
        case CATEGORY_PUBLIC: ret->public_centi += hours->amount_centi; break;
        case CATEGORY_PROFESSIONAL: ret->professional_centi += hours->amount_centi; break;
        case CATEGORY_CREDIT: ret->credits_centi += hours->amount_centi; break;
        }
    }
}

static bool qualifies(const struct totals *totals, int year)
{
    if (year <= CITY_LAST_CREDIT_YEAR)
        return totals->credits_centi >= CREDITS_CENTI;
    return totals->public_centi >= PUBLIC_CENTI &&
           totals->professional_centi >= PROFESSIONAL_CENTI &&
           totals->public_centi + totals->professional_centi >= TOGETHER_CENTI;
}

/* --- of a case --- */

/* Whose copy: a side as it is now, a side once the bridge was there, or the union of both then. */
enum view { VIEW_MUNICIPAL, VIEW_PROVINCIAL, LATER_MUNICIPAL, LATER_PROVINCIAL, LATER_UNION };

/* The copy that the view holds, and whose it is; NULL: none. */
static const struct platform_hours *seen(const struct city_study *study, enum view view, int *owner)
{
    bool municipal = study->present[PLATFORM_MUNICIPAL];
    enum platform_side side = PLATFORM_MUNICIPAL;
    if (view == VIEW_PROVINCIAL || view == LATER_PROVINCIAL || (view == LATER_UNION && !municipal))
        side = PLATFORM_PROVINCIAL;
    *owner = study->owner[side];
    bool later = view >= LATER_MUNICIPAL;
    if (later && !study->held)
        return &study->truth;
    return study->present[side] ? &study->is[side] : NULL;
}

/* Records of the citizen and year as the view holds them. */
static size_t gather(const struct city_case *all, int citizen, int year, enum view view,
                     const struct platform_hours *ret[CITY_STUDIES])
{
    size_t count = 0;
    for (int at = 0; at < all->study_count; at++) {
        int owner;
        const struct platform_hours *hours = seen(&all->studies[at], view, &owner);
        if (hours != NULL && owner == citizen && hours->year == year)
            ret[count++] = hours;
    }
    return count;
}

static size_t case_total(const struct city_case *all, int citizen, int year, enum view view,
                         struct totals *ret)
{
    const struct platform_hours *records[CITY_STUDIES];
    size_t count = gather(all, citizen, year, view, records);
    total(records, count, year, ret);
    return count;
}

static bool held_in(const struct city_case *all, int year)
{
    for (int at = 0; at < all->study_count; at++) {
        const struct city_study *study = &all->studies[at];
        if (study->held && (study->is[0].year == year || study->is[1].year == year))
            return true;
    }
    return false;
}

static void annual_put(struct city *city, const struct city_case *all, int who, int year,
                       enum platform_side side, const char *certificate)
{
    struct totals totals;
    enum view view = side == PLATFORM_MUNICIPAL ? VIEW_MUNICIPAL : VIEW_PROVINCIAL;
    const struct city_citizen *citizen = &all->citizens[who];
    if (case_total(all, who, year, view, &totals) == 0 || !citizen->present[side])
        return;
    bool qualified = qualifies(&totals, year);
    int64_t spring = civil_to_instant((struct civil){year + 1, 3, 1, 9, 0, 0}, CIVIL_CST_SECONDS);
    struct platform_annual annual = {
        .person = citizen->is[side].code,
        .year = year,
        .public_centi = totals.public_centi,
        .professional_centi = totals.professional_centi,
        .credits_centi = totals.credits_centi,
        .qualified = qualified,
        .review = qualified ? REVIEW_HRSS : REVIEW_SUBMITTED,
        .certificate = certificate,
        .certificate_date = certificate[0] == '\0' ? 0 : spring,
        .updated = city_between(city, spring, spring + 30 * CITY_DAY),
        .version = 1,
    };
    city_note(city, store_put_annual(city->store[side], &annual));
}

/* A certificate is issued where both levels say qualified. */
static void certificate_number(const struct city_case *all, int who, int year, char ret[32])
{
    struct totals totals[CITY_SIDES];
    const struct city_citizen *citizen = &all->citizens[who];
    ret[0] = '\0';
    if (!citizen->present[0] || !citizen->present[1] || held_in(all, year))
        return;
    case_total(all, who, year, VIEW_MUNICIPAL, &totals[0]);
    case_total(all, who, year, VIEW_PROVINCIAL, &totals[1]);
    if (qualifies(&totals[0], year) && qualifies(&totals[1], year))
        snprintf(ret, 32, "BZ%d%s", year, citizen->number);
}

void city_annual_put(struct city *city, const struct city_case *all)
{
    for (int who = 0; who < all->citizen_count; who++) {
        for (int year = CITY_FIRST_YEAR; year < CITY_FIRST_YEAR + CITY_YEARS; year++) {
            char certificate[32];
            certificate_number(all, who, year, certificate);
            annual_put(city, all, who, year, PLATFORM_MUNICIPAL, certificate);
            annual_put(city, all, who, year, PLATFORM_PROVINCIAL, certificate);
        }
    }
}

static void year_expect(struct city *city, const struct city_case *all, int who, int year)
{
    struct totals one, other, own;
    case_total(all, who, year, LATER_MUNICIPAL, &one);
    case_total(all, who, year, LATER_PROVINCIAL, &other);
    case_total(all, who, year, LATER_UNION, &own);
    const char *code = all->citizens[who].code;
    const struct {
        const char *field;
        bool same;
    } totals[] = {
        {"public", one.public_centi == own.public_centi && other.public_centi == own.public_centi},
        {"professional", one.professional_centi == own.professional_centi &&
                             other.professional_centi == own.professional_centi},
        {"credits",
         one.credits_centi == own.credits_centi && other.credits_centi == own.credits_centi},
    };
    for (size_t at = 0; at < sizeof totals / sizeof *totals; at++)
        if (!totals[at].same)
            city_expect(city, true, "total_mismatch", totals[at].field, "annual:%s/%d", code, year);
    bool qualified = qualifies(&own, year);
    if (qualifies(&one, year) != qualified || qualifies(&other, year) != qualified)
        city_expect(city, true, "qualification_mismatch", "qualified", "annual:%s/%d", code, year);
}

void city_annual_expect(struct city *city, const struct city_case *all)
{
    for (int who = 0; who < all->citizen_count; who++)
        for (int year = CITY_FIRST_YEAR; year < CITY_FIRST_YEAR + CITY_YEARS; year++)
            year_expect(city, all, who, year);
}
