#include "daemon/store/runs.h"

#include "daemon/store/statement.h"

#define COLUMNS "number, kind, scope, dry, started, ended, exit_code, result, counts"

enum { BEGIN, END, GET, NEXT, LAST_GOOD };

static const struct sql sql[] = {
    [BEGIN] = {"begin a run",
               "INSERT INTO run (" COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, 0, -1, NULL, NULL)"},
    [END] = {"end a run", "UPDATE run SET ended = ?2, exit_code = ?3, result = ?4, counts = ?5"
                          " WHERE number = ?1"},
    [GET] = {"read a run", "SELECT " COLUMNS " FROM run WHERE number = ?1"},
    [NEXT] = {"walk the runs",
              "SELECT " COLUMNS " FROM run WHERE number < ?1 ORDER BY number DESC LIMIT 1"},
    [LAST_GOOD] = {"find the last good run", "SELECT " COLUMNS " FROM run"
                                             " WHERE exit_code IN (0, 3)"
                                             " ORDER BY number DESC LIMIT 1"},
};

enum status run_begin(struct store *store, struct run_row *run)
{
    struct statement statement;
    int64_t number = 0;
    enum status status = statement_number(store, "run", &number);
    if (status != STATUS_OK)
        return status;
    statement_open(&statement, store, &sql[BEGIN]);
    statement_bind_number(&statement, number);
    statement_bind_text(&statement, run->kind);
    statement_bind_text(&statement, run->scope);
    statement_bind_number(&statement, run->dry);
    statement_bind_number(&statement, run->started);
    status = statement_run(&statement);
    if (status == STATUS_OK) {
        run->number = number;
        run->ended = 0;
        run->exit_code = -1;
    }
    return status;
}

enum status run_end(struct store *store, const struct run_row *run)
{
    struct statement statement;
    statement_open(&statement, store, &sql[END]);
    statement_bind_number(&statement, run->number);
    statement_bind_number(&statement, run->ended);
    statement_bind_number(&statement, run->exit_code);
    statement_bind_text(&statement, run->result);
    statement_bind_text(&statement, run->counts);
    return statement_change(&statement);
}

static enum status take_run(struct statement *statement, struct arena *arena, struct run_row *ret)
{
    struct run_row run = {0};
    enum status status = statement_row(statement);
    if (status != STATUS_OK)
        return status;
    run.number = statement_read_number(statement);
    run.kind = statement_read_text(statement, arena);
    run.scope = statement_read_text(statement, arena);
    run.dry = statement_read_number(statement) != 0;
    run.started = statement_read_number(statement);
    run.ended = statement_read_number(statement);
    run.exit_code = (int)statement_read_number(statement);
    run.result = statement_read_text(statement, arena);
    run.counts = statement_read_text(statement, arena);
    status = statement_close(statement);
    if (status == STATUS_OK)
        *ret = run;
    return status;
}

enum status run_get(struct store *store, int64_t number, struct arena *arena, struct run_row *ret)
{
    struct statement statement;
    statement_open(&statement, store, &sql[GET]);
    statement_bind_number(&statement, number);
    return take_run(&statement, arena, ret);
}

enum status run_next(struct store *store, int64_t before, struct arena *arena, struct run_row *ret)
{
    struct statement statement;
    statement_open(&statement, store, &sql[NEXT]);
    statement_bind_number(&statement, before == 0 ? INT64_MAX : before);
    return take_run(&statement, arena, ret);
}

enum status run_last_good(struct store *store, struct arena *arena, struct run_row *ret)
{
    struct statement statement;
    statement_open(&statement, store, &sql[LAST_GOOD]);
    return take_run(&statement, arena, ret);
}
