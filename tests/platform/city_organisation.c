#include "tests/platform/city_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FEWEST_DEPARTMENTS = 3,
    MOST_DEPARTMENTS = 60,
    DEPARTMENT_PEOPLE = 400,
    EMPLOYER_PEOPLE = 25
};

static const int64_t registered_from = 1546300800; /* 2019 */

void city_organisation_fill(const struct city_organisation *organisation, enum platform_kind kind,
                            struct platform_account *ret)
{
    *ret = (struct platform_account){
        .kind = kind,
        .code = organisation->code,
        .name = organisation->name,
        .region = organisation->region,
        .department = kind == KIND_EMPLOYER ? organisation->department : "",
        .review = REVIEW_APPROVED,
        .valid = true,
    };
}

static void organisation_code(struct city *city, const char *category,
                              struct city_organisation *ret)
{
    uint32_t serial = city->next_organisation++ + (uint32_t)(city->options->seed % 1000000);
    city_code_credit(category, ret->region, serial, ret->code);
}

void city_organisation_new(struct city *city, bool bureau, struct city_organisation *ret)
{
    uint32_t number = city->next_organisation;
    const struct city_district *district = &city_districts[number % CITY_DISTRICTS];
    *ret = (struct city_organisation){.region = district->code,
                                      .department = bureau ? "" : city->departments[0].code,
                                      .shared = true};
    organisation_code(city, bureau ? "11" : "91", ret);
    if (bureau)
        city_name_department(number, ret->name);
    else
        city_name_employer(&city->random, district->name, number, ret->name);
}

static void departments_make(struct city *city)
{
    uint32_t apart = city->options->shared < 0.95 ? city->department_count / 10 : 0;
    city->shared_departments = city->options->shared > 0 ? city->department_count - apart : 0;
    for (uint32_t at = 0; at < city->department_count; at++) {
        struct city_organisation *department = &city->departments[at];
        department->region = city_districts[at % CITY_DISTRICTS].code;
        department->department = "";
        department->shared = at < city->shared_departments;
        city_name_department(at, department->name);
        organisation_code(city, "11", department);
    }
}

/* A tenth has no department: the HRSS office of the region reviews for them. */
static const char *department_for(struct city *city, bool shared)
{
    uint32_t among = shared ? city->shared_departments : city->department_count;
    if (city_random_permille(&city->random, 100))
        return "";
    return city->departments[city_random_below(&city->random, among)].code;
}

static void employers_make(struct city *city)
{
    double share = city->options->shared;
    share = share <= 0 ? 0 : 0.5 + 0.5 * share;
    city->person_share = share <= 0 ? 0 : city->options->shared / share;
    city->shared_employers = (uint32_t)(share * (double)city->employer_count + 0.5);
    for (uint32_t at = 0; at < city->employer_count; at++) {
        struct city_organisation *employer = &city->employers[at];
        uint32_t district = city_random_below(&city->random, CITY_DISTRICTS);
        bool also_department = at < 2; /* a bureau may be both under one code */
        employer->shared = at < city->shared_employers;
        if (also_department) {
            *employer = city->departments[at];
            employer->department = "";
            employer->shared = city->departments[at].shared;
            continue;
        }
        employer->region = city_districts[district].code;
        employer->department = department_for(city, employer->shared);
        city_name_employer(&city->random, city_districts[district].name, at, employer->name);
        organisation_code(city, at % 3 == 0 ? "12" : "91", employer);
    }
}

/* A spelling of the province's own, for one in twenty: lower case in the code, or in the name. */
static void organisation_respell(struct city *city, struct platform_account *account,
                                 char code[CITY_CODE_SIZE], char name[CITY_NAME_SIZE])
{
    if (city_random_permille(&city->random, 30)) {
        city_name_respell(&city->random, account->name, CITY_NAME_SIZE, name);
        account->name = name;
    }
    if (!city_random_permille(&city->random, 20))
        return;
    memcpy(code, account->code, CITY_CODE_SIZE);
    for (char *at = code; *at != '\0'; at++)
        *at = *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at;
    account->code = code;
}

static void organisation_put(struct city *city, const struct city_organisation *organisation,
                             enum platform_kind kind)
{
    struct platform_account account;
    char number[24], code[CITY_CODE_SIZE], name[CITY_NAME_SIZE];
    city_organisation_fill(organisation, kind, &account);
    snprintf(number, sizeof number, "%llu", (unsigned long long)city->next_account++);
    account.id = number;
    account.origin_system = "371600";
    account.origin_number = number;
    account.created = city_between(city, registered_from, registered_from + 200 * CITY_DAY);
    account.updated = city_between(city, account.created, account.created + 900 * CITY_DAY);
    account.version = 1 + city_random_below(&city->random, 4);
    city_note(city, store_put_account(city->store[PLATFORM_MUNICIPAL], &account));
    if (!organisation->shared)
        return;
    account.id = NULL;
    account.updated = city_between(city, account.created, account.updated);
    organisation_respell(city, &account, code, name);
    city_note(city, store_put_account(city->store[PLATFORM_PROVINCIAL], &account));
}

bool city_organisations_make(struct city *city)
{
    uint32_t people = city->options->people;
    city->department_count = people / DEPARTMENT_PEOPLE;
    if (city->department_count < FEWEST_DEPARTMENTS)
        city->department_count = FEWEST_DEPARTMENTS;
    if (city->department_count > MOST_DEPARTMENTS)
        city->department_count = MOST_DEPARTMENTS;
    city->employer_count = people / EMPLOYER_PEOPLE + 4;
    city->departments = calloc(city->department_count, sizeof *city->departments);
    city->employers = calloc(city->employer_count, sizeof *city->employers);
    if (city->departments == NULL || city->employers == NULL)
        return false;
    departments_make(city);
    employers_make(city);
    for (uint32_t at = 0; at < city->department_count; at++)
        organisation_put(city, &city->departments[at], KIND_DEPARTMENT);
    for (uint32_t at = 0; at < city->employer_count; at++)
        organisation_put(city, &city->employers[at], KIND_EMPLOYER);
    return true;
}
