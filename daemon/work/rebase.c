#include "daemon/work/rebase.h"

#include <jansson.h>
#include <stdio.h>

enum { NAME_BYTES = 32 };

static void meta_name(enum side side, char ret[NAME_BYTES])
{
    (void)snprintf(ret, NAME_BYTES, "rebase.%s", side_name(side));
}

static enum status read_since(struct slice text, int64_t ret[ENTITIES])
{
    json_t *object = json_loadb(text.at, text.size, JSON_REJECT_DUPLICATES, NULL);
    const json_t *since = json_object_get(object, "since");
    enum status status = json_array_size(since) == ENTITIES ? STATUS_OK : STATUS_CORRUPT;
    for (size_t entity = 0; status == STATUS_OK && entity < ENTITIES; entity++)
        ret[entity] = json_integer_value(json_array_get(since, entity));
    json_decref(object);
    return status;
}

enum status rebase_open(struct desk *desk)
{
    enum status status = STATUS_OK;
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++) {
        char name[NAME_BYTES];
        struct slice text = {0};
        meta_name(side, name);
        status = store_meta_get(desk->store, name, &desk->arena, &text);
        desk->rebasing[side] = status == STATUS_OK;
        if (status == STATUS_OK)
            status = read_since(text, desk->restored_since[side]);
        if (status == STATUS_NOT_FOUND)
            status = STATUS_OK;
    }
    return status;
}

static bool changed_later(const struct desk *desk, const struct pair *pair, enum side side)
{
    return pair_copy(pair, side)->updated > desk->restored_since[side][pair->entity];
}

static void move_base(const struct desk *desk, struct pair *pair, enum side side)
{
    bool later = changed_later(desk, pair, side) ||
                 (desk->rebasing[MUNICIPAL] && desk->rebasing[PROVINCIAL]);
    for (enum field field = field_first(pair->entity); field < field_end(pair->entity); field++) {
        struct slice held = pair->view[side].value[field];
        if ((pair->base_fields & FIELD_BIT(field)) == 0 || slice_equal(held, pair->base.value[field]))
            continue;
        if (later)
            pair->base_fields &= ~FIELD_BIT(field);
        else
            pair->base.value[field] = held;
    }
}

void rebase_base(const struct desk *desk, struct pair *pair)
{
    if (!pair->has[MUNICIPAL] || !pair->has[PROVINCIAL] || pair->base_fields == 0)
        return;
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        if (desk->rebasing[side])
            move_base(desk, pair, side);
    }
}

/* A former code counts as the person's. */
static bool same_account(const struct record *one, const struct record *other)
{
    struct slice former = one->value[FIELD_ACCOUNT_FORMER_CODES];
    struct slice code = {0};
    bool same = slice_equal(one->value[FIELD_ACCOUNT_CODE], other->value[FIELD_ACCOUNT_CODE]);
    while (!same && slice_next_word(&former, &code))
        same = slice_equal(code, other->value[FIELD_ACCOUNT_CODE]);
    return same;
}

static bool same_origin(const struct record *one, const struct record *other)
{
    return slice_equal(one->value[FIELD_HOURS_ORIGIN_SYSTEM],
                       other->value[FIELD_HOURS_ORIGIN_SYSTEM]) &&
           slice_equal(one->value[FIELD_HOURS_ORIGIN_NUMBER],
                       other->value[FIELD_HOURS_ORIGIN_NUMBER]);
}

/* The origins differ, or may have been given twice: then it has to be the same study. */
static bool same_study(const struct pair *pair)
{
    static const enum field fields[] = {FIELD_HOURS_PERSON, FIELD_HOURS_YEAR, FIELD_HOURS_CATEGORY,
                                        FIELD_HOURS_COURSE_CODE};
    for (size_t index = 0; index < sizeof fields / sizeof *fields; index++) {
        if (!slice_equal(pair->view[MUNICIPAL].value[fields[index]],
                         pair->view[PROVINCIAL].value[fields[index]]))
            return false;
    }
    return true;
}

/* Could the restored side have given the number to another record since? */
static bool given_again(const struct desk *desk, const struct pair *pair)
{
    return (desk->rebasing[MUNICIPAL] && changed_later(desk, pair, MUNICIPAL)) ||
           (desk->rebasing[PROVINCIAL] && changed_later(desk, pair, PROVINCIAL));
}

static bool lost(const struct desk *desk, const struct pair *pair)
{
    enum side side = pair->has[MUNICIPAL] ? PROVINCIAL : MUNICIPAL;
    return desk->rebasing[side] &&
           hashset_has(&desk->gone, desk_record_hash(desk, "gone", side, pair->entity,
                                                     pair->correlation.remote_id[side]));
}

bool rebase_match_holds(const struct desk *desk, const struct pair *pair)
{
    bool linked = pair->correlation.match == MATCH_LINKED;
    if ((!linked && pair->correlation.match != MATCH_FOUND) ||
        (!desk->rebasing[MUNICIPAL] && !desk->rebasing[PROVINCIAL]))
        return true;
    if (!pair->has[MUNICIPAL] || !pair->has[PROVINCIAL])
        return !linked || !lost(desk, pair);
    if (pair->entity == ENTITY_ACCOUNT)
        return same_account(&pair->view[MUNICIPAL], &pair->view[PROVINCIAL]) ||
               same_account(&pair->view[PROVINCIAL], &pair->view[MUNICIPAL]);
    return same_origin(&pair->view[MUNICIPAL], &pair->view[PROVINCIAL])
               ? !given_again(desk, pair) || same_study(pair)
               : pair->correlation.link.evidence == EVIDENCE_NATURAL && same_study(pair);
}

bool rebase_keeps_apart(const struct pair *pair)
{
    return pair->entity == ENTITY_HOURS && pair->has[MUNICIPAL] && pair->has[PROVINCIAL] &&
           same_origin(&pair->view[MUNICIPAL], &pair->view[PROVINCIAL]);
}

enum status rebase_end(struct desk *desk)
{
    enum status status = STATUS_OK;
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++) {
        char name[NAME_BYTES];
        bool whole = desk->known_whole[side][ENTITY_ACCOUNT] && desk->known_whole[side][ENTITY_HOURS];
        meta_name(side, name);
        if (desk->rebasing[side] && whole)
            status = store_meta_set(desk->store, name, (struct slice){0});
    }
    return status;
}
