#include "daemon/store/stage_tally.h"

#include "daemon/store/statement.h"

#include <string.h>

enum { STATES = STAGED_GONE + 1 };
_Static_assert((int)STATES == (int)STORE_STATES, "a count for each state");

enum { COUNT, ADD };
static const struct sql sql[] = {
    [COUNT] = {"count staged records", "SELECT state, count FROM stage.tally WHERE side = ?1 AND entity = ?2"},
    [ADD] = {"count staged records",
             "INSERT INTO stage.tally (side, entity, state, count) VALUES (?1, ?2, ?3, ?4)"
             " ON CONFLICT (side, entity, state) DO UPDATE SET count = count + excluded.count"},
};

enum status stage_tally_move(struct store *store, enum side side, enum entity entity,
                             const enum staged_state *before, enum staged_state now)
{
    if (before != NULL)
        store->tally[side][entity][*before]--;
    store->tally[side][entity][now]++;
    return store->transaction ? STATUS_OK : stage_tally_keep(store);
}

static enum status keep(struct store *store, enum side side, int entity, int state)
{
    struct statement statement;
    int64_t *count = &store->tally[side][entity][state];
    if (*count == 0)
        return STATUS_OK;
    statement_open(&statement, store, &sql[ADD]);
    statement_bind_number(&statement, side);
    statement_bind_number(&statement, entity);
    statement_bind_number(&statement, state);
    statement_bind_number(&statement, *count);
    *count = 0;
    return statement_run(&statement);
}

enum status stage_tally_keep(struct store *store)
{
    enum status status = STATUS_OK;
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        for (int entity = 0; entity < ENTITIES; entity++) {
            for (int state = 0; status == STATUS_OK && state < STATES; state++)
                status = keep(store, side, entity, state);
        }
    }
    return status;
}

void stage_tally_forget(struct store *store)
{
    memset(store->tally, 0, sizeof store->tally);
}

enum status stage_count(struct store *store, enum side side, enum entity entity, int64_t ret[5])
{
    struct statement statement;
    int64_t counts[STATES];
    memcpy(counts, store->tally[side][entity], sizeof counts);
    statement_open(&statement, store, &sql[COUNT]);
    statement_bind_number(&statement, side);
    statement_bind_number(&statement, entity);
    enum status status = statement_row(&statement);
    while (status == STATUS_OK) {
        int state = statement_read_choice(&statement, STATES);
        counts[state] += statement_read_number(&statement);
        status = statement_row(&statement);
    }
    if (status != STATUS_NOT_FOUND)
        return status;
    memcpy(ret, counts, sizeof counts);
    return STATUS_OK;
}
