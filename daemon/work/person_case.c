#include "daemon/work/person_case.h"

#include "daemon/store/links.h"
#include "mapping/notice.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS_OF_MOST = 128 /* of nearly everyone; who has more costs a second look-up */ };

/* All rows under one code, in order; they are read once. */
struct person_rows {
    struct hash person;
    struct staged *at;
    bool *taken; /* as the counterpart of one of the other side's */
    size_t count;
    struct person_rows *next;
};

static struct hash hash_of_code(const struct person_case *at, struct slice code)
{
    struct slice text = arena_printf(at->arena, "person:%.*s", (int)code.size,
                                     code.at != NULL ? code.at : "");
    return store_hash(at->store, text);
}

static enum status copy_of(const struct person_case *at, const struct staged *row, struct person_copy *ret)
{
    struct person_copy copy = {.here = row->state != STAGED_GONE,
                               .state = row->state,
                               .dirty = row->dirty,
                               .waiting = row->waiting,
                               .open = row->open};
    enum status status = decode_record(at->mapping, row->side, row->entity, row->payload, at->now,
                                       at->arena, &copy.decoded);
    if (status == STATUS_OK) {
        *ret = copy;
    }
    return status;
}

static enum status read_into(struct person_case *at, size_t room, struct person_rows *ret, bool *ret_more)
{
    size_t count = 0;
    ret->at = arena_alloc(at->arena, room * sizeof *ret->at);
    ret->taken = arena_alloc(at->arena, room * sizeof *ret->taken);
    if (ret->at == NULL || ret->taken == NULL)
        return STATUS_NO_MEMORY;
    enum status status = stage_of_person(at->store, ret->person, room, at->arena, ret->at, &count);
    *ret_more = count > room;
    ret->count = *ret_more ? room : count;
    return status;
}

static enum status rows_of(struct person_case *at, struct hash person, struct person_rows **ret)
{
    bool more = false;
    for (*ret = at->rows; *ret != NULL; *ret = (*ret)->next) {
        if (hash_equal((*ret)->person, person))
            return STATUS_OK;
    }
    struct person_rows *rows = arena_alloc(at->arena, sizeof *rows);
    if (rows == NULL)
        return STATUS_NO_MEMORY;
    rows->person = person;
    enum status status = read_into(at, ROWS_OF_MOST, rows, &more);
    if (status == STATUS_OK && more)
        status = read_into(at, PERSON_ROWS, rows, &more);
    rows->next = at->rows;
    at->rows = *ret = rows;
    return status;
}

/* Among the rows that were read; NULL: it is of none of the codes that are known. */
static struct staged *find_row(const struct person_case *at, enum side side, enum entity entity, struct slice id,
                               bool **ret_taken)
{
    for (struct person_rows *rows = at->rows; rows != NULL; rows = rows->next) {
        for (size_t i = 0; i < rows->count; i++) {
            struct staged *row = &rows->at[i];
            if (row->side != side || row->entity != entity || !slice_equal(row->remote_id, id))
                continue;
            *ret_taken = &rows->taken[i];
            return row;
        }
    }
    return NULL;
}

static enum status load_copy(const struct person_case *at, enum side side, enum entity entity,
                             struct slice id, struct person_copy *ret)
{
    struct staged row;
    bool *taken = NULL;
    const struct staged *known = find_row(at, side, entity, id, &taken);
    if (known != NULL) {
        *taken = true;
        return copy_of(at, known, ret);
    }
    enum status status = stage_get(at->store, side, entity, id, true, at->arena, &row);
    return status == STATUS_OK ? copy_of(at, &row, ret) : status;
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
    struct slice partner = {0};
    enum side to = side_other(from);
    const struct person_copy *copy = &at->account.side[from];
    if (!copy->here) {
        return STATUS_OK;
    }
    enum status status = link_partner(at->store, ENTITY_ACCOUNT, from, copy->decoded.record.remote_id,
                                      at->arena, &partner);
    if (status != STATUS_OK) {
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    }
    at->account.linked = true;
    status = load_copy(at, to, ENTITY_ACCOUNT, partner, &at->account.side[to]);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status gather_accounts(struct person_case *at)
{
    enum status status = STATUS_OK;
    int round = 0;
    add_code(at, at->code);
    /* Twice: a code that only the other side's account names may lead to one more. */
    for (size_t known = 0; known < at->code_count && round < 2 && status == STATUS_OK; round++) {
        known = at->code_count;
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

static enum status add_hour(struct person_case *at, const struct staged *row)
{
    struct slice partner = {0};
    struct person_pair *pair = &at->hours[at->hour_count];
    enum side other = side_other(row->side);
    enum status status = copy_of(at, row, &pair->side[row->side]);
    if (status != STATUS_OK || !pair->side[row->side].here)
        return status;
    status = link_partner(at->store, ENTITY_HOURS, row->side, row->remote_id, at->arena, &partner);
    if (status == STATUS_OK) {
        pair->linked = true;
        status = load_copy(at, other, ENTITY_HOURS, partner, &pair->side[other]);
    }
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    at->hour_count++;
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

static enum status add_annual(struct person_case *at, const struct staged *row)
{
    struct person_copy copy = {.here = false};
    struct person_pair *pair = NULL;
    enum status status = copy_of(at, row, &copy);
    if (status == STATUS_OK)
        status = annual_of_year(at, year_of(&copy, FIELD_ANNUAL_YEAR), &pair);
    if (pair != NULL && copy.here && !pair->side[row->side].here)
        pair->side[row->side] = copy;
    return status;
}

typedef enum status take_row(struct person_case *at, const struct staged *row);

/* The rows of a side's entity under all of her codes, without those that are in a pair already. */
static enum status each_row(struct person_case *at, enum side side, enum entity entity, take_row *take)
{
    enum status status = STATUS_OK;
    for (size_t code = 0; status == STATUS_OK && code < at->code_count; code++) {
        struct person_rows *rows = NULL;
        status = rows_of(at, hash_of_code(at, at->codes[code]), &rows);
        for (size_t i = 0; status == STATUS_OK && i < rows->count; i++) {
            if (rows->at[i].side == side && rows->at[i].entity == entity && !rows->taken[i])
                status = take(at, &rows->at[i]);
        }
    }
    return status;
}

static enum status gather_hours(struct person_case *at)
{
    size_t count = 0;
    enum status status = STATUS_OK;
    for (size_t code = 0; status == STATUS_OK && code < at->code_count; code++) {
        struct person_rows *rows = NULL;
        status = rows_of(at, hash_of_code(at, at->codes[code]), &rows);
        count += status == STATUS_OK ? rows->count : 0;
    }
    at->hours = arena_alloc(at->arena, (count + 1) * sizeof *at->hours);
    if (status == STATUS_OK && at->hours == NULL)
        return STATUS_NO_MEMORY;
    for (enum side side = MUNICIPAL; side < SIDES && status == STATUS_OK; side++)
        status = each_row(at, side, ENTITY_HOURS, add_hour);
    return status;
}

static enum status gather_annual(struct person_case *at)
{
    enum status status = STATUS_OK;
    for (enum side side = MUNICIPAL; side < SIDES && status == STATUS_OK; side++)
        status = each_row(at, side, ENTITY_ANNUAL, add_annual);
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

enum status person_code_of(struct person_case *at, struct hash person, struct slice *ret)
{
    static const enum field fields[ENTITIES] = {[ENTITY_ACCOUNT] = FIELD_ACCOUNT_CODE,
                                                [ENTITY_HOURS] = FIELD_HOURS_PERSON,
                                                [ENTITY_ANNUAL] = FIELD_ANNUAL_PERSON};
    struct person_rows *rows = NULL;
    enum status status = rows_of(at, person, &rows);
    *ret = (struct slice){0};
    for (size_t i = 0; status == STATUS_OK && slice_empty(*ret) && i < rows->count; i++) {
        struct person_copy copy = {.here = false};
        status = copy_of(at, &rows->at[i], &copy);
        if (status == STATUS_OK)
            *ret = copy.decoded.record.value[fields[rows->at[i].entity]];
    }
    return status;
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
