#include "daemon/work/person_case.h"

#include "daemon/store/links.h"
#include "mapping/notice.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS_OF_MOST = 64 /* of nearly everyone; who has more costs a second look-up */ };

static struct hash hash_of_code(const struct person_case *at, struct slice code)
{
    struct slice text = arena_printf(at->arena, "person:%.*s", (int)code.size,
                                     code.at != NULL ? code.at : "");
    return store_hash(at->store, text);
}

static enum status load_copy(const struct person_case *at, enum side side, enum entity entity,
                             struct slice id, struct person_copy *ret)
{
    struct staged row;
    enum status status = stage_get(at->store, side, entity, id, true, at->arena, &row);
    if (status != STATUS_OK) {
        return status;
    }
    struct person_copy copy = {.here = row.state != STAGED_GONE,
                               .state = row.state,
                               .dirty = row.dirty,
                               .waiting = row.waiting,
                               .open = row.open};
    status = decode_record(at->mapping, side, entity, row.payload, at->now,
                           at->arena, &copy.decoded);
    if (status == STATUS_OK) {
        *ret = copy;
    }
    return status;
}

static void add_code(struct person_case *at, struct slice code)
{
    if (slice_empty(code) || at->code_count == PERSON_CODES) {
        return;
    }
    for (size_t i = 0; i < at->code_count; i++) {
        if (slice_equal(at->codes[i], code)) {
            return;
        }
    }
    at->codes[at->code_count++] = code;
}

static void add_codes_of(struct person_case *at, const struct person_copy *copy)
{
    if (!copy->here) {
        return;
    }
    add_code(at, copy->decoded.record.value[FIELD_ACCOUNT_CODE]);
    struct slice rest = copy->decoded.record.value[FIELD_ACCOUNT_FORMER_CODES];
    while (rest.size > 0) {
        const char *space = memchr(rest.at, ' ', rest.size);
        size_t size = space != NULL ? (size_t)(space - rest.at) : rest.size;
        add_code(at, (struct slice){rest.at, size});
        size += space != NULL ? 1 : 0;
        rest = (struct slice){rest.at + size, rest.size - size};
    }
}

/* A valid one comes before an invalid one; several of a kind: the first by remote id (the rest is a
 * duplicate_record conflict). */
static enum status find_account(struct person_case *at, enum side side)
{
    struct slice ids[8];
    size_t count = 0;
    struct person_copy *best = &at->account.side[side];
    for (size_t code = 0; code < at->code_count; code++) {
        enum status status = stage_by_code(at->store, side, hash_of_code(at, at->codes[code]),
                                           true, 8, at->arena, ids, &count);
        if (status != STATUS_OK) {
            return status;
        }
        for (size_t i = 0; i < count && i < 8; i++) {
            struct person_copy copy = {.here = false};
            status = load_copy(at, side, ENTITY_ACCOUNT, ids[i], &copy);
            if (status != STATUS_OK) {
                return status;
            }
            if (!best->here || (best->state != STAGED_PRESENT && copy.state == STAGED_PRESENT)) {
                *best = copy;
            }
        }
    }
    return STATUS_OK;
}

/* An account that is linked is found by the link even when its code has changed. */
static enum status follow_link(struct person_case *at, enum side from)
{
    struct link link;
    enum side to = side_other(from);
    const struct person_copy *copy = &at->account.side[from];
    if (!copy->here) {
        return STATUS_OK;
    }
    enum status status = link_by_remote(at->store, ENTITY_ACCOUNT, from,
                                        copy->decoded.record.remote_id, at->arena, &link);
    if (status != STATUS_OK) {
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    }
    at->account.linked = true;
    status = load_copy(at, to, ENTITY_ACCOUNT, link.remote_id[to], &at->account.side[to]);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status gather_accounts(struct person_case *at)
{
    enum status status = STATUS_OK;
    add_code(at, at->code);
    /* Twice: a code that only the other side's account names may lead to one more. */
    for (int round = 0; round < 2 && status == STATUS_OK; round++) {
        for (enum side side = MUNICIPAL; side < SIDES && status == STATUS_OK; side++) {
            status = find_account(at, side);
            add_codes_of(at, &at->account.side[side]);
        }
    }
    if (status == STATUS_OK) {
        status = follow_link(at, at->account.side[MUNICIPAL].here ? MUNICIPAL : PROVINCIAL);
    }
    add_codes_of(at, &at->account.side[MUNICIPAL]);
    add_codes_of(at, &at->account.side[PROVINCIAL]);
    return status;
}

/* Is this record already in a pair? */
static bool paired(const struct person_case *at, enum side side, struct slice id)
{
    for (size_t i = 0; i < at->hour_count; i++) {
        const struct person_copy *copy = &at->hours[i].side[side];
        if (copy->here && slice_equal(copy->decoded.record.remote_id, id)) {
            return true;
        }
    }
    return false;
}

static enum status add_hour(struct person_case *at, enum side side, struct slice id)
{
    struct link link;
    enum side other = side_other(side);
    struct person_pair pair = {.linked = false};
    if (at->hour_count == at->hour_room || paired(at, side, id)) {
        return STATUS_OK;
    }
    enum status status = load_copy(at, side, ENTITY_HOURS, id, &pair.side[side]);
    if (status != STATUS_OK || !pair.side[side].here) {
        return status;
    }
    status = link_by_remote(at->store, ENTITY_HOURS, side, id, at->arena, &link);
    if (status == STATUS_OK) {
        pair.linked = true;
        status = load_copy(at, other, ENTITY_HOURS, link.remote_id[other], &pair.side[other]);
    }
    if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
        return status;
    }
    at->hours[at->hour_count++] = pair;
    return STATUS_OK;
}

/* NULL: the year is unreadable, or there are too many. */
static enum status annual_of_year(struct person_case *at, int year, struct person_pair **ret)
{
    *ret = NULL;
    for (size_t i = 0; i < at->annual_count; i++) {
        if (at->annual_year[i] == year) {
            *ret = at->annual[i];
            return STATUS_OK;
        }
    }
    if (year == 0 || at->annual_count == PERSON_YEARS) {
        return STATUS_OK;
    }
    struct person_pair *pair = arena_alloc(at->arena, sizeof *pair);
    if (pair == NULL) {
        return STATUS_NO_MEMORY;
    }
    at->annual_year[at->annual_count] = year;
    at->annual[at->annual_count++] = *ret = pair;
    return STATUS_OK;
}

static int year_of(const struct person_copy *copy, enum field field)
{
    int64_t year = 0;
    return copy->here && slice_integer(copy->decoded.record.value[field], &year) ? (int)year : 0;
}

static enum status add_annual(struct person_case *at, enum side side, struct slice id)
{
    struct person_copy copy = {.here = false};
    enum status status = load_copy(at, side, ENTITY_ANNUAL, id, &copy);
    if (status != STATUS_OK) {
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    }
    struct person_pair *pair = NULL;
    status = annual_of_year(at, year_of(&copy, FIELD_ANNUAL_YEAR), &pair);
    if (pair != NULL && copy.here && !pair->side[side].here) {
        pair->side[side] = copy;
    }
    return status;
}

/* Up to `room` ids of a side's rows of an entity under all of the person's codes; more: there are more. */
static enum status find_some(struct person_case *at, enum side side, enum entity entity,
                             struct slice *ids, size_t room, size_t *ret_count, bool *ret_more)
{
    enum status status = STATUS_OK;
    *ret_count = 0;
    *ret_more = false;
    for (size_t code = 0; status == STATUS_OK && code < at->code_count; code++) {
        size_t count = 0;
        size_t left = room - *ret_count;
        status = stage_by_person(at->store, side, entity, hash_of_code(at, at->codes[code]), left,
                                 at->arena, ids + *ret_count, &count);
        *ret_more = *ret_more || count > left;
        *ret_count += count < left ? count : left;
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* All of them, up to PERSON_HOURS, in the arena. */
static enum status find_rows(struct person_case *at, enum side side, enum entity entity,
                             struct slice **ret_ids, size_t *ret_count)
{
    size_t room = ROWS_OF_MOST;
    bool more = true;
    enum status status = STATUS_OK;
    while (more && status == STATUS_OK) {
        *ret_ids = arena_alloc(at->arena, room * sizeof **ret_ids);
        status = *ret_ids == NULL
                     ? STATUS_NO_MEMORY
                     : find_some(at, side, entity, *ret_ids, room, ret_count, &more);
        more = more && room < PERSON_HOURS;
        room = PERSON_HOURS;
    }
    return status;
}

static enum status gather_hours(struct person_case *at)
{
    struct slice *ids[SIDES] = {NULL, NULL};
    size_t count[SIDES] = {0, 0};
    enum status status = STATUS_OK;
    for (enum side side = MUNICIPAL; side < SIDES && status == STATUS_OK; side++) {
        status = find_rows(at, side, ENTITY_HOURS, &ids[side], &count[side]);
    }
    at->hour_room = count[MUNICIPAL] + count[PROVINCIAL];
    at->hours = arena_alloc(at->arena, (at->hour_room + 1) * sizeof *at->hours);
    if (status == STATUS_OK && at->hours == NULL)
        return STATUS_NO_MEMORY;
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        for (size_t i = 0; i < count[side] && status == STATUS_OK; i++)
            status = add_hour(at, side, ids[side][i]);
    }
    return status;
}

static enum status gather_annual(struct person_case *at)
{
    enum status status = STATUS_OK;
    for (enum side side = MUNICIPAL; side < SIDES && status == STATUS_OK; side++) {
        struct slice *ids = NULL;
        size_t count = 0;
        status = find_rows(at, side, ENTITY_ANNUAL, &ids, &count);
        for (size_t i = 0; i < count && status == STATUS_OK; i++)
            status = add_annual(at, side, ids[i]);
    }
    return status;
}

static const struct record *record_of(const struct person_pair *pair)
{
    return &pair->side[pair->side[MUNICIPAL].here ? MUNICIPAL : PROVINCIAL].decoded.record;
}

/* Of two that were finished at once the same one is first each time: the later counts as the second of one course. */
static int by_finished(const void *one, const void *other)
{
    const struct record *first = record_of(one);
    const struct record *second = record_of(other);
    int order = slice_compare(first->value[FIELD_HOURS_FINISHED], second->value[FIELD_HOURS_FINISHED]);
    return order != 0 ? order : slice_compare(first->remote_id, second->remote_id);
}

enum status person_gather(struct person_case *at)
{
    enum status status = gather_accounts(at);
    if (status == STATUS_OK)
        status = gather_hours(at);
    if (status == STATUS_OK)
        status = gather_annual(at);
    if (status != STATUS_OK)
        return status;
    qsort(at->hours, at->hour_count, sizeof *at->hours, by_finished);
    struct person_pair *pair = NULL;
    for (size_t i = 0; i < at->hour_count && status == STATUS_OK; i++)
        status = annual_of_year(at, person_pair_year(&at->hours[i]), &pair);
    return status;
}

int person_pair_year(const struct person_pair *pair)
{
    int year = year_of(&pair->side[MUNICIPAL], FIELD_HOURS_YEAR);
    return year != 0 ? year : year_of(&pair->side[PROVINCIAL], FIELD_HOURS_YEAR);
}
