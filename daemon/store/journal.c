#include "daemon/store/journal_row.h"

/* Numbers of enum write_state in the texts: 0 proposed, 1 planned, 2 sent, 3 settled, 4 rejected,
 * 5 overtaken, 6 dropped. */
enum { PLAN, PLANNED, SENT, KNOWN, NEXT, NEXT_SENT, NEXT_OF_RUN, GET, REJECTED, OF_SUBJECT, OF_REFERENCE, PLANS };

static const struct sql sql[] = {
    [PLAN] = {"plan a write",
              "INSERT INTO write (" JOURNAL_PLANNED ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
              " ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)"},
    [PLANNED] = {"read planned writes",
                 "SELECT " JOURNAL_ROW " FROM write INDEXED BY write_planned WHERE run = ?1 AND state = 1"
                 " AND wave = ?2 AND target = ?3 AND entity = ?4 ORDER BY number LIMIT ?5"},
    [SENT] = {"mark a write as sent", "UPDATE write SET state = 2, batch = ?2, sent_at = ?3"
                                      " WHERE number = ?1 AND state IN (1, 2)"},
    [KNOWN] = {"say what became of a write",
               "UPDATE write SET state = ?2, code = coalesce(?3, code),"
               " sent_at = CASE WHEN ?2 = 2 THEN ?4 ELSE sent_at END,"
               " known_at = CASE WHEN ?2 > 2 THEN ?4 ELSE 0 END WHERE number = ?1"},
    [NEXT] = {"walk the writes", "SELECT " JOURNAL_ROW " FROM write"
                                 " WHERE state = ?1 AND number > ?2 ORDER BY number LIMIT 1"},
    /* In numbers: whether a partial index serves is else asked anew at each use. */
    [NEXT_SENT] = {"walk the writes that were sent",
                   "SELECT " JOURNAL_ROW " FROM write INDEXED BY write_sent"
                   " WHERE state = 2 AND number > ?1 ORDER BY number LIMIT 1"},
    [NEXT_OF_RUN] = {"walk a run's writes",
                     "SELECT " JOURNAL_ROW " FROM write INDEXED BY write_of_run WHERE state = ?1 AND number > ?2"
                     " AND run = ?3 ORDER BY number LIMIT 1"},
    [GET] = {"read a write", "SELECT " JOURNAL_ROW " FROM write WHERE number = ?1"},
    [REJECTED] = {"find a rejected write",
                  "SELECT " JOURNAL_ROW " FROM write WHERE key = ?1 AND state = 4"
                  " ORDER BY number DESC LIMIT 1"},
    [PLANS] = {"look for a planned write",
               "SELECT 1 FROM write WHERE subject = ?1 AND state = 1 AND number > ?2 LIMIT 1"},
    [OF_SUBJECT] = {"find a subject's writes",
                    "SELECT " JOURNAL_ROW " FROM write WHERE subject = ?1"
                    " ORDER BY number DESC LIMIT ?2"},
    [OF_REFERENCE] = {"find a reference's writes",
                      "SELECT " JOURNAL_ROW " FROM write WHERE reference = ?1"
                      " ORDER BY number DESC LIMIT ?2"},
};

enum status journal_plan(struct store *store, struct write *write)
{
    struct statement statement;
    struct write stored = *write;
    struct slice sealed = {0};
    enum status status = statement_number(store, "write", &stored.number);
    if (status == STATUS_OK)
        status = journal_row_seal(store, &stored, &sealed);
    if (status != STATUS_OK)
        return status;
    statement_open(&statement, store, &sql[PLAN]);
    journal_row_bind(&statement, &stored, sealed);
    status = statement_run(&statement);
    if (status == STATUS_OK)
        write->number = stored.number;
    return status;
}

static enum status take_writes(struct statement *statement, size_t most, struct arena *arena,
                               struct write *ret, size_t *ret_count)
{
    size_t count = 0;
    enum status status = statement_row(statement);
    while (status == STATUS_OK && count < most) {
        status = journal_row_read(statement, arena, &ret[count]);
        if (status != STATUS_OK)
            break;
        count++;
        status = statement_row(statement);
    }
    (void)statement_close(statement);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    *ret_count = count;
    return STATUS_OK;
}

enum status journal_planned(struct store *store, int64_t run, unsigned wave, enum side target,
                            enum entity entity, size_t most, struct arena *arena, struct write *ret,
                            size_t *ret_count)
{
    struct statement statement;
    statement_open(&statement, store, &sql[PLANNED]);
    statement_bind_number(&statement, run);
    statement_bind_number(&statement, wave);
    statement_bind_number(&statement, target);
    statement_bind_number(&statement, entity);
    statement_bind_number(&statement, (int64_t)most);
    return take_writes(&statement, most, arena, ret, ret_count);
}

enum status journal_get(struct store *store, int64_t number, struct arena *arena, struct write *ret)
{
    struct statement statement;
    statement_open(&statement, store, &sql[GET]);
    statement_bind_number(&statement, number);
    return journal_row_take(&statement, arena, ret);
}

enum status journal_set_state(struct store *store, int64_t number, enum write_state state,
                              const char *code, int64_t now)
{
    struct statement statement;
    statement_open(&statement, store, &sql[KNOWN]);
    statement_bind_number(&statement, number);
    statement_bind_number(&statement, state);
    statement_bind_word(&statement, code);
    statement_bind_number(&statement, now);
    return statement_change(&statement);
}

enum status journal_set_sent(struct store *store, int64_t number, struct hash batch, int64_t now)
{
    struct statement statement;
    statement_open(&statement, store, &sql[SENT]);
    statement_bind_number(&statement, number);
    statement_bind_hash(&statement, &batch);
    statement_bind_number(&statement, now);
    return statement_change(&statement);
}

enum status journal_next_in_state(struct store *store, enum write_state state, int64_t run,
                                  int64_t after, struct arena *arena, struct write *ret)
{
    struct statement statement;
    bool sent = run == 0 && state == WRITE_SENT;
    statement_open(&statement, store, &sql[sent ? NEXT_SENT : run == 0 ? NEXT : NEXT_OF_RUN]);
    if (!sent)
        statement_bind_number(&statement, state);
    statement_bind_number(&statement, after);
    if (run != 0)
        statement_bind_number(&statement, run);
    return journal_row_take(&statement, arena, ret);
}

enum status journal_rejected(struct store *store, struct hash key, struct arena *arena,
                             struct write *ret)
{
    struct statement statement;
    statement_open(&statement, store, &sql[REJECTED]);
    statement_bind_hash(&statement, &key);
    return journal_row_take(&statement, arena, ret);
}

bool journal_plans(struct store *store, struct hash subject, int64_t behind)
{
    struct statement statement;
    statement_open(&statement, store, &sql[PLANS]);
    statement_bind_hash(&statement, &subject);
    statement_bind_number(&statement, behind);
    enum status status = statement_row(&statement);
    return status == STATUS_OK && statement_close(&statement) == STATUS_OK;
}

enum status journal_of_subject(struct store *store, struct hash subject, size_t most,
                               struct arena *arena, struct write *ret, size_t *ret_count)
{
    struct statement statement;
    statement_open(&statement, store, &sql[OF_SUBJECT]);
    statement_bind_hash(&statement, &subject);
    statement_bind_number(&statement, (int64_t)most);
    return take_writes(&statement, most, arena, ret, ret_count);
}

enum status journal_of_reference(struct store *store, const char *reference, size_t most,
                                 struct arena *arena, struct write *ret, size_t *ret_count)
{
    struct statement statement;
    statement_open(&statement, store, &sql[OF_REFERENCE]);
    statement_bind_word(&statement, reference);
    statement_bind_number(&statement, (int64_t)most);
    return take_writes(&statement, most, arena, ret, ret_count);
}

const char *write_operation_name(enum write_operation operation)
{
    static const char *const names[] = {"create", "update", "revoke"};
    return operation <= WRITE_REVOKE ? names[operation] : "";
}

const char *write_state_name(enum write_state state)
{
    static const char *const names[] = {"proposed", "planned",   "sent",   "settled",
                                        "rejected", "overtaken", "dropped"};
    return state <= WRITE_DROPPED ? names[state] : "";
}
