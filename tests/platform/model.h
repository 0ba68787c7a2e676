/* What a reference platform holds, the same for both: the municipal and the provincial server render
 * it in their own schema. The city generator fills it; the servers serve and change it. */
#ifndef PLATFORM_MODEL_H
#define PLATFORM_MODEL_H

#include <stdbool.h>
#include <stdint.h>

enum platform_side { PLATFORM_MUNICIPAL, PLATFORM_PROVINCIAL };
enum platform_kind { KIND_PERSON = 1, KIND_EMPLOYER = 2, KIND_DEPARTMENT = 3 };
/* account: WAITING, APPROVED, REJECTED; hours and yearly results: the others and REJECTED */
enum platform_review {
    REVIEW_DRAFT,
    REVIEW_SUBMITTED,
    REVIEW_EMPLOYER,
    REVIEW_DEPARTMENT,
    REVIEW_HRSS,
    REVIEW_REJECTED,
    REVIEW_WAITING,
    REVIEW_APPROVED
};
enum platform_category { CATEGORY_PUBLIC, CATEGORY_PROFESSIONAL, CATEGORY_CREDIT };

/* Texts are UTF-8, owned by the platform's store; NULL or "" is empty. */
struct platform_account {
    const char *id; /* NULL when handed in: the store gives one */
    enum platform_kind kind;
    const char *code;
    const char *former_codes; /* separated by one space */
    const char *name;
    const char *mobile;
    const char *region;
    const char *employer;
    const char *department;
    int title; /* 0 to 4 */
    enum platform_review review;
    bool valid;
    const char *origin_system; /* "": entered by hand on this side */
    const char *origin_number;
    int64_t created; /* instants, seconds UTC */
    int64_t updated;
    int64_t version;
};

struct platform_hours {
    const char *id;
    const char *person; /* the code as stored: any spelling, present or former */
    int year;
    enum platform_category category;
    int64_t amount_centi;
    bool credits; /* unit: credits, else hours */
    bool recognised;
    const char *course_code;
    const char *course_name;
    const char *evidence;
    int64_t finished;
    enum platform_review review;
    bool valid;
    const char *origin_system;
    const char *origin_number;
    int64_t updated;
    int64_t version;
};

struct platform_annual {
    const char *person;
    int year;
    int64_t public_centi, professional_centi, credits_centi;
    bool qualified;
    enum platform_review review;
    const char *certificate;
    int64_t certificate_date; /* 0: none */
    int64_t updated;
    int64_t version;
};

#endif
