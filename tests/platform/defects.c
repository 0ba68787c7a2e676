#include "tests/platform/defects.h"

#include "tests/platform/city_inside.h"

#include <stdio.h>
#include <string.h>

/* A defect makes a case of one otherwise consistent person and adds what is to be expected. turn:
 * how often this defect was made before; it varies the side and whether the records are final. */
typedef void defect(struct city *city, struct city_case *all, unsigned turn, int64_t records);

static enum platform_side side_by(unsigned turn)
{
    return turn % 2 == 0 ? PLATFORM_MUNICIPAL : PLATFORM_PROVINCIAL;
}

static enum platform_side other_side(enum platform_side side)
{
    return side == PLATFORM_MUNICIPAL ? PLATFORM_PROVINCIAL : PLATFORM_MUNICIPAL;
}

static const char *side_word(enum platform_side side)
{
    return side == PLATFORM_MUNICIPAL ? "municipal" : "provincial";
}

/* A person whom both sides hold alike; of the hours the province has the shared part. */
static struct city_citizen *person(struct city *city, struct city_case *all, int64_t records)
{
    struct city_citizen *citizen = city_citizen_new(city, all, true);
    city_studies_make(city, all, all->citizen_count - 1, records);
    city_studies_share(city, all);
    return citizen;
}

static void expect_person(struct city *city, const struct city_citizen *citizen, const char *kind,
                          const char *field)
{
    city_expect(city, false, kind, field, "person:%s", citizen->code);
}

static void expect_hours(struct city *city, const struct city_study *study, const char *kind,
                         const char *field)
{
    city_expect(city, false, kind, field, "hours:%s/%s", city_study_system(study), study->number);
}

/* A record more of the first person, on both sides, kept apart by the defect. Every other one is
 * final; the others count in no total. */
static struct city_study *struck(struct city *city, struct city_case *all, unsigned turn,
                                 bool recognised)
{
    int year = 2020 + (int)(turn % 3);
    struct city_study *study =
        city_study_new(city, all, 0, year, CATEGORY_PROFESSIONAL, recognised);
    if (turn % 2 == 0)
        city_study_review(study, REVIEW_EMPLOYER);
    study->held = true;
    return study;
}

/* --- a field differs that nobody may choose by rule --- */

static void person_name(struct city *city, struct city_case *all, unsigned turn, int64_t records)
{
    struct city_citizen *citizen = person(city, all, records);
    char name[CITY_NAME_SIZE];
    city_name_other(citizen->as[side_by(turn)].name, name);
    memcpy(citizen->as[side_by(turn)].name, name, sizeof name);
    expect_person(city, citizen, "field_mismatch", "name");
}

static void organisation_name(struct city *city, enum platform_kind kind)
{
    struct city_organisation organisation;
    struct platform_account account;
    char number[24], name[CITY_NAME_SIZE];
    city_organisation_new(city, kind == KIND_DEPARTMENT, &organisation);
    city_organisation_fill(&organisation, kind, &account);
    snprintf(number, sizeof number, "%llu", (unsigned long long)city->next_account++);
    account.id = number;
    account.origin_system = "371600";
    account.origin_number = number;
    account.created = city_between(city, city->options->now - 900 * CITY_DAY, city->options->now);
    account.updated = account.created;
    city_note(city, store_put_account(city->store[PLATFORM_MUNICIPAL], &account));
    city_name_other(organisation.name, name);
    account.id = NULL;
    account.name = name;
    city_note(city, store_put_account(city->store[PLATFORM_PROVINCIAL], &account));
    city_expect(city, false, "field_mismatch", "name", "%s:%s",
                kind == KIND_DEPARTMENT ? "department" : "employer", organisation.code);
}

static void employer_name(struct city *city, struct city_case *all, unsigned turn, int64_t records)
{
    organisation_name(city, turn % 2 == 0 ? KIND_EMPLOYER : KIND_DEPARTMENT);
    person(city, all, records);
}

static void amount(struct city *city, struct city_case *all, unsigned turn, int64_t records)
{
    person(city, all, records);
    struct city_study *study = struck(city, all, turn, false);
    study->is[PLATFORM_PROVINCIAL].amount_centi += turn % 4 < 2 ? 1 : 250;
    expect_hours(city, study, "field_mismatch", "amount");
}

static void category(struct city *city, struct city_case *all, unsigned turn, int64_t records)
{
    person(city, all, records);
    struct city_study *study = struck(city, all, turn, false);
    study->is[side_by(turn / 2)].category = CATEGORY_PUBLIC;
    expect_hours(city, study, "field_mismatch", "category");
}

/* Finished at the very end of the one year: neither too late for it nor too early for the next. */
static void year(struct city *city, struct city_case *all, unsigned turn, int64_t records)
{
    person(city, all, records);
    struct city_study *study = struck(city, all, turn, false);
    int next = study->truth.year + 1;
    int64_t finished =
        civil_to_instant((struct civil){.year = next, .month = 1, .day = 1}, CIVIL_CST_SECONDS);
    study->is[side_by(turn / 2)].year = next;
    for (int side = 0; side < CITY_SIDES; side++) {
        study->is[side].finished = finished;
        study->is[side].updated = finished + 10 * CITY_DAY;
    }
    expect_hours(city, study, "field_mismatch", "year");
}

static void person_of_hours(struct city *city, struct city_case *all, unsigned turn,
                            int64_t records)
{
    person(city, all, records);
    person(city, all, 0);
    struct city_study *study = struck(city, all, turn, false);
    study->owner[side_by(turn / 2)] = 1;
    expect_hours(city, study, "field_mismatch", "person");
}

/* --- a record that cannot be taken --- */

static void invalid_account(struct city *city, struct platform_account *account,
                            enum platform_side side, const char *number)
{
    account->id = side == PLATFORM_MUNICIPAL ? number : NULL;
    city_note(city, store_put_account(city->store[side], account));
    city_expect(city, false, "invalid_record", "code", "record:%s/account/%s", side_word(side),
                store_last_id(city->store[side]));
}

static void id_check(struct city *city, struct city_case *all, unsigned turn, int64_t records)
{
    enum platform_side side = side_by(turn);
    struct city_citizen *broken = city_citizen_new(city, all, true);
    city_code_resident_spoil(broken->as[side].code);
    invalid_account(city, &broken->is[side], side, broken->number);
    city_case_begin(all);
    person(city, all, records);
}

static void credit_check(struct city *city, struct city_case *all, unsigned turn, int64_t records)
{
    struct city_organisation organisation;
    struct platform_account account;
    char number[24];
    city_organisation_new(city, false, &organisation);
    city_code_credit_spoil(organisation.code);
    city_organisation_fill(&organisation, KIND_EMPLOYER, &account);
    snprintf(number, sizeof number, "%llu", (unsigned long long)city->next_account++);
    account.created = city_between(city, city->options->now - 900 * CITY_DAY, city->options->now);
    account.updated = account.created;
    invalid_account(city, &account, side_by(turn), number);
    person(city, all, records);
}

/* Only one side has the record, and it counts nowhere: nothing else follows from it. */
static void amount_unreadable(struct city *city, struct city_case *all, unsigned turn,
                              int64_t records)
{
    person(city, all, records);
    struct city_study *study = struck(city, all, 0, false);
    if (side_by(turn) == PLATFORM_MUNICIPAL) {
        study->present[PLATFORM_PROVINCIAL] = false;
        study->extra[PLATFORM_MUNICIPAL] = "{\"classHour\":6,\"credit\":6}"; /* both filled */
    } else {
        city_province_own(city, study, false);
        study->extra[PLATFORM_PROVINCIAL] = "{\"sl\":\"6.125\"}"; /* a third decimal */
    }
    expect_hours(city, study, "invalid_record", "amount");
}

/* --- whose record, and which --- */

/* An ID that one side has corrected; of the hours there some still bear the former one. */
static void id_corrected(struct city *city, struct city_case *all, unsigned turn, int64_t records)
{
    enum platform_side side = side_by(turn);
    struct city_citizen *next = city_citizen_new(city, all, true);
    char corrected[CITY_CODE_SIZE];
    memcpy(corrected, next->code, sizeof corrected);
    city_case_begin(all);
    struct city_citizen *citizen = person(city, all, records);
    memcpy(citizen->as[side].former, citizen->code, sizeof corrected);
    memcpy(citizen->as[side].code, corrected, sizeof corrected);
    memcpy(citizen->code, citizen->as[PLATFORM_MUNICIPAL].code, sizeof corrected);
    for (int at = 0; at < all->study_count; at += 2)
        all->studies[at].by_former = true;
    expect_person(city, citizen, "id_changed", "code");
}

/* A copy of the record that stands on one side only, with an id of its own. */
static struct city_study *twin(struct city *city, struct city_case *all, struct city_study *study,
                               enum platform_side side)
{
    struct city_study *copy = &all->studies[all->study_count++];
    *copy = *study;
    copy->present[other_side(side)] = false;
    snprintf(copy->number, sizeof copy->number, "%llu", (unsigned long long)city->next_hours++);
    return copy;
}

static void origin_twice(struct city *city, struct city_case *all, unsigned turn, int64_t records)
{
    person(city, all, records);
    struct city_study *study = struck(city, all, turn, false);
    twin(city, all, study, side_by(turn / 2)); /* its origin stays the first one's */
    expect_hours(city, study, "duplicate_record", "");
}

static void person_twice(struct city *city, struct city_case *all, unsigned turn, int64_t records)
{
    (void)records;
    enum platform_side side = side_by(turn);
    struct city_citizen *citizen = person(city, all, 0);
    struct city_citizen *copy = &all->citizens[all->citizen_count++];
    *copy = *citizen;
    copy->present[other_side(side)] = false;
    copy->is[side].origin_system = copy->is[side].origin_number = "";
    snprintf(copy->number, sizeof copy->number, "%llu", (unsigned long long)city->next_account++);
    expect_person(city, citizen, "duplicate_record", "");
}

/* One evidence entered twice by hand on one side, once on the other. */
static void natural_key_twice(struct city *city, struct city_case *all, unsigned turn,
                              int64_t records)
{
    person(city, all, records);
    struct city_study *study = struck(city, all, 0, true);
    study->truth.amount_centi = 300;
    study->is[PLATFORM_MUNICIPAL].amount_centi = study->is[PLATFORM_PROVINCIAL].amount_centi = 300;
    city_study_detach(study);
    twin(city, all, study, side_by(turn));
    city_expect(city, false, "ambiguous_match", "", "group:*");
}

/* --- review, validity, region --- */

static void hours_revoked(struct city *city, struct city_case *all, unsigned turn, int64_t records)
{
    person(city, all, records);
    struct city_study *study = struck(city, all, turn, false);
    study->is[side_by(turn / 2)].valid = false;
    expect_hours(city, study, "revoked_or_changed", "valid");
}

static void person_revoked(struct city *city, struct city_case *all, unsigned turn, int64_t records)
{
    (void)records;
    struct city_citizen *citizen = person(city, all, 0);
    citizen->is[side_by(turn)].valid = false;
    expect_person(city, citizen, "revoked_or_changed", "valid");
}

static void hours_rejected(struct city *city, struct city_case *all, unsigned turn, int64_t records)
{
    person(city, all, records);
    struct city_study *study = struck(city, all, turn, false);
    study->is[side_by(turn / 2)].review = REVIEW_REJECTED;
    expect_hours(city, study, "review_mismatch", "review");
}

static void person_rejected(struct city *city, struct city_case *all, unsigned turn,
                            int64_t records)
{
    (void)records;
    struct city_citizen *citizen = person(city, all, 0);
    citizen->is[side_by(turn)].review = REVIEW_REJECTED;
    expect_person(city, citizen, "review_mismatch", "review");
}

/* A past year's record that never got its final review, on one side only. */
static void not_final(struct city *city, struct city_case *all, unsigned turn, int64_t records)
{
    static const enum platform_review reviews[] = {REVIEW_EMPLOYER, REVIEW_DEPARTMENT,
                                                   REVIEW_SUBMITTED, REVIEW_DRAFT};
    person(city, all, records);
    struct city_study *study = struck(city, all, 0, false);
    city_study_review(study, reviews[turn / 2 % 4]);
    if (side_by(turn) == PLATFORM_MUNICIPAL)
        study->present[PLATFORM_PROVINCIAL] = false;
    else
        city_province_own(city, study, false);
    expect_hours(city, study, "missing_counterpart", "");
}

/* The province has her at an employer in another city: her hours wait for the transfer. */
static void region(struct city *city, struct city_case *all, unsigned turn, int64_t records)
{
    (void)turn;
    struct city_citizen *citizen = person(city, all, records);
    city_citizen_employ(citizen, PLATFORM_PROVINCIAL, city_province_outside(city));
    for (int at = 0; at < all->study_count; at++)
        all->studies[at].present[PLATFORM_PROVINCIAL] = false;
    expect_person(city, citizen, "region_mismatch", "region");
}

/* Both sides' staff gave her an employer, or a department, that is registered nowhere. */
static void unregistered(struct city *city, struct city_case *all, unsigned turn, int64_t records)
{
    struct city_citizen *citizen = person(city, all, records);
    bool employer = turn % 2 == 0;
    struct city_organisation nobody;
    city_organisation_new(city, !employer, &nobody);
    for (int side = 0; side < CITY_SIDES; side++) {
        char *code = citizen->as[side].unregistered;
        memcpy(code, nobody.code, sizeof nobody.code);
        *(employer ? &citizen->is[side].employer : &citizen->is[side].department) = code;
    }
    city_expect(city, false, "missing_counterpart", "", "%s:%s", employer ? "employer" : "department",
                nobody.code);
}

static const struct {
    const char *name;
    defect *make;
} table[] = {
    {"person_name", person_name},
    {"organisation_name", employer_name},
    {"amount", amount},
    {"category", category},
    {"year", year},
    {"person_of_hours", person_of_hours},
    {"id_check", id_check},
    {"credit_check", credit_check},
    {"amount_unreadable", amount_unreadable},
    {"id_corrected", id_corrected},
    {"origin_twice", origin_twice},
    {"person_twice", person_twice},
    {"natural_key_twice", natural_key_twice},
    {"hours_revoked", hours_revoked},
    {"person_revoked", person_revoked},
    {"hours_rejected", hours_rejected},
    {"person_rejected", person_rejected},
    {"not_final", not_final},
    {"region", region},
    {"unregistered", unregistered},
};
enum { DEFECTS = sizeof table / sizeof *table };

const char *defects_name(size_t at)
{
    return at < DEFECTS ? table[at].name : NULL;
}

void defects_make(struct city *city, struct city_case *all, unsigned number, int64_t records)
{
    city->defect = table[number % DEFECTS].name;
    table[number % DEFECTS].make(city, all, number / DEFECTS, records);
    city_case_put(city, all);
    city_annual_expect(city, all);
    city->defect = "";
}
