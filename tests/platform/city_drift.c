/* What differs between two sides that nobody has to decide about: other spellings of the same, and
 * fields for which reconciliation.md ("Merging a field") has a rule. Each kind is rare, so that no
 * guard takes it for a fault of a whole platform. */
#include "tests/platform/city_inside.h"

#include <stdio.h>
#include <string.h>

enum { FAR_DAYS = 40 };

static enum platform_side some_side(struct city *city)
{
    return city_random_below(&city->random, 2) == 0 ? PLATFORM_MUNICIPAL : PLATFORM_PROVINCIAL;
}

static void respell(struct city *city, char text[CITY_NAME_SIZE])
{
    char other[CITY_NAME_SIZE];
    city_name_respell(&city->random, text, sizeof other, other);
    memcpy(text, other, sizeof other);
}

/* The other side was written days later. */
static void apart(struct city *city, int64_t *one, int64_t *other)
{
    int64_t days = 1 + city_random_below(&city->random, FAR_DAYS);
    *other = *one + days * CITY_DAY + 600;
    if (*other < city->options->now - CITY_DAY)
        return;
    *other = city->options->now - CITY_DAY;
    *one = *other - days * CITY_DAY;
}

static void code_drift(struct city *city, struct city_citizen *citizen)
{
    char *code = citizen->as[some_side(city)].code, old[CITY_CODE_SIZE];
    if (code[17] == 'X')
        code[17] = 'x';
    else if (city_code_resident_short(code, old))
        memcpy(code, old, sizeof old);
}

static void mobile_drift(struct city *city, struct city_citizen *citizen)
{
    enum platform_side side = some_side(city);
    char *mobile = citizen->as[side].mobile;
    uint32_t way = city_random_below(&city->random, 4);
    if (way == 0) {
        mobile[0] = '\0';
    } else if (way == 1) {
        char wide[sizeof citizen->as[side].mobile];
        city_name_wide(mobile, sizeof wide, wide);
        memcpy(mobile, wide, sizeof wide);
    } else {
        mobile[10] = mobile[10] == '9' ? '0' : (char)(mobile[10] + 1);
        int64_t *one = &citizen->is[side].updated;
        int64_t *other =
            &citizen->is[side == PLATFORM_MUNICIPAL ? PLATFORM_PROVINCIAL : PLATFORM_MUNICIPAL]
                 .updated;
        if (way == 2)
            apart(city, one, other);
        else
            apart(city, other, one);
    }
}

/* The province has not yet heard of a change of employer. */
static void employer_drift(struct city *city, struct city_citizen *citizen)
{
    if (city->shared_employers == 0)
        return;
    city_citizen_employ(citizen, PLATFORM_PROVINCIAL,
                        &city->employers[city_random_below(&city->random, city->shared_employers)]);
}

static void department_drift(struct city *city, struct city_citizen *citizen)
{
    struct platform_account *province = &citizen->is[PLATFORM_PROVINCIAL];
    if (city->shared_departments == 0 || citizen->is[PLATFORM_MUNICIPAL].department[0] == '\0')
        return;
    uint32_t other = city_random_below(&city->random, city->shared_departments);
    province->department =
        city_random_below(&city->random, 2) == 0 ? "" : city->departments[other].code;
}

void city_drift_citizen(struct city *city, struct city_citizen *citizen)
{
    if (!citizen->present[PLATFORM_PROVINCIAL])
        return;
    uint32_t chance = city_random_below(&city->random, 1000);
    if (chance < 20)
        respell(city, citizen->as[some_side(city)].name);
    else if (chance < 40)
        code_drift(city, citizen);
    else if (chance < 56)
        mobile_drift(city, citizen);
    else if (chance < 64)
        citizen->is[PLATFORM_PROVINCIAL].title =
            (citizen->is[PLATFORM_MUNICIPAL].title + 1 + (int)chance % 4) % 5;
    else if (chance < 72)
        employer_drift(city, citizen);
    else if (chance < 78)
        department_drift(city, citizen);
    else if (chance < 84)
        citizen->is[PLATFORM_PROVINCIAL].review = REVIEW_WAITING;
}

/* One side is steps behind the other on the way to hrss. */
static void review_drift(struct city *city, struct city_study *study)
{
    static const enum platform_review behind[] = {REVIEW_DRAFT, REVIEW_SUBMITTED, REVIEW_EMPLOYER,
                                                  REVIEW_DEPARTMENT, REVIEW_DEPARTMENT};
    study->is[some_side(city)].review =
        behind[city_random_below(&city->random, sizeof behind / sizeof *behind)];
}

static void course_name_drift(struct city *city, struct city_study *study)
{
    enum platform_side side = some_side(city);
    struct platform_hours *is = &study->is[side];
    uint32_t way = city_random_below(&city->random, 3);
    char *name = study->course_name[side];
    snprintf(name, CITY_NAME_SIZE, "%s", is->course_name);
    is->course_name = way == 0 ? "" : name;
    if (way == 1)
        respell(city, name);
    if (way != 2)
        return;
    snprintf(name, CITY_NAME_SIZE, "%.120s修订", study->truth.course_name);
    apart(city, &study->is[PLATFORM_MUNICIPAL].updated, &study->is[PLATFORM_PROVINCIAL].updated);
}

static void evidence_drift(struct city *city, struct city_study *study)
{
    if (!study->truth.recognised)
        return;
    char *text = study->evidence[PLATFORM_PROVINCIAL];
    if (city_random_below(&city->random, 2) == 0) {
        city_name_wide(study->evidence[PLATFORM_MUNICIPAL], sizeof study->evidence[0], text);
        return;
    }
    memcpy(text + strlen(text), "-2", sizeof "-2");
    apart(city, &study->is[PLATFORM_PROVINCIAL].updated, &study->is[PLATFORM_MUNICIPAL].updated);
}

/* The same day, another minute. */
static void finished_drift(struct city *city, struct city_study *study)
{
    if ((study->truth.finished + CIVIL_CST_SECONDS) % CITY_DAY == 0)
        return;
    study->is[some_side(city)].finished -= 1 + city_random_below(&city->random, 3600);
    apart(city, &study->is[PLATFORM_MUNICIPAL].updated, &study->is[PLATFORM_PROVINCIAL].updated);
}

static void shared_drift(struct city *city, struct city_study *study)
{
    uint32_t chance = city_random_below(&city->random, 1000);
    if (chance < 8)
        review_drift(city, study);
    else if (chance < 18)
        course_name_drift(city, study);
    else if (chance < 28)
        evidence_drift(city, study);
    else if (chance < 31)
        finished_drift(city, study);
    else if (chance < 41)
        city_study_detach(study);
    else if (chance < 49)
        city_study_review(study, REVIEW_REJECTED);
    else if (chance < 53)
        study->truth.valid = study->is[0].valid = study->is[1].valid = false;
}

/* What is rejected or was never valid need not be known to the other side. */
static void alone_drift(struct city *city, struct city_study *study)
{
    uint32_t chance = city_random_below(&city->random, 1000);
    if (chance < 6)
        city_study_review(study, REVIEW_REJECTED);
    else if (chance < 10)
        study->truth.valid = study->is[0].valid = study->is[1].valid = false;
}

void city_drift_studies(struct city *city, struct city_case *all)
{
    for (int at = 0; at < all->study_count; at++) {
        struct city_study *study = &all->studies[at];
        if (study->present[PLATFORM_MUNICIPAL] && study->present[PLATFORM_PROVINCIAL])
            shared_drift(city, study);
        else
            alone_drift(city, study);
    }
}
