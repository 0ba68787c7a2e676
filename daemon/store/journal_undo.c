#include "daemon/store/journal_undo.h"

#include "daemon/store/journal_row.h"

/* Numbers of enum write_state: 3 settled, 5 overtaken. A write without an answer is overtaken with
 * the code "unknown" once its target was read (work/apply). */
#define TAKEN "(state = 3 OR (state = 5 AND code = 'unknown'))"

enum { NEXT_TAKEN, NEXT_DECIDED, UNDOING, LEAVE, FORGET, LEFT_OUT, COUNT };

static const struct sql sql[] = {
    [NEXT_TAKEN] = {"walk what a run wrote",
                    "SELECT " JOURNAL_ROW " FROM write INDEXED BY write_of_run"
                    " WHERE run = ?1 AND number < ?2 AND " TAKEN
                    " ORDER BY number DESC LIMIT 1"},
    [NEXT_DECIDED] = {"walk what a decision wrote",
                      "SELECT " JOURNAL_ROW " FROM write WHERE subject = ?1 AND decided & ?2"
                      " AND sent_at >= ?3 AND number < ?4 AND " TAKEN
                      " ORDER BY number DESC LIMIT 1"},
    [UNDOING] = {"find what takes a write back",
                 "SELECT " JOURNAL_ROW " FROM write WHERE undoes = ?1 AND undoes > 0 AND run = ?2"
                 " ORDER BY number DESC LIMIT 1"},
    [LEAVE] = {"note what was left out", "INSERT OR REPLACE INTO left_out VALUES (?1, ?2, ?3)"},
    [FORGET] = {"forget what was left out", "DELETE FROM left_out WHERE run = ?1 AND write = ?2"},
    [LEFT_OUT] = {"walk what was left out",
                  "SELECT write, why FROM left_out WHERE run = ?1 AND write > ?2"
                  " ORDER BY write LIMIT 1"},
    [COUNT] = {"count what was left out", "SELECT count(*) FROM left_out WHERE run = ?1"},
};

static int64_t below(int64_t before)
{
    return before == 0 ? INT64_MAX : before;
}

enum status journal_next_taken(struct store *store, int64_t run, int64_t before,
                               struct arena *arena, struct write *ret)
{
    struct statement statement;
    statement_open(&statement, store, &sql[NEXT_TAKEN]);
    statement_bind_number(&statement, run);
    statement_bind_number(&statement, below(before));
    return journal_row_take(&statement, arena, ret);
}

enum status journal_next_decided(struct store *store, struct hash subject, enum field field,
                                 int64_t since, int64_t before, struct arena *arena,
                                 struct write *ret)
{
    struct statement statement;
    statement_open(&statement, store, &sql[NEXT_DECIDED]);
    statement_bind_hash(&statement, &subject);
    statement_bind_number(&statement, (int64_t)FIELD_BIT(field));
    statement_bind_number(&statement, since);
    statement_bind_number(&statement, below(before));
    return journal_row_take(&statement, arena, ret);
}

enum status journal_undoing(struct store *store, int64_t undone, int64_t run, struct arena *arena,
                            struct write *ret)
{
    struct statement statement;
    statement_open(&statement, store, &sql[UNDOING]);
    statement_bind_number(&statement, undone);
    statement_bind_number(&statement, run);
    return journal_row_take(&statement, arena, ret);
}

enum status journal_leave_out(struct store *store, int64_t run, int64_t number, const char *why)
{
    struct statement statement;
    statement_open(&statement, store, &sql[why == NULL ? FORGET : LEAVE]);
    statement_bind_number(&statement, run);
    statement_bind_number(&statement, number);
    if (why != NULL)
        statement_bind_word(&statement, why);
    return statement_run(&statement);
}

enum status journal_next_left_out(struct store *store, int64_t run, int64_t after,
                                  struct arena *arena, struct write *ret, struct slice *ret_why)
{
    struct statement statement;
    statement_open(&statement, store, &sql[LEFT_OUT]);
    statement_bind_number(&statement, run);
    statement_bind_number(&statement, after);
    enum status status = statement_row(&statement);
    if (status != STATUS_OK)
        return status;
    int64_t number = statement_read_number(&statement);
    struct slice why = statement_read_text(&statement, arena);
    status = statement_close(&statement);
    if (status == STATUS_OK)
        status = journal_get(store, number, arena, ret);
    if (status == STATUS_OK)
        *ret_why = why;
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
}

enum status journal_count_left_out(struct store *store, int64_t run, int64_t *ret)
{
    struct statement statement;
    statement_open(&statement, store, &sql[COUNT]);
    statement_bind_number(&statement, run);
    return statement_count(&statement, ret);
}
