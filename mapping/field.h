/* The canonical model as a table: one row a field, feeding record, merge, mask, schema and docs
 * (reconciliation.md, "The canonical model" and "Merging a field"). */
#ifndef MAPPING_FIELD_H
#define MAPPING_FIELD_H

#include "mapping/base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

enum side { MUNICIPAL, PROVINCIAL, SIDES };
enum entity { ENTITY_ACCOUNT, ENTITY_HOURS, ENTITY_ANNUAL, ENTITIES };

/* How a field is merged. The last three are no choices of an operator: VALID is decided by the
 * situation table, KEY by correlation, NEVER (origin, created) is not compared at all. */
enum policy {
    POLICY_CONFLICT,
    POLICY_NEWEST,
    POLICY_MUNICIPAL,
    POLICY_PROVINCIAL,
    POLICY_CHAIN,
    POLICY_LARGER,
    POLICY_IGNORE,
    POLICY_VALID,
    POLICY_KEY,
    POLICY_NEVER,
    POLICIES
};

/* The form of a field's canonical text. A value is always such a text; empty means 'no value'. */
enum form {
    FORM_TEXT,    /* normalised UTF-8 */
    FORM_CODE,    /* resident ID (18) or unified social credit code (18), upper case */
    FORM_CODES,   /* codes, sorted, separated by one space */
    FORM_WORD,    /* one of the field's words */
    FORM_YEAR,    /* "2023" */
    FORM_AMOUNT,  /* whole hundredths: "1250" is 12.50 */
    FORM_INSTANT, /* "2023-06-01T12:15:00Z" */
    FORM_DATE,    /* "2023-06-01", no zone */
    FORM_FLAG,    /* "true" or "false" */
    FORM_COUNT    /* a small whole number: "2" */
};

/* What stands in a log or a conflict instead of the value ("The conflict log"). */
enum mask { MASK_NONE, MASK_CODE, MASK_MOBILE, MASK_NAME, MASK_HIDDEN };

/* entity, enum name, canonical name, form, policy, mask */
#define FIELD_MAP(X)                                                                               \
    X(ACCOUNT, KIND, "kind", FORM_WORD, POLICY_KEY, MASK_NONE)                                     \
    X(ACCOUNT, CODE, "code", FORM_CODE, POLICY_KEY, MASK_CODE)                                     \
    X(ACCOUNT, FORMER_CODES, "former_codes", FORM_CODES, POLICY_NEVER, MASK_CODE)                  \
    X(ACCOUNT, NAME, "name", FORM_TEXT, POLICY_CONFLICT, MASK_NAME)                                \
    X(ACCOUNT, MOBILE, "mobile", FORM_TEXT, POLICY_NEWEST, MASK_MOBILE)                            \
    X(ACCOUNT, REGION, "region", FORM_TEXT, POLICY_MUNICIPAL, MASK_NONE)                           \
    X(ACCOUNT, EMPLOYER, "employer", FORM_CODE, POLICY_MUNICIPAL, MASK_NONE)                       \
    X(ACCOUNT, DEPARTMENT, "department", FORM_CODE, POLICY_MUNICIPAL, MASK_NONE)                   \
    X(ACCOUNT, TITLE, "title", FORM_COUNT, POLICY_PROVINCIAL, MASK_NONE)                           \
    X(ACCOUNT, REVIEW, "review", FORM_WORD, POLICY_CHAIN, MASK_NONE)                               \
    X(ACCOUNT, VALID, "valid", FORM_FLAG, POLICY_VALID, MASK_NONE)                                 \
    X(ACCOUNT, ORIGIN_SYSTEM, "origin_system", FORM_TEXT, POLICY_NEVER, MASK_NONE)                 \
    X(ACCOUNT, ORIGIN_NUMBER, "origin_number", FORM_TEXT, POLICY_NEVER, MASK_CODE)                 \
    X(ACCOUNT, CREATED, "created", FORM_INSTANT, POLICY_NEVER, MASK_NONE)                          \
    X(HOURS, ORIGIN_SYSTEM, "origin_system", FORM_TEXT, POLICY_NEVER, MASK_NONE)                   \
    X(HOURS, ORIGIN_NUMBER, "origin_number", FORM_TEXT, POLICY_NEVER, MASK_CODE)                   \
    X(HOURS, PERSON, "person", FORM_CODE, POLICY_CONFLICT, MASK_CODE)                              \
    X(HOURS, YEAR, "year", FORM_YEAR, POLICY_CONFLICT, MASK_NONE)                                  \
    X(HOURS, CATEGORY, "category", FORM_WORD, POLICY_CONFLICT, MASK_NONE)                          \
    X(HOURS, UNIT, "unit", FORM_WORD, POLICY_CONFLICT, MASK_NONE)                                  \
    X(HOURS, AMOUNT, "amount", FORM_AMOUNT, POLICY_CONFLICT, MASK_NONE)                            \
    X(HOURS, SOURCE, "source", FORM_WORD, POLICY_CONFLICT, MASK_NONE)                              \
    X(HOURS, COURSE_CODE, "course_code", FORM_TEXT, POLICY_NEWEST, MASK_NONE)                      \
    X(HOURS, COURSE_NAME, "course_name", FORM_TEXT, POLICY_NEWEST, MASK_NONE)                      \
    X(HOURS, EVIDENCE, "evidence", FORM_TEXT, POLICY_NEWEST, MASK_HIDDEN)                          \
    X(HOURS, FINISHED, "finished", FORM_INSTANT, POLICY_NEWEST, MASK_NONE)                         \
    X(HOURS, REVIEW, "review", FORM_WORD, POLICY_CHAIN, MASK_NONE)                                 \
    X(HOURS, VALID, "valid", FORM_FLAG, POLICY_VALID, MASK_NONE)                                   \
    X(ANNUAL, PERSON, "person", FORM_CODE, POLICY_KEY, MASK_CODE)                                  \
    X(ANNUAL, YEAR, "year", FORM_YEAR, POLICY_KEY, MASK_NONE)                                      \
    X(ANNUAL, PUBLIC, "public", FORM_AMOUNT, POLICY_NEVER, MASK_NONE)                              \
    X(ANNUAL, PROFESSIONAL, "professional", FORM_AMOUNT, POLICY_NEVER, MASK_NONE)                  \
    X(ANNUAL, CREDITS, "credits", FORM_AMOUNT, POLICY_NEVER, MASK_NONE)                            \
    X(ANNUAL, QUALIFIED, "qualified", FORM_FLAG, POLICY_NEVER, MASK_NONE)                          \
    X(ANNUAL, REVIEW, "review", FORM_WORD, POLICY_NEVER, MASK_NONE)                                \
    X(ANNUAL, CERT_NO, "cert_no", FORM_TEXT, POLICY_NEVER, MASK_HIDDEN)                            \
    X(ANNUAL, CERT_DATE, "cert_date", FORM_DATE, POLICY_NEVER, MASK_NONE)

/* FIELD_ACCOUNT_KIND, … : one number for every field of every entity, grouped by entity. */
enum field {
#define FIELD_ENUM(entity, name, text, form, policy, mask) FIELD_##entity##_##name,
    FIELD_MAP(FIELD_ENUM)
#undef FIELD_ENUM
    FIELDS
};

/* A set of fields: bit 1 << field. FIELDS stays below 64. */
typedef uint64_t field_set;
#define FIELD_BIT(field) ((field_set)1 << (field))

struct field_row {
    enum entity entity;
    const char *name;
    enum form form;
    enum policy policy; /* the default; a mapping file may name another of the first seven */
    enum mask mask;
};

const struct field_row *field_row(enum field field);
enum field field_first(enum entity entity);
enum field field_end(enum entity entity); /* one behind the last */
/* By canonical name; false when the entity has none such. */
bool field_find(enum entity entity, struct slice name, enum field *ret);

const char *side_name(enum side side);       /* "municipal", "provincial" */
bool side_find(struct slice name, enum side *ret);
enum side side_other(enum side side);
const char *entity_name(enum entity entity); /* "account", "hours", "annual" */
bool entity_find(struct slice name, enum entity *ret);
const char *policy_name(enum policy policy);
bool policy_find(struct slice name, enum policy *ret); /* the first seven only */

#endif
