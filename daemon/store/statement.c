#include "daemon/store/statement.h"

#include "daemon/store/sync_file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { LAST_NUMBER, NEXT_NUMBER, KEEP_NUMBER };
static const struct sql number_sql[] = {
    [LAST_NUMBER] = {"read a number", "SELECT last FROM series WHERE name = ?1"},
    [NEXT_NUMBER] = {"give a number", "INSERT INTO series (name, last) VALUES (?1, 1)"
                                      " ON CONFLICT (name) DO UPDATE SET last = last + 1 RETURNING last"},
    [KEEP_NUMBER] = {"give a number", "INSERT INTO series (name, last) VALUES (?1, ?2)"
                                      " ON CONFLICT (name) DO UPDATE SET last = excluded.last"},
};

static enum status status_of_errno(int code, enum status otherwise)
{
    switch (code) {
    case ENOSPC:
    case EDQUOT: return STATUS_FULL;
    case EACCES:
    case EPERM:
    case EROFS: return STATUS_DENIED;
    default: return otherwise;
    }
}

enum status statement_status(sqlite3 *db, int code)
{
    switch (code & 0xFF) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE: return STATUS_OK;
    case SQLITE_FULL: return STATUS_FULL;
    case SQLITE_NOMEM: return STATUS_NO_MEMORY;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        if (code == SQLITE_IOERR_NOMEM)
            return STATUS_NO_MEMORY;
        return status_of_errno(db == NULL ? 0 : sqlite3_system_errno(db), STATUS_IO);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CONSTRAINT: return STATUS_CORRUPT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return STATUS_BUSY;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH: return STATUS_DENIED;
    case SQLITE_TOOBIG: return STATUS_TOO_LARGE;
    default: return STATUS_INVALID;
    }
}

enum status statement_fail(struct store *store, const char *step, int code)
{
    int detailed = sqlite3_extended_errcode(store->db);
    if (detailed == SQLITE_IOERR_FSYNC || detailed == SQLITE_IOERR_DIR_FSYNC)
        sync_failed(sqlite3_system_errno(store->db));
    enum status status = statement_status(store->db, code);
    int kind = code & 0xFF;
    store->last = (struct store_error){.status = status, .code = code, .step = step};
    store->damaged = store->damaged || kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB;
    if (kind == SQLITE_CONSTRAINT || !store->transaction)
        return status;
    /* Some errors roll back by themselves, others do not: either way nothing of it may stay. */
    store->failed = status;
    if (sqlite3_get_autocommit(store->db) == 0)
        (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

static struct statement_slot *slot_of(struct store *store, const struct sql *sql)
{
    size_t place = ((uintptr_t)sql / sizeof *sql) & (STATEMENTS_MOST - 1);
    for (size_t tried = 0; tried < STATEMENTS_MOST; tried++) {
        struct statement_slot *slot = &store->statements[place];
        if (slot->sql == sql || slot->sql == NULL)
            return slot;
        place = (place + 1) & (STATEMENTS_MOST - 1);
    }
    return NULL;
}

void statement_open(struct statement *statement, struct store *store, const struct sql *sql)
{
    *statement = (struct statement){.store = store, .sql = sql, .status = store->failed};
    struct statement_slot *slot = slot_of(store, sql);
    if (statement->status != STATUS_OK)
        return;
    if (slot == NULL) {
        statement->status = STATUS_NO_MEMORY;
        return;
    }
    if (slot->sql == NULL) {
        int code = sqlite3_prepare_v3(store->db, sql->text, -1, SQLITE_PREPARE_PERSISTENT,
                                      &slot->at, NULL);
        if (code != SQLITE_OK) {
            statement->status = statement_fail(store, sql->step, code);
            return;
        }
        slot->sql = sql;
    }
    statement->at = slot->at;
}

static void bound(struct statement *statement, int code)
{
    if (code != SQLITE_OK)
        statement->status = statement_fail(statement->store, statement->sql->step, code);
}

void statement_bind_number(struct statement *statement, int64_t number)
{
    if (statement->status == STATUS_OK)
        bound(statement, sqlite3_bind_int64(statement->at, ++statement->bound, number));
}

void statement_bind_null(struct statement *statement)
{
    if (statement->status == STATUS_OK)
        bound(statement, sqlite3_bind_null(statement->at, ++statement->bound));
}

/* Values outlive the statement's use, so SQLite need not copy them. */
void statement_bind_id(struct statement *statement, struct slice text)
{
    if (statement->status == STATUS_OK)
        bound(statement, sqlite3_bind_text64(statement->at, ++statement->bound,
                                             slice_empty(text) ? "" : text.at, text.size,
                                             SQLITE_STATIC, SQLITE_UTF8));
}

void statement_bind_text(struct statement *statement, struct slice text)
{
    if (slice_empty(text))
        statement_bind_null(statement);
    else
        statement_bind_id(statement, text);
}

void statement_bind_word(struct statement *statement, const char *text)
{
    statement_bind_text(statement, slice_of(text));
}

void statement_bind_bytes(struct statement *statement, struct slice bytes)
{
    if (slice_empty(bytes))
        statement_bind_null(statement);
    else if (statement->status == STATUS_OK)
        bound(statement, sqlite3_bind_blob64(statement->at, ++statement->bound, bytes.at,
                                             bytes.size, SQLITE_STATIC));
}

void statement_bind_hash(struct statement *statement, const struct hash *hash)
{
    static const struct hash zero;
    bool none = memcmp(hash->at, zero.at, HASH_BYTES) == 0;
    statement_bind_bytes(statement, (struct slice){(const char *)hash->at, none ? 0 : HASH_BYTES});
}

enum status statement_row(struct statement *statement)
{
    if (statement->status != STATUS_OK)
        return statement->status;
    statement->read = 0;
    int code = sqlite3_step(statement->at);
    if (code == SQLITE_ROW)
        return STATUS_OK;
    (void)sqlite3_reset(statement->at);
    if (code == SQLITE_DONE)
        return STATUS_NOT_FOUND;
    statement->status = statement_fail(statement->store, statement->sql->step, code);
    return statement->status;
}

int64_t statement_read_number(struct statement *statement)
{
    return statement->status == STATUS_OK ? sqlite3_column_int64(statement->at, statement->read++)
                                          : 0;
}

int statement_read_choice(struct statement *statement, int end)
{
    int64_t number = statement_read_number(statement);
    if (number >= 0 && number < end)
        return (int)number;
    statement->status = statement->status == STATUS_OK ? STATUS_CORRUPT : statement->status;
    return 0;
}

struct slice statement_read_bytes(struct statement *statement)
{
    if (statement->status != STATUS_OK)
        return (struct slice){0};
    int column = statement->read++;
    const char *at = sqlite3_column_blob(statement->at, column);
    int size = sqlite3_column_bytes(statement->at, column);
    return at == NULL ? (struct slice){0} : (struct slice){at, (size_t)size};
}

struct slice statement_read_text(struct statement *statement, struct arena *arena)
{
    struct slice text = statement_read_bytes(statement);
    if (slice_empty(text))
        return (struct slice){0};
    struct slice copy = arena_copy(arena, text);
    if (copy.at == NULL)
        statement->status = STATUS_NO_MEMORY;
    return copy;
}

void statement_read_hash(struct statement *statement, struct hash *ret)
{
    struct slice bytes = statement_read_bytes(statement);
    *ret = (struct hash){{0}};
    if (bytes.size == HASH_BYTES)
        memcpy(ret->at, bytes.at, HASH_BYTES);
    else if (bytes.size != 0)
        statement->status = STATUS_CORRUPT;
}

void statement_read_word(struct statement *statement, char *to, size_t size)
{
    struct slice text = statement_read_bytes(statement);
    to[0] = '\0';
    if (text.size >= size) {
        statement->status = STATUS_CORRUPT;
        return;
    }
    if (text.size > 0)
        memcpy(to, text.at, text.size);
    to[text.size] = '\0';
}

enum status statement_close(struct statement *statement)
{
    if (statement->at != NULL)
        (void)sqlite3_reset(statement->at);
    return statement->status;
}

enum status statement_run(struct statement *statement)
{
    enum status status = statement_row(statement);
    while (status == STATUS_OK)
        status = statement_row(statement);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status statement_count(struct statement *statement, int64_t *ret)
{
    enum status status = statement_row(statement);
    if (status == STATUS_OK)
        *ret = statement_read_number(statement);
    return status == STATUS_OK ? statement_close(statement) : status;
}

enum status statement_change(struct statement *statement)
{
    enum status status = statement_run(statement);
    if (status == STATUS_OK && sqlite3_changes(statement->store->db) == 0)
        status = STATUS_NOT_FOUND;
    return status;
}

static enum status read_number(struct store *store, int which, const char *series, int64_t *ret)
{
    struct statement statement;
    int64_t number = 0;
    statement_open(&statement, store, &number_sql[which]);
    statement_bind_word(&statement, series);
    enum status status = statement_row(&statement);
    if (status == STATUS_OK) {
        number = statement_read_number(&statement);
        status = statement_run(&statement);
    }
    if (status == STATUS_OK)
        *ret = number;
    return status;
}

/* Where the series stands in memory; NULL: there is no room for one more. */
static struct series_known *series_of(struct store *store, const char *name)
{
    for (size_t index = 0; index < SERIES_KNOWN; index++) {
        struct series_known *known = &store->series[index];
        if (known->name[0] == '\0' || strcmp(known->name, name) == 0)
            return known;
    }
    return NULL;
}

enum status statement_number(struct store *store, const char *series, int64_t *ret)
{
    struct series_known *known = store->transaction ? series_of(store, series) : NULL;
    if (known == NULL || strlen(series) >= sizeof known->name)
        return read_number(store, NEXT_NUMBER, series, ret);
    if (known->name[0] == '\0') {
        known->last = 0;
        enum status status = read_number(store, LAST_NUMBER, series, &known->last);
        if (status != STATUS_OK && status != STATUS_NOT_FOUND)
            return status;
        (void)snprintf(known->name, sizeof known->name, "%s", series);
    }
    *ret = ++known->last;
    return STATUS_OK;
}

enum status statement_keep_numbers(struct store *store)
{
    enum status status = STATUS_OK;
    for (size_t index = 0; status == STATUS_OK && index < SERIES_KNOWN; index++) {
        struct statement statement;
        const struct series_known *known = &store->series[index];
        if (known->name[0] == '\0')
            break;
        statement_open(&statement, store, &number_sql[KEEP_NUMBER]);
        statement_bind_word(&statement, known->name);
        statement_bind_number(&statement, known->last);
        status = statement_run(&statement);
    }
    statement_forget_numbers(store);
    return status;
}

void statement_forget_numbers(struct store *store)
{
    memset(store->series, 0, sizeof store->series);
}

void statement_forget_all(struct store *store)
{
    for (size_t place = 0; place < STATEMENTS_MOST; place++) {
        (void)sqlite3_finalize(store->statements[place].at);
        store->statements[place] = (struct statement_slot){0};
    }
}
