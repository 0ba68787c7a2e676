#include "daemon/work/person.h"
#include "daemon/work/scope.h"

static bool named(const struct desk *desk, struct hash person, struct hash key)
{
    return desk->scope.subjects.count == 0 || hashset_has(&desk->scope.subjects, person) ||
           hashset_has(&desk->scope.subjects, key);
}

static bool stands_in(const struct desk *desk, struct slice region)
{
    return slice_starts(region, desk->scope.region);
}

/* Who moves from one region of the city to another is of both until both sides say the same. */
static enum status counterpart_in(struct desk *desk, enum side side, struct slice remote_id, bool *ret)
{
    struct link link = {0};
    struct desk_copy copy;
    enum status status =
        link_by_remote(desk->store, ENTITY_ACCOUNT, side, remote_id, &desk->arena, &link);
    if (status == STATUS_OK)
        status = desk_copy(desk, side_other(side), ENTITY_ACCOUNT, link.remote_id[side_other(side)], &copy);
    if (status == STATUS_OK)
        *ret = stands_in(desk, copy.decoded.record.value[FIELD_ACCOUNT_REGION]);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status account_in(struct desk *desk, const struct desk_copy *copy, bool *ret)
{
    const struct record *record = &copy->decoded.record;
    *ret = stands_in(desk, record->value[FIELD_ACCOUNT_REGION]);
    return *ret ? STATUS_OK : counterpart_in(desk, copy->staged.side, record->remote_id, ret);
}

static enum status hours_in(struct desk *desk, const struct desk_copy *copy, bool *ret)
{
    const struct record *record = &copy->decoded.record;
    struct person person;
    int64_t year = 0;
    *ret = desk->scope.year == 0 || (slice_integer(record->value[FIELD_HOURS_YEAR], &year) &&
                                     year == desk->scope.year);
    if (!*ret || slice_empty(desk->scope.region))
        return STATUS_OK;
    enum status status =
        person_resolve(desk, copy->staged.side, record->value[FIELD_HOURS_PERSON], &person);
    *ret = stands_in(desk, person.stands[MUNICIPAL]) || stands_in(desk, person.stands[PROVINCIAL]);
    return status;
}

enum status scope_has(struct desk *desk, const struct staged *staged, bool *ret)
{
    const struct desk_scope *scope = &desk->scope;
    struct desk_copy copy;
    bool somewhere = !slice_empty(scope->region);
    *ret = !scope->limited || named(desk, staged->person, staged->key);
    if (!scope->limited || !*ret || (!somewhere && scope->year == 0))
        return STATUS_OK;
    if (staged->entity == ENTITY_ACCOUNT && !somewhere) {
        *ret = scope->subjects.count > 0;
        return STATUS_OK;
    }
    arena_reset(&desk->arena);
    enum status status = desk_copy(desk, staged->side, staged->entity, staged->remote_id, &copy);
    if (status != STATUS_OK)
        return status;
    return staged->entity == ENTITY_ACCOUNT ? account_in(desk, &copy, ret) : hours_in(desk, &copy, ret);
}

bool scope_has_conflict(const struct desk *desk, const struct conflict *conflict)
{
    const struct desk_scope *scope = &desk->scope;
    bool other = scope->subjects.count > 0 || !slice_empty(scope->region);
    if (!named(desk, conflict->person, desk_hash(desk, conflict->subject)) ||
        !slice_starts(slice_of(conflict->region), scope->region))
        return false;
    return scope->year == 0 || conflict->year == scope->year || (conflict->year == 0 && other);
}
