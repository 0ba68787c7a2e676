#include "daemon/store/roll.h"

#include "daemon/store/roll_mark.h"
#include "daemon/store/statement.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

enum { ENTRY_BYTES = 32, ENTRIES_FIRST = 512 };

enum { GET, ROWS, PUT, CUT, STRIKE, AGE, RELEASE, RELEASE_SIDE, STRUCK };

static const struct sql sql[] = {
    [GET] = {"read the roll", "SELECT size, digest, entries FROM stage.roll WHERE place = ?1"},
    [ROWS] = {"count the roll", "SELECT coalesce(sum(length(entries)), 0) / ?3 FROM stage.roll"
                                " WHERE place > ?1 AND place <= ?2"},
    [PUT] = {"write the roll", "INSERT OR REPLACE INTO stage.roll (place, size, digest, entries)"
                               " VALUES (?1, ?2, ?3, ?4)"},
    [CUT] = {"shorten the roll", "DELETE FROM stage.roll WHERE place > ?1 AND place < ?2"},
    [STRIKE] = {"strike from the roll", "INSERT OR REPLACE INTO stage.struck (slot, side, entity, old)"
                                        " VALUES (?3, ?1, ?2, 0)"},
    [AGE] = {"begin the roll", "UPDATE stage.struck SET old = 1 WHERE side = ?1 AND entity = ?2"},
    [RELEASE] = {"end the roll",
                 "DELETE FROM stage.struck WHERE side = ?1 AND entity = ?2 AND old = 1"},
    [RELEASE_SIDE] = {"forget the roll", "DELETE FROM stage.struck WHERE side = ?1"},
    [STRUCK] = {"read what is struck", "SELECT slot FROM stage.struck"},
};

enum status roll_page_add(struct roll_page *page, const struct roll_entry *entry)
{
    if (page->count == page->capacity) {
        size_t capacity = page->capacity == 0 ? ENTRIES_FIRST : page->capacity * 2;
        if (capacity > ROLL_ROWS_MOST)
            return STATUS_TOO_LARGE;
        struct roll_entry *grown = realloc(page->entries, capacity * sizeof *grown);
        if (grown == NULL)
            return STATUS_NO_MEMORY;
        page->entries = grown;
        page->capacity = capacity;
    }
    page->entries[page->count++] = *entry;
    return STATUS_OK;
}

void roll_page_free(struct roll_page *page)
{
    free(page->entries);
    *page = (struct roll_page){0};
}

int64_t roll_place(enum side side, enum entity entity, unsigned page)
{
    return ((int64_t)side * ENTITIES + (int64_t)entity) << 32 | page;
}

static enum status unpack(struct slice packed, struct roll_page *ret)
{
    enum status status = packed.size % ENTRY_BYTES == 0 ? STATUS_OK : STATUS_CORRUPT;
    for (size_t at = 0; status == STATUS_OK && at < packed.size; at += ENTRY_BYTES) {
        struct roll_entry entry;
        int64_t numbers[2];
        memcpy(numbers, packed.at + at, sizeof numbers);
        entry.slot = (int64_t)le64toh((uint64_t)numbers[0]);
        entry.updated = (int64_t)le64toh((uint64_t)numbers[1]);
        memcpy(entry.raw.at, packed.at + at + sizeof numbers, HASH_BYTES);
        status = roll_page_add(ret, &entry);
    }
    return status;
}

enum status roll_get(struct store *store, enum side side, enum entity entity, unsigned page,
                     struct roll_page *ret)
{
    struct statement statement;
    struct hash digest;
    ret->size = ret->count = 0;
    statement_open(&statement, store, &sql[GET]);
    statement_bind_number(&statement, roll_place(side, entity, page));
    enum status status = statement_row(&statement);
    if (status != STATUS_OK)
        return status;
    size_t size = (size_t)statement_read_number(&statement);
    statement_read_hash(&statement, &digest);
    status = unpack(statement_read_bytes(&statement), ret);
    enum status closed = statement_close(&statement);
    memcpy(ret->digest, digest.at, sizeof digest.at);
    ret->size = size;
    return status == STATUS_OK ? closed : status;
}

enum status roll_rows(struct store *store, enum side side, enum entity entity, size_t *ret)
{
    struct statement statement;
    statement_open(&statement, store, &sql[ROWS]);
    statement_bind_number(&statement, roll_place(side, entity, 0));
    statement_bind_number(&statement, roll_place(side, entity, UINT32_MAX));
    statement_bind_number(&statement, ENTRY_BYTES);
    enum status status = statement_row(&statement);
    if (status == STATUS_OK)
        *ret = (size_t)statement_read_number(&statement);
    return status == STATUS_OK ? statement_close(&statement) : status;
}

static enum status pack(const struct roll_page *page, struct buffer *ret)
{
    for (size_t index = 0; index < page->count; index++) {
        const struct roll_entry *entry = &page->entries[index];
        const uint64_t numbers[2] = {htole64((uint64_t)entry->slot), htole64((uint64_t)entry->updated)};
        buffer_append(ret, (struct slice){(const char *)numbers, sizeof numbers});
        buffer_append(ret, (struct slice){(const char *)entry->raw.at, HASH_BYTES});
    }
    return ret->status;
}

enum status roll_put(struct store *store, enum side side, enum entity entity, unsigned page,
                     const struct roll_page *content)
{
    struct statement statement;
    struct hash digest;
    struct buffer packed;
    buffer_init(&packed, content->count * ENTRY_BYTES + 1);
    enum status status = pack(content, &packed);
    if (status == STATUS_OK) {
        memcpy(digest.at, content->digest, sizeof digest.at);
        statement_open(&statement, store, &sql[PUT]);
        statement_bind_number(&statement, roll_place(side, entity, page));
        statement_bind_number(&statement, (int64_t)content->size);
        statement_bind_hash(&statement, &digest);
        statement_bind_bytes(&statement, buffer_slice(&packed));
        status = statement_run(&statement);
    }
    buffer_free(&packed);
    return status == STATUS_OK ? roll_mark_drop(store, roll_place(side, entity, page) - 1, roll_place(side, entity, page) + 1) : status;
}

static enum status run_of(struct store *store, int which, enum side side, enum entity entity)
{
    struct statement statement;
    statement_open(&statement, store, &sql[which]);
    statement_bind_number(&statement, side);
    statement_bind_number(&statement, entity);
    return statement_run(&statement);
}

static enum status cut(struct store *store, int64_t after, int64_t before)
{
    struct statement statement;
    statement_open(&statement, store, &sql[CUT]);
    statement_bind_number(&statement, after);
    statement_bind_number(&statement, before);
    enum status status = statement_run(&statement);
    return status == STATUS_OK ? roll_mark_drop(store, after, before) : status;
}

static enum status load_struck(struct store *store)
{
    struct statement statement;
    slots_clear(&store->struck);
    store->struck_known = false;
    statement_open(&statement, store, &sql[STRUCK]);
    enum status status = statement_row(&statement);
    while (status == STATUS_OK) {
        status = slots_add(&store->struck, statement_read_number(&statement));
        status = status == STATUS_OK ? statement_row(&statement) : status;
    }
    if (status != STATUS_NOT_FOUND)
        return status;
    store->struck_known = true;
    return STATUS_OK;
}

enum status roll_begin(struct store *store, enum side side, enum entity entity)
{
    enum status status = run_of(store, AGE, side, entity);
    return status == STATUS_OK && !store->struck_known ? load_struck(store) : status;
}

enum status roll_end(struct store *store, enum side side, enum entity entity, unsigned pages)
{
    enum status status = cut(store, roll_place(side, entity, pages), roll_place(side, entity, UINT32_MAX));
    if (status == STATUS_OK)
        status = run_of(store, RELEASE, side, entity);
    if (status != STATUS_OK || (store->struck_known && sqlite3_changes(store->db) == 0))
        return status; /* nobody was released */
    return load_struck(store);
}

enum status roll_strike(struct store *store, enum side side, enum entity entity, int64_t slot)
{
    struct statement statement;
    store->strikes++;
    statement_open(&statement, store, &sql[STRIKE]);
    statement_bind_number(&statement, side);
    statement_bind_number(&statement, entity);
    statement_bind_number(&statement, slot);
    enum status status = statement_run(&statement);
    return status == STATUS_OK ? slots_add(&store->struck, slot) : status;
}

bool roll_struck(const struct store *store, int64_t slot)
{
    return !store->struck_known || slots_has(&store->struck, slot);
}

bool roll_struck_any(const struct store *store, int64_t first, int64_t count)
{
    return !store->struck_known || slots_any(&store->struck, first, count);
}

int64_t roll_strikes(const struct store *store)
{
    return store->strikes;
}

enum status roll_forget(struct store *store, enum side side)
{
    struct statement statement;
    store->strikes++;
    enum status status = cut(store, roll_place(side, ENTITY_ACCOUNT, 0) - 1,
                             roll_place(side, (enum entity)(ENTITIES - 1), UINT32_MAX));
    if (status != STATUS_OK)
        return status;
    statement_open(&statement, store, &sql[RELEASE_SIDE]);
    statement_bind_number(&statement, side);
    status = statement_run(&statement);
    return status == STATUS_OK ? load_struck(store) : status;
}
