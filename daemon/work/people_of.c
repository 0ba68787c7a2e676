#include "daemon/work/people_of.h"

#include "daemon/store/stage_each.h"

enum { RECORD_BYTES = 1024 * 1024 };

static bool belongs(const struct decoded *decoded, struct slice organisation)
{
    const struct record *record = &decoded->record;
    return decoded->ok && slice_is(record->value[FIELD_ACCOUNT_KIND], "person") &&
           (slice_equal(record->value[FIELD_ACCOUNT_EMPLOYER], organisation) ||
            slice_equal(record->value[FIELD_ACCOUNT_DEPARTMENT], organisation));
}

static enum status load(struct desk *desk, enum side side, struct slice id, struct arena *arena,
                        struct decoded *ret)
{
    struct staged staged = {0};
    enum status status = stage_get(desk->store, side, ENTITY_ACCOUNT, id, true, arena, &staged);
    if (status == STATUS_OK)
        status = decode_record(desk->mapping, side, ENTITY_ACCOUNT, staged.payload, desk->now, arena, ret);
    return status;
}

struct search {
    struct desk *desk;
    struct slice organisation;
    enum status (*visit)(struct desk *desk, enum side side, const struct record *person);
    struct arena one; /* of the record at hand */
};

static enum status look_at(void *context, const struct staged *row)
{
    struct search *at = context;
    struct decoded decoded = {.ok = false};
    if (row->kind != 1)
        return STATUS_OK;
    arena_reset(&at->one);
    enum status status = load(at->desk, row->side, row->remote_id, &at->one, &decoded);
    if (status == STATUS_OK && belongs(&decoded, at->organisation))
        return at->visit(at->desk, row->side, &decoded.record);
    return status == STATUS_INVALID ? STATUS_OK : status;
}

enum status people_of(struct desk *desk, enum side side, struct slice organisation,
                      enum status (*visit)(struct desk *desk, enum side side, const struct record *person))
{
    struct search at = {.desk = desk, .organisation = organisation, .visit = visit};
    arena_init(&at.one, RECORD_BYTES);
    enum status status = stage_each(desk->store, side, ENTITY_ACCOUNT, look_at, &at);
    arena_free(&at.one);
    return status;
}
