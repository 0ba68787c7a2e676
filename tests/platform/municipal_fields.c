/* The members of the municipal platform's records (platforms.md). */
#include "tests/platform/schema_table.h"

static const struct field_word KIND_WORDS[] = {
    {KIND_PERSON, "1"}, {KIND_EMPLOYER, "2"}, {KIND_DEPARTMENT, "3"}, {0, NULL}};
static const struct field_word TITLE_WORDS[] = {{0, "0"}, {1, "1"}, {2, "2"},
                                                {3, "3"}, {4, "4"}, {0, NULL}};
static const struct field_word APPROVAL_WORDS[] = {
    {REVIEW_WAITING, "0"}, {REVIEW_APPROVED, "1"}, {REVIEW_REJECTED, "2"}, {0, NULL}};
static const struct field_word REVIEW_WORDS[] = {{REVIEW_DRAFT, "0"},
                                                 {REVIEW_SUBMITTED, "1"},
                                                 {REVIEW_EMPLOYER, "2"},
                                                 {REVIEW_DEPARTMENT, "3"},
                                                 {REVIEW_HRSS, "4"},
                                                 {REVIEW_REJECTED, "-1"},
                                                 {0, NULL}};
static const struct field_word DELETED_WORDS[] = {{true, "0"}, {false, "1"}, {0, NULL}};
static const struct field_word YES_WORDS[] = {{true, "1"}, {false, "0"}, {0, NULL}};
static const struct field_word COURSE_WORDS[] = {
    {CATEGORY_PUBLIC, "1"}, {CATEGORY_PROFESSIONAL, "2"}, {CATEGORY_CREDIT, "0"}, {0, NULL}};
static const struct field_word SOURCE_WORDS[] = {{false, "1"}, {true, "2"}, {0, NULL}};

static const struct field ACCOUNT_MEMBERS[] = {
    MEMBER("id", FIELD_ID, FORM_NUMBER, ACCOUNT(id), .flags = FIELD_SERVER),
    MEMBER("accountType", FIELD_WORD, FORM_NUMBER, ACCOUNT(kind),
           .flags = FIELD_REQUIRED | FIELD_FIXED, .words = KIND_WORDS),
    MEMBER("idCard", FIELD_TEXT, FORM_TEXT, ACCOUNT(code), .flags = FIELD_REQUIRED | FIELD_FIXED,
           .kinds = FIELD_PERSONS, .limit = CODE_LIMIT, .check = CHECK_RESIDENT),
    MEMBER("formerIdCards", FIELD_LIST, FORM_TEXT, ACCOUNT(former_codes), .flags = FIELD_FIXED,
           .limit = CODE_LIMIT),
    MEMBER("creditCode", FIELD_TEXT, FORM_TEXT, ACCOUNT(code),
           .flags = FIELD_REQUIRED | FIELD_FIXED, .kinds = FIELD_ORGANISATIONS, .limit = CODE_LIMIT,
           .check = CHECK_CREDIT),
    MEMBER("realName", FIELD_TEXT, FORM_TEXT, ACCOUNT(name), .flags = FIELD_REQUIRED,
           .kinds = FIELD_PERSONS, .limit = NAME_LIMIT),
    MEMBER("orgName", FIELD_TEXT, FORM_TEXT, ACCOUNT(name), .flags = FIELD_REQUIRED,
           .kinds = FIELD_ORGANISATIONS, .limit = NAME_LIMIT),
    MEMBER("mobile", FIELD_TEXT, FORM_TEXT, ACCOUNT(mobile), .limit = PHONE_LIMIT),
    MEMBER("areaCode", FIELD_TEXT, FORM_TEXT, ACCOUNT(region), .flags = FIELD_REQUIRED, .limit = 6,
           .check = CHECK_REGION),
    MEMBER("orgCreditCode", FIELD_TEXT, FORM_TEXT, ACCOUNT(employer), .limit = CODE_LIMIT),
    MEMBER("deptCreditCode", FIELD_TEXT, FORM_TEXT, ACCOUNT(department), .limit = CODE_LIMIT),
    MEMBER("titleLevel", FIELD_WORD, FORM_NUMBER, ACCOUNT(title), .words = TITLE_WORDS),
    MEMBER("auditStatus", FIELD_WORD, FORM_NUMBER, ACCOUNT(review), .words = APPROVAL_WORDS),
    MEMBER("deleted", FIELD_FLAG, FORM_NUMBER, ACCOUNT(valid), .words = DELETED_WORDS),
    MEMBER("originSystem", FIELD_TEXT, FORM_TEXT, ACCOUNT(origin_system), .flags = FIELD_FIXED,
           .limit = SHORT_LIMIT),
    MEMBER("originNo", FIELD_TEXT, FORM_TEXT, ACCOUNT(origin_number), .flags = FIELD_FIXED,
           .limit = SHORT_LIMIT),
    MEMBER("createdAt", FIELD_TIME, FORM_TEXT, ACCOUNT(created), .flags = FIELD_FIXED),
    MEMBER("updatedAt", FIELD_TIME, FORM_TEXT, ACCOUNT(updated), .flags = FIELD_SERVER),
    MEMBER("version", FIELD_VERSION, FORM_TEXT, ACCOUNT(version), .flags = FIELD_SERVER),
};

static const struct field HOURS_MEMBERS[] = {
    MEMBER("id", FIELD_ID, FORM_NUMBER, HOURS(id), .flags = FIELD_SERVER),
    MEMBER("idCard", FIELD_TEXT, FORM_TEXT, HOURS(person), .flags = FIELD_REQUIRED,
           .limit = CODE_LIMIT),
    MEMBER("studyYear", FIELD_YEAR, FORM_NUMBER, HOURS(year), .flags = FIELD_REQUIRED),
    MEMBER("courseType", FIELD_WORD, FORM_NUMBER, HOURS(category), .flags = FIELD_REQUIRED,
           .words = COURSE_WORDS),
    MEMBER("classHour", FIELD_AMOUNT, FORM_NUMBER, HOURS(amount_centi), .unit = UNIT_HOURS),
    MEMBER("credit", FIELD_AMOUNT, FORM_NUMBER, HOURS(amount_centi), .unit = UNIT_CREDITS),
    MEMBER("source", FIELD_FLAG, FORM_NUMBER, HOURS(recognised), .flags = FIELD_REQUIRED,
           .words = SOURCE_WORDS),
    MEMBER("courseCode", FIELD_TEXT, FORM_TEXT, HOURS(course_code), .limit = SHORT_LIMIT),
    MEMBER("courseName", FIELD_TEXT, FORM_TEXT, HOURS(course_name), .limit = COURSE_LIMIT),
    MEMBER("evidenceNo", FIELD_TEXT, FORM_TEXT, HOURS(evidence), .limit = SHORT_LIMIT),
    MEMBER("finishTime", FIELD_TIME, FORM_TEXT, HOURS(finished), .flags = FIELD_REQUIRED),
    MEMBER("auditStatus", FIELD_WORD, FORM_NUMBER, HOURS(review), .words = REVIEW_WORDS),
    MEMBER("deleted", FIELD_FLAG, FORM_NUMBER, HOURS(valid), .words = DELETED_WORDS),
    MEMBER("originSystem", FIELD_TEXT, FORM_TEXT, HOURS(origin_system), .flags = FIELD_FIXED,
           .limit = SHORT_LIMIT),
    MEMBER("originNo", FIELD_TEXT, FORM_TEXT, HOURS(origin_number), .flags = FIELD_FIXED,
           .limit = SHORT_LIMIT),
    MEMBER("updatedAt", FIELD_TIME, FORM_TEXT, HOURS(updated), .flags = FIELD_SERVER),
    MEMBER("version", FIELD_VERSION, FORM_NUMBER, HOURS(version), .flags = FIELD_SERVER),
};

static const struct field ANNUAL_MEMBERS[] = {
    MEMBER("idCard", FIELD_TEXT, FORM_TEXT, ANNUAL(person), .flags = 0),
    MEMBER("studyYear", FIELD_YEAR, FORM_NUMBER, ANNUAL(year), .flags = 0),
    MEMBER("publicHours", FIELD_AMOUNT, FORM_NUMBER, ANNUAL(public_centi), .unit = UNIT_HOURS),
    MEMBER("professionalHours", FIELD_AMOUNT, FORM_NUMBER, ANNUAL(professional_centi),
           .unit = UNIT_HOURS),
    MEMBER("credits", FIELD_AMOUNT, FORM_NUMBER, ANNUAL(credits_centi), .unit = UNIT_CREDITS),
    MEMBER("qualified", FIELD_FLAG, FORM_NUMBER, ANNUAL(qualified), .words = YES_WORDS),
    MEMBER("auditStatus", FIELD_WORD, FORM_NUMBER, ANNUAL(review), .words = REVIEW_WORDS),
    MEMBER("certNo", FIELD_TEXT, FORM_TEXT, ANNUAL(certificate), .limit = SHORT_LIMIT),
    MEMBER("certIssuedAt", FIELD_TIME, FORM_TEXT, ANNUAL(certificate_date), .flags = 0),
    MEMBER("updatedAt", FIELD_TIME, FORM_TEXT, ANNUAL(updated), .flags = FIELD_SERVER),
    MEMBER("version", FIELD_VERSION, FORM_NUMBER, ANNUAL(version), .flags = FIELD_SERVER),
};

const struct schema MUNICIPAL_SCHEMAS[ENTITY_COUNT] = {
    SCHEMA(PLATFORM_MUNICIPAL, ENTITY_ACCOUNT, ACCOUNT_MEMBERS),
    SCHEMA(PLATFORM_MUNICIPAL, ENTITY_HOURS, HOURS_MEMBERS),
    SCHEMA(PLATFORM_MUNICIPAL, ENTITY_ANNUAL, ANNUAL_MEMBERS),
};
