#include "daemon/store/learners.h"

#include "daemon/store/statement.h"

#include <stdlib.h>
#include <string.h>

enum { MARKED = 8 * 1024 };
enum { MARK, MARK_DUE, NEXT, CHECKED, DROP, BALANCE_NEXT, COUNT_MARKED };

static const struct sql sql[] = {
    [MARK] = {"mark a learner", "INSERT INTO stage.learner (person, dirty, due) VALUES (?1, 1, 0)"
                                " ON CONFLICT (person) DO UPDATE SET dirty = 1 WHERE dirty = 0"},
    [MARK_DUE] = {"mark who is due",
                  "UPDATE stage.learner SET dirty = 1, due = 0 WHERE due > 0 AND due <= ?1"},
    [NEXT] = {"find a learner to check", "SELECT person FROM stage.learner"
                                         " WHERE dirty = 1 AND person > ?1 ORDER BY person LIMIT 1"},
    [CHECKED] = {"note a learner as checked",
                 "INSERT OR REPLACE INTO stage.learner (person, dirty, due, balance)"
                 " VALUES (?1, 0, ?2, ?3)"},
    [DROP] = {"forget a learner", "DELETE FROM stage.learner WHERE person = ?1"},
    [BALANCE_NEXT] = {"read a balance",
                      "SELECT person, balance FROM stage.learner WHERE person > ?1"
                      " AND balance IS NOT NULL ORDER BY person LIMIT 1"},
    [COUNT_MARKED] = {"count learners to check",
                      "SELECT count(*) FROM stage.learner WHERE dirty = 1"},
};

static void open_for(struct statement *statement, struct store *store, int which,
                     const struct hash *person)
{
    statement_open(statement, store, &sql[which]);
    /* not as a hash: a zero one is the place before the first, not NULL */
    statement_bind_bytes(statement, (struct slice){(const char *)person->at, sizeof person->at});
}

/* Of those that were marked last, so that her next record need not ask. */
static struct hash *place_of(struct store *store, struct hash person)
{
    uint16_t at = 0;
    memcpy(&at, person.at, sizeof at);
    return store->marked == NULL ? NULL : &store->marked[at % MARKED];
}

void learner_forget_marked(struct store *store)
{
    free(store->marked);
    store->marked = NULL;
}

enum status learner_mark(struct store *store, struct hash person)
{
    struct statement statement;
    struct hash *noted = place_of(store, person);
    if (noted != NULL && hash_equal(*noted, person))
        return STATUS_OK;
    open_for(&statement, store, MARK, &person);
    enum status status = statement_run(&statement);
    if (store->marked == NULL)
        store->marked = calloc(MARKED, sizeof *store->marked);
    noted = place_of(store, person);
    if (status == STATUS_OK && noted != NULL)
        *noted = person;
    return status;
}

enum status learner_mark_due(struct store *store, int64_t now)
{
    struct statement statement;
    statement_open(&statement, store, &sql[MARK_DUE]);
    statement_bind_number(&statement, now);
    return statement_run(&statement);
}

enum status learner_next(struct store *store, struct hash after, struct hash *ret)
{
    struct statement statement;
    open_for(&statement, store, NEXT, &after);
    enum status status = statement_row(&statement);
    if (status != STATUS_OK)
        return status;
    statement_read_hash(&statement, ret);
    return statement_close(&statement);
}

enum status learner_checked(struct store *store, struct hash person, int64_t due,
                            struct slice balance)
{
    struct statement statement;
    learner_forget_marked(store);
    open_for(&statement, store, CHECKED, &person);
    statement_bind_number(&statement, due);
    statement_bind_bytes(&statement, balance);
    return statement_run(&statement);
}

enum status learner_drop(struct store *store, struct hash person)
{
    struct statement statement;
    learner_forget_marked(store);
    open_for(&statement, store, DROP, &person);
    return statement_run(&statement);
}

enum status learner_balance_next(struct store *store, struct hash after, struct arena *arena,
                                 struct hash *ret, struct slice *ret_balance)
{
    struct statement statement;
    open_for(&statement, store, BALANCE_NEXT, &after);
    enum status status = statement_row(&statement);
    if (status != STATUS_OK)
        return status;
    statement_read_hash(&statement, ret);
    *ret_balance = arena_copy(arena, statement_read_bytes(&statement));
    status = statement_close(&statement);
    return status == STATUS_OK && ret_balance->at == NULL ? STATUS_NO_MEMORY : status;
}

enum status learner_count_marked(struct store *store, int64_t *ret)
{
    struct statement statement;
    statement_open(&statement, store, &sql[COUNT_MARKED]);
    enum status status = statement_row(&statement);
    if (status == STATUS_OK)
        *ret = statement_read_number(&statement);
    return status == STATUS_OK ? statement_close(&statement) : status;
}
