#include "tests/platform/city_inside.h"

#include <stdio.h>

enum { OWN_PEOPLE = 100, OUTSIDE_PEOPLE = 60, RECORDS = 6 };

const struct city_organisation *city_province_outside(const struct city *city)
{
    return &city->outside;
}

void city_province_own(struct city *city, struct city_study *study, bool by_hand)
{
    snprintf(study->number, sizeof study->number, "P%07u", ++city->next_provincial);
    study->present[PLATFORM_MUNICIPAL] = false;
    study->present[PLATFORM_PROVINCIAL] = true;
    study->truth.origin_system = by_hand ? "" : "370000";
    study->truth.origin_number = by_hand ? "" : study->number;
    study->is[PLATFORM_PROVINCIAL].origin_system = study->truth.origin_system;
    study->is[PLATFORM_PROVINCIAL].origin_number = study->truth.origin_number;
}

static void outside_put(struct city *city)
{
    struct platform_account account;
    city->outside = (struct city_organisation){
        .region = "370102", .name = "济南市历下区泉城勘察设计有限公司", .department = ""};
    city_code_credit("91", "370102", city->next_organisation++, city->outside.code);
    city_organisation_fill(&city->outside, KIND_EMPLOYER, &account);
    account.created = city_between(city, city->options->now - 900 * CITY_DAY, city->options->now);
    account.updated = account.created;
    city_note(city, store_put_account(city->store[PLATFORM_PROVINCIAL], &account));
}

/* A person with hours whom only the province knows. */
static void person_make(struct city *city, struct city_case *room, bool outside)
{
    city_case_begin(room);
    struct city_citizen *citizen = city_citizen_new(city, room, true);
    citizen->present[PLATFORM_MUNICIPAL] = false;
    citizen->is[PLATFORM_PROVINCIAL].origin_system = "";
    citizen->is[PLATFORM_PROVINCIAL].origin_number = "";
    if (outside)
        city_citizen_employ(citizen, PLATFORM_PROVINCIAL, &city->outside);
    city_studies_make(city, room, 0, RECORDS);
    for (int at = 0; at < room->study_count; at++)
        city_province_own(city, &room->studies[at], at % 2 == 0);
    city_case_put(city, room);
}

void city_province_make(struct city *city, struct city_case *room)
{
    unsigned people = city->options->people;
    outside_put(city);
    if (city->options->shared <= 0)
        return;
    for (unsigned at = 0; at < people / OWN_PEOPLE + 1; at++)
        person_make(city, room, false);
    for (unsigned at = 0; at < people / OUTSIDE_PEOPLE + 1; at++)
        person_make(city, room, true);
}
