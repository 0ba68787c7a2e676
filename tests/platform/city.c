#include "tests/platform/city.h"

#include "tests/platform/city_inside.h"
#include "tests/platform/defects.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIRST_ACCOUNT = 100001,
    FIRST_HOURS = 5500001,
    RECORDS_A_PERSON = 20,
    VARIATION = 8,
    WAITING_PERMILLE = 4,
    OWN_PERMILLE = 20 /* of shared persons: the province has a record more */
};

/* Ids may have 19 digits: the last person's hours have. */
static const uint64_t large_id = 1000000000000000001;

void city_case_begin(struct city_case *all)
{
    all->citizen_count = 0;
    all->study_count = 0;
}

void city_note(struct city *city, enum status status)
{
    if (city->expected->status == STATUS_OK)
        city->expected->status = status;
}

void city_expect(struct city *city, bool derived, const char *kind, const char *field,
                 const char *format, ...)
{
    struct city_expected *list = city->expected;
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 64 : list->capacity * 2;
        struct city_conflict *grown = realloc(list->conflicts, capacity * sizeof *grown);
        if (grown == NULL) {
            city_note(city, STATUS_NO_MEMORY);
            return;
        }
        list->conflicts = grown;
        list->capacity = capacity;
    }
    struct city_conflict *conflict = &list->conflicts[list->count++];
    *conflict = (struct city_conflict){
        .kind = kind, .field = field, .defect = city->defect, .derived = derived};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(conflict->subject, sizeof conflict->subject, format, arguments);
    va_end(arguments);
}

/* The person's code as the record on that side bears it. */
static const char *person_code(struct city *city, const struct city_study *study,
                               const struct city_citizen *citizen, enum platform_side side)
{
    const char *code = citizen->is[side].code;
    if (study->by_former && citizen->as[side].former[0] != '\0')
        return citizen->as[side].former;
    bool respelt = strlen(code) == 15 || strchr(code, 'x') != NULL;
    return respelt && city_random_below(&city->random, 2) == 0 ? citizen->code : code;
}

static void study_put(struct city *city, struct city_case *all, struct city_study *study,
                      enum platform_side side)
{
    struct platform_hours *is = &study->is[side];
    if (!study->present[side])
        return;
    is->person = person_code(city, study, &all->citizens[study->owner[side]], side);
    is->id = side == PLATFORM_MUNICIPAL ? study->number : NULL;
    city_note(city, store_put_hours(city->store[side], is));
    if (study->extra[side] != NULL)
        city_note(city, store_put_extra(city->store[side], study->extra[side]));
}

void city_case_put(struct city *city, struct city_case *all)
{
    for (int side = 0; side < CITY_SIDES; side++) {
        for (int at = 0; at < all->citizen_count; at++) {
            struct city_citizen *citizen = &all->citizens[at];
            citizen->is[side].id = side == PLATFORM_MUNICIPAL ? citizen->number : NULL;
            if (citizen->present[side])
                city_note(city, store_put_account(city->store[side], &citizen->is[side]));
        }
        for (int at = 0; at < all->study_count; at++)
            study_put(city, all, &all->studies[at], (enum platform_side)side);
    }
    city_annual_put(city, all);
}

/* A waiting account is no conflict but in the last days of a year: none is invented then. */
static bool waiting_is_harmless(const struct city *city)
{
    struct civil today = civil_from_instant(city->options->now, CIVIL_CST_SECONDS);
    return today.month < 12 || today.day < 20;
}

/* Newly registered, and nothing learnt yet; one in five was refused. */
static bool waiting(struct city *city, struct city_citizen *citizen)
{
    if (!waiting_is_harmless(city) || !city_random_permille(&city->random, WAITING_PERMILLE))
        return false;
    bool refused = city_random_permille(&city->random, 200);
    citizen->present[PLATFORM_PROVINCIAL] = false;
    citizen->is[PLATFORM_MUNICIPAL].review = refused ? REVIEW_REJECTED : REVIEW_WAITING;
    return true;
}

/* A record more that only the province has. */
static void province_more(struct city *city, struct city_case *all)
{
    if (!all->citizens[0].present[PLATFORM_PROVINCIAL] ||
        !city_random_permille(&city->random, OWN_PERMILLE))
        return;
    struct city_study *own = city_study_new(city, all, 0, 2023, CATEGORY_PROFESSIONAL, false);
    if (own != NULL)
        city_province_own(city, own, city_random_permille(&city->random, 500));
}

/* Someone used the person's ID as the number of a record: such a number never goes into a URL. */
static void number_by_code(struct city *city, struct city_case *all)
{
    if (all->study_count == 0 || !city_random_permille(&city->random, 10))
        return;
    struct city_study *study = &all->studies[0];
    if (!study->present[PLATFORM_MUNICIPAL])
        return;
    study->truth.origin_number = all->citizens[0].code;
    study->is[0].origin_number = study->is[1].origin_number = all->citizens[0].code;
}

static void person_make(struct city *city, struct city_case *all, int64_t count)
{
    struct city_citizen *citizen = city_citizen_new(city, all, false);
    if (!waiting(city, citizen)) {
        city_studies_make(city, all, 0, count);
        city_studies_share(city, all);
        province_more(city, all);
        number_by_code(city, all);
        city_drift_citizen(city, citizen);
        city_drift_studies(city, all);
    }
    city_case_put(city, all);
}

static int64_t planned_until(const struct city_options *options, uint64_t people)
{
    uint64_t hours =
        options->hours == 0 ? (uint64_t)options->people * RECORDS_A_PERSON : options->hours;
    return (int64_t)(hours * people / options->people);
}

/* How many records the person is to have: the share, more or less some, and what others left. */
static int64_t quota(struct city *city, uint64_t person)
{
    const struct city_options *options = city->options;
    bool last = person + 1 == options->people;
    city->owed += planned_until(options, person + 1) - planned_until(options, person);
    int64_t most =
        city->owed +
        (last ? 0 : (int64_t)city_random_below(&city->random, VARIATION) - VARIATION / 2);
    return most < 0 ? 0 : most;
}

static void records_done(struct city *city, const struct city_case *all)
{
    for (int at = 0; at < all->study_count; at++)
        city->owed -= all->studies[at].present[PLATFORM_MUNICIPAL];
}

/* The defect of that person's case: they are spread evenly; -1: none. */
static int64_t defect_of(const struct city_options *options, uint64_t person)
{
    uint64_t defects = options->defects > options->people ? options->people : options->defects;
    uint64_t before = person * defects / options->people;
    return (person + 1) * defects / options->people > before ? (int64_t)before : -1;
}

static void people_make(struct city *city, struct city_case *all)
{
    for (uint64_t person = 0; person < city->options->people; person++) {
        int64_t defect = defect_of(city->options, person);
        int64_t count = quota(city, person);
        if (person + 1 == city->options->people)
            city->next_hours = large_id;
        city_case_begin(all);
        if (defect >= 0)
            defects_make(city, all, (unsigned)defect, count);
        else
            person_make(city, all, count);
        records_done(city, all);
    }
}

void city_build(struct store *municipal, struct store *provincial,
                const struct city_options *options, struct city_expected *ret)
{
    struct city city = {
        .options = options,
        .store = {municipal, provincial},
        .expected = ret,
        .random = city_random_of(options->seed, 0),
        .catalogue = city_course_catalogue(),
        .next_account = FIRST_ACCOUNT,
        .next_hours = FIRST_HOURS,
        .defect = "",
    };
    struct city_case *all = calloc(1, sizeof *all);
    if (all == NULL || city.catalogue == NULL || options->people == 0 ||
        !city_organisations_make(&city)) {
        city_note(&city, options->people == 0 ? STATUS_INVALID : STATUS_NO_MEMORY);
    } else {
        city_province_make(&city, all);
        people_make(&city, all);
    }
    free(all);
    free(city.departments);
    free(city.employers);
    free(city.catalogue);
}

void city_expected_json(const struct city_expected *expected, struct buffer *ret)
{
    for (size_t at = 0; at < expected->count; at++) {
        const struct city_conflict *conflict = &expected->conflicts[at];
        buffer_text(ret, "{\"kind\":");
        buffer_json(ret, slice_of(conflict->kind));
        buffer_text(ret, ",\"subject\":");
        buffer_json(ret, slice_of(conflict->subject));
        buffer_text(ret, ",\"field\":");
        buffer_json(ret, slice_of(conflict->field));
        buffer_text(ret, ",\"defect\":");
        buffer_json(ret, slice_of(conflict->defect));
        buffer_text(ret, conflict->derived ? ",\"derived\":true}\n" : ",\"derived\":false}\n");
    }
}

void city_expected_free(struct city_expected *expected)
{
    free(expected->conflicts);
    *expected = (struct city_expected){0};
}
