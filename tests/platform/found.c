#include "tests/platform/found.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FOUND_STEP = 256 };

void found_add(void *context, const struct row *row)
{
    struct found *found = context;
    if (found->count == found->capacity) {
        size_t capacity = found->capacity == 0 ? FOUND_STEP : found->capacity * 2;
        const struct row **grown = realloc(found->rows, capacity * sizeof *grown);
        if (grown == NULL) {
            found->failed = true;
            return;
        }
        found->rows = grown;
        found->capacity = capacity;
    }
    found->rows[found->count++] = row;
}

static int row_order(const void *one, const void *other)
{
    const struct row *left = *(const struct row *const *)one;
    const struct row *right = *(const struct row *const *)other;
    if (left->rank != right->rank)
        return left->rank < right->rank ? -1 : 1;
    return (left->place > right->place) - (left->place < right->place);
}

static int year_of(enum entity entity, const struct row *row)
{
    if (entity == ENTITY_ACCOUNT)
        return 0;
    return entity == ENTITY_HOURS ? row_hours(row)->year : row_annual(row)->year;
}

void found_settle(struct found *found, enum entity entity, int year)
{
    size_t kept = 0;
    if (found->count > 0)
        qsort(found->rows, found->count, sizeof *found->rows, row_order);
    for (size_t at = 0; at < found->count; at++) {
        const struct row *row = found->rows[at];
        bool again = kept > 0 && found->rows[kept - 1]->place == row->place;
        if (!again && (year == 0 || year_of(entity, row) == year))
            found->rows[kept++] = row;
    }
    found->count = kept;
}

bool found_codes(const struct store *store, enum entity entity, const json_t *codes, bool persons,
                 struct found *found)
{
    size_t at;
    json_t *code;
    if (codes == NULL || json_is_null(codes))
        return true;
    if (!json_is_array(codes) || json_array_size(codes) > FOUND_CODES_MOST)
        return false;
    json_array_foreach((json_t *)(uintptr_t)codes, at, code)
    {
        if (!json_is_string(code))
            return false;
        size_t before = found->count;
        store_find(store, entity, json_string_value(code), found_add, found);
        for (size_t seen = before; entity == ENTITY_ACCOUNT && seen < found->count;) {
            bool person = row_account(found->rows[seen])->kind == KIND_PERSON;
            if (person == persons)
                seen++;
            else
                found->rows[seen] = found->rows[--found->count];
        }
    }
    return true;
}
