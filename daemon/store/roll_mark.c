#include "daemon/store/roll_mark.h"

#include "daemon/store/statement.h"

#include <stdlib.h>
#include <string.h>

enum { GET, PUT, DROP };

static const struct sql sql[] = {
    [GET] = {"read a mark of the roll",
             "SELECT etag, asked, total, ids, first, last, largest, runs FROM stage.roll_mark WHERE place = ?1"},
    [PUT] = {"mark a page of the roll",
             "INSERT OR REPLACE INTO stage.roll_mark (place, etag, asked, total, ids, first, last, largest, runs)"
             " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"},
    [DROP] = {"drop marks of the roll", "DELETE FROM stage.roll_mark WHERE place > ?1 AND place < ?2"},
};

enum { RUNS_FIRST = 16, NUMBER_BYTES = 10, BITS_A_BYTE = 7, SHIFT_MOST = 63 };

void roll_mark_free(struct roll_mark *mark)
{
    free(mark->runs);
    *mark = (struct roll_mark){.rows = 0};
}

static enum status add_run(struct roll_mark *mark, int64_t first, int64_t count)
{
    if (mark->count == mark->capacity) {
        size_t capacity = mark->capacity == 0 ? RUNS_FIRST : mark->capacity * 2;
        struct roll_run *grown = realloc(mark->runs, capacity * sizeof *grown);
        if (grown == NULL)
            return STATUS_NO_MEMORY;
        mark->runs = grown;
        mark->capacity = capacity;
    }
    mark->runs[mark->count++] = (struct roll_run){first, count};
    mark->rows += count;
    return STATUS_OK;
}

enum status roll_mark_tell(struct roll_mark *mark, const struct roll_page *page, bool *ret_told)
{
    enum status status = STATUS_OK;
    mark->rows = 0;
    mark->count = 0;
    *ret_told = page->count > 0;
    for (size_t index = 0; status == STATUS_OK && *ret_told && index < page->count; index++) {
        const struct roll_entry *entry = &page->entries[index];
        struct roll_run *last = mark->count == 0 ? NULL : &mark->runs[mark->count - 1];
        *ret_told = entry->slot > 0 && !hash_is_zero(entry->raw);
        if (*ret_told && last != NULL && last->first + last->count == entry->slot) {
            last->count++;
            mark->rows++;
        } else if (*ret_told) {
            status = add_run(mark, entry->slot, 1);
        }
    }
    return status;
}

bool roll_mark_speaks(const struct store *store, const struct roll_mark *mark)
{
    bool speaks = mark->count > 0;
    for (size_t index = 0; index < mark->count && speaks; index++)
        speaks = !roll_struck_any(store, mark->runs[index].first, mark->runs[index].count);
    return speaks;
}

/* --- packed: the way from the run before, and how many; seven bits a byte, the lowest first -------------- */

static void pack_number(struct buffer *buffer, uint64_t number)
{
    char bytes[NUMBER_BYTES];
    size_t size = 0;
    while (number >= 0x80) {
        bytes[size++] = (char)(number | 0x80);
        number >>= BITS_A_BYTE;
    }
    bytes[size++] = (char)number;
    buffer_append(buffer, (struct slice){bytes, size});
}

static bool unpack_number(struct slice *packed, uint64_t *ret)
{
    *ret = 0;
    for (unsigned shift = 0; shift <= SHIFT_MOST && packed->size > 0; shift += BITS_A_BYTE) {
        unsigned char byte = (unsigned char)packed->at[0];
        *packed = (struct slice){packed->at + 1, packed->size - 1};
        *ret |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

static void pack(const struct roll_mark *mark, struct buffer *ret)
{
    int64_t behind = 0;
    for (size_t index = 0; index < mark->count; index++) {
        int64_t way = mark->runs[index].first - behind;
        pack_number(ret, way < 0 ? (uint64_t)-way * 2 - 1 : (uint64_t)way * 2);
        pack_number(ret, (uint64_t)mark->runs[index].count);
        behind = mark->runs[index].first + mark->runs[index].count;
    }
}

static enum status unpack(struct slice packed, struct roll_mark *ret)
{
    enum status status = STATUS_OK;
    int64_t behind = 0;
    ret->rows = 0;
    ret->count = 0;
    while (status == STATUS_OK && packed.size > 0) {
        uint64_t way = 0;
        uint64_t count = 0;
        if (!unpack_number(&packed, &way) || !unpack_number(&packed, &count) || count == 0 ||
            count > ROLL_ROWS_MOST)
            return STATUS_CORRUPT;
        int64_t first = behind + ((way & 1) != 0 ? -(int64_t)(way / 2) - 1 : (int64_t)(way / 2));
        status = first <= 0 ? STATUS_CORRUPT : add_run(ret, first, (int64_t)count);
        behind = first + (int64_t)count;
    }
    return status;
}

/* --- in the stage ----------------------------------------------------------------------------------- */

static void read_hash(struct statement *statement, uint8_t ret[HASH_BYTES])
{
    struct hash hash;
    statement_read_hash(statement, &hash);
    memcpy(ret, hash.at, HASH_BYTES);
}

enum status roll_mark_get(struct store *store, enum side side, enum entity entity, unsigned page,
                          struct roll_mark *ret)
{
    struct statement statement;
    statement_open(&statement, store, &sql[GET]);
    statement_bind_number(&statement, roll_place(side, entity, page));
    enum status status = statement_row(&statement);
    if (status != STATUS_OK)
        return status;
    statement_read_word(&statement, ret->etag, sizeof ret->etag);
    read_hash(&statement, ret->of);
    ret->total = statement_read_number(&statement);
    read_hash(&statement, ret->ids);
    ret->first_updated = statement_read_number(&statement);
    ret->last_updated = statement_read_number(&statement);
    ret->largest_updated = statement_read_number(&statement);
    status = unpack(statement_read_bytes(&statement), ret);
    enum status closed = statement_close(&statement);
    return status == STATUS_OK ? closed : status;
}

enum status roll_mark_put(struct store *store, enum side side, enum entity entity, unsigned page,
                          const struct roll_mark *mark)
{
    struct statement statement;
    struct buffer packed;
    buffer_init(&packed, 2 * NUMBER_BYTES * mark->count + 1);
    pack(mark, &packed);
    enum status status = packed.status;
    if (status == STATUS_OK) {
        statement_open(&statement, store, &sql[PUT]);
        statement_bind_number(&statement, roll_place(side, entity, page));
        statement_bind_word(&statement, mark->etag);
        statement_bind_bytes(&statement, (struct slice){(const char *)mark->of, sizeof mark->of});
        statement_bind_number(&statement, mark->total);
        statement_bind_bytes(&statement, (struct slice){(const char *)mark->ids, sizeof mark->ids});
        statement_bind_number(&statement, mark->first_updated);
        statement_bind_number(&statement, mark->last_updated);
        statement_bind_number(&statement, mark->largest_updated);
        statement_bind_bytes(&statement, buffer_slice(&packed));
        status = statement_run(&statement);
    }
    buffer_free(&packed);
    return status;
}

enum status roll_mark_drop(struct store *store, int64_t after, int64_t before)
{
    struct statement statement;
    statement_open(&statement, store, &sql[DROP]);
    statement_bind_number(&statement, after);
    statement_bind_number(&statement, before);
    return statement_run(&statement);
}
