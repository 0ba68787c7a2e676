/* How the tables of members are written down; for municipal_fields.c and provincial_fields.c. */
#ifndef PLATFORM_SCHEMA_TABLE_H
#define PLATFORM_SCHEMA_TABLE_H

#include "tests/platform/fields.h"

#define ACCOUNT(member) offsetof(struct platform_account, member)
#define HOURS(member) offsetof(struct platform_hours, member)
#define ANNUAL(member) offsetof(struct platform_annual, member)
#define MEMBER(called, kept_as, written_as, where, ...)                                            \
    {                                                                                              \
        .name = (called), .type = (kept_as), .form = (written_as), .offset = (where), __VA_ARGS__  \
    }
#define SCHEMA(of_side, of_entity, table)                                                          \
    {                                                                                              \
        .side = (of_side), .entity = (of_entity), .fields = (table),                               \
        .count = sizeof(table) / sizeof(table)[0]                                                  \
    }

/* The most code points of texts (platforms.md, "Limits"). */
enum { NAME_LIMIT = 100, COURSE_LIMIT = 200, SHORT_LIMIT = 64, PHONE_LIMIT = 32, CODE_LIMIT = 18 };

#endif
