#include "daemon/work/at_hand.h"

enum status at_hand_take(struct desk *desk, const struct staged *next)
{
    struct at_hand *at = &desk->at_hand;
    size_t count = 0;
    at->count = 0;
    if (next->entity != ENTITY_HOURS || hash_is_zero(next->key))
        return STATUS_OK;
    arena_reset(&at->arena);
    enum status status = stage_of_key(desk->store, next->key, AT_HAND_MOST, &at->arena, at->rows, &count);
    if (status == STATUS_CORRUPT) { /* whoever reads that one by itself says so */
        struct store_damage damage;
        return store_take_damage(desk->store, &damage) ? STATUS_OK : status;
    }
    at->count = count > AT_HAND_MOST ? 0 : count;
    return status;
}

const struct staged *at_hand_row(const struct desk *desk, enum side side, enum entity entity,
                                 struct slice remote_id)
{
    for (size_t index = 0; index < desk->at_hand.count; index++) {
        const struct staged *row = &desk->at_hand.rows[index];
        if (row->side == side && row->entity == entity && slice_equal(row->remote_id, remote_id))
            return row;
    }
    return NULL;
}

bool at_hand_has_key(const struct desk *desk, enum entity entity, struct hash key)
{
    const struct staged *row = &desk->at_hand.rows[0];
    return desk->at_hand.count > 0 && row->entity == entity && hash_equal(row->key, key);
}

void at_hand_drop(struct desk *desk)
{
    desk->at_hand.count = 0;
}

void at_hand_note_decoded(struct desk *desk, enum side side, struct slice text, const struct decoded *decoded)
{
    desk->at_hand.decoded = decoded;
    desk->at_hand.text = text;
    desk->at_hand.side = side;
}

bool at_hand_decoded(const struct desk *desk, enum side side, const struct staged *staged, struct decoded *ret)
{
    const struct at_hand *at = &desk->at_hand;
    bool same = at->decoded != NULL && at->side == side && at->decoded->record.entity == staged->entity &&
                slice_equal(at->text, staged->payload);
    if (same)
        *ret = *at->decoded;
    return same;
}
