#include "tests/platform/store.h"

#include "tests/platform/codes.h"
#include "tests/platform/store_inside.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ACCOUNT_ID = 100001, FIRST_HOURS_ID = 5500001 };

struct store *store_new(enum platform_side side, uint64_t seed)
{
    struct store *store = calloc(1, sizeof *store);
    if (store == NULL)
        return NULL;
    store->side = side;
    store->seed = seed;
    store->generation = 1;
    store->tables[ENTITY_ACCOUNT].next_id = FIRST_ACCOUNT_ID;
    store->tables[ENTITY_HOURS].next_id = FIRST_HOURS_ID;
    store->last_id = "";
    arena_init(&store->rows, SIZE_MAX / 2);
    return store;
}

static void table_free(struct table *table)
{
    index_free(&table->by_id);
    index_free(&table->by_key);
    free(table->rows);
    free(table->next);
    free(table->kept);
}

void store_free(struct store *store)
{
    if (store == NULL)
        return;
    for (int entity = 0; entity < ENTITY_COUNT; entity++)
        table_free(&store->tables[entity]);
    index_free(&store->by_code);
    index_free(&store->spelling_index);
    free(store->spellings);
    texts_free(&store->texts);
    arena_free(&store->rows);
    free(store);
}

enum platform_side store_side(const struct store *store)
{
    return store->side;
}

void store_set_now(struct store *store, int64_t seconds)
{
    store->now = seconds;
}

void store_set_watch(struct store *store, store_watch *watch, void *context)
{
    store->watch = watch;
    store->watch_context = context;
}

const char *store_text(struct store *store, const char *text)
{
    return texts_copy(&store->texts, text);
}

const char *store_last_id(const struct store *store)
{
    return store->last_id;
}

uint64_t store_generation(const struct store *store)
{
    return store->generation;
}

/* A UUID of version 4 in form, a function of the seed and the number. */
static void uuid_text(uint64_t seed, uint64_t number, char ret[40])
{
    uint64_t pair[2] = {seed, number};
    uint64_t high = index_hash(pair, sizeof pair, 1), low = index_hash(pair, sizeof pair, high);
    snprintf(ret, 40, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(high >> 32),
             (unsigned)(high >> 16 & 0xFFFF), (unsigned)(high & 0xFFF),
             (unsigned)(0x8000 | (low >> 50 & 0x3FFF)),
             (unsigned long long)(low & 0xFFFFFFFFFFFFU));
}

static const char *id_give(struct store *store, enum entity entity, const char *id)
{
    struct table *table = &store->tables[entity];
    char text[40];
    if (id == NULL || id[0] == '\0') {
        if (store->side == PLATFORM_MUNICIPAL)
            snprintf(text, sizeof text, "%llu", (unsigned long long)table->next_id);
        else
            uuid_text(store->seed + (uint64_t)entity, table->next_id, text);
        table->next_id++;
        id = text;
    } else if (strspn(id, "0123456789") == strlen(id)) {
        uint64_t number = strtoull(id, NULL, 10);
        if (number >= table->next_id)
            table->next_id = number + 1;
    }
    return texts_copy(&store->texts, id);
}

static bool table_reserve(struct table *table)
{
    if (table->count < table->capacity)
        return true;
    uint32_t capacity = table->capacity == 0 ? 1024 : table->capacity * 2;
    const struct row **rows = realloc(table->rows, capacity * sizeof *rows);
    if (rows == NULL)
        return false;
    table->rows = rows;
    uint32_t *next = realloc(table->next, capacity * sizeof *next);
    if (next == NULL)
        return false;
    table->next = next;
    table->capacity = capacity;
    return true;
}

uint64_t store_code_hash(const char *code)
{
    char normal[CODES_SIZE];
    size_t size = codes_normal(code, normal);
    return index_hash(normal, size, 7);
}

static uint32_t spelling_new(struct store *store, const char *code, uint64_t hash)
{
    if (store->spelling_count == store->spelling_capacity) {
        uint32_t capacity = store->spelling_capacity == 0 ? 1024 : store->spelling_capacity * 2;
        struct spelling *grown = realloc(store->spellings, capacity * sizeof *grown);
        if (grown == NULL)
            return PLACE_NONE;
        store->spellings = grown;
        store->spelling_capacity = capacity;
    }
    const char *text = texts_keep(&store->texts, code);
    if (text == NULL || !index_add(&store->spelling_index, hash, store->spelling_count))
        return PLACE_NONE;
    struct spelling *spelling = &store->spellings[store->spelling_count];
    *spelling = (struct spelling){.text = text, .account = PLACE_NONE};
    for (int entity = 0; entity < ENTITY_COUNT; entity++)
        spelling->first[entity] = PLACE_NONE;
    return store->spelling_count++;
}

static uint32_t spelling_number(struct store *store, const char *code)
{
    uint64_t hash = store_code_hash(code);
    size_t position = 0;
    for (uint32_t at; (at = index_next(&store->spelling_index, hash, &position)) != PLACE_NONE;)
        if (strcmp(store->spellings[at].text, code) == 0)
            return at;
    return spelling_new(store, code, hash);
}

static uint64_t pair_hash(const char *one, const char *other)
{
    uint64_t hash = index_hash(one, strlen(one) + 1, 3);
    return index_hash(other, strlen(other), hash);
}

static bool origin_index(struct store *store, enum entity entity, const struct row *row,
                         const char *system, const char *number)
{
    uint64_t hash = pair_hash(store_origin_system(store, system),
                              system[0] == '\0' ? row_id(entity, row) : number);
    return index_add(&store->tables[entity].by_key, hash, row->place);
}

/* Adds each former code to the index; the text is codes with single spaces between. */
static bool former_index(struct store *store, const char *former, uint32_t place)
{
    while (*former != '\0') {
        char code[CODES_SIZE];
        size_t size = strcspn(former, " ");
        snprintf(code, sizeof code, "%.*s", (int)size, former);
        if (size > 0 && !index_add(&store->by_code, store_code_hash(code), place))
            return false;
        former += size + (former[size] == ' ');
    }
    return true;
}

static void chain_add(struct store *store, enum entity entity, const struct row *row)
{
    struct spelling *spelling = &store->spellings[row->person];
    store->tables[entity].next[row->place] = spelling->first[entity];
    spelling->first[entity] = row->place;
}

static void chain_remove(struct store *store, enum entity entity, const struct row *row)
{
    uint32_t *link = &store->spellings[row->person].first[entity];
    while (*link != PLACE_NONE && *link != row->place)
        link = &store->tables[entity].next[*link];
    if (*link != PLACE_NONE)
        *link = store->tables[entity].next[row->place];
}

/* Enters the row in the indexes of its entity; again for a new version is no harm. */
static bool row_index(struct store *store, enum entity entity, const struct row *row)
{
    struct table *table = &store->tables[entity];
    if (entity == ENTITY_ANNUAL)
        return true;
    const char *id = row_id(entity, row);
    if (!index_add(&table->by_id, index_hash(id, strlen(id), 0), row->place))
        return false;
    if (entity == ENTITY_HOURS)
        return origin_index(store, entity, row, row_hours(row)->origin_system,
                            row_hours(row)->origin_number);
    const struct platform_account *account = row_account(row);
    return origin_index(store, entity, row, account->origin_system, account->origin_number) &&
           index_add(&store->by_code, store_code_hash(account->code), row->place) &&
           former_index(store, account->former_codes, row->place);
}

static bool spelling_known(const struct store *store, const char *code)
{
    size_t position = 0;
    return index_next(&store->spelling_index, store_code_hash(code), &position) != PLACE_NONE;
}

/* Whether hours of that person may have got another region. */
static bool region_moved(const struct store *store, const struct row *row)
{
    const struct platform_account *now = row_account(row);
    if (row->before == NULL)
        return now->former_codes[0] != '\0' || spelling_known(store, now->code);
    const struct platform_account *then = row_account(row->before);
    return strcmp(now->region, then->region) != 0 || strcmp(now->code, then->code) != 0 ||
           strcmp(now->former_codes, then->former_codes) != 0 || now->valid != then->valid;
}

static void row_announce(struct store *store, enum entity entity, const struct row *row)
{
    if (entity == ENTITY_ACCOUNT && region_moved(store, row))
        store->generation++;
    if (store->watch != NULL)
        store->watch(store->watch_context, entity, row);
}

/* The row becomes a record of its own. */
static enum status row_put(struct store *store, enum entity entity, struct row *row)
{
    struct table *table = &store->tables[entity];
    if (!table_reserve(table))
        return STATUS_NO_MEMORY;
    row->place = table->count;
    row->committed = store->now;
    const char *id = row_id(entity, row);
    bool numeric = id[0] != '\0' && strspn(id, "0123456789") == strlen(id);
    row->rank = numeric && store->side == PLATFORM_MUNICIPAL ? strtoull(id, NULL, 10) : row->place;
    table->rows[row->place] = row;
    table->next[row->place] = PLACE_NONE;
    if (!row_index(store, entity, row))
        return STATUS_NO_MEMORY;
    table->count++;
    if (entity != ENTITY_ACCOUNT)
        chain_add(store, entity, row);
    store->last = row;
    store->last_entity = entity;
    row_announce(store, entity, row);
    return STATUS_OK;
}

/* The row becomes the present version of the record at `place`. */
static enum status row_change(struct store *store, enum entity entity, uint32_t place,
                              struct row *row, const char *extra)
{
    struct table *table = &store->tables[entity];
    const struct row *before = table->rows[place];
    row->before = before;
    row->place = place;
    row->rank = before->rank;
    row->committed = store->now;
    row->extra = NULL;
    if (extra != NULL && strcmp(extra, "{}") != 0 && extra[0] != '\0') {
        row->extra = before->extra != NULL && strcmp(before->extra, extra) == 0
                         ? before->extra
                         : texts_copy(&store->texts, extra);
        if (row->extra == NULL)
            return STATUS_NO_MEMORY;
    }
    if (!row_index(store, entity, row))
        return STATUS_NO_MEMORY;
    if (entity != ENTITY_ACCOUNT && row->person != before->person) {
        chain_remove(store, entity, before);
        chain_add(store, entity, row);
    }
    table->rows[place] = row;
    row_announce(store, entity, row);
    return STATUS_OK;
}

/* The stored copy of a text: the old one where it is the same. */
static const char *text_of(struct store *store, const char *text, const char *old, bool shared)
{
    if (old != NULL && text != NULL && strcmp(text, old) == 0)
        return old;
    return shared ? texts_keep(&store->texts, text) : texts_copy(&store->texts, text);
}

static struct account_row *account_row(struct store *store, const struct platform_account *from,
                                       const struct platform_account *old)
{
    struct account_row *row = arena_alloc(&store->rows, sizeof *row);
    if (row == NULL)
        return NULL;
    static const struct platform_account none;
    old = old == NULL ? &none : old;
    struct platform_account *is = &row->is;
    *is = *from;
    is->id = old->id == NULL ? id_give(store, ENTITY_ACCOUNT, from->id) : old->id;
    is->code = text_of(store, from->code, old->code, true);
    is->former_codes = text_of(store, from->former_codes, old->former_codes, false);
    is->name = text_of(store, from->name, old->name, false);
    is->mobile = text_of(store, from->mobile, old->mobile, false);
    is->region = text_of(store, from->region, old->region, true);
    is->employer = text_of(store, from->employer, old->employer, true);
    is->department = text_of(store, from->department, old->department, true);
    is->origin_system = text_of(store, from->origin_system, old->origin_system, true);
    is->origin_number = text_of(store, from->origin_number, old->origin_number, false);
    is->version = from->version == 0 ? 1 : from->version;
    bool whole = is->id && is->code && is->former_codes && is->name && is->mobile && is->region &&
                 is->employer && is->department && is->origin_system && is->origin_number;
    return whole ? row : NULL;
}

static struct hours_row *hours_row(struct store *store, const struct platform_hours *from,
                                   const struct platform_hours *old)
{
    struct hours_row *row = arena_alloc(&store->rows, sizeof *row);
    if (row == NULL)
        return NULL;
    static const struct platform_hours none;
    old = old == NULL ? &none : old;
    struct platform_hours *is = &row->is;
    *is = *from;
    is->id = old->id == NULL ? id_give(store, ENTITY_HOURS, from->id) : old->id;
    is->course_code = text_of(store, from->course_code, old->course_code, true);
    is->course_name = text_of(store, from->course_name, old->course_name, true);
    is->evidence = text_of(store, from->evidence, old->evidence, false);
    is->origin_system = text_of(store, from->origin_system, old->origin_system, true);
    is->origin_number = text_of(store, from->origin_number, old->origin_number, false);
    is->version = from->version == 0 ? 1 : from->version;
    row->row.person = spelling_number(store, from->person == NULL ? "" : from->person);
    bool whole = is->id && is->course_code && is->course_name && is->evidence &&
                 is->origin_system && is->origin_number && row->row.person != PLACE_NONE;
    if (!whole)
        return NULL;
    is->person = store->spellings[row->row.person].text;
    return row;
}

static struct annual_row *annual_row(struct store *store, const struct platform_annual *from,
                                     const struct platform_annual *old)
{
    struct annual_row *row = arena_alloc(&store->rows, sizeof *row);
    if (row == NULL)
        return NULL;
    row->is = *from;
    row->is.certificate =
        text_of(store, from->certificate, old == NULL ? NULL : old->certificate, false);
    row->is.version = from->version == 0 ? 1 : from->version;
    row->row.person = spelling_number(store, from->person == NULL ? "" : from->person);
    if (row->is.certificate == NULL || row->row.person == PLACE_NONE)
        return NULL;
    row->is.person = store->spellings[row->row.person].text;
    return row;
}

enum status store_put_account(struct store *store, const struct platform_account *account)
{
    struct account_row *row = account_row(store, account, NULL);
    if (row == NULL)
        return STATUS_NO_MEMORY;
    store->last_id = row->is.id;
    return row_put(store, ENTITY_ACCOUNT, &row->row);
}

enum status store_put_hours(struct store *store, const struct platform_hours *hours)
{
    struct hours_row *row = hours_row(store, hours, NULL);
    if (row == NULL)
        return STATUS_NO_MEMORY;
    store->last_id = row->is.id;
    return row_put(store, ENTITY_HOURS, &row->row);
}

enum status store_put_annual(struct store *store, const struct platform_annual *annual)
{
    struct annual_row *row = annual_row(store, annual, NULL);
    return row == NULL ? STATUS_NO_MEMORY : row_put(store, ENTITY_ANNUAL, &row->row);
}

enum status store_put_extra(struct store *store, const char *json)
{
    json_t *object = json_loads(json, 0, NULL);
    bool is_object = json_is_object(object);
    json_decref(object);
    if (!is_object || store->last == NULL)
        return STATUS_INVALID;
    store->last->extra = texts_copy(&store->texts, json);
    return store->last->extra == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

enum status store_change_account(struct store *store, uint32_t place,
                                 const struct platform_account *account, const char *extra)
{
    const struct row *before = store->tables[ENTITY_ACCOUNT].rows[place];
    struct account_row *row = account_row(store, account, row_account(before));
    if (row == NULL)
        return STATUS_NO_MEMORY;
    return row_change(store, ENTITY_ACCOUNT, place, &row->row, extra);
}

enum status store_change_hours(struct store *store, uint32_t place,
                               const struct platform_hours *hours, const char *extra)
{
    const struct row *before = store->tables[ENTITY_HOURS].rows[place];
    struct hours_row *row = hours_row(store, hours, row_hours(before));
    if (row == NULL)
        return STATUS_NO_MEMORY;
    return row_change(store, ENTITY_HOURS, place, &row->row, extra);
}

enum status store_change_annual(struct store *store, uint32_t place,
                                const struct platform_annual *annual, const char *extra)
{
    const struct row *before = store->tables[ENTITY_ANNUAL].rows[place];
    struct annual_row *row = annual_row(store, annual, row_annual(before));
    if (row == NULL)
        return STATUS_NO_MEMORY;
    return row_change(store, ENTITY_ANNUAL, place, &row->row, extra);
}

enum status store_snapshot(struct store *store)
{
    for (int entity = 0; entity < ENTITY_COUNT; entity++) {
        struct table *table = &store->tables[entity];
        size_t size = table->count * sizeof *table->rows;
        const struct row **kept = realloc(table->kept, size == 0 ? 1 : size);
        if (kept == NULL)
            return STATUS_NO_MEMORY;
        if (size > 0)
            memcpy(kept, table->rows, size);
        table->kept = kept;
        table->kept_count = table->count;
        table->kept_next_id = table->next_id;
    }
    return STATUS_OK;
}

static bool table_restore(struct store *store, enum entity entity)
{
    struct table *table = &store->tables[entity];
    index_clear(&table->by_id);
    index_clear(&table->by_key);
    table->count = table->kept_count;
    table->next_id = table->kept_next_id;
    for (uint32_t place = 0; place < table->count; place++) {
        table->rows[place] = table->kept[place];
        if (!row_index(store, entity, table->rows[place]))
            return false;
        if (entity != ENTITY_ACCOUNT)
            chain_add(store, entity, table->rows[place]);
    }
    return true;
}

enum status store_restore(struct store *store)
{
    if (store->tables[ENTITY_ACCOUNT].kept == NULL)
        return STATUS_NOT_FOUND;
    index_clear(&store->by_code);
    for (uint32_t at = 0; at < store->spelling_count; at++)
        for (int entity = 0; entity < ENTITY_COUNT; entity++)
            store->spellings[at].first[entity] = PLACE_NONE;
    store->generation++;
    store->last = NULL;
    for (int entity = 0; entity < ENTITY_COUNT; entity++)
        if (!table_restore(store, (enum entity)entity))
            return STATUS_NO_MEMORY;
    if (store->watch != NULL)
        store->watch(store->watch_context, ENTITY_ACCOUNT, NULL);
    return STATUS_OK;
}
