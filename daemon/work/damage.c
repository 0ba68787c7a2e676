#include "daemon/work/damage.h"

#include "daemon/store/stage.h"

static const char *const room_names[SEAL_ROOMS] = {
    [SEAL_STAGE] = "stage",       [SEAL_LINK] = "link",         [SEAL_WRITE] = "write",
    [SEAL_CONFLICT] = "conflict", [SEAL_DECISION] = "decision", [SEAL_SECRET] = "secret",
};

/* Nobody's data: a platform's own id of a record is no more than the log shows elsewhere, but it may be spelled
 * like a code, so the row's number or side and entity must do. */
static enum status tell(struct desk *desk, const struct store_damage *damage)
{
    struct buffer members;
    buffer_init(&members, 256);
    buffer_printf(&members, "\"run\":%lld,\"table\":\"%s\"", (long long)desk->run, room_names[damage->room]);
    if (damage->room == SEAL_STAGE)
        buffer_printf(&members, ",\"side\":\"%s\",\"entity\":\"%s\"", side_name(damage->side),
                      entity_name(damage->entity));
    else
        buffer_printf(&members, ",\"number\":%lld", (long long)damage->number);
    enum status status = desk_event(desk, "row_damaged", &members);
    buffer_free(&members);
    return status;
}

static struct hash name_of(const struct desk *desk, const struct store_damage *damage)
{
    char what[64];
    (void)snprintf(what, sizeof what, "damage:%d:%d:%d:%lld", (int)damage->room, (int)damage->side,
                   (int)damage->entity, (long long)damage->number);
    return desk_hash_pair(desk, what, slice_of(damage->id), (struct slice){0});
}

static enum status read_again(struct desk *desk, const struct store_damage *damage)
{
    bool asked = false;
    enum status status = stage_distrust(desk->store, damage->side, damage->entity, slice_of(damage->id));
    if (status != STATUS_OK || damage->entity == ENTITY_ANNUAL) /* no call reads one by its id: the next listing */
        return status;
    return need_by_id(desk, damage->side, damage->entity, slice_of(damage->id), &asked);
}

enum status damage_pass_over(struct desk *desk, enum status status)
{
    struct store_damage damage;
    if (status != STATUS_CORRUPT || !store_take_damage(desk->store, &damage))
        return status;
    struct hash name = name_of(desk, &damage);
    if (hashset_has(&desk->damaged, name))
        return STATUS_OK;
    status = hashset_add(&desk->damaged, name);
    desk->damaged_rows += damage.room != SEAL_STAGE;
    if (status == STATUS_OK)
        status = tell(desk, &damage);
    return status == STATUS_OK && damage.room == SEAL_STAGE ? read_again(desk, &damage) : status;
}

size_t damage_count(const struct desk *desk)
{
    return desk->damaged_rows;
}
