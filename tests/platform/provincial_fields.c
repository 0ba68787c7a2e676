/* The members of the provincial platform's records (platforms.md). */
#include "tests/platform/schema_table.h"

static const struct field_word KIND_WORDS[] = {
    {KIND_PERSON, "01"}, {KIND_EMPLOYER, "02"}, {KIND_DEPARTMENT, "03"}, {0, NULL}};
static const struct field_word TITLE_WORDS[] = {{0, "00"}, {1, "01"}, {2, "02"},
                                                {3, "03"}, {4, "04"}, {0, NULL}};
static const struct field_word APPROVAL_WORDS[] = {
    {REVIEW_WAITING, "10"}, {REVIEW_APPROVED, "20"}, {REVIEW_REJECTED, "90"}, {0, NULL}};
static const struct field_word REVIEW_WORDS[] = {{REVIEW_DRAFT, "00"},
                                                 {REVIEW_SUBMITTED, "10"},
                                                 {REVIEW_EMPLOYER, "20"},
                                                 {REVIEW_DEPARTMENT, "30"},
                                                 {REVIEW_HRSS, "40"},
                                                 {REVIEW_REJECTED, "90"},
                                                 {0, NULL}};
static const struct field_word YES_WORDS[] = {{true, "1"}, {false, "0"}, {0, NULL}};
static const struct field_word CATEGORY_WORDS[] = {
    {CATEGORY_PUBLIC, "GX"}, {CATEGORY_PROFESSIONAL, "ZY"}, {CATEGORY_CREDIT, "XF"}, {0, NULL}};
static const struct field_word UNIT_WORDS[] = {{false, "XS"}, {true, "XF"}, {0, NULL}};
static const struct field_word SOURCE_WORDS[] = {{false, "01"}, {true, "02"}, {0, NULL}};

static const struct field ACCOUNT_MEMBERS[] = {
    MEMBER("ryid", FIELD_ID, FORM_TEXT, ACCOUNT(id), .flags = FIELD_SERVER),
    MEMBER("rylb", FIELD_WORD, FORM_TEXT, ACCOUNT(kind), .flags = FIELD_REQUIRED | FIELD_FIXED,
           .words = KIND_WORDS),
    MEMBER("sfzjhm", FIELD_TEXT, FORM_NULL, ACCOUNT(code), .flags = FIELD_REQUIRED | FIELD_FIXED,
           .kinds = FIELD_PERSONS, .limit = CODE_LIMIT, .check = CHECK_RESIDENT),
    MEMBER("ls_sfzjhm", FIELD_LIST, FORM_TEXT, ACCOUNT(former_codes), .flags = FIELD_FIXED,
           .limit = CODE_LIMIT),
    MEMBER("tyshxydm", FIELD_TEXT, FORM_NULL, ACCOUNT(code), .flags = FIELD_REQUIRED | FIELD_FIXED,
           .kinds = FIELD_ORGANISATIONS, .limit = CODE_LIMIT, .check = CHECK_CREDIT),
    MEMBER("mc", FIELD_TEXT, FORM_NULL, ACCOUNT(name), .flags = FIELD_REQUIRED,
           .limit = NAME_LIMIT),
    MEMBER("lxdh", FIELD_TEXT, FORM_NULL, ACCOUNT(mobile), .limit = PHONE_LIMIT),
    MEMBER("xzqh", FIELD_TEXT, FORM_NULL, ACCOUNT(region), .limit = 6, .check = CHECK_REGION),
    MEMBER("dwxydm", FIELD_TEXT, FORM_NULL, ACCOUNT(employer), .limit = CODE_LIMIT),
    MEMBER("bmxydm", FIELD_TEXT, FORM_NULL, ACCOUNT(department), .limit = CODE_LIMIT),
    MEMBER("zcjb", FIELD_WORD, FORM_TEXT, ACCOUNT(title), .words = TITLE_WORDS),
    MEMBER("shzt", FIELD_WORD, FORM_TEXT, ACCOUNT(review), .words = APPROVAL_WORDS),
    MEMBER("yxbz", FIELD_FLAG, FORM_TEXT, ACCOUNT(valid), .words = YES_WORDS),
    MEMBER("lyxtbm", FIELD_TEXT, FORM_NULL, ACCOUNT(origin_system), .flags = FIELD_FIXED,
           .limit = SHORT_LIMIT),
    MEMBER("lyxh", FIELD_TEXT, FORM_NULL, ACCOUNT(origin_number), .flags = FIELD_FIXED,
           .limit = SHORT_LIMIT),
    MEMBER("cjsj", FIELD_TIME, FORM_NULL, ACCOUNT(created), .flags = FIELD_FIXED),
    MEMBER("gxsj", FIELD_TIME, FORM_NULL, ACCOUNT(updated), .flags = FIELD_SERVER),
    MEMBER("bbh", FIELD_VERSION, FORM_NUMBER, ACCOUNT(version), .flags = FIELD_SERVER),
};

static const struct field HOURS_MEMBERS[] = {
    MEMBER("xsid", FIELD_ID, FORM_TEXT, HOURS(id), .flags = FIELD_SERVER),
    MEMBER("sfzjhm", FIELD_TEXT, FORM_NULL, HOURS(person), .flags = FIELD_REQUIRED,
           .limit = CODE_LIMIT),
    MEMBER("nd", FIELD_YEAR, FORM_TEXT, HOURS(year), .flags = FIELD_REQUIRED),
    MEMBER("kmlb", FIELD_WORD, FORM_TEXT, HOURS(category), .flags = FIELD_REQUIRED,
           .words = CATEGORY_WORDS),
    MEMBER("jldw", FIELD_FLAG, FORM_TEXT, HOURS(credits), .flags = FIELD_REQUIRED,
           .words = UNIT_WORDS),
    MEMBER("sl", FIELD_AMOUNT, FORM_TEXT, HOURS(amount_centi), .flags = FIELD_REQUIRED),
    MEMBER("rdfs", FIELD_FLAG, FORM_TEXT, HOURS(recognised), .flags = FIELD_REQUIRED,
           .words = SOURCE_WORDS),
    MEMBER("kcdm", FIELD_TEXT, FORM_NULL, HOURS(course_code), .limit = SHORT_LIMIT),
    MEMBER("kcmc", FIELD_TEXT, FORM_NULL, HOURS(course_name), .limit = COURSE_LIMIT),
    MEMBER("zmclh", FIELD_TEXT, FORM_NULL, HOURS(evidence), .limit = SHORT_LIMIT),
    MEMBER("wcsj", FIELD_TIME, FORM_NULL, HOURS(finished), .flags = FIELD_REQUIRED),
    MEMBER("shzt", FIELD_WORD, FORM_TEXT, HOURS(review), .words = REVIEW_WORDS),
    MEMBER("yxbz", FIELD_FLAG, FORM_TEXT, HOURS(valid), .words = YES_WORDS),
    MEMBER("lyxtbm", FIELD_TEXT, FORM_NULL, HOURS(origin_system), .flags = FIELD_FIXED,
           .limit = SHORT_LIMIT),
    MEMBER("lyxh", FIELD_TEXT, FORM_NULL, HOURS(origin_number), .flags = FIELD_FIXED,
           .limit = SHORT_LIMIT),
    MEMBER("gxsj", FIELD_TIME, FORM_NULL, HOURS(updated), .flags = FIELD_SERVER),
    MEMBER("bbh", FIELD_VERSION, FORM_NUMBER, HOURS(version), .flags = FIELD_SERVER),
};

static const struct field ANNUAL_MEMBERS[] = {
    MEMBER("sfzjhm", FIELD_TEXT, FORM_TEXT, ANNUAL(person), .flags = 0),
    MEMBER("nd", FIELD_YEAR, FORM_TEXT, ANNUAL(year), .flags = 0),
    MEMBER("gxxs", FIELD_AMOUNT, FORM_NULL, ANNUAL(public_centi), .unit = UNIT_HOURS),
    MEMBER("zyxs", FIELD_AMOUNT, FORM_NULL, ANNUAL(professional_centi), .unit = UNIT_HOURS),
    MEMBER("xf", FIELD_AMOUNT, FORM_NULL, ANNUAL(credits_centi), .unit = UNIT_CREDITS),
    MEMBER("hgbz", FIELD_FLAG, FORM_TEXT, ANNUAL(qualified), .words = YES_WORDS),
    MEMBER("shzt", FIELD_WORD, FORM_TEXT, ANNUAL(review), .words = REVIEW_WORDS),
    MEMBER("zsbh", FIELD_TEXT, FORM_NULL, ANNUAL(certificate), .limit = SHORT_LIMIT),
    MEMBER("fzsj", FIELD_TIME, FORM_NULL, ANNUAL(certificate_date), .flags = 0),
    MEMBER("gxsj", FIELD_TIME, FORM_NULL, ANNUAL(updated), .flags = FIELD_SERVER),
    MEMBER("bbh", FIELD_VERSION, FORM_NUMBER, ANNUAL(version), .flags = FIELD_SERVER),
};

const struct schema PROVINCIAL_SCHEMAS[ENTITY_COUNT] = {
    SCHEMA(PLATFORM_PROVINCIAL, ENTITY_ACCOUNT, ACCOUNT_MEMBERS),
    SCHEMA(PLATFORM_PROVINCIAL, ENTITY_HOURS, HOURS_MEMBERS),
    SCHEMA(PLATFORM_PROVINCIAL, ENTITY_ANNUAL, ANNUAL_MEMBERS),
};

const struct schema *schema_of(enum platform_side side, enum entity entity)
{
    return side == PLATFORM_MUNICIPAL ? &MUNICIPAL_SCHEMAS[entity] : &PROVINCIAL_SCHEMAS[entity];
}
