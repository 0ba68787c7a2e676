#include "daemon/work/hangs.h"

enum { NAMED_MOST = 2, KINDS_MOST = 2 };

/* A bureau may be an employer and a department under one code. */
static const struct reference {
    enum entity entity;
    enum field field;
    const char *kinds[KINDS_MOST];
} references[] = {
    {ENTITY_HOURS, FIELD_HOURS_PERSON, {"person", NULL}},
    {ENTITY_ACCOUNT, FIELD_ACCOUNT_EMPLOYER, {"employer", "department"}},
    {ENTITY_ACCOUNT, FIELD_ACCOUNT_DEPARTMENT, {"department", "employer"}},
};
enum { REFERENCES = sizeof references / sizeof *references };

/* Remote ids of the accounts on the target that the reference may mean. */
static enum status find_named(struct desk *desk, enum side target, const struct reference *reference,
                              struct slice code, struct slice ids[NAMED_MOST], size_t *ret_count)
{
    enum status status = STATUS_OK;
    *ret_count = 0;
    for (size_t kind = 0; status == STATUS_OK && *ret_count == 0 && kind < KINDS_MOST; kind++) {
        if (reference->kinds[kind] == NULL)
            continue;
        status = stage_by_code(desk->store, target, desk_account_hash(desk, reference->kinds[kind], code), true,
                               NAMED_MOST, &desk->arena, ids, ret_count);
        if (status == STATUS_NOT_FOUND)
            status = STATUS_OK;
    }
    if (*ret_count > NAMED_MOST)
        *ret_count = NAMED_MOST;
    return status;
}

static bool names(const struct reference *reference, const struct record *values, field_set fields)
{
    return reference->entity == values->entity && (fields & FIELD_BIT(reference->field)) != 0 &&
           !slice_empty(values->value[reference->field]);
}

enum status hangs_stand(struct desk *desk, enum side target, const struct record *values, field_set fields,
                        bool *ret)
{
    enum status status = STATUS_OK;
    *ret = true;
    for (size_t index = 0; status == STATUS_OK && *ret && index < REFERENCES; index++) {
        struct slice ids[NAMED_MOST];
        size_t count = 0;
        if (!names(&references[index], values, fields))
            continue;
        status = find_named(desk, target, &references[index], values->value[references[index].field], ids,
                            &count);
        *ret = count > 0;
    }
    return status;
}

enum status hangs_changed(struct desk *desk, enum side target, const struct record *values,
                          field_set fields, int64_t since, bool *ret)
{
    int64_t there = since + desk->clock_offset_ms[target] / 1000; /* by the target's clock */
    enum status status = STATUS_OK;
    *ret = false;
    for (size_t index = 0; status == STATUS_OK && !*ret && index < REFERENCES; index++) {
        struct slice ids[NAMED_MOST];
        size_t count = 0;
        if (!names(&references[index], values, fields))
            continue;
        status = find_named(desk, target, &references[index], values->value[references[index].field], ids,
                            &count);
        for (size_t one = 0; status == STATUS_OK && one < count; one++) {
            struct staged staged = {0};
            status = stage_get(desk->store, target, ENTITY_ACCOUNT, ids[one], false, &desk->arena, &staged);
            *ret = *ret || (status == STATUS_OK && staged.updated > there);
        }
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
