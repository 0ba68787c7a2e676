#include "daemon/store/copy.h"

#include "daemon/store/conflict_row.h"
#include "daemon/store/journal_row.h"
#include "daemon/store/statement.h"

#include <string.h>

enum { ROW_ARENA_BYTES = 64 * 1024 * 1024 };

struct table {
    const char *name;
    struct sql out, in;
};

/* The columns of a row in one JSON array, in and out by the same order. */
static const struct table tables[COPY_TABLES] = {
    [COPY_META] = {"meta",
                   {"read out settings of operation",
                    "SELECT json_array(name, CAST(value AS TEXT)) FROM main.meta WHERE value IS NOT NULL"
                    " AND name NOT LIKE 'token%' AND name NOT LIKE 'store.%' AND name NOT LIKE 'release_first%'"
                    " AND name <> 'log_head' ORDER BY name"},
                   {"put in a setting of operation",
                    "INSERT INTO main.meta (name, value) VALUES (json_extract(?1, '$[0]'),"
                    " json_extract(?1, '$[1]'))"}},
    [COPY_SERIES] = {"series",
                     {"read out series", "SELECT json_array(name, last) FROM series ORDER BY name"},
                     {"put in a series",
                      "INSERT OR REPLACE INTO series VALUES (json_extract(?1, '$[0]'), json_extract(?1, '$[1]'))"}},
    [COPY_APART] = {"apart",
                    {"read out pairs kept apart",
                     "SELECT json_array(entity, municipal_id, provincial_id, at) FROM apart ORDER BY rowid"},
                    {"put in a pair kept apart",
                     "INSERT INTO apart VALUES (json_extract(?1, '$[0]'), json_extract(?1, '$[1]'),"
                     " json_extract(?1, '$[2]'), json_extract(?1, '$[3]'))"}},
    [COPY_LEFT_OUT] = {"left_out",
                       {"read out what undo left out",
                        "SELECT json_array(run, write, why) FROM left_out ORDER BY run, write"},
                       {"put in what undo left out",
                        "INSERT INTO left_out VALUES (json_extract(?1, '$[0]'), json_extract(?1, '$[1]'),"
                        " json_extract(?1, '$[2]'))"}},
    [COPY_RUN] = {"run",
                  {"read out runs", "SELECT json_array(number, kind, dry, started, ended, exit_code, result, counts)"
                                    " FROM run ORDER BY number"},
                  {"put in a run",
                   "INSERT INTO run (number, kind, dry, started, ended, exit_code, result, counts)"
                   " VALUES (json_extract(?1, '$[0]'), json_extract(?1, '$[1]'), json_extract(?1, '$[2]'),"
                   " json_extract(?1, '$[3]'), json_extract(?1, '$[4]'), json_extract(?1, '$[5]'),"
                   " json_extract(?1, '$[6]'), json_extract(?1, '$[7]'))"}},
    [COPY_WATERMARK] = {"watermark",
                        {"read out watermarks", "SELECT json_array(side, entity, since, full_run, full_count,"
                                                " full_at, known_before) FROM stage.watermark ORDER BY side, entity"},
                        {"put in a watermark",
                         "INSERT INTO stage.watermark VALUES (json_extract(?1, '$[0]'), json_extract(?1, '$[1]'),"
                         " json_extract(?1, '$[2]'), json_extract(?1, '$[3]'), json_extract(?1, '$[4]'),"
                         " json_extract(?1, '$[5]'), json_extract(?1, '$[6]'))"}},
    [COPY_LOWER] = {"lower",
                    {"read out lower versions",
                     "SELECT json_array(side, entity, id, since) FROM stage.lower ORDER BY side, entity, id"},
                    {"put in a lower version",
                     "INSERT INTO stage.lower VALUES (json_extract(?1, '$[0]'), json_extract(?1, '$[1]'),"
                     " json_extract(?1, '$[2]'), json_extract(?1, '$[3]'))"}},
    [COPY_NOWHERE] = {"nowhere",
                      {"read out who is nowhere", "SELECT json_array(subject, side, id, recent) FROM stage.nowhere"
                                                  " ORDER BY subject, side, id"},
                      {"put in who is nowhere",
                       "INSERT INTO stage.nowhere VALUES (json_extract(?1, '$[0]'), json_extract(?1, '$[1]'),"
                       " json_extract(?1, '$[2]'), json_extract(?1, '$[3]'))"}},
};

enum { RECORDS, RECORD_REST, WRITES, WRITE_ADD, CONFLICT_ADD, LINK_FREE, LEARNERS,
       LEARNER_ADD };

static const struct sql sql[] = {
    [RECORDS] = {"read out staged records", "SELECT side, entity, id FROM stage.record ORDER BY slot"},
    [RECORD_REST] = {"put in a staged record",
                     "UPDATE stage.record SET waiting = ?4, open = ?5, cause = ?6"
                     " WHERE side = ?1 AND entity = ?2 AND id = ?3"},
    [WRITES] = {"read out writes", "SELECT number FROM write WHERE state IN (0, 1, 2, 4) OR known_at >= ?1"
                                   " OR sent_at >= ?1 OR ?1 = 0 OR (state = 3 AND operation <> 0) ORDER BY number"},
    [WRITE_ADD] = {"put in a write",
                   "INSERT INTO write (" JOURNAL_ROW ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
                   " ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)"},
    [CONFLICT_ADD] = {"put in a conflict",
                      "INSERT INTO conflict (" CONFLICT_COLUMNS ", subject, changed) VALUES (?1, ?2, ?3, ?4, ?5, ?6,"
                      " ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24,"
                      " ?25, ?26, ?17)"},
    [LINK_FREE] = {"put in a link", "INSERT INTO link (number, entity, state, evidence, kind, has_base, run, sealed)"
                                    " VALUES (?1, 0, 0, 0, 0, 0, 0, x'00')"},
    [LEARNERS] = {"read out learners",
                  "SELECT person, dirty, due, balance FROM stage.learner ORDER BY person"},
    [LEARNER_ADD] = {"put in a learner",
                     "INSERT OR REPLACE INTO stage.learner (person, dirty, due, balance) VALUES (?1, ?2, ?3, ?4)"},
};

const char *copy_table_name(enum copy_table table)
{
    return tables[table].name;
}

enum status copy_rows(struct store *store, enum copy_table table, copy_take_row *take, void *context)
{
    struct statement statement;
    enum status status = STATUS_OK;
    statement_open(&statement, store, &tables[table].out);
    while (status == STATUS_OK && (status = statement_row(&statement)) == STATUS_OK)
        status = take(context, statement_read_bytes(&statement));
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    (void)statement_close(&statement);
    return status;
}

enum status copy_put_row(struct store *store, enum copy_table table, struct slice json)
{
    struct statement statement;
    statement_open(&statement, store, &tables[table].in);
    statement_bind_text(&statement, json);
    return statement_run(&statement);
}

static enum status whole_record(struct store *store, const struct staged *head, struct arena *arena,
                                struct staged *ret)
{
    enum status status = stage_get(store, head->side, head->entity, head->remote_id, true, arena, ret);
    return status == STATUS_OK
               ? stage_get_fetch(store, head->side, head->entity, head->remote_id, arena, &ret->fetch)
               : status;
}

enum status copy_records(struct store *store, copy_take_record *take, void *context)
{
    struct statement statement;
    struct arena arena;
    enum status status = STATUS_OK;
    arena_init(&arena, ROW_ARENA_BYTES);
    statement_open(&statement, store, &sql[RECORDS]);
    while (status == STATUS_OK && (status = statement_row(&statement)) == STATUS_OK) {
        struct staged head = {.side = MUNICIPAL};
        struct staged staged = {.side = MUNICIPAL};
        arena_reset(&arena);
        head.side = (enum side)statement_read_choice(&statement, SIDES);
        head.entity = (enum entity)statement_read_choice(&statement, ENTITIES);
        head.remote_id = statement_read_text(&statement, &arena);
        status = whole_record(store, &head, &arena, &staged);
        if (status == STATUS_OK)
            status = take(context, &staged);
    }
    arena_free(&arena);
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    (void)statement_close(&statement);
    return status;
}

enum status copy_put_record(struct store *store, const struct staged *staged)
{
    struct statement statement;
    struct staged row = *staged;
    enum status status = stage_put(store, &row);
    if (status != STATUS_OK)
        return status;
    statement_open(&statement, store, &sql[RECORD_REST]);
    statement_bind_number(&statement, staged->side);
    statement_bind_number(&statement, staged->entity);
    statement_bind_id(&statement, stage_id(store, staged->entity, staged->remote_id));
    statement_bind_text(&statement, staged->waiting);
    statement_bind_text(&statement, staged->open);
    statement_bind_text(&statement, staged->cause);
    return statement_change(&statement);
}

enum status copy_writes(struct store *store, int64_t since, copy_take_write *take, void *context)
{
    struct statement statement;
    struct arena arena;
    enum status status = STATUS_OK;
    arena_init(&arena, ROW_ARENA_BYTES);
    statement_open(&statement, store, &sql[WRITES]);
    statement_bind_number(&statement, since);
    while (status == STATUS_OK && (status = statement_row(&statement)) == STATUS_OK) {
        struct write write = {0};
        arena_reset(&arena);
        status = journal_get(store, statement_read_number(&statement), &arena, &write);
        if (status == STATUS_OK)
            status = take(context, &write);
    }
    arena_free(&arena);
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    (void)statement_close(&statement);
    return status;
}

enum status copy_put_write(struct store *store, const struct write *write)
{
    struct statement statement;
    struct slice sealed = {0};
    enum status status = journal_row_seal(store, write, &sealed);
    if (status != STATUS_OK)
        return status;
    statement_open(&statement, store, &sql[WRITE_ADD]);
    journal_row_bind(&statement, write, sealed);
    statement_bind_word(&statement, write->code[0] == '\0' ? NULL : write->code);
    statement_bind_hash(&statement, &write->batch);
    statement_bind_number(&statement, write->sent_at);
    statement_bind_number(&statement, write->known_at);
    return statement_run(&statement);
}

static void bind_conflict(struct statement *statement, const struct conflict *conflict)
{
    statement_bind_number(statement, conflict->number);
    statement_bind_word(statement, conflict->kind);
    statement_bind_number(statement, conflict->severity);
    statement_bind_number(statement, conflict->entity);
    statement_bind_word(statement, conflict->reference);
    statement_bind_text(statement, conflict->masked);
    statement_bind_id(statement, slice_of(conflict->field));
    statement_bind_text(statement, conflict->owner);
    statement_bind_text(statement, conflict->reason);
    statement_bind_text(statement, conflict->remote_id[MUNICIPAL]);
    statement_bind_text(statement, conflict->remote_id[PROVINCIAL]);
    statement_bind_hash(statement, &conflict->person);
    statement_bind_word(statement, conflict->region);
    statement_bind_number(statement, conflict->year);
    statement_bind_number(statement, conflict->run);
    statement_bind_number(statement, conflict->first_seen);
    statement_bind_number(statement, conflict->last_seen);
    statement_bind_number(statement, conflict->times);
    statement_bind_number(statement, conflict->state);
    statement_bind_number(statement, conflict->has_base);
}

enum status copy_put_conflict(struct store *store, const struct conflict *conflict)
{
    struct statement statement;
    struct slice sealed = {0};
    struct arena arena;
    struct hash subject = store_hash(store, conflict->subject);
    arena_init(&arena, ROW_ARENA_BYTES);
    enum status status = conflict_row_seal(store, conflict, &sealed);
    struct slice values = arena_copy(&arena, sealed);
    if (status == STATUS_OK)
        status = values.at == NULL ? STATUS_NO_MEMORY : STATUS_OK;
    sealed = (struct slice){0};
    if (status == STATUS_OK && conflict->decided_at != 0)
        status = conflict_row_seal_decision(store, conflict, &sealed);
    if (status == STATUS_OK) {
        statement_open(&statement, store, &sql[CONFLICT_ADD]);
        bind_conflict(&statement, conflict);
        statement_bind_bytes(&statement, values);
        statement_bind_number(&statement, conflict->decision);
        statement_bind_number(&statement, conflict->decided_at);
        statement_bind_bytes(&statement, sealed);
        statement_bind_hash(&statement, &conflict->stands);
        statement_bind_hash(&statement, &subject);
        status = statement_run(&statement);
    }
    arena_free(&arena);
    return status;
}

enum status copy_put_link(struct store *store, const struct link *link)
{
    struct statement statement;
    struct link stored = *link;
    statement_open(&statement, store, &sql[LINK_FREE]);
    statement_bind_number(&statement, link->number);
    enum status status = statement_run(&statement);
    return status == STATUS_OK ? link_put(store, &stored) : status;
}

enum status copy_learners(struct store *store, copy_take_learner *take, void *context)
{
    struct statement statement;
    enum status status = STATUS_OK;
    statement_open(&statement, store, &sql[LEARNERS]);
    while (status == STATUS_OK && (status = statement_row(&statement)) == STATUS_OK) {
        struct copy_learner learner = {.due = 0};
        statement_read_hash(&statement, &learner.person);
        learner.dirty = statement_read_number(&statement) != 0;
        learner.due = statement_read_number(&statement);
        learner.balance = statement_read_bytes(&statement);
        status = take(context, &learner);
    }
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    (void)statement_close(&statement);
    return status;
}

enum status copy_put_learner(struct store *store, const struct copy_learner *learner)
{
    struct statement statement;
    statement_open(&statement, store, &sql[LEARNER_ADD]);
    statement_bind_hash(&statement, &learner->person);
    statement_bind_number(&statement, learner->dirty);
    statement_bind_number(&statement, learner->due);
    statement_bind_bytes(&statement, learner->balance);
    return statement_run(&statement);
}
