#include "daemon/work/relink.h"

#include "daemon/store/apart.h"
#include "daemon/sync/guard.h"

#define DROPPED "relink.dropped"

enum status relink_begin(struct desk *desk)
{
    desk->relinks.allowed = false;
    desk->relinks.waiting = false;
    return apart_any(desk->store, &desk->relinks.any_apart);
}

enum status relink_dropped(struct desk *desk, const struct pair *pair)
{
    enum status status = STATUS_OK;
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++)
        status = hashset_add(&desk->relinks.dropped, desk_record_hash(desk, DROPPED, side, pair->entity,
                                                                      pair->correlation.remote_id[side]));
    return status;
}

/* Which sides' record of the two had another counterpart before. */
static enum status was_linked(struct desk *desk, const struct pair *pair, bool ret[SIDES])
{
    enum status status = STATUS_OK;
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++) {
        struct slice remote_id = pair->correlation.remote_id[side];
        ret[side] = hashset_has(&desk->relinks.dropped,
                                desk_record_hash(desk, DROPPED, side, pair->entity, remote_id));
        if (!ret[side] && desk->relinks.any_apart)
            status = apart_names(desk->store, pair->entity, side, remote_id, &ret[side]);
    }
    return status;
}

enum status relink_waits(struct desk *desk, const struct pair *pair, bool *ret)
{
    bool linked[SIDES] = {false};
    *ret = false;
    if (pair->correlation.match != MATCH_FOUND || pair->correlation.link.number != 0 ||
        (!desk->relinks.any_apart && desk->relinks.dropped.count == 0))
        return STATUS_OK;
    enum status status = was_linked(desk, pair, linked);
    if (status != STATUS_OK || !(linked[MUNICIPAL] || linked[PROVINCIAL]))
        return status;
    for (enum side side = MUNICIPAL; side < SIDES; side++)
        desk->relinks.of[side] = desk->relinks.of[side] || linked[side];
    struct hash both = desk_hash_pair(desk, entity_name(pair->entity), pair->correlation.remote_id[MUNICIPAL],
                                      pair->correlation.remote_id[PROVINCIAL]);
    *ret = !desk->relinks.allowed;
    desk->relinks.waiting = desk->relinks.waiting || *ret;
    if (hashset_has(&desk->relinks.counted, both))
        return STATUS_OK;
    for (size_t index = 0; index < HASH_BYTES; index++)
        desk->relinks.digest.at[index] ^= both.at[index];
    return hashset_add(&desk->relinks.counted, both);
}

enum relink_verdict relink_judge(struct desk *desk, struct hash *plan)
{
    if (!desk->relinks.waiting)
        return RELINK_NONE;
    if (!guard_relinks((int64_t)desk->relinks.counted.count))
        return RELINK_FEW;
    for (size_t index = 0; index < HASH_BYTES; index++)
        plan->at[index] ^= desk->relinks.digest.at[index];
    return RELINK_MANY;
}
