/* The stage's look-ups by hash, what waits, and the watermarks. */
#include "daemon/store/look.h"
#include "daemon/store/stage.h"
#include "daemon/store/stage_mark.h"
#include "daemon/store/stage_slot.h"
#include "daemon/store/statement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A join and no LIMIT: an IN (…) and a limited order each open a temporary tree, dearer than all the rest of a
 * look-up. The unary + keeps the planner from walking a whole side in order of id instead of the few slots. */
#define FIND_IN(look, column)                                                                      \
    "SELECT r.id, r.slot FROM stage." look " l CROSS JOIN stage.record r ON r.slot = l.slot"               \
    " WHERE l.head = ?1 AND +r.side = ?2 AND +r.entity = ?3 AND r." column " = ?4 AND r.state <> 4"
#define FIND_BY(column)                                                                            \
    FIND_IN("look", column) " UNION ALL " FIND_IN("look_recent", column) " ORDER BY 1"
/* One key's rows of both sides, with what stage_glance gives. */
#define GLANCE_IN(look)                                                                            \
    "SELECT r.side, r.id, r.slot, r.version, r.raw, r.content, r.person, r.state, r.seen, -r.rank" \
    " FROM stage." look " l CROSS JOIN stage.record r ON r.slot = l.slot"                          \
    " WHERE l.head = ?1 AND +r.entity = ?2 AND r.key = ?3 AND r.state <> 4"
#define OF_SLOT " WHERE slot = ?1"

enum {
    BY_KEY,
    GLANCE_KEY,
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
    [GLANCE_KEY] = {"find by key", GLANCE_IN("look") " UNION ALL " GLANCE_IN("look_recent")},
    [BY_NATURAL] = {"find by natural key", FIND_BY("natural_key")},
    [BY_PERSON] = {"find by person", FIND_BY("person")},
    [BY_CODE] = {"find by code",
                 "SELECT c.id, r.slot FROM stage.code c JOIN stage.record r"
                 " ON r.side = c.side AND r.entity = ?2 AND r.id = c.id"
                 " WHERE c.side = ?1 AND c.code = ?3 AND c.former <= ?5 AND r.state <> 4"
                 " ORDER BY c.id LIMIT ?4"},
    [DIRTY_PERSON] = {"mark a person's records",
                      "SELECT " STAGE_MARKED " FROM " LOOK_SLOTS " l CROSS JOIN stage.record r ON r.slot = l.slot"
                      " WHERE +r.side = ?2 AND +r.entity = ?3 AND r.person = ?4"},
    [CODES_DROP] = {"forget codes", "DELETE FROM stage.code WHERE side = ?1 AND id = ?2"},
    [CODES_ADD] = {"stage a code",
                   "INSERT INTO stage.code (side, id, code, former) VALUES (?1, ?2, ?3, ?4)"
                   " ON CONFLICT (side, code, id) DO UPDATE"
                   " SET former = min(former, excluded.former)"},
    [SET_WAITING] = {"let a record wait", "UPDATE stage.record SET waiting = ?2" OF_SLOT},
    [SET_OPEN] = {"note what keeps a record apart", "UPDATE stage.record SET open = ?2" OF_SLOT},
    [DIRTY_WAITING] = {"mark what waits",
                       "SELECT " STAGE_MARKED " FROM stage.record r WHERE waiting IS NOT NULL"},
    [DIRTY_WAITING_ACCOUNTS] = {"mark the accounts that wait",
                                "SELECT " STAGE_MARKED " FROM stage.record r"
                                " WHERE waiting IS NOT NULL AND entity = 0"},
    /* conflict.state below 4: neither closed nor cleared; side 0 is the municipal one */
    [DIRTY_IN_CONFLICT] = {"mark what is in conflict",
                           "SELECT " STAGE_MARKED " FROM conflict c CROSS JOIN stage.record r ON r.side = 0"
                           " AND r.entity = c.entity AND r.id = c.municipal_id WHERE c.state < 4"
                           " UNION ALL SELECT " STAGE_MARKED " FROM conflict c CROSS JOIN stage.record r ON r.side = 1"
                           " AND r.entity = c.entity AND r.id = c.provincial_id WHERE c.state < 4"},
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
static enum status take_ids(struct statement *statement, enum side side, enum entity entity, size_t most,
                            struct arena *arena, struct slice *ret_ids, size_t *ret_count)
{
    size_t count = 0;
    enum status status = statement_row(statement);
    while (status == STATUS_OK && count < most) {
        ret_ids[count] = statement_read_text(statement, arena);
        stage_slot_note(statement->store, side, entity, ret_ids[count], statement_read_number(statement));
        count++;
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
    enum status status = look_keep(store);
    if (status != STATUS_OK)
        return status;
    statement_open(&statement, store, &sql[which[kind]]);
    statement_bind_number(&statement, look_head(kind, hash));
    statement_bind_number(&statement, side);
    statement_bind_number(&statement, entity);
    statement_bind_hash(&statement, hash);
    return take_ids(&statement, side, entity, most, arena, ret_ids, ret_count);
}

enum status stage_by_key(struct store *store, enum side side, enum entity entity, struct hash key,
                         size_t most, struct arena *arena, struct slice *ret_ids, size_t *ret_count)
{
    return find(store, LOOK_KEY, side, entity, &key, most, arena, ret_ids, ret_count);
}

static void read_glance(struct statement *statement, struct arena *arena, struct staged *ret)
{
    ret->side = (enum side)statement_read_choice(statement, SIDES);
    ret->remote_id = statement_read_text(statement, arena);
    ret->slot = statement_read_number(statement);
    ret->version = statement_read_number(statement);
    statement_read_hash(statement, &ret->raw);
    statement_read_hash(statement, &ret->content);
    statement_read_hash(statement, &ret->person);
    ret->state = (enum staged_state)statement_read_choice(statement, STAGED_GONE);
    ret->seen = statement_read_number(statement);
    ret->kind = (uint8_t)statement_read_choice(statement, UINT8_MAX + 1);
    if (statement->status == STATUS_OK)
        statement->status = stage_mark_has(statement->store, stage_mark_class(ret->entity, ret->kind), ret->slot,
                                           &ret->dirty);
    stage_slot_note(statement->store, ret->side, ret->entity, ret->remote_id, ret->slot);
}

static int by_id(const void *one, const void *other)
{
    return slice_compare(((const struct staged *)one)->remote_id, ((const struct staged *)other)->remote_id);
}

enum status stage_glance_key(struct store *store, enum entity entity, struct hash key, size_t most,
                             struct arena *arena, struct staged *ret[SIDES], size_t ret_count[SIDES])
{
    struct statement statement;
    ret_count[MUNICIPAL] = ret_count[PROVINCIAL] = 0;
    enum status status = look_keep(store);
    if (status != STATUS_OK)
        return status;
    statement_open(&statement, store, &sql[GLANCE_KEY]);
    statement_bind_number(&statement, look_head(LOOK_KEY, &key));
    statement_bind_number(&statement, entity);
    statement_bind_hash(&statement, &key);
    status = statement_row(&statement);
    while (status == STATUS_OK) {
        struct staged staged = {.entity = entity, .key = key};
        read_glance(&statement, arena, &staged);
        if (ret_count[staged.side] < most)
            ret[staged.side][ret_count[staged.side]++] = staged;
        status = statement_row(&statement);
    }
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        if (ret_count[side] > 1) /* cheaper than an order that the statement would keep */
            qsort(ret[side], ret_count[side], sizeof *ret[side], by_id);
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
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
    return take_ids(&statement, side, ENTITY_ACCOUNT, most, arena, ret_ids, ret_count);
}

enum status stage_dirty_person(struct store *store, enum side side, struct hash person)
{
    struct statement statement;
    enum status status = look_keep(store);
    if (status != STATUS_OK)
        return status;
    statement_open(&statement, store, &sql[DIRTY_PERSON]);
    statement_bind_number(&statement, look_head(LOOK_PERSON, &person));
    statement_bind_number(&statement, side);
    statement_bind_number(&statement, ENTITY_HOURS);
    statement_bind_hash(&statement, &person);
    return stage_mark_rows(&statement, true);
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
    store->accounts++;
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
    int64_t slot = 0;
    enum status status = stage_slot(store, side, entity, stage_id(store, entity, remote_id), &slot);
    if (status != STATUS_OK)
        return status;
    statement_open(&statement, store, &sql[which]);
    statement_bind_number(&statement, slot);
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
    return stage_mark_rows(&statement, true);
}

enum status stage_dirty_waiting_accounts(struct store *store)
{
    struct statement statement;
    statement_open(&statement, store, &sql[DIRTY_WAITING_ACCOUNTS]);
    return stage_mark_rows(&statement, true);
}

enum status stage_dirty_in_conflict(struct store *store)
{
    struct statement statement;
    statement_open(&statement, store, &sql[DIRTY_IN_CONFLICT]);
    return stage_mark_rows(&statement, true);
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
