/* The stage's look-ups by hash, what waits, and the watermarks. */
#include "daemon/store/look.h"
#include "daemon/store/stage.h"
#include "daemon/store/statement.h"

#include <stdio.h>
#include <string.h>

/* A join and no LIMIT: an IN (…) and a limited order each open a temporary tree, dearer than all the rest of a
 * look-up. The unary + keeps the planner from walking a whole side in order of id instead of the few slots. */
#define FIND_IN(look, column)                                                                      \
    "SELECT r.id FROM stage." look " l CROSS JOIN stage.record r ON r.slot = l.slot"               \
    " WHERE l.head = ?1 AND +r.side = ?2 AND +r.entity = ?3 AND r." column " = ?4 AND r.state <> 4"
#define FIND_BY(column)                                                                            \
    FIND_IN("look", column) " UNION ALL " FIND_IN("look_recent", column) " ORDER BY 1"
#define OF_RECORD " WHERE side = ?1 AND entity = ?2 AND id = ?3"

enum {
    BY_KEY,
    BY_NATURAL,
    BY_CODE,
    BY_PERSON,
    DIRTY_PERSON,
    CODES_DROP,
    CODES_ADD,
    SET_WAITING,
    SET_OPEN,
    DIRTY_WAITING,
    DIRTY_WAITING_ACCOUNTS,
    DIRTY_IN_CONFLICT,
    COUNT_WAITING,
    WATERMARK,
    SET_WATERMARK
};

static const struct sql sql[] = {
    [BY_KEY] = {"find by key", FIND_BY("key")},
    [BY_NATURAL] = {"find by natural key", FIND_BY("natural_key")},
    [BY_PERSON] = {"find by person", FIND_BY("person")},
    [BY_CODE] = {"find by code",
                 "SELECT c.id FROM stage.code c JOIN stage.record r"
                 " ON r.side = c.side AND r.entity = ?2 AND r.id = c.id"
                 " WHERE c.side = ?1 AND c.code = ?3 AND c.former <= ?5 AND r.state <> 4"
                 " ORDER BY c.id LIMIT ?4"},
    [DIRTY_PERSON] = {"mark a person's records",
                      "UPDATE stage.record SET dirty = 1 WHERE slot IN " LOOK_SLOTS
                      " AND +side = ?2 AND +entity = ?3 AND person = ?4 AND dirty = 0"},
    [CODES_DROP] = {"forget codes", "DELETE FROM stage.code WHERE side = ?1 AND id = ?2"},
    [CODES_ADD] = {"stage a code",
                   "INSERT INTO stage.code (side, id, code, former) VALUES (?1, ?2, ?3, ?4)"
                   " ON CONFLICT (side, code, id) DO UPDATE"
                   " SET former = min(former, excluded.former)"},
    [SET_WAITING] = {"let a record wait", "UPDATE stage.record SET waiting = ?4" OF_RECORD},
    [SET_OPEN] = {"note what keeps a record apart", "UPDATE stage.record SET open = ?4" OF_RECORD},
    [DIRTY_WAITING] = {"mark what waits", "UPDATE stage.record SET dirty = 1"
                                          " WHERE waiting IS NOT NULL AND dirty = 0"},
    [DIRTY_WAITING_ACCOUNTS] = {"mark the accounts that wait",
                                "UPDATE stage.record SET dirty = 1"
                                " WHERE waiting IS NOT NULL AND dirty = 0 AND entity = 0"},
    /* conflict.state below 4: neither closed nor cleared; side 0 is the municipal one */
    [DIRTY_IN_CONFLICT] = {"mark what is in conflict",
                           "UPDATE stage.record SET dirty = 1 WHERE slot IN ("
                           "SELECT r.slot FROM conflict c CROSS JOIN stage.record r ON r.side = 0"
                           " AND r.entity = c.entity AND r.id = c.municipal_id WHERE c.state < 4"
                           " UNION ALL SELECT r.slot FROM conflict c CROSS JOIN stage.record r ON r.side = 1"
                           " AND r.entity = c.entity AND r.id = c.provincial_id WHERE c.state < 4)"},
    [COUNT_WAITING] = {"count what waits",
                       "SELECT entity, side, waiting, count(*) FROM stage.record"
                       " WHERE waiting IS NOT NULL GROUP BY entity, side, waiting"},
    [WATERMARK] = {"read a watermark", "SELECT since, full_run, full_count, full_at, known_before"
                                       " FROM stage.watermark WHERE side = ?1 AND entity = ?2"},
    [SET_WATERMARK] = {"move a watermark",
                       "INSERT OR REPLACE INTO stage.watermark (side, entity, since, full_run,"
                       " full_count, full_at, known_before) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"},
};

/* Ids of the rows: up to `most` are kept, one more is only counted. */
static enum status take_ids(struct statement *statement, size_t most, struct arena *arena,
                            struct slice *ret_ids, size_t *ret_count)
{
    size_t count = 0;
    enum status status = statement_row(statement);
    while (status == STATUS_OK && count < most) {
        ret_ids[count++] = statement_read_text(statement, arena);
        status = statement_row(statement);
    }
    enum status closed = statement_close(statement);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    if (closed == STATUS_OK)
        *ret_count = count + (status == STATUS_OK);
    return closed;
}

static enum status find(struct store *store, enum look_kind kind, enum side side,
                        enum entity entity, const struct hash *hash, size_t most,
                        struct arena *arena, struct slice *ret_ids, size_t *ret_count)
{
    static const int which[LOOK_KINDS] = {
        [LOOK_KEY] = BY_KEY, [LOOK_PERSON] = BY_PERSON, [LOOK_NATURAL] = BY_NATURAL};
    struct statement statement;
    statement_open(&statement, store, &sql[which[kind]]);
    statement_bind_number(&statement, look_head(kind, hash));
    statement_bind_number(&statement, side);
    statement_bind_number(&statement, entity);
    statement_bind_hash(&statement, hash);
    return take_ids(&statement, most, arena, ret_ids, ret_count);
}

enum status stage_by_key(struct store *store, enum side side, enum entity entity, struct hash key,
                         size_t most, struct arena *arena, struct slice *ret_ids, size_t *ret_count)
{
    return find(store, LOOK_KEY, side, entity, &key, most, arena, ret_ids, ret_count);
}

enum status stage_by_natural(struct store *store, enum side side, struct hash natural, size_t most,
                             struct arena *arena, struct slice *ret_ids, size_t *ret_count)
{
    return find(store, LOOK_NATURAL, side, ENTITY_HOURS, &natural, most, arena, ret_ids, ret_count);
}

enum status stage_by_person(struct store *store, enum side side, enum entity entity,
                            struct hash person, size_t most, struct arena *arena,
                            struct slice *ret_ids, size_t *ret_count)
{
    return find(store, LOOK_PERSON, side, entity, &person, most, arena, ret_ids, ret_count);
}

enum status stage_by_code(struct store *store, enum side side, struct hash code, bool with_former,
                          size_t most, struct arena *arena, struct slice *ret_ids,
                          size_t *ret_count)
{
    struct statement statement;
    statement_open(&statement, store, &sql[BY_CODE]);
    statement_bind_number(&statement, side);
    statement_bind_number(&statement, ENTITY_ACCOUNT);
    statement_bind_hash(&statement, &code);
    statement_bind_number(&statement, (int64_t)most + 1);
    statement_bind_number(&statement, with_former);
    return take_ids(&statement, most, arena, ret_ids, ret_count);
}

enum status stage_dirty_person(struct store *store, enum side side, struct hash person)
{
    struct statement statement;
    statement_open(&statement, store, &sql[DIRTY_PERSON]);
    statement_bind_number(&statement, look_head(LOOK_PERSON, &person));
    statement_bind_number(&statement, side);
    statement_bind_number(&statement, ENTITY_HOURS);
    statement_bind_hash(&statement, &person);
    return statement_run(&statement);
}

static enum status add_code(struct store *store, enum side side, struct slice remote_id,
                            const struct staged_code *code)
{
    struct statement statement;
    statement_open(&statement, store, &sql[CODES_ADD]);
    statement_bind_number(&statement, side);
    statement_bind_id(&statement, remote_id);
    statement_bind_hash(&statement, &code->code);
    statement_bind_number(&statement, code->former);
    return statement_run(&statement);
}

enum status stage_put_codes(struct store *store, enum side side, struct slice remote_id,
                            const struct staged_code *codes, size_t count)
{
    struct statement statement;
    statement_open(&statement, store, &sql[CODES_DROP]);
    statement_bind_number(&statement, side);
    statement_bind_id(&statement, remote_id);
    enum status status = statement_run(&statement);
    for (size_t index = 0; index < count && status == STATUS_OK; index++)
        status = add_code(store, side, remote_id, &codes[index]);
    return status;
}

static enum status set_word(struct store *store, int which, enum side side, enum entity entity,
                            struct slice remote_id, const char *word)
{
    struct statement statement;
    statement_open(&statement, store, &sql[which]);
    statement_bind_number(&statement, side);
    statement_bind_number(&statement, entity);
    statement_bind_id(&statement, remote_id);
    statement_bind_word(&statement, word);
    return statement_change(&statement);
}

enum status stage_set_waiting(struct store *store, enum side side, enum entity entity,
                              struct slice remote_id, const char *reason)
{
    return set_word(store, SET_WAITING, side, entity, remote_id, reason);
}

enum status stage_set_open(struct store *store, enum side side, enum entity entity,
                           struct slice remote_id, const char *kind)
{
    return set_word(store, SET_OPEN, side, entity, remote_id, kind);
}

enum status stage_dirty_waiting(struct store *store)
{
    struct statement statement;
    statement_open(&statement, store, &sql[DIRTY_WAITING]);
    return statement_run(&statement);
}

enum status stage_dirty_waiting_accounts(struct store *store)
{
    struct statement statement;
    statement_open(&statement, store, &sql[DIRTY_WAITING_ACCOUNTS]);
    return statement_run(&statement);
}

enum status stage_dirty_in_conflict(struct store *store)
{
    struct statement statement;
    statement_open(&statement, store, &sql[DIRTY_IN_CONFLICT]);
    return statement_run(&statement);
}

enum status stage_count_waiting(struct store *store, struct waiting_count *ret, size_t most,
                                size_t *ret_count)
{
    struct statement statement;
    size_t count = 0;
    statement_open(&statement, store, &sql[COUNT_WAITING]);
    enum status status = statement_row(&statement);
    while (status == STATUS_OK && count < most) {
        struct waiting_count *row = &ret[count++];
        row->entity = (enum entity)statement_read_choice(&statement, ENTITIES);
        row->side = (enum side)statement_read_choice(&statement, SIDES);
        statement_read_word(&statement, row->reason, sizeof row->reason);
        row->count = statement_read_number(&statement);
        status = statement_row(&statement);
    }
    enum status closed = statement_close(&statement);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    if (closed == STATUS_OK)
        *ret_count = count;
    return closed;
}

enum status stage_watermark(struct store *store, enum side side, enum entity entity,
                            struct watermark *ret)
{
    struct statement statement;
    struct watermark watermark = {0};
    statement_open(&statement, store, &sql[WATERMARK]);
    statement_bind_number(&statement, side);
    statement_bind_number(&statement, entity);
    enum status status = statement_row(&statement);
    if (status == STATUS_OK) {
        watermark.since = statement_read_number(&statement);
        watermark.full_run = statement_read_number(&statement);
        watermark.full_count = statement_read_number(&statement);
        watermark.full_at = statement_read_number(&statement);
        watermark.known_before = statement_read_number(&statement);
        status = statement_close(&statement);
    }
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    *ret = watermark;
    return STATUS_OK;
}

enum status stage_set_watermark(struct store *store, enum side side, enum entity entity,
                                const struct watermark *watermark)
{
    struct statement statement;
    statement_open(&statement, store, &sql[SET_WATERMARK]);
    statement_bind_number(&statement, side);
    statement_bind_number(&statement, entity);
    statement_bind_number(&statement, watermark->since);
    statement_bind_number(&statement, watermark->full_run);
    statement_bind_number(&statement, watermark->full_count);
    statement_bind_number(&statement, watermark->full_at);
    statement_bind_number(&statement, watermark->known_before);
    return statement_run(&statement);
}
