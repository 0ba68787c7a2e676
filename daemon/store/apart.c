#include "daemon/store/apart.h"

#include "daemon/store/statement.h"

enum { PUT, LAST, FORGET, HAS, OF_MUNICIPAL, OF_PROVINCIAL, ANY };

static const struct sql sql[] = {
    [PUT] = {"keep two records apart",
             "INSERT OR IGNORE INTO apart (entity, municipal_id, provincial_id, at)"
             " VALUES (?1, ?2, ?3, ?4)"},
    [LAST] = {"find two that are kept apart",
              "SELECT municipal_id, provincial_id FROM apart WHERE entity = ?1 AND (?2 = '' OR municipal_id = ?2)"
              " AND (?3 = '' OR provincial_id = ?3) ORDER BY at DESC, rowid DESC LIMIT 1"},
    [FORGET] = {"let two be linked again",
                "DELETE FROM apart WHERE entity = ?1 AND municipal_id = ?2 AND provincial_id = ?3"},
    [HAS] = {"look whether two are kept apart",
             "SELECT 1 FROM apart WHERE entity = ?1 AND municipal_id = ?2 AND provincial_id = ?3"},
    [OF_MUNICIPAL] = {"look whether a municipal record was taken apart",
                      "SELECT 1 FROM apart WHERE entity = ?1 AND municipal_id = ?2 LIMIT 1"},
    [OF_PROVINCIAL] = {"look whether a provincial record was taken apart",
                       "SELECT 1 FROM apart WHERE entity = ?1 AND provincial_id = ?2 LIMIT 1"},
    [ANY] = {"look whether any are kept apart", "SELECT 1 FROM apart LIMIT 1"},
};

static enum status found(struct statement *statement, bool *ret)
{
    enum status status = statement_row(statement);
    *ret = status == STATUS_OK;
    if (status == STATUS_OK)
        return statement_close(statement);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static void open_pair(struct statement *statement, struct store *store, int which, enum entity entity,
                      const struct slice remote_id[SIDES])
{
    statement_open(statement, store, &sql[which]);
    statement_bind_number(statement, entity);
    statement_bind_id(statement, remote_id[MUNICIPAL]);
    statement_bind_id(statement, remote_id[PROVINCIAL]);
}

enum status apart_put(struct store *store, enum entity entity, const struct slice remote_id[SIDES],
                      int64_t now)
{
    struct statement statement;
    open_pair(&statement, store, PUT, entity, remote_id);
    statement_bind_number(&statement, now);
    return statement_run(&statement);
}

enum status apart_last(struct store *store, enum entity entity, const struct slice remote_id[SIDES],
                       struct arena *arena, struct slice ret[SIDES])
{
    struct statement statement;
    open_pair(&statement, store, LAST, entity, remote_id);
    enum status status = statement_row(&statement);
    if (status != STATUS_OK)
        return status;
    ret[MUNICIPAL] = statement_read_text(&statement, arena);
    ret[PROVINCIAL] = statement_read_text(&statement, arena);
    return statement_close(&statement);
}

enum status apart_forget(struct store *store, enum entity entity, const struct slice remote_id[SIDES])
{
    struct statement statement;
    open_pair(&statement, store, FORGET, entity, remote_id);
    return statement_change(&statement);
}

enum status apart_has(struct store *store, enum entity entity, const struct slice remote_id[SIDES],
                      bool *ret)
{
    struct statement statement;
    open_pair(&statement, store, HAS, entity, remote_id);
    return found(&statement, ret);
}

enum status apart_names(struct store *store, enum entity entity, enum side side, struct slice remote_id,
                        bool *ret)
{
    struct statement statement;
    statement_open(&statement, store, &sql[side == MUNICIPAL ? OF_MUNICIPAL : OF_PROVINCIAL]);
    statement_bind_number(&statement, entity);
    statement_bind_id(&statement, remote_id);
    return found(&statement, ret);
}

enum status apart_any(struct store *store, bool *ret)
{
    struct statement statement;
    statement_open(&statement, store, &sql[ANY]);
    return found(&statement, ret);
}
