#include "daemon/store/stage_row.h"

#include "daemon/store/payload.h"
#include "daemon/store/stage_mark.h"
#include "daemon/store/stage_slot.h"

#include <stdio.h>

enum { STATES = STAGED_GONE + 1 };

static void read_row(struct statement *statement, struct arena *arena, struct staged *ret)
{
    *ret = (struct staged){0};
    ret->side = (enum side)statement_read_choice(statement, SIDES);
    ret->entity = (enum entity)statement_read_choice(statement, ENTITIES);
    ret->remote_id = statement_read_text(statement, arena);
    ret->version = statement_read_number(statement);
    ret->updated = statement_read_number(statement);
    ret->state = (enum staged_state)statement_read_choice(statement, STATES);
    ret->kind = (uint8_t)statement_read_choice(statement, UINT8_MAX + 1);
    statement_read_hash(statement, &ret->key);
    statement_read_hash(statement, &ret->person);
    statement_read_hash(statement, &ret->natural);
    statement_read_hash(statement, &ret->raw);
    statement_read_hash(statement, &ret->content);
    ret->seen = statement_read_number(statement);
    ret->waiting = statement_read_text(statement, arena);
    ret->open = statement_read_text(statement, arena);
    ret->cause = statement_read_text(statement, arena);
    ret->slot = statement_read_number(statement);
    if (statement->status == STATUS_OK)
        statement->status = stage_mark_has(statement->store, stage_mark_class(ret->entity, ret->kind), ret->slot,
                                           &ret->dirty);
}

enum status stage_row_take(struct statement *statement, struct arena *arena, struct staged *ret)
{
    struct staged staged;
    enum status status = statement_row(statement);
    if (status != STATUS_OK)
        return status;
    read_row(statement, arena, &staged);
    status = statement_close(statement);
    if (status != STATUS_OK)
        return status;
    stage_slot_note(statement->store, staged.side, staged.entity, staged.remote_id, staged.slot);
    *ret = staged;
    return status;
}

void stage_row_cover(struct cover *cover, struct store *store, const struct staged *staged)
{
    cover_begin(cover, store, SEAL_STAGE);
    cover_bind_number(cover, staged->side);
    cover_bind_number(cover, staged->entity);
    cover_bind_text(cover, stage_id(store, staged->entity, staged->remote_id));
    cover_bind_number(cover, staged->version);
    cover_bind_number(cover, staged->updated);
    cover_bind_number(cover, staged->kind);
    cover_bind_hash(cover, &staged->key);
    cover_bind_hash(cover, &staged->person);
    cover_bind_hash(cover, &staged->natural);
    cover_bind_hash(cover, &staged->raw);
    cover_bind_hash(cover, &staged->content);
}

static void note_damage(struct store *store, const struct staged *staged)
{
    struct store_damage *damage = &store->damage;
    store->unsealed = true;
    *damage = (struct store_damage){.room = SEAL_STAGE, .side = staged->side, .entity = staged->entity};
    (void)snprintf(damage->id, sizeof damage->id, "%.*s", (int)staged->remote_id.size, staged->remote_id.at);
}

/* A row without its payload is damaged. */
static enum status open_row(struct statement *statement, struct arena *arena, struct staged *ret)
{
    struct cover cover;
    struct staged staged;
    read_row(statement, arena, &staged);
    if (statement->status != STATUS_OK)
        return statement->status;
    stage_row_cover(&cover, statement->store, &staged);
    (void)cover_open(&cover, statement_read_bytes(statement), arena);
    staged.payload = cover_take(&cover);
    if (cover.status == STATUS_OK)
        cover.status = payload_unpack(statement->store, staged.payload, arena, &staged.payload);
    if (cover.status == STATUS_OK)
        *ret = staged;
    if (cover.status == STATUS_CORRUPT)
        note_damage(statement->store, &staged);
    return cover.status;
}

enum status stage_row_take_whole(struct statement *statement, struct arena *arena, struct staged *ret)
{
    enum status status = statement_row(statement);
    if (status != STATUS_OK)
        return status;
    status = open_row(statement, arena, ret);
    (void)statement_close(statement);
    return status;
}

enum status stage_row_next_whole(struct statement *statement, struct arena *arena, struct staged *ret)
{
    enum status status = statement_row(statement);
    if (status != STATUS_OK)
        return status;
    status = open_row(statement, arena, ret);
    if (status == STATUS_OK)
        stage_slot_note(statement->store, ret->side, ret->entity, ret->remote_id, ret->slot);
    else
        (void)statement_close(statement);
    return status;
}
