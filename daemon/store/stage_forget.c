#include "daemon/store/stage_forget.h"

#include "daemon/store/statement.h"

#define OF_SIDE " WHERE slot IN (SELECT slot FROM stage.record WHERE side = ?1)"

/* In this order: the first ones find their rows by the last one's. */
static const struct sql sql[] = {
    {"forget hashes", "DELETE FROM stage.look" OF_SIDE},
    {"forget hashes", "DELETE FROM stage.look_recent" OF_SIDE},
    {"forget payloads", "DELETE FROM stage.payload" OF_SIDE},
    {"forget codes", "DELETE FROM stage.code WHERE side = ?1"},
    {"forget lower versions", "DELETE FROM stage.lower WHERE side = ?1"},
    {"forget counts", "DELETE FROM stage.tally WHERE side = ?1"},
    {"forget staged records", "DELETE FROM stage.record WHERE side = ?1"},
};

enum status stage_forget_side(struct store *store, enum side side)
{
    enum status status = STATUS_OK;
    for (size_t index = 0; status == STATUS_OK && index < sizeof sql / sizeof *sql; index++) {
        struct statement statement;
        statement_open(&statement, store, &sql[index]);
        statement_bind_number(&statement, side);
        status = statement_run(&statement);
    }
    store->look_recent = -1; /* to be counted again */
    return status;
}

enum status stage_forget_watermarks(struct store *store, enum side side, bool counts)
{
    enum status status = STATUS_OK;
    for (int entity = 0; status == STATUS_OK && entity < ENTITIES; entity++) {
        struct watermark mark;
        status = stage_watermark(store, side, (enum entity)entity, &mark);
        mark.since = 0;
        mark.full_run = 0;
        if (counts)
            mark.full_count = mark.known_before = 0;
        if (status == STATUS_OK)
            status = stage_set_watermark(store, side, (enum entity)entity, &mark);
    }
    return status;
}
