#include "mapping/record.h"

#include "mapping/base/civil.h"
#include "mapping/record_short.h"

#include <string.h>

enum field record_review_field(enum entity entity)
{
    return entity == ENTITY_ACCOUNT ? FIELD_ACCOUNT_REVIEW
           : entity == ENTITY_HOURS ? FIELD_HOURS_REVIEW
                                    : FIELD_ANNUAL_REVIEW;
}

enum field record_valid_field(enum entity entity)
{
    return entity == ENTITY_ACCOUNT ? FIELD_ACCOUNT_VALID : FIELD_HOURS_VALID;
}

bool record_valid(const struct record *record)
{
    return record->entity == ENTITY_ANNUAL ||
           slice_is(record->value[record_valid_field(record->entity)], "true");
}

static void append_pair(struct buffer *ret, struct slice one, const char *between, struct slice other)
{
    buffer_append(ret, one);
    buffer_text(ret, between);
    buffer_append(ret, other);
}

void record_subject(const struct record *record, struct buffer *ret)
{
    switch (record->entity) {
    case ENTITY_ACCOUNT:
        append_pair(ret, record->value[FIELD_ACCOUNT_KIND], ":", record->value[FIELD_ACCOUNT_CODE]);
        break;
    case ENTITY_HOURS:
        buffer_text(ret, "hours:");
        append_pair(ret, record->value[FIELD_HOURS_ORIGIN_SYSTEM], "/",
                    record->value[FIELD_HOURS_ORIGIN_NUMBER]);
        break;
    case ENTITY_ANNUAL:
        buffer_text(ret, "annual:");
        append_pair(ret, record->value[FIELD_ANNUAL_PERSON], "/", record->value[FIELD_ANNUAL_YEAR]);
        break;
    case ENTITIES:
    default: break;
    }
}

bool record_natural_key(const struct record *record, struct slice person, struct buffer *ret)
{
    struct slice course = record->value[FIELD_HOURS_COURSE_CODE];
    struct slice evidence = record->value[FIELD_HOURS_EVIDENCE];
    int64_t finished = 0;
    if (record->entity != ENTITY_HOURS || (slice_empty(course) && slice_empty(evidence)) ||
        !civil_parse(record->value[FIELD_HOURS_FINISHED], "%Y-%m-%dT%H:%M:%S%z", 0, &finished))
        return false;
    append_pair(ret, person, "|", record->value[FIELD_HOURS_YEAR]);
    buffer_text(ret, "|");
    append_pair(ret, record->value[FIELD_HOURS_CATEGORY], slice_empty(course) ? "|evidence:" : "|course:",
                slice_empty(course) ? evidence : course);
    buffer_text(ret, "|");
    civil_format(ret, finished, "%Y-%m-%d", CIVIL_CST_SECONDS);
    return true;
}

/* One field a line: canonical name, the value's size, the value: "name 6:王明\n". */
void record_pack(const struct record *record, field_set set, struct buffer *ret)
{
    buffer_printf(ret, "%s\n", entity_name(record->entity));
    for (enum field field = field_first(record->entity); field < field_end(record->entity); field++) {
        if ((set & FIELD_BIT(field)) == 0)
            continue;
        buffer_printf(ret, "%s %zu:", field_row(field)->name, record->value[field].size);
        buffer_append(ret, record->value[field]);
        buffer_append(ret, SLICE("\n"));
    }
}

static bool take_until(struct slice *rest, char end, struct slice *ret)
{
    const char *at = rest->size == 0 ? NULL : memchr(rest->at, end, rest->size);
    if (at == NULL)
        return false;
    *ret = (struct slice){rest->at, (size_t)(at - rest->at)};
    rest->size -= ret->size + 1;
    rest->at = at + 1;
    return true;
}

static bool take_field(struct slice *rest, struct record *ret, field_set *ret_set)
{
    struct slice name = {0};
    struct slice digits = {0};
    enum field field = FIELDS;
    int64_t size = 0;
    if (!take_until(rest, ' ', &name) || !take_until(rest, ':', &digits) ||
        !field_find(ret->entity, name, &field) || !slice_integer(digits, &size) || size < 0 ||
        (size_t)size >= rest->size || rest->at[size] != '\n')
        return false;
    ret->value[field] = (struct slice){rest->at, (size_t)size};
    *ret_set |= FIELD_BIT(field);
    rest->at += size + 1;
    rest->size -= (size_t)size + 1;
    return true;
}

enum status record_unpack(struct slice packed, struct record *ret, field_set *ret_set)
{
    struct record record = {.entity = ENTITY_ACCOUNT};
    struct slice entity = {0};
    field_set set = 0;
    if (record_is_short(packed))
        return record_unpack_short(packed, ret, ret_set);
    if (!take_until(&packed, '\n', &entity) || !entity_find(entity, &record.entity))
        return STATUS_CORRUPT;
    while (packed.size > 0) {
        if (!take_field(&packed, &record, &set))
            return STATUS_CORRUPT;
    }
    *ret = record;
    *ret_set = set;
    return STATUS_OK;
}
