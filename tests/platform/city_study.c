#include "tests/platform/city_inside.h"

#include <stdio.h>
#include <string.h>

enum {
    FIRST_DAY = 5, /* of a year, so that no day touches the next year's */
    DAYS = 350,
    DAY_STRIDE = 37,
    COURSE_STRIDE = 45,
    MOST_RECOGNISED_CENTI = 800, /* of one day (platforms.md) */
    CENTI = 100
};

static bool credit_year(int year)
{
    return year <= CITY_LAST_CREDIT_YEAR;
}

/* Start of the year in China Standard Time. */
static int64_t year_start(int year)
{
    return civil_to_instant((struct civil){.year = year, .month = 1, .day = 1}, CIVIL_CST_SECONDS);
}

static int64_t study_finished(struct city *city, struct city_citizen *citizen, int year)
{
    uint32_t used = citizen->year[year - CITY_FIRST_YEAR].days++;
    uint32_t first = citizen->year[year - CITY_FIRST_YEAR].first_day;
    int64_t day = FIRST_DAY + (first + used * DAY_STRIDE) % DAYS;
    int64_t start = year_start(year) + day * CITY_DAY;
    if (city_random_permille(&city->random, 4))
        return start; /* midnight: 24:00:00 of the day before, as some write it */
    return start + 8 * 3600 + city_random_below(&city->random, 13 * 3600);
}

static void study_course(struct city *city, struct city_citizen *citizen, struct city_study *study,
                         bool recognised)
{
    int year = study->truth.year - CITY_FIRST_YEAR;
    enum platform_category category = study->truth.category;
    uint32_t used = citizen->year[year].courses[category];
    uint32_t number = citizen->year[year].first_course[category] + used * COURSE_STRIDE;
    const struct city_course *course =
        &city->catalogue->course[year][category][number % CITY_COURSES];
    study->truth.course_name = course->name;
    study->truth.evidence = "";
    study->truth.course_code = "";
    study->truth.recognised = recognised || used >= CITY_COURSES;
    if (!study->truth.recognised) {
        citizen->year[year].courses[category]++;
        study->truth.course_code = course->code;
        return;
    }
    snprintf(study->evidence[0], sizeof study->evidence[0], "RD%d-%07u", study->truth.year,
             ++city->next_evidence);
    memcpy(study->evidence[1], study->evidence[0], sizeof study->evidence[1]);
    study->truth.evidence = study->evidence[0];
}

static int64_t study_amount(struct city *city, const struct platform_hours *hours)
{
    uint32_t most = hours->recognised ? MOST_RECOGNISED_CENTI : hours->credits ? 600 : 1600;
    uint32_t amount = 100 + city_random_below(&city->random, most - 100);
    if (city_random_permille(&city->random, 600))
        amount -= amount % 50;
    return (int64_t)amount;
}

static void study_copy(struct city *city, struct city_study *study)
{
    struct platform_hours *province = &study->is[PLATFORM_PROVINCIAL];
    study->is[PLATFORM_MUNICIPAL] = study->truth;
    *province = study->truth;
    province->evidence = study->truth.recognised ? study->evidence[PLATFORM_PROVINCIAL] : "";
    province->updated =
        city_between(city, study->truth.updated, study->truth.updated + 20 * CITY_DAY);
    province->version = 1 + city_random_below(&city->random, 4);
}

struct city_study *city_study_new(struct city *city, struct city_case *all, int owner, int year,
                                  enum platform_category category, bool recognised)
{
    if (all->study_count == CITY_STUDIES)
        return NULL;
    struct city_study *study = &all->studies[all->study_count++];
    struct city_citizen *citizen = &all->citizens[owner];
    memset(study, 0, sizeof *study);
    study->owner[PLATFORM_MUNICIPAL] = study->owner[PLATFORM_PROVINCIAL] = owner;
    study->present[PLATFORM_MUNICIPAL] = citizen->present[PLATFORM_MUNICIPAL];
    study->present[PLATFORM_PROVINCIAL] = citizen->present[PLATFORM_PROVINCIAL];
    snprintf(study->number, sizeof study->number, "%llu", (unsigned long long)city->next_hours++);
    study->truth = (struct platform_hours){.year = year,
                                           .category = category,
                                           .credits = credit_year(year),
                                           .review = REVIEW_HRSS,
                                           .valid = true,
                                           .origin_system = "371600",
                                           .origin_number = study->number};
    study->truth.finished = study_finished(city, citizen, year);
    study_course(city, citizen, study, recognised);
    study->truth.amount_centi = study_amount(city, &study->truth);
    study->truth.updated =
        city_between(city, study->truth.finished + 3600, study->truth.finished + 60 * CITY_DAY);
    study->truth.version = 1 + city_random_below(&city->random, 5);
    study_copy(city, study);
    return study;
}

void city_study_detach(struct city_study *study)
{
    for (int side = 0; side < CITY_SIDES; side++) {
        study->is[side].origin_system = "";
        study->is[side].origin_number = "";
    }
}

void city_study_review(struct city_study *study, enum platform_review review)
{
    study->truth.review = review;
    study->is[PLATFORM_MUNICIPAL].review = study->is[PLATFORM_PROVINCIAL].review = review;
}

const char *city_study_system(const struct city_study *study)
{
    return study->number[0] == 'P' ? "370000" : "371600";
}

/* The amounts of a year that qualifies, each with up to 99 hundredths more. */
struct pattern {
    enum platform_category category;
    int64_t least_centi;
};
static const struct pattern hour_pattern[] = {{CATEGORY_PUBLIC, 1550},
                                              {CATEGORY_PROFESSIONAL, 2050},
                                              {CATEGORY_PUBLIC, 1500},
                                              {CATEGORY_PROFESSIONAL, 2100},
                                              {CATEGORY_PROFESSIONAL, 1950}};
static const struct pattern credit_pattern[] = {
    {CATEGORY_CREDIT, 800}, {CATEGORY_CREDIT, 750}, {CATEGORY_CREDIT, 600}};
enum {
    HOUR_PATTERN = sizeof hour_pattern / sizeof *hour_pattern,
    CREDIT_PATTERN = sizeof credit_pattern / sizeof *credit_pattern
};

static void pattern_make(struct city *city, struct city_case *all, int owner, int year)
{
    const struct pattern *pattern = credit_year(year) ? credit_pattern : hour_pattern;
    int count = credit_year(year) ? CREDIT_PATTERN : HOUR_PATTERN;
    for (int at = 0; at < count; at++) {
        struct city_study *study =
            city_study_new(city, all, owner, year, pattern[at].category, false);
        if (study == NULL)
            return;
        int64_t amount = pattern[at].least_centi + city_random_below(&city->random, CENTI);
        study->truth.amount_centi = amount;
        study->is[PLATFORM_MUNICIPAL].amount_centi = amount;
        study->is[PLATFORM_PROVINCIAL].amount_centi = amount;
    }
}

static void single_make(struct city *city, struct city_case *all, int owner, int year)
{
    bool common = city_random_permille(&city->random, 350);
    enum platform_category category = credit_year(year) ? CATEGORY_CREDIT
                                      : common          ? CATEGORY_PUBLIC
                                                        : CATEGORY_PROFESSIONAL;
    bool recognised = category != CATEGORY_PUBLIC && city_random_permille(&city->random, 300);
    city_study_new(city, all, owner, year, category, recognised);
}

/* Years from the last backwards, most of them complete; once more through them all for who has
 * more. */
void city_studies_make(struct city *city, struct city_case *all, int owner, int64_t count)
{
    int year = CITY_FIRST_YEAR + CITY_YEARS - 1;
    if (count > CITY_QUOTA)
        count = CITY_QUOTA;
    while (count > 0) {
        int full = credit_year(year) ? CREDIT_PATTERN : HOUR_PATTERN;
        if (count >= full && city_random_permille(&city->random, 600)) {
            pattern_make(city, all, owner, year);
            count -= full;
        } else {
            int64_t some = 1 + city_random_below(&city->random, 4);
            for (; some > 0 && count > 0; some--, count--)
                single_make(city, all, owner, year);
        }
        year = year == CITY_FIRST_YEAR ? CITY_FIRST_YEAR + CITY_YEARS - 1 : year - 1;
    }
}

void city_studies_share(struct city *city, struct city_case *all)
{
    for (int at = 0; at < all->study_count; at++) {
        bool *present = &all->studies[at].present[PLATFORM_PROVINCIAL];
        *present = city_random_share(&city->random, city->options->shared) && *present;
    }
}
