#include "daemon/work/region.h"

#include "daemon/work/create.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum { HOURS_MOST = 512, MEMBER_MOST = 64, ACCOUNTS_MOST = 4 };

bool region_left(const struct pair *pair)
{
    if (pair->entity != ENTITY_HOURS)
        return false;
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        const struct person *person = &pair->person[side];
        if (pair->has[side] && person->linked &&
            (person->standing[MUNICIPAL] == PERSON_OUTSIDE ||
             person->standing[PROVINCIAL] == PERSON_OUTSIDE))
            return true;
    }
    return false;
}

static bool left_both(const struct person *person)
{
    return person->standing[MUNICIPAL] == PERSON_OUTSIDE && person->standing[PROVINCIAL] == PERSON_OUTSIDE;
}

static bool same_content(const struct desk *desk, const struct pair *pair)
{
    for (enum field field = field_first(ENTITY_HOURS); field < field_end(ENTITY_HOURS); field++) {
        enum policy policy = mapping_policy(desk->mapping, field);
        if (policy != POLICY_IGNORE && policy != POLICY_KEY && policy != POLICY_NEVER &&
            !slice_equal(pair->view[MUNICIPAL].value[field], pair->view[PROVINCIAL].value[field]))
            return false;
    }
    return true;
}

static bool stands(const struct pair *pair, enum side side)
{
    return pair->has[side] && (pair->presence[side] == PRESENCE_VALID ||
                               pair->presence[side] == PRESENCE_INVALID);
}

const char *region_waits_for(const struct desk *desk, const struct pair *pair)
{
    struct slice review = pair->view[pair->side].value[FIELD_HOURS_REVIEW];
    if (left_both(&pair->person[pair->side]))
        return NULL; /* set aside without a conflict */
    if (pair->has[MUNICIPAL] && pair->has[PROVINCIAL])
        return stands(pair, MUNICIPAL) && stands(pair, PROVINCIAL) && !same_content(desk, pair) ? "region"
                                                                                                 : NULL;
    if (pair->presence[pair->side] != PRESENCE_VALID || slice_is(review, "rejected"))
        return NULL;
    return create_far_enough(desk, review) ? "region" : "review";
}

static enum status any_waits(struct desk *desk, enum side side, const struct slice *ids, size_t count, bool *ret)
{
    enum status status = STATUS_OK;
    for (size_t index = 0; status == STATUS_OK && !*ret && index < count; index++) {
        struct staged staged = {0};
        status =
            stage_get(desk->store, side, ENTITY_HOURS, ids[index], false, &desk->arena, &staged);
        *ret = status == STATUS_OK && slice_is(staged.waiting, "region");
    }
    return status;
}

enum status region_hours_wait(struct desk *desk, const struct person *person, bool *ret)
{
    struct slice *ids = arena_alloc(&desk->arena, HOURS_MOST * sizeof *ids);
    enum status status = ids == NULL ? STATUS_NO_MEMORY : STATUS_OK;
    *ret = false;
    for (enum side side = MUNICIPAL; status == STATUS_OK && !*ret && side < SIDES; side++) {
        size_t count = 0;
        status = person_hours(desk, side, person, HOURS_MOST, ids, &count);
        if (status == STATUS_OK)
            status = any_waits(desk, side, ids, count, ret);
    }
    return status;
}

enum status region_outside(struct desk *desk, enum side side, struct hash person, bool *ret)
{
    struct slice ids[ACCOUNTS_MOST] = {{0}};
    size_t count = 0;
    bool inside = false;
    *ret = false;
    if (hash_is_zero(person))
        return STATUS_OK;
    arena_reset(&desk->arena);
    enum status status =
        stage_by_code(desk->store, side, person, true, ACCOUNTS_MOST, &desk->arena, ids, &count);
    for (size_t index = 0; status == STATUS_OK && index < count && index < ACCOUNTS_MOST; index++) {
        struct staged staged = {0};
        status = stage_glance(desk->store, side, ENTITY_ACCOUNT, ids[index], &staged);
        *ret = *ret || staged.state == STAGED_OUTSIDE;
        inside = inside || staged.state != STAGED_OUTSIDE;
    }
    *ret = *ret && !inside;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static bool names_region(const struct desk *desk, const struct write *write, struct slice fields)
{
    struct slice member = mapping_member(desk->mapping, write->target, FIELD_ACCOUNT_REGION);
    char name[MEMBER_MOST];
    if (write->entity != ENTITY_HOURS || slice_empty(member) || slice_empty(fields))
        return false;
    (void)snprintf(name, sizeof name, "%.*s", (int)member.size, member.at);
    json_t *json = json_loadb(fields.at, fields.size, 0, NULL);
    bool named = json_object_get(json, name) != NULL;
    json_decref(json);
    return named;
}

/* Whose hours they are, by the code that the target knows. */
static enum status person_of_write(struct desk *desk, const struct write *write, struct slice *ret)
{
    struct record values;
    struct desk_copy copy;
    field_set fields = 0;
    enum status status = record_unpack(write->values, &values, &fields);
    *ret = (fields & FIELD_BIT(FIELD_HOURS_PERSON)) != 0 ? values.value[FIELD_HOURS_PERSON]
                                                         : (struct slice){0};
    if (status != STATUS_OK || !slice_empty(*ret) || slice_empty(write->target_id))
        return status;
    status = desk_copy(desk, write->target, ENTITY_HOURS, write->target_id, &copy);
    if (status == STATUS_OK)
        *ret = copy.decoded.record.value[FIELD_HOURS_PERSON];
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static struct hash refusal(const struct desk *desk, enum side target, struct slice code, unsigned round)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%d:%u", (int)target, round);
    return desk_hash_pair(desk, "refused", code, slice_of(text));
}

enum status region_refused(struct desk *desk, const struct write *write, struct slice fields, bool *ret)
{
    struct slice code = {0};
    bool asked = false;
    *ret = false;
    if (!names_region(desk, write, fields))
        return STATUS_OK;
    enum status status = person_of_write(desk, write, &code);
    if (status != STATUS_OK || slice_empty(code))
        return status;
    for (unsigned round = 0; round < desk->round; round++) {
        if (hashset_has(&desk->refused, refusal(desk, write->target, code, round)))
            return STATUS_OK;
    }
    *ret = true;
    status = hashset_add(&desk->refused, refusal(desk, write->target, code, desk->round));
    return status == STATUS_OK
               ? need_by_code(desk, write->target, ENTITY_ACCOUNT, false, code, &asked)
               : status;
}
