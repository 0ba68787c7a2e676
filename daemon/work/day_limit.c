#include "daemon/work/day_limit.h"

#include "daemon/work/create.h"
#include "mapping/base/civil.h"

#include <stdio.h>
#include <stdlib.h>

/* KNOWN_MOST: days and records; shared out again they come to the same. A day more, and the set is half full at most. */
enum { DAY_RECORDS_MOST = 512, KNOWN_MOST = 64 * 1024 - 2 * DAY_RECORDS_MOST };

static bool counts_for_day(const struct record *record, int64_t day)
{
    int64_t finished = 0;
    return slice_is(record->value[FIELD_HOURS_SOURCE], "recognised") && record_valid(record) &&
           !slice_is(record->value[FIELD_HOURS_REVIEW], "rejected") &&
           civil_parse(record->value[FIELD_HOURS_FINISHED], "%Y-%m-%dT%H:%M:%S%z", 0, &finished) &&
           civil_china_day(finished) == day;
}

/* What the person's day holds already on the target, in hundredths of recognised hours. */
static enum status day_so_far(struct desk *desk, enum side target, const struct person *person,
                              int64_t day, int64_t *ret)
{
    struct slice ids[DAY_RECORDS_MOST];
    size_t count = 0;
    *ret = 0;
    enum status status = person_hours(desk, target, person, DAY_RECORDS_MOST, ids, &count);
    for (size_t index = 0; status == STATUS_OK && index < count; index++) {
        struct desk_copy copy;
        int64_t amount = 0;
        status = desk_copy(desk, target, ENTITY_HOURS, ids[index], &copy);
        if (status == STATUS_OK && copy.decoded.ok && counts_for_day(&copy.decoded.record, day) &&
            slice_integer(copy.decoded.record.value[FIELD_HOURS_AMOUNT], &amount))
            *ret += amount;
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* One recognised record that wants a place in the target's day. */
struct day_claim {
    int64_t finished;
    struct slice number;
    int64_t amount;
    struct hash key;
};

/* In the order of finished, then origin number. */
static int claim_order(const void *one, const void *other)
{
    const struct day_claim *first = one;
    const struct day_claim *second = other;
    if (first->finished != second->finished)
        return first->finished < second->finished ? -1 : 1;
    return slice_compare(first->number, second->number);
}

/* It stands on the target already, though it may not be linked yet: its hours are in the day's sum. */
static enum status stands_there(struct desk *desk, enum side target, const struct staged *staged, bool *ret)
{
    struct slice id = {0};
    size_t count = 0;
    *ret = false;
    enum status status = stage_by_key(desk->store, target, ENTITY_HOURS, staged->key, 1, &desk->arena, &id,
                                      &count);
    if ((status == STATUS_OK || status == STATUS_NOT_FOUND) && count == 0 && !hash_is_zero(staged->natural))
        status = stage_by_natural(desk->store, target, staged->natural, 1, &desk->arena, &id, &count);
    *ret = count > 0;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status add_claim(struct desk *desk, enum side side, struct slice remote_id, int64_t day,
                             struct day_claim *claims, size_t *count)
{
    struct desk_copy copy;
    struct link link = {0};
    enum status status = link_by_remote(desk->store, ENTITY_HOURS, side, remote_id, &desk->arena, &link);
    if (status != STATUS_NOT_FOUND)
        return status;
    status = desk_copy(desk, side, ENTITY_HOURS, remote_id, &copy);
    const struct record *record = &copy.decoded.record;
    if (status != STATUS_OK || !copy.decoded.ok || !counts_for_day(record, day) ||
        !create_far_enough(desk, record->value[FIELD_HOURS_REVIEW]))
        return status;
    bool there = false;
    status = stands_there(desk, side_other(side), &copy.staged, &there);
    if (status != STATUS_OK || there)
        return status;
    struct day_claim *claim = &claims[*count];
    claim->key = copy.staged.key;
    claim->number = record->value[FIELD_HOURS_ORIGIN_NUMBER];
    (void)civil_parse(record->value[FIELD_HOURS_FINISHED], "%Y-%m-%dT%H:%M:%S%z", 0, &claim->finished);
    *count += slice_integer(record->value[FIELD_HOURS_AMOUNT], &claim->amount);
    return STATUS_OK;
}

/* Gives the places of a person's day once, to all of her records that are not on the target yet. */
static enum status share_day(struct desk *desk, const struct pair *pair, enum side target, int64_t day,
                             int64_t limit)
{
    const struct person *person = &pair->person[pair->side];
    struct slice *ids = arena_alloc(&desk->arena, DAY_RECORDS_MOST * sizeof *ids);
    struct day_claim *claims = arena_alloc(&desk->arena, DAY_RECORDS_MOST * sizeof *claims);
    size_t found = 0;
    size_t count = 0;
    int64_t sum = 0;
    if (ids == NULL || claims == NULL)
        return STATUS_NO_MEMORY;
    enum status status = day_so_far(desk, target, person, day, &sum);
    if (status == STATUS_OK)
        status = person_hours(desk, pair->side, person, DAY_RECORDS_MOST, ids, &found);
    for (size_t index = 0; status == STATUS_OK && index < found; index++)
        status = add_claim(desk, pair->side, ids[index], day, claims, &count);
    qsort(claims, count, sizeof *claims, claim_order);
    for (size_t index = 0; status == STATUS_OK && index < count; index++) {
        if (sum + claims[index].amount > limit)
            continue;
        sum += claims[index].amount;
        status = hashset_add(&desk->days, claims[index].key);
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status day_limit_holds(struct desk *desk, const struct pair *pair, enum side target, bool *ret)
{
    const struct record *record = &pair->copy[pair->side].decoded.record;
    int64_t limit = mapping_notice(desk->mapping)->day_recognised_centi;
    int64_t finished = 0;
    char day_text[32];
    enum status status = STATUS_OK;
    *ret = true;
    if (limit <= 0 || !slice_is(record->value[FIELD_HOURS_SOURCE], "recognised") ||
        slice_is(record->value[FIELD_HOURS_UNIT], "credits") ||
        !civil_parse(record->value[FIELD_HOURS_FINISHED], "%Y-%m-%dT%H:%M:%S%z", 0, &finished))
        return STATUS_OK;
    (void)snprintf(day_text, sizeof day_text, "%d:%lld", (int)target, (long long)civil_china_day(finished));
    struct hash day = desk_hash_pair(desk, "day", pair->person[pair->side].name_code,
                                     slice_of(day_text));
    if (!hashset_has(&desk->days, day)) {
        if (desk->days.count > KNOWN_MOST)
            hashset_clear(&desk->days);
        status = share_day(desk, pair, target, civil_china_day(finished), limit);
        if (status == STATUS_OK)
            status = hashset_add(&desk->days, day);
    }
    *ret = hashset_has(&desk->days, pair->copy[pair->side].staged.key);
    return status;
}
