#include "tests/platform/codes.h"
#include "tests/platform/store_inside.h"

#include <stdio.h>
#include <string.h>

enum { SPELLINGS_SEEN = 64 };

uint32_t store_count(const struct store *store, enum entity entity)
{
    return store->tables[entity].count;
}

const struct row *store_row(const struct store *store, enum entity entity, uint32_t place)
{
    return store->tables[entity].rows[place];
}

const char *row_id(enum entity entity, const struct row *row)
{
    if (entity == ENTITY_ACCOUNT)
        return row_account(row)->id;
    return entity == ENTITY_HOURS ? row_hours(row)->id : "";
}

int64_t row_updated(enum entity entity, const struct row *row)
{
    if (entity == ENTITY_ACCOUNT)
        return row_account(row)->updated;
    return entity == ENTITY_HOURS ? row_hours(row)->updated : row_annual(row)->updated;
}

int64_t row_version(enum entity entity, const struct row *row)
{
    if (entity == ENTITY_ACCOUNT)
        return row_account(row)->version;
    return entity == ENTITY_HOURS ? row_hours(row)->version : row_annual(row)->version;
}

const struct row *row_at(const struct row *row, int64_t seconds)
{
    while (row != NULL && row->committed > seconds)
        row = row->before;
    return row;
}

const struct row *store_by_id(const struct store *store, enum entity entity, const char *id)
{
    const struct table *table = &store->tables[entity];
    size_t position = 0;
    uint64_t hash = index_hash(id, strlen(id), 0);
    const struct row *first = NULL;
    for (uint32_t at; (at = index_next(&table->by_id, hash, &position)) != PLACE_NONE;) {
        const struct row *row = table->rows[at];
        if (strcmp(row_id(entity, row), id) == 0 && (first == NULL || row->place < first->place))
            first = row;
    }
    return first;
}

const char *store_origin_system(const struct store *store, const char *system)
{
    if (system != NULL && system[0] != '\0')
        return system;
    return store->side == PLATFORM_MUNICIPAL ? "371600" : "370000";
}

static bool origin_is(const struct store *store, enum entity entity, const struct row *row,
                      const char *system, const char *number)
{
    bool account = entity == ENTITY_ACCOUNT;
    const char *own_system =
        account ? row_account(row)->origin_system : row_hours(row)->origin_system;
    const char *own_number =
        account ? row_account(row)->origin_number : row_hours(row)->origin_number;
    if (own_system[0] == '\0')
        own_number = row_id(entity, row);
    return strcmp(store_origin_system(store, own_system), system) == 0 &&
           strcmp(own_number, number) == 0;
}

const struct row *store_by_origin(const struct store *store, enum entity entity, const char *system,
                                  const char *number)
{
    const struct table *table = &store->tables[entity];
    uint64_t hash = index_hash(system, strlen(system) + 1, 3);
    hash = index_hash(number, strlen(number), hash);
    size_t position = 0;
    const struct row *first = NULL;
    for (uint32_t at; (at = index_next(&table->by_key, hash, &position)) != PLACE_NONE;) {
        const struct row *row = table->rows[at];
        bool earlier = first == NULL || row->place < first->place;
        if (earlier && origin_is(store, entity, row, system, number))
            first = row;
    }
    return first;
}

const struct row *store_hours(const struct store *store, const char *system, const char *number)
{
    return store_by_origin(store, ENTITY_HOURS, system, number);
}

static bool code_same(const char *code, size_t size, const char *other, bool exact)
{
    char text[CODES_SIZE], one[CODES_SIZE], two[CODES_SIZE];
    if (exact)
        return strlen(other) == size && memcmp(code, other, size) == 0;
    snprintf(text, sizeof text, "%.*s", (int)size, code);
    codes_normal(text, one);
    codes_normal(other, two);
    return strcmp(one, two) == 0;
}

static bool former_has(const char *former, const char *code, bool exact)
{
    while (*former != '\0') {
        size_t size = strcspn(former, " ");
        if (size > 0 && code_same(former, size, code, exact))
            return true;
        former += size + (former[size] == ' ');
    }
    return false;
}

/* How well the account fits: present codes before former ones, valid before invalid. 0: not. */
static int account_fit(const struct platform_account *account, int kind, const char *code)
{
    if (kind != 0 && (int)account->kind != kind)
        return 0;
    if (code_same(account->code, strlen(account->code), code, false))
        return account->valid ? 4 : 3;
    if (former_has(account->former_codes, code, false))
        return account->valid ? 2 : 1;
    return 0;
}

const struct row *store_account(const struct store *store, int kind, const char *code)
{
    if (code == NULL || code[0] == '\0')
        return NULL;
    const struct table *table = &store->tables[ENTITY_ACCOUNT];
    uint64_t hash = store_code_hash(code);
    size_t position = 0;
    const struct row *best = NULL;
    int best_fit = 0;
    for (uint32_t at; (at = index_next(&store->by_code, hash, &position)) != PLACE_NONE;) {
        int fit = account_fit(row_account(table->rows[at]), kind, code);
        if (fit > best_fit || (fit == best_fit && best != NULL && at < best->place)) {
            best = fit > 0 ? table->rows[at] : best;
            best_fit = fit;
        }
    }
    return best;
}

/* Calls back with each account whose present or former code is the code. */
static void accounts_named(const struct store *store, const char *code, bool exact,
                           store_visit *visit, void *context)
{
    const struct table *table = &store->tables[ENTITY_ACCOUNT];
    uint64_t hash = store_code_hash(code);
    size_t position = 0;
    for (uint32_t at; (at = index_next(&store->by_code, hash, &position)) != PLACE_NONE;) {
        const struct platform_account *account = row_account(table->rows[at]);
        if (code_same(account->code, strlen(account->code), code, exact) ||
            former_has(account->former_codes, code, exact))
            visit(context, table->rows[at]);
    }
}

/* The spellings whose chains are still to be walked, each once. */
struct spellings {
    const struct store *store;
    bool exact;
    uint32_t numbers[SPELLINGS_SEEN];
    size_t count;
};

static void spellings_add(struct spellings *all, const char *code)
{
    uint64_t hash = store_code_hash(code);
    size_t position = 0;
    const struct store *store = all->store;
    for (uint32_t at; (at = index_next(&store->spelling_index, hash, &position)) != PLACE_NONE;) {
        const char *text = store->spellings[at].text;
        bool known = !code_same(text, strlen(text), code, all->exact);
        for (size_t seen = 0; seen < all->count && !known; seen++)
            known = all->numbers[seen] == at;
        if (!known && all->count < SPELLINGS_SEEN)
            all->numbers[all->count++] = at;
    }
}

static void spellings_of_account(void *context, const struct row *row)
{
    struct spellings *all = context;
    const struct platform_account *account = row_account(row);
    if (account->kind != KIND_PERSON)
        return;
    spellings_add(all, account->code);
    for (const char *former = account->former_codes; *former != '\0';) {
        char code[CODES_SIZE];
        size_t size = strcspn(former, " ");
        snprintf(code, sizeof code, "%.*s", (int)size, former);
        spellings_add(all, code);
        former += size + (former[size] == ' ');
    }
}

static void records_named(const struct store *store, enum entity entity, const char *code,
                          bool exact, store_visit *visit, void *context)
{
    struct spellings all = {.store = store, .exact = exact};
    spellings_add(&all, code);
    accounts_named(store, code, exact, spellings_of_account, &all);
    const struct table *table = &store->tables[entity];
    for (size_t at = 0; at < all.count; at++) {
        uint32_t place = store->spellings[all.numbers[at]].first[entity];
        for (; place != PLACE_NONE; place = table->next[place])
            visit(context, table->rows[place]);
    }
}

void store_find(const struct store *store, enum entity entity, const char *code, store_visit *visit,
                void *context)
{
    if (code[0] == '\0')
        return;
    if (entity == ENTITY_ACCOUNT)
        accounts_named(store, code, true, visit, context);
    else
        records_named(store, entity, code, true, visit, context);
}

void store_find_person(const struct store *store, enum entity entity, const char *code,
                       store_visit *visit, void *context)
{
    records_named(store, entity, code, false, visit, context);
}

const struct row *store_person(const struct store *store, const struct row *row)
{
    struct spelling *spelling = &store->spellings[row->person];
    if (spelling->seen != store->generation) {
        const struct row *account = store_account(store, KIND_PERSON, spelling->text);
        spelling->account = account == NULL ? PLACE_NONE : account->place;
        spelling->seen = store->generation;
    }
    return spelling->account == PLACE_NONE ? NULL
                                           : store->tables[ENTITY_ACCOUNT].rows[spelling->account];
}

const char *store_region(const struct store *store, enum entity entity, const struct row *row)
{
    if (entity == ENTITY_ACCOUNT)
        return row_account(row)->region;
    const struct row *account = store_person(store, row);
    return account == NULL ? "" : row_account(account)->region;
}
