#include "daemon/store/apart.h"

#include "daemon/store/statement.h"

enum { PUT, HAS, OF_MUNICIPAL, OF_PROVINCIAL, ANY };

static const struct sql sql[] = {
    [PUT] = {"keep two records apart",
             "INSERT OR IGNORE INTO apart (entity, municipal_id, provincial_id, at)"
             " VALUES (?1, ?2, ?3, ?4)"},
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

enum status apart_put(struct store *store, enum entity entity, const struct slice remote_id[SIDES],
                      int64_t now)
{
    struct statement statement;
    statement_open(&statement, store, &sql[PUT]);
    statement_bind_number(&statement, entity);
    statement_bind_id(&statement, remote_id[MUNICIPAL]);
    statement_bind_id(&statement, remote_id[PROVINCIAL]);
    statement_bind_number(&statement, now);
    return statement_run(&statement);
}

enum status apart_has(struct store *store, enum entity entity, const struct slice remote_id[SIDES],
                      bool *ret)
{
    struct statement statement;
    statement_open(&statement, store, &sql[HAS]);
    statement_bind_number(&statement, entity);
    statement_bind_id(&statement, remote_id[MUNICIPAL]);
    statement_bind_id(&statement, remote_id[PROVINCIAL]);
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
