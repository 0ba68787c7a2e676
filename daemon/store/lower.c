#include "daemon/store/lower.h"

#include "daemon/store/statement.h"

#define OF_RECORD " WHERE side = ?1 AND entity = ?2 AND id = ?3"

enum { NOTE, FORGET, SINCE, NEXT, COUNT };

static const struct sql sql[] = {
    [NOTE] = {"note a lower version",
              "INSERT OR IGNORE INTO stage.lower (side, entity, id, since) VALUES (?1, ?2, ?3, ?4)"},
    [FORGET] = {"forget a lower version", "DELETE FROM stage.lower" OF_RECORD},
    [SINCE] = {"read a lower version", "SELECT since FROM stage.lower" OF_RECORD},
    [NEXT] = {"walk lower versions", "SELECT id FROM stage.lower WHERE side = ?1 AND entity = ?2"
                                     " AND id > ?3 ORDER BY id LIMIT 1"},
    [COUNT] = {"count lower versions", "SELECT count(*) FROM stage.lower"},
};

static void open_of(struct statement *statement, struct store *store, int which, enum side side,
                    enum entity entity, struct slice remote_id)
{
    statement_open(statement, store, &sql[which]);
    statement_bind_number(statement, side);
    statement_bind_number(statement, entity);
    statement_bind_id(statement, stage_id(store, entity, remote_id));
}

enum status lower_note(struct store *store, enum side side, enum entity entity,
                       struct slice remote_id, int64_t now, int64_t *ret_since)
{
    struct statement statement;
    open_of(&statement, store, NOTE, side, entity, remote_id);
    statement_bind_number(&statement, now);
    enum status status = statement_run(&statement);
    return status == STATUS_OK ? lower_since(store, side, entity, remote_id, ret_since) : status;
}

enum status lower_forget(struct store *store, enum side side, enum entity entity,
                         struct slice remote_id)
{
    struct statement statement;
    open_of(&statement, store, FORGET, side, entity, remote_id);
    return statement_run(&statement);
}

enum status lower_since(struct store *store, enum side side, enum entity entity,
                        struct slice remote_id, int64_t *ret_since)
{
    struct statement statement;
    open_of(&statement, store, SINCE, side, entity, remote_id);
    enum status status = statement_row(&statement);
    if (status != STATUS_OK)
        return status;
    *ret_since = statement_read_number(&statement);
    return statement_close(&statement);
}

enum status lower_next(struct store *store, enum side side, enum entity entity, struct slice after,
                       struct arena *arena, struct slice *ret_remote_id)
{
    struct statement statement;
    open_of(&statement, store, NEXT, side, entity, after);
    enum status status = statement_row(&statement);
    if (status != STATUS_OK)
        return status;
    *ret_remote_id = statement_read_text(&statement, arena);
    return statement_close(&statement);
}

enum status lower_count(struct store *store, int64_t *ret)
{
    struct statement statement;
    statement_open(&statement, store, &sql[COUNT]);
    return statement_count(&statement, ret);
}
