#include "tests/platform/city_inside.h"

#include <stdio.h>
#include <string.h>

/* Coprime to the number of IDs: steps through all of them, neighbours unlike each other. */
enum { CODE_STRIDE = 6700417 };

static const int64_t registered_from = 1554048000; /* 2019-04, CST */

int64_t city_between(struct city *city, int64_t from, int64_t until)
{
    int64_t last = city->options->now - 2 * CITY_DAY;
    until = until > last ? last : until;
    if (until <= from)
        return from < last ? from : last;
    return from + (int64_t)(city_random_next(&city->random) % (uint64_t)(until - from));
}

static void citizen_code(struct city *city, char ret[CITY_CODE_SIZE])
{
    uint64_t offset = city->options->seed % city_code_residents();
    city_code_resident(offset + city->next_person++ * CODE_STRIDE, ret);
}

void city_citizen_employ(struct city_citizen *citizen, enum platform_side side,
                         const struct city_organisation *employer)
{
    citizen->is[side].employer = employer->code;
    citizen->is[side].department = employer->department;
    citizen->is[side].region = employer->region;
}

static const struct city_organisation *employer_for(struct city *city, bool shared)
{
    uint32_t among =
        shared && city->shared_employers > 0 ? city->shared_employers : city->employer_count;
    return &city->employers[city_random_below(&city->random, among)];
}

/* Which days and courses a year begins with; the others follow by a stride. */
static void citizen_years(struct city *city, struct city_citizen *citizen)
{
    for (int year = 0; year < CITY_YEARS; year++) {
        citizen->year[year].first_day = city_random_below(&city->random, 350);
        for (int category = 0; category < CITY_CATEGORIES; category++)
            citizen->year[year].first_course[category] =
                city_random_below(&city->random, CITY_COURSES);
    }
}

static void account_write(struct city_citizen *citizen, enum platform_side side)
{
    struct city_writing *as = &citizen->as[side];
    struct platform_account *is = &citizen->is[side];
    is->code = as->code;
    is->former_codes = as->former;
    is->name = as->name;
    is->mobile = as->mobile;
    city_citizen_employ(citizen, side, citizen->employer);
}

/* The same on both sides, until something makes it differ. */
static void citizen_write(struct city *city, struct city_citizen *citizen)
{
    struct city_random *random = &city->random;
    struct city_writing *as = &citizen->as[PLATFORM_MUNICIPAL];
    struct platform_account *is = &citizen->is[PLATFORM_MUNICIPAL];
    memcpy(as->code, citizen->code, sizeof as->code);
    city_name_person(random, as->name);
    snprintf(as->mobile, sizeof as->mobile, "1380000%04u", city_random_below(random, 10000));
    *is = (struct platform_account){.kind = KIND_PERSON, .review = REVIEW_APPROVED, .valid = true};
    is->title = (int)city_random_below(random, 5);
    is->created = city_between(city, registered_from, registered_from + 1500 * CITY_DAY);
    is->updated = city_between(city, is->created, is->created + 400 * CITY_DAY);
    is->version = 1 + city_random_below(random, 5);
    is->origin_system = "371600";
    is->origin_number = citizen->number;
    citizen->as[PLATFORM_PROVINCIAL] = *as;
    citizen->is[PLATFORM_PROVINCIAL] = *is;
    citizen->is[PLATFORM_PROVINCIAL].version = 1 + city_random_below(random, 5);
    account_write(citizen, PLATFORM_MUNICIPAL);
    account_write(citizen, PLATFORM_PROVINCIAL);
}

struct city_citizen *city_citizen_new(struct city *city, struct city_case *all, bool surely)
{
    struct city_citizen *citizen = &all->citizens[all->citizen_count++];
    memset(citizen, 0, sizeof *citizen);
    citizen->present[PLATFORM_MUNICIPAL] = true;
    citizen->employer = employer_for(city, surely);
    bool shared = citizen->employer->shared && city_random_share(&city->random, city->person_share);
    citizen->present[PLATFORM_PROVINCIAL] = shared || surely;
    citizen_code(city, citizen->code);
    snprintf(citizen->number, sizeof citizen->number, "%llu",
             (unsigned long long)city->next_account++);
    citizen_write(city, citizen);
    citizen_years(city, citizen);
    return citizen;
}
