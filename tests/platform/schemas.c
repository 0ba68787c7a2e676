/* The members of both platforms' records, as platforms.md shows them. */
#include "tests/platform/fields.h"

#define ACCOUNT(member) offsetof(struct platform_account, member)
#define HOURS(member) offsetof(struct platform_hours, member)
#define ANNUAL(member) offsetof(struct platform_annual, member)

enum { NAME_LIMIT = 100, COURSE_LIMIT = 200, SHORT_LIMIT = 64, PHONE_LIMIT = 32, CODE_LIMIT = 18 };

/* --- municipal --- */

static const struct field_word M_KIND[] = {
    {KIND_PERSON, "1"}, {KIND_EMPLOYER, "2"}, {KIND_DEPARTMENT, "3"}, {0, NULL}};
static const struct field_word M_TITLE[] = {{0, "0"}, {1, "1"}, {2, "2"},
                                            {3, "3"}, {4, "4"}, {0, NULL}};
static const struct field_word M_APPROVAL[] = {
    {REVIEW_WAITING, "0"}, {REVIEW_APPROVED, "1"}, {REVIEW_REJECTED, "2"}, {0, NULL}};
static const struct field_word M_REVIEW[] = {
    {REVIEW_DRAFT, "0"},      {REVIEW_SUBMITTED, "1"}, {REVIEW_EMPLOYER, "2"},
    {REVIEW_DEPARTMENT, "3"}, {REVIEW_HRSS, "4"},      {REVIEW_REJECTED, "-1"},
    {0, NULL}};
static const struct field_word M_DELETED[] = {{true, "0"}, {false, "1"}, {0, NULL}};
static const struct field_word M_YES[] = {{true, "1"}, {false, "0"}, {0, NULL}};
static const struct field_word M_COURSE[] = {
    {CATEGORY_PUBLIC, "1"}, {CATEGORY_PROFESSIONAL, "2"}, {CATEGORY_CREDIT, "0"}, {0, NULL}};
static const struct field_word M_SOURCE[] = {{false, "1"}, {true, "2"}, {0, NULL}};

static const struct field M_ACCOUNT[] = {
    {.name = "id", .type = FIELD_ID, .form = FORM_NUMBER, .offset = ACCOUNT(id),
     .flags = FIELD_SERVER},
    {.name = "accountType", .type = FIELD_WORD, .form = FORM_NUMBER, .offset = ACCOUNT(kind),
     .flags = FIELD_REQUIRED | FIELD_FIXED, .words = M_KIND},
    {.name = "idCard", .type = FIELD_TEXT, .form = FORM_TEXT, .offset = ACCOUNT(code),
     .flags = FIELD_REQUIRED | FIELD_FIXED, .kinds = FIELD_PERSONS, .limit = CODE_LIMIT,
     .check = CHECK_RESIDENT},
    {.name = "formerIdCards", .type = FIELD_LIST, .form = FORM_TEXT,
     .offset = ACCOUNT(former_codes), .flags = FIELD_FIXED, .limit = CODE_LIMIT},
    {.name = "creditCode", .type = FIELD_TEXT, .form = FORM_TEXT, .offset = ACCOUNT(code),
     .flags = FIELD_REQUIRED | FIELD_FIXED, .kinds = FIELD_ORGANISATIONS, .limit = CODE_LIMIT,
     .check = CHECK_CREDIT},
    {.name = "realName", .type = FIELD_TEXT, .form = FORM_TEXT, .offset = ACCOUNT(name),
     .flags = FIELD_REQUIRED, .kinds = FIELD_PERSONS, .limit = NAME_LIMIT},
    {.name = "orgName", .type = FIELD_TEXT, .form = FORM_TEXT, .offset = ACCOUNT(name),
     .flags = FIELD_REQUIRED, .kinds = FIELD_ORGANISATIONS, .limit = NAME_LIMIT},
    {.name = "mobile", .type = FIELD_TEXT, .form = FORM_TEXT, .offset = ACCOUNT(mobile),
     .limit = PHONE_LIMIT},
    {.name = "areaCode", .type = FIELD_TEXT, .form = FORM_TEXT, .offset = ACCOUNT(region),
     .flags = FIELD_REQUIRED, .limit = 6, .check = CHECK_REGION},
    {.name = "orgCreditCode", .type = FIELD_TEXT, .form = FORM_TEXT, .offset = ACCOUNT(employer),
     .limit = CODE_LIMIT},
    {.name = "deptCreditCode", .type = FIELD_TEXT, .form = FORM_TEXT,
     .offset = ACCOUNT(department), .limit = CODE_LIMIT},
    {.name = "titleLevel", .type = FIELD_WORD, .form = FORM_NUMBER, .offset = ACCOUNT(title),
     .words = M_TITLE},
    {.name = "auditStatus", .type = FIELD_WORD, .form = FORM_NUMBER, .offset = ACCOUNT(review),
     .words = M_APPROVAL},
    {.name = "deleted", .type = FIELD_FLAG, .form = FORM_NUMBER, .offset = ACCOUNT(valid),
     .words = M_DELETED},
    {.name = "originSystem", .type = FIELD_TEXT, .form = FORM_TEXT,
     .offset = ACCOUNT(origin_system), .flags = FIELD_FIXED, .limit = SHORT_LIMIT},
    {.name = "originNo", .type = FIELD_TEXT, .form = FORM_TEXT, .offset = ACCOUNT(origin_number),
     .flags = FIELD_FIXED, .limit = SHORT_LIMIT},
    {.name = "createdAt", .type = FIELD_TIME, .form = FORM_TEXT, .offset = ACCOUNT(created),
     .flags = FIELD_FIXED},
    {.name = "updatedAt", .type = FIELD_TIME, .form = FORM_TEXT, .offset = ACCOUNT(updated),
     .flags = FIELD_SERVER},
    {.name = "version", .type = FIELD_VERSION, .form = FORM_TEXT, .offset = ACCOUNT(version),
     .flags = FIELD_SERVER},
};

static const struct field M_HOURS[] = {
    {.name = "id", .type = FIELD_ID, .form = FORM_NUMBER, .offset = HOURS(id),
     .flags = FIELD_SERVER},
    {.name = "idCard", .type = FIELD_TEXT, .form = FORM_TEXT, .offset = HOURS(person),
     .flags = FIELD_REQUIRED, .limit = CODE_LIMIT},
    {.name = "studyYear", .type = FIELD_YEAR, .form = FORM_NUMBER, .offset = HOURS(year),
     .flags = FIELD_REQUIRED},
    {.name = "courseType", .type = FIELD_WORD, .form = FORM_NUMBER, .offset = HOURS(category),
     .flags = FIELD_REQUIRED, .words = M_COURSE},
    {.name = "classHour", .type = FIELD_AMOUNT, .form = FORM_NUMBER,
     .offset = HOURS(amount_centi), .unit = UNIT_HOURS},
    {.name = "credit", .type = FIELD_AMOUNT, .form = FORM_NUMBER, .offset = HOURS(amount_centi),
     .unit = UNIT_CREDITS},
    {.name = "source", .type = FIELD_FLAG, .form = FORM_NUMBER, .offset = HOURS(recognised),
     .flags = FIELD_REQUIRED, .words = M_SOURCE},
    {.name = "courseCode", .type = FIELD_TEXT, .form = FORM_TEXT, .offset = HOURS(course_code),
     .limit = SHORT_LIMIT},
    {.name = "courseName", .type = FIELD_TEXT, .form = FORM_TEXT, .offset = HOURS(course_name),
     .limit = COURSE_LIMIT},
    {.name = "evidenceNo", .type = FIELD_TEXT, .form = FORM_TEXT, .offset = HOURS(evidence),
     .limit = SHORT_LIMIT},
    {.name = "finishTime", .type = FIELD_TIME, .form = FORM_TEXT, .offset = HOURS(finished),
     .flags = FIELD_REQUIRED},
    {.name = "auditStatus", .type = FIELD_WORD, .form = FORM_NUMBER, .offset = HOURS(review),
     .words = M_REVIEW},
    {.name = "deleted", .type = FIELD_FLAG, .form = FORM_NUMBER, .offset = HOURS(valid),
     .words = M_DELETED},
    {.name = "originSystem", .type = FIELD_TEXT, .form = FORM_TEXT,
     .offset = HOURS(origin_system), .flags = FIELD_FIXED, .limit = SHORT_LIMIT},
    {.name = "originNo", .type = FIELD_TEXT, .form = FORM_TEXT, .offset = HOURS(origin_number),
     .flags = FIELD_FIXED, .limit = SHORT_LIMIT},
    {.name = "updatedAt", .type = FIELD_TIME, .form = FORM_TEXT, .offset = HOURS(updated),
     .flags = FIELD_SERVER},
    {.name = "version", .type = FIELD_VERSION, .form = FORM_NUMBER, .offset = HOURS(version),
     .flags = FIELD_SERVER},
};

static const struct field M_ANNUAL[] = {
    {.name = "idCard", .type = FIELD_TEXT, .form = FORM_TEXT, .offset = ANNUAL(person)},
    {.name = "studyYear", .type = FIELD_YEAR, .form = FORM_NUMBER, .offset = ANNUAL(year)},
    {.name = "publicHours", .type = FIELD_AMOUNT, .form = FORM_NUMBER,
     .offset = ANNUAL(public_centi), .unit = UNIT_HOURS},
    {.name = "professionalHours", .type = FIELD_AMOUNT, .form = FORM_NUMBER,
     .offset = ANNUAL(professional_centi), .unit = UNIT_HOURS},
    {.name = "credits", .type = FIELD_AMOUNT, .form = FORM_NUMBER,
     .offset = ANNUAL(credits_centi), .unit = UNIT_CREDITS},
    {.name = "qualified", .type = FIELD_FLAG, .form = FORM_NUMBER, .offset = ANNUAL(qualified),
     .words = M_YES},
    {.name = "auditStatus", .type = FIELD_WORD, .form = FORM_NUMBER, .offset = ANNUAL(review),
     .words = M_REVIEW},
    {.name = "certNo", .type = FIELD_TEXT, .form = FORM_TEXT, .offset = ANNUAL(certificate),
     .limit = SHORT_LIMIT},
    {.name = "certIssuedAt", .type = FIELD_TIME, .form = FORM_TEXT,
     .offset = ANNUAL(certificate_date)},
    {.name = "updatedAt", .type = FIELD_TIME, .form = FORM_TEXT, .offset = ANNUAL(updated),
     .flags = FIELD_SERVER},
    {.name = "version", .type = FIELD_VERSION, .form = FORM_NUMBER, .offset = ANNUAL(version),
     .flags = FIELD_SERVER},
};

/* --- provincial --- */

static const struct field_word P_KIND[] = {
    {KIND_PERSON, "01"}, {KIND_EMPLOYER, "02"}, {KIND_DEPARTMENT, "03"}, {0, NULL}};
static const struct field_word P_TITLE[] = {{0, "00"}, {1, "01"}, {2, "02"},
                                            {3, "03"}, {4, "04"}, {0, NULL}};
static const struct field_word P_APPROVAL[] = {
    {REVIEW_WAITING, "10"}, {REVIEW_APPROVED, "20"}, {REVIEW_REJECTED, "90"}, {0, NULL}};
static const struct field_word P_REVIEW[] = {
    {REVIEW_DRAFT, "00"},      {REVIEW_SUBMITTED, "10"}, {REVIEW_EMPLOYER, "20"},
    {REVIEW_DEPARTMENT, "30"}, {REVIEW_HRSS, "40"},      {REVIEW_REJECTED, "90"},
    {0, NULL}};
static const struct field_word P_YES[] = {{true, "1"}, {false, "0"}, {0, NULL}};
static const struct field_word P_CATEGORY[] = {
    {CATEGORY_PUBLIC, "GX"}, {CATEGORY_PROFESSIONAL, "ZY"}, {CATEGORY_CREDIT, "XF"}, {0, NULL}};
static const struct field_word P_UNIT[] = {{false, "XS"}, {true, "XF"}, {0, NULL}};
static const struct field_word P_SOURCE[] = {{false, "01"}, {true, "02"}, {0, NULL}};

static const struct field P_ACCOUNT[] = {
    {.name = "ryid", .type = FIELD_ID, .form = FORM_TEXT, .offset = ACCOUNT(id),
     .flags = FIELD_SERVER},
    {.name = "rylb", .type = FIELD_WORD, .form = FORM_TEXT, .offset = ACCOUNT(kind),
     .flags = FIELD_REQUIRED | FIELD_FIXED, .words = P_KIND},
    {.name = "sfzjhm", .type = FIELD_TEXT, .form = FORM_NULL, .offset = ACCOUNT(code),
     .flags = FIELD_REQUIRED | FIELD_FIXED, .kinds = FIELD_PERSONS, .limit = CODE_LIMIT,
     .check = CHECK_RESIDENT},
    {.name = "ls_sfzjhm", .type = FIELD_LIST, .form = FORM_TEXT, .offset = ACCOUNT(former_codes),
     .flags = FIELD_FIXED, .limit = CODE_LIMIT},
    {.name = "tyshxydm", .type = FIELD_TEXT, .form = FORM_NULL, .offset = ACCOUNT(code),
     .flags = FIELD_REQUIRED | FIELD_FIXED, .kinds = FIELD_ORGANISATIONS, .limit = CODE_LIMIT,
     .check = CHECK_CREDIT},
    {.name = "mc", .type = FIELD_TEXT, .form = FORM_NULL, .offset = ACCOUNT(name),
     .flags = FIELD_REQUIRED, .limit = NAME_LIMIT},
    {.name = "lxdh", .type = FIELD_TEXT, .form = FORM_NULL, .offset = ACCOUNT(mobile),
     .limit = PHONE_LIMIT},
    {.name = "xzqh", .type = FIELD_TEXT, .form = FORM_NULL, .offset = ACCOUNT(region), .limit = 6,
     .check = CHECK_REGION},
    {.name = "dwxydm", .type = FIELD_TEXT, .form = FORM_NULL, .offset = ACCOUNT(employer),
     .limit = CODE_LIMIT},
    {.name = "bmxydm", .type = FIELD_TEXT, .form = FORM_NULL, .offset = ACCOUNT(department),
     .limit = CODE_LIMIT},
    {.name = "zcjb", .type = FIELD_WORD, .form = FORM_TEXT, .offset = ACCOUNT(title),
     .words = P_TITLE},
    {.name = "shzt", .type = FIELD_WORD, .form = FORM_TEXT, .offset = ACCOUNT(review),
     .words = P_APPROVAL},
    {.name = "yxbz", .type = FIELD_FLAG, .form = FORM_TEXT, .offset = ACCOUNT(valid),
     .words = P_YES},
    {.name = "lyxtbm", .type = FIELD_TEXT, .form = FORM_NULL, .offset = ACCOUNT(origin_system),
     .flags = FIELD_FIXED, .limit = SHORT_LIMIT},
    {.name = "lyxh", .type = FIELD_TEXT, .form = FORM_NULL, .offset = ACCOUNT(origin_number),
     .flags = FIELD_FIXED, .limit = SHORT_LIMIT},
    {.name = "cjsj", .type = FIELD_TIME, .form = FORM_NULL, .offset = ACCOUNT(created),
     .flags = FIELD_FIXED},
    {.name = "gxsj", .type = FIELD_TIME, .form = FORM_NULL, .offset = ACCOUNT(updated),
     .flags = FIELD_SERVER},
    {.name = "bbh", .type = FIELD_VERSION, .form = FORM_NUMBER, .offset = ACCOUNT(version),
     .flags = FIELD_SERVER},
};

static const struct field P_HOURS[] = {
    {.name = "xsid", .type = FIELD_ID, .form = FORM_TEXT, .offset = HOURS(id),
     .flags = FIELD_SERVER},
    {.name = "sfzjhm", .type = FIELD_TEXT, .form = FORM_NULL, .offset = HOURS(person),
     .flags = FIELD_REQUIRED, .limit = CODE_LIMIT},
    {.name = "nd", .type = FIELD_YEAR, .form = FORM_TEXT, .offset = HOURS(year),
     .flags = FIELD_REQUIRED},
    {.name = "kmlb", .type = FIELD_WORD, .form = FORM_TEXT, .offset = HOURS(category),
     .flags = FIELD_REQUIRED, .words = P_CATEGORY},
    {.name = "jldw", .type = FIELD_FLAG, .form = FORM_TEXT, .offset = HOURS(credits),
     .flags = FIELD_REQUIRED, .words = P_UNIT},
    {.name = "sl", .type = FIELD_AMOUNT, .form = FORM_TEXT, .offset = HOURS(amount_centi),
     .flags = FIELD_REQUIRED},
    {.name = "rdfs", .type = FIELD_FLAG, .form = FORM_TEXT, .offset = HOURS(recognised),
     .flags = FIELD_REQUIRED, .words = P_SOURCE},
    {.name = "kcdm", .type = FIELD_TEXT, .form = FORM_NULL, .offset = HOURS(course_code),
     .limit = SHORT_LIMIT},
    {.name = "kcmc", .type = FIELD_TEXT, .form = FORM_NULL, .offset = HOURS(course_name),
     .limit = COURSE_LIMIT},
    {.name = "zmclh", .type = FIELD_TEXT, .form = FORM_NULL, .offset = HOURS(evidence),
     .limit = SHORT_LIMIT},
    {.name = "wcsj", .type = FIELD_TIME, .form = FORM_NULL, .offset = HOURS(finished),
     .flags = FIELD_REQUIRED},
    {.name = "shzt", .type = FIELD_WORD, .form = FORM_TEXT, .offset = HOURS(review),
     .words = P_REVIEW},
    {.name = "yxbz", .type = FIELD_FLAG, .form = FORM_TEXT, .offset = HOURS(valid),
     .words = P_YES},
    {.name = "lyxtbm", .type = FIELD_TEXT, .form = FORM_NULL, .offset = HOURS(origin_system),
     .flags = FIELD_FIXED, .limit = SHORT_LIMIT},
    {.name = "lyxh", .type = FIELD_TEXT, .form = FORM_NULL, .offset = HOURS(origin_number),
     .flags = FIELD_FIXED, .limit = SHORT_LIMIT},
    {.name = "gxsj", .type = FIELD_TIME, .form = FORM_NULL, .offset = HOURS(updated),
     .flags = FIELD_SERVER},
    {.name = "bbh", .type = FIELD_VERSION, .form = FORM_NUMBER, .offset = HOURS(version),
     .flags = FIELD_SERVER},
};

static const struct field P_ANNUAL[] = {
    {.name = "sfzjhm", .type = FIELD_TEXT, .form = FORM_TEXT, .offset = ANNUAL(person)},
    {.name = "nd", .type = FIELD_YEAR, .form = FORM_TEXT, .offset = ANNUAL(year)},
    {.name = "gxxs", .type = FIELD_AMOUNT, .form = FORM_NULL, .offset = ANNUAL(public_centi),
     .unit = UNIT_HOURS},
    {.name = "zyxs", .type = FIELD_AMOUNT, .form = FORM_NULL,
     .offset = ANNUAL(professional_centi), .unit = UNIT_HOURS},
    {.name = "xf", .type = FIELD_AMOUNT, .form = FORM_NULL, .offset = ANNUAL(credits_centi),
     .unit = UNIT_CREDITS},
    {.name = "hgbz", .type = FIELD_FLAG, .form = FORM_TEXT, .offset = ANNUAL(qualified),
     .words = P_YES},
    {.name = "shzt", .type = FIELD_WORD, .form = FORM_TEXT, .offset = ANNUAL(review),
     .words = P_REVIEW},
    {.name = "zsbh", .type = FIELD_TEXT, .form = FORM_NULL, .offset = ANNUAL(certificate),
     .limit = SHORT_LIMIT},
    {.name = "fzsj", .type = FIELD_TIME, .form = FORM_NULL, .offset = ANNUAL(certificate_date)},
    {.name = "gxsj", .type = FIELD_TIME, .form = FORM_NULL, .offset = ANNUAL(updated),
     .flags = FIELD_SERVER},
    {.name = "bbh", .type = FIELD_VERSION, .form = FORM_NUMBER, .offset = ANNUAL(version),
     .flags = FIELD_SERVER},
};

#define SCHEMA(side, entity, fields) {side, entity, fields, sizeof(fields) / sizeof(fields)[0]}

const struct schema MUNICIPAL_SCHEMAS[ENTITY_COUNT] = {
    SCHEMA(PLATFORM_MUNICIPAL, ENTITY_ACCOUNT, M_ACCOUNT),
    SCHEMA(PLATFORM_MUNICIPAL, ENTITY_HOURS, M_HOURS),
    SCHEMA(PLATFORM_MUNICIPAL, ENTITY_ANNUAL, M_ANNUAL),
};
const struct schema PROVINCIAL_SCHEMAS[ENTITY_COUNT] = {
    SCHEMA(PLATFORM_PROVINCIAL, ENTITY_ACCOUNT, P_ACCOUNT),
    SCHEMA(PLATFORM_PROVINCIAL, ENTITY_HOURS, P_HOURS),
    SCHEMA(PLATFORM_PROVINCIAL, ENTITY_ANNUAL, P_ANNUAL),
};

const struct schema *schema_of(enum platform_side side, enum entity entity)
{
    return side == PLATFORM_MUNICIPAL ? &MUNICIPAL_SCHEMAS[entity] : &PROVINCIAL_SCHEMAS[entity];
}
