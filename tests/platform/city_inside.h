/* The inside of the city generator, for city.c, city_*.c and defects.c only. A city is made case by
 * case: one person, or two whom a defect ties together, with all their records on both sides, put
 * into the stores and forgotten. */
#ifndef PLATFORM_CITY_INSIDE_H
#define PLATFORM_CITY_INSIDE_H

#include "mapping/base/civil.h"
#include "tests/platform/city.h"
#include "tests/platform/city_code.h"
#include "tests/platform/city_course.h"
#include "tests/platform/city_random.h"

enum {
    CITY_SIDES = PLATFORM_PROVINCIAL + 1,
    CITY_CITIZENS = 2,
    CITY_STUDIES = 800, /* of one case */
    CITY_QUOTA = 600,   /* most hour records that a person is planned to have */
    CITY_DAY = 86400
};

/* A department or an employer; both sides know it alike, the province only where shared. */
struct city_organisation {
    char code[CITY_CODE_SIZE];
    char name[CITY_NAME_SIZE];
    const char *region;
    const char *department; /* code; "": none */
    bool shared;
};

struct city {
    const struct city_options *options;
    struct store *store[CITY_SIDES];
    struct city_expected *expected;
    struct city_random random;
    struct city_catalogue *catalogue;
    struct city_organisation *departments, *employers;
    uint32_t department_count, shared_departments;
    uint32_t employer_count, shared_employers; /* the shared ones first */
    uint32_t next_organisation;
    uint64_t next_person;  /* number of the next resident ID */
    uint64_t next_account; /* municipal ids */
    uint64_t next_hours;
    uint32_t next_evidence;
    uint32_t next_provincial; /* origin numbers of the province */
    int64_t owed;             /* hour records that earlier persons left to later ones */
    double person_share;      /* of the persons of shared employers: who stands at the province */
    struct city_organisation outside; /* an employer in another city of the province */
    const char *defect;               /* being injected */
};

/* The texts of a citizen's account as one side writes them. */
struct city_writing {
    char code[CITY_CODE_SIZE];
    char former[CITY_CODE_SIZE];
    char name[CITY_NAME_SIZE];
    char mobile[48];
    char unregistered[CITY_CODE_SIZE]; /* whom a defect lets the account name */
};

struct city_citizen {
    char code[CITY_CODE_SIZE]; /* the present one, normal */
    char number[24];           /* municipal id and origin number */
    bool present[CITY_SIDES];
    struct platform_account is[CITY_SIDES]; /* texts in `as`, or static, or an organisation's */
    struct city_writing as[CITY_SIDES];
    const struct city_organisation *employer;
    struct {
        uint32_t first_day, days;
        uint32_t first_course[CITY_CATEGORIES], courses[CITY_CATEGORIES];
    } year[CITY_YEARS]; /* what is used up: no two records of a year share a day or a course */
};

/* One hour record: what is true, and what each side holds of it. */
struct city_study {
    struct platform_hours truth;
    struct platform_hours is[CITY_SIDES];
    bool present[CITY_SIDES];
    bool held;             /* a defect keeps the sides apart; else both come to hold the truth */
    int owner[CITY_SIDES]; /* citizen of the case whose code the record bears */
    bool by_former;        /* bears the owner's former code where there is one */
    char number[24];       /* origin number, and the municipal id */
    char evidence[CITY_SIDES][64];
    char course_name[CITY_SIDES][CITY_NAME_SIZE];
    const char *extra[CITY_SIDES]; /* static JSON for store_put_extra, or NULL */
};

struct city_case {
    struct city_citizen citizens[CITY_CITIZENS];
    int citizen_count;
    struct city_study studies[CITY_STUDIES];
    int study_count;
};

/* city.c */
void city_case_begin(struct city_case *all);
/* Puts a status into expected->status; the first failure stays. */
void city_note(struct city *city, enum status status);
/* A conflict of the defect being injected; format and arguments give the subject. */
void city_expect(struct city *city, bool derived, const char *kind, const char *field,
                 const char *format, ...) __attribute__((format(printf, 5, 6)));
void city_case_put(struct city *city, struct city_case *all);

/* city_organisation.c */
bool city_organisations_make(struct city *city);
void city_organisation_fill(const struct city_organisation *organisation, enum platform_kind kind,
                            struct platform_account *ret);
/* An organisation with a code and region of its own, hanging on the shared department 0. */
void city_organisation_new(struct city *city, bool bureau, struct city_organisation *ret);

/* city_citizen.c */
/* Adds a citizen, the same on both sides: at the province surely, or in the share of the options.
 */
struct city_citizen *city_citizen_new(struct city *city, struct city_case *all, bool surely);
/* The region follows the employer's. */
void city_citizen_employ(struct city_citizen *citizen, enum platform_side side,
                         const struct city_organisation *employer);
int64_t city_between(struct city *city, int64_t from, int64_t until);

/* city_study.c */
/* Adds a final record, the same on both sides, with its own day and course; recognised ones have
 * evidence and no course. NULL: the case is full. category: CREDIT exactly in years up to 2019. */
struct city_study *city_study_new(struct city *city, struct city_case *all, int owner, int year,
                                  enum platform_category category, bool recognised);
/* Both sides say they entered it themselves: only its natural key joins the two. */
void city_study_detach(struct city_study *study);
void city_studies_make(struct city *city, struct city_case *all, int owner, int64_t count);
/* The province keeps the shared part of the case's records; the others it has not got yet. */
void city_studies_share(struct city *city, struct city_case *all);
/* Another review than the final one: on both sides. */
void city_study_review(struct city_study *study, enum platform_review review);
/* "hours:SYSTEM/NUMBER" of the record: 371600, or 370000 for a number of the province. */
const char *city_study_system(const struct city_study *study);

/* city_drift.c: differences that are no conflict. */
void city_drift_citizen(struct city *city, struct city_citizen *citizen);
void city_drift_studies(struct city *city, struct city_case *all);

/* city_province.c: what only the province holds, in the region and outside it. */
void city_province_make(struct city *city, struct city_case *room);
/* An employer outside the region, known to the province; its code lives as long as the city. */
const struct city_organisation *city_province_outside(const struct city *city);
/* The record was entered at the province and the municipal side has it not: origin 370000, either
 * with a number of the province's or entered by hand. */
void city_province_own(struct city *city, struct city_study *study, bool by_hand);

/* city_annual.c: yearly results of a case. */
void city_annual_put(struct city *city, const struct city_case *all);
/* The conflicts of totals that follow when the held records stay apart. */
void city_annual_expect(struct city *city, const struct city_case *all);

#endif
