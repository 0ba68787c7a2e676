#include "daemon/store/nowhere.h"

#include "daemon/store/stage_mark.h"

enum { NOTE, FORGET, OF_ACCOUNT, COUNT, WAKE };

static const struct sql sql[] = {
    [NOTE] = {"note who names the unregistered",
              "INSERT OR REPLACE INTO stage.nowhere (subject, side, id, recent) VALUES (?1, ?2, ?3, ?4)"},
    [FORGET] = {"forget who names the unregistered",
                "DELETE FROM stage.nowhere WHERE subject = ?1 AND side = ?2 AND id = ?3"},
    [OF_ACCOUNT] = {"read whom an account names",
                    "SELECT subject FROM stage.nowhere WHERE side = ?1 AND id = ?2 ORDER BY subject LIMIT ?3"},
    [COUNT] = {"count who names the unregistered",
               "SELECT count(*), max(recent) FROM stage.nowhere WHERE subject = ?1"},
    [WAKE] = {"mark who names the unregistered",
              "SELECT " STAGE_MARKED " FROM stage.nowhere n CROSS JOIN stage.record r ON r.side = n.side"
              " AND r.entity = 0 AND r.id = n.id"},
};

enum status nowhere_note(struct store *store, struct slice subject, enum side side,
                         struct slice remote_id, bool recent)
{
    struct statement statement;
    statement_open(&statement, store, &sql[NOTE]);
    statement_bind_id(&statement, subject);
    statement_bind_number(&statement, side);
    statement_bind_id(&statement, remote_id);
    statement_bind_number(&statement, recent);
    return statement_run(&statement);
}

enum status nowhere_forget(struct store *store, struct slice subject, enum side side,
                           struct slice remote_id)
{
    struct statement statement;
    statement_open(&statement, store, &sql[FORGET]);
    statement_bind_id(&statement, subject);
    statement_bind_number(&statement, side);
    statement_bind_id(&statement, remote_id);
    return statement_run(&statement);
}

enum status nowhere_of(struct store *store, enum side side, struct slice remote_id, size_t most,
                       struct arena *arena, struct slice *ret_subjects, size_t *ret_count)
{
    struct statement statement;
    size_t count = 0;
    statement_open(&statement, store, &sql[OF_ACCOUNT]);
    statement_bind_number(&statement, side);
    statement_bind_id(&statement, remote_id);
    statement_bind_number(&statement, (int64_t)most);
    enum status status = statement_row(&statement);
    while (status == STATUS_OK && count < most) {
        ret_subjects[count++] = statement_read_text(&statement, arena);
        status = statement_row(&statement);
    }
    enum status closed = statement_close(&statement);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    if (closed == STATUS_OK)
        *ret_count = count;
    return closed;
}

enum status nowhere_count(struct store *store, struct slice subject, int64_t *ret, bool *ret_recent)
{
    struct statement statement;
    statement_open(&statement, store, &sql[COUNT]);
    statement_bind_id(&statement, subject);
    enum status status = statement_row(&statement);
    if (status != STATUS_OK)
        return status;
    *ret = statement_read_number(&statement);
    *ret_recent = statement_read_number(&statement) != 0;
    return statement_close(&statement);
}

enum status nowhere_wake(struct store *store)
{
    struct statement statement;
    statement_open(&statement, store, &sql[WAKE]);
    return stage_mark_rows(&statement, true);
}
