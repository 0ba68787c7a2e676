#include "daemon/work/pair_inside.h"

#include "daemon/work/since.h"
#include "mapping/record_short.h"

#include <string.h>

enum status pair_link_load(struct desk *desk, struct pair *pair)
{
    struct link *link = &pair->correlation.link;
    memset(pair->changed_at, 0, sizeof pair->changed_at);
    pair->base_fields = 0;
    if (link->number == 0 || !link->has_base)
        return STATUS_OK;
    enum status status = record_unpack(link->base, &pair->base, &pair->base_fields);
    if (status == STATUS_OK)
        since_unpack(link->since, pair->changed_at);
    if (status == STATUS_OK && (pair->base_fields & FIELD_BIT(FIELD_HOURS_PERSON)) != 0) {
        struct person person;
        status = person_resolve(desk, MUNICIPAL, pair->base.value[FIELD_HOURS_PERSON], &person);
        pair->base.value[FIELD_HOURS_PERSON] = person.name_code;
    }
    return status;
}

/* The base moves only to what both sides are known to hold. Who always stood outside the region on one side is
 * not linked. */
enum status pair_link_keep(struct desk *desk, struct pair *pair)
{
    struct link *link = &pair->correlation.link;
    struct record base = pair->base;
    field_set fields = pair->base_fields | pair->judgement.agreed;
    struct buffer packed;
    struct buffer since;
    bool present = pair->has[MUNICIPAL] && pair->has[PROVINCIAL];
    bool one = pair->correlation.match == MATCH_LINKED || pair->correlation.match == MATCH_FOUND;
    if (!one || pair->judgement.situation == SITUATION_elsewhere)
        return STATUS_OK;
    base.entity = pair->entity;
    for (enum field field = field_first(pair->entity); field < field_end(pair->entity); field++) {
        if ((pair->judgement.agreed & FIELD_BIT(field)) != 0)
            base.value[field] = pair->view[MUNICIPAL].value[field];
    }
    buffer_init(&packed, 64 * 1024);
    buffer_init(&since, 64 * 1024);
    record_pack_short(&base, fields, &packed);
    since_pack(pair->judgement.changed_at, &since);
    enum link_state state = pair->judgement.action == ACTION_SET_ASIDE ? LINK_ASIDE : LINK_HELD;
    bool moved = link->number == 0 || link->state != state || !slice_equal(link->base, buffer_slice(&packed)) ||
                 (present && !slice_equal(link->since, buffer_slice(&since)));
    enum status status = packed.status != STATUS_OK ? packed.status : since.status;
    link->has_base = fields != 0;
    link->base = buffer_slice(&packed);
    if (present)
        link->since = buffer_slice(&since);
    link->state = state;
    if (link->number == 0)
        link->run = desk->run;
    if (status == STATUS_OK && moved)
        status = link_put(desk->store, link);
    buffer_free(&packed);
    buffer_free(&since);
    return status;
}
