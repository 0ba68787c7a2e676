#include "daemon/work/write_base.h"

#include "mapping/record_short.h"

static bool comparable(enum field field)
{
    return field_row(field)->policy < POLICY_KEY && field != FIELD_ACCOUNT_REGION && field != FIELD_HOURS_PERSON;
}

/* What was to be written, as far as it can be compared; false: it cannot be read. */
static bool wanted_of(const struct write *write, struct record *ret, field_set *ret_fields)
{
    if (record_unpack(write->values, ret, ret_fields) != STATUS_OK)
        return false;
    for (enum field field = field_first(write->entity); field < field_end(write->entity); field++)
        *ret_fields &= comparable(field) ? ~(field_set)0 : ~FIELD_BIT(field);
    return true;
}

static field_set missing_of(const struct record *stored, const struct write *write, const struct record *wanted,
                            field_set fields)
{
    field_set missing = 0;
    for (enum field field = field_first(write->entity); field < field_end(write->entity); field++) {
        if ((fields & FIELD_BIT(field)) != 0 && !slice_equal(wanted->value[field], stored->value[field]))
            missing |= FIELD_BIT(field);
    }
    return missing;
}

field_set write_base_held(const struct record *stored, const struct write *write)
{
    struct record wanted;
    field_set fields = 0;
    return wanted_of(write, &wanted, &fields) ? fields & ~missing_of(stored, write, &wanted, fields) : 0;
}

bool write_base_holds(const struct record *stored, const struct write *write)
{
    struct record wanted;
    field_set fields = 0;
    return wanted_of(write, &wanted, &fields) && missing_of(stored, write, &wanted, fields) == 0;
}

enum status write_base_set(struct desk *desk, const struct write *write, struct slice packed, field_set named)
{
    struct link link = {.number = 0};
    struct record base = {.entity = write->entity}, values = {.entity = write->entity};
    field_set based = 0, fields = 0;
    struct buffer text;
    enum status status = link_by_remote(desk->store, write->entity, write->target, write->target_id, &desk->arena, &link);
    if (status == STATUS_NOT_FOUND || (status == STATUS_OK && !link.has_base))
        return STATUS_OK;
    if (status == STATUS_OK)
        status = record_unpack(link.base, &base, &based);
    if (status == STATUS_OK)
        status = record_unpack(packed, &values, &fields);
    if (status != STATUS_OK)
        return status;
    base.entity = write->entity;
    for (enum field field = field_first(write->entity); field < field_end(write->entity); field++) {
        if (comparable(field) && (fields & based & named & FIELD_BIT(field)) != 0)
            base.value[field] = values.value[field];
    }
    buffer_init(&text, 64 * 1024);
    record_pack_short(&base, based, &text);
    link.base = buffer_slice(&text);
    status = text.status == STATUS_OK ? link_put(desk->store, &link) : text.status;
    buffer_free(&text);
    return status;
}
