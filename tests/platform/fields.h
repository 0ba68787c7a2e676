/* One table a platform and entity says how each member of a record is written, read and checked;
 * this module renders and reads JSON by such a table (platforms.md). */
#ifndef PLATFORM_FIELDS_H
#define PLATFORM_FIELDS_H

#include "mapping/base/bytes.h"
#include "tests/platform/store.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum field_type {
    FIELD_TEXT,    /* const char * */
    FIELD_WORD,    /* int or enum, by a dictionary */
    FIELD_FLAG,    /* bool, by a dictionary of 0 and 1 */
    FIELD_TIME,    /* int64_t instant, 0: none */
    FIELD_YEAR,    /* int */
    FIELD_AMOUNT,  /* int64_t hundredths */
    FIELD_ID,      /* const char *, a number on the municipal side */
    FIELD_VERSION, /* int64_t */
    FIELD_LIST     /* const char * with spaces between */
};
enum field_form { FORM_NUMBER, FORM_TEXT, FORM_NULL /* text; null when empty */ };
enum field_check { CHECK_NONE, CHECK_REGION, CHECK_RESIDENT, CHECK_CREDIT };
/* An amount that stands in this member only when the record has that unit. */
enum field_unit { UNIT_ANY, UNIT_HOURS, UNIT_CREDITS };
enum field_flags {
    FIELD_REQUIRED = 1, /* may be neither absent at a create nor empty */
    FIELD_FIXED = 2,    /* a different value at an update is invalid */
    FIELD_SERVER = 4    /* the server's own: ignored where sent */
};
enum {
    FIELD_PERSONS = 1 << KIND_PERSON,
    FIELD_ORGANISATIONS = 1 << KIND_EMPLOYER | 1 << KIND_DEPARTMENT
};

struct field_word {
    int value;
    const char *text;
};

struct field {
    const char *name;
    enum field_type type;
    enum field_form form;
    size_t offset; /* in platform_account, platform_hours or platform_annual */
    unsigned flags;
    unsigned kinds; /* kinds of account that have it; 0: all */
    unsigned limit; /* code points of a text */
    enum field_check check;
    enum field_unit unit;
    const struct field_word *words; /* ends with a NULL text */
};

struct schema {
    enum platform_side side;
    enum entity entity;
    const struct field *fields;
    size_t count;
};

enum { FIELDS_MOST = 32, FORMERS_SIZE = 1024 };

struct field_error {
    const char *field;
    const char *reason; /* static */
};

enum fields_mode {
    FIELDS_CREATE,
    FIELDS_UPDATE,
    FIELDS_STAFF /* entered by the platform's own staff: anything goes */
};

union record {
    struct platform_account account;
    struct platform_hours hours;
    struct platform_annual annual;
};

/* A record being read: what was handed in, over what stands. Its texts borrow from the JSON that
 * was read and from the row that it began as. */
struct draft {
    union record is;
    json_t *extra; /* members that the schema does not know or could not read */
    struct field_error errors[FIELDS_MOST];
    size_t error_count;
    uint32_t given; /* bit n: member n of the schema was sent */
    char formers[FORMERS_SIZE];
};

/* Begins from the present row, or from nothing (NULL). draft_free() afterwards. */
void draft_begin(struct draft *draft, const struct schema *schema, const struct row *row);
void draft_free(struct draft *draft);
void draft_error(struct draft *draft, const char *field, const char *reason);
/* Whether the member was sent. */
bool draft_given(const struct draft *draft, const struct schema *schema, const char *name);
/* draft->extra as text to store; NULL for none; the caller frees. */
char *draft_extra(const struct draft *draft);

/* Reads the object's members over the draft; everything wrong becomes an error of the draft. */
void fields_read(const struct schema *schema, const json_t *object, enum fields_mode mode,
                 struct draft *draft);
/* Appends the record as a JSON object. */
void fields_render(const struct schema *schema, const struct row *row, struct buffer *buffer);
/* Whether both hold the same content (id, version, times of writing aside). */
bool fields_same(const struct schema *schema, const void *one, const void *other);

/* A JSON scalar's text: strings as they are, numbers in decimal. room is used for numbers. False
 * for anything else. */
bool fields_scalar(const json_t *value, char room[48], const char **ret);
/* "12.5" to 1250; at most two decimals, not negative, at most 9 digits before the point. */
bool fields_amount(const char *text, int64_t *ret_centi);
/* NULL: the text may be stored; else why not. limit in code points. */
const char *fields_text_fault(const json_t *value, unsigned limit);
/* The instant as that platform writes it. */
void fields_time(struct buffer *buffer, enum platform_side side, int64_t instant);

extern const struct schema MUNICIPAL_SCHEMAS[ENTITY_COUNT];
extern const struct schema PROVINCIAL_SCHEMAS[ENTITY_COUNT];
/* The table of that side and entity. */
const struct schema *schema_of(enum platform_side side, enum entity entity);

#endif
