#include "daemon/work/write_base.h"

static bool comparable(enum field field)
{
    return field_row(field)->policy < POLICY_KEY && field != FIELD_ACCOUNT_REGION && field != FIELD_HOURS_PERSON;
}

bool write_base_holds(const struct record *stored, const struct write *write)
{
    struct record wanted;
    field_set fields = 0;
    if (record_unpack(write->values, &wanted, &fields) != STATUS_OK)
        return false;
    for (enum field field = field_first(write->entity); field < field_end(write->entity); field++) {
        if (comparable(field) && (fields & FIELD_BIT(field)) != 0 &&
            !slice_equal(wanted.value[field], stored->value[field]))
            return false;
    }
    return true;
}

enum status write_base_set(struct desk *desk, const struct write *write, struct slice packed)
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
        if (comparable(field) && (fields & based & FIELD_BIT(field)) != 0)
            base.value[field] = values.value[field];
    }
    buffer_init(&text, 64 * 1024);
    record_pack(&base, based, &text);
    link.base = buffer_slice(&text);
    status = text.status == STATUS_OK ? link_put(desk->store, &link) : text.status;
    buffer_free(&text);
    return status;
}
