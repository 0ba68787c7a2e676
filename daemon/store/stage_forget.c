#include "daemon/store/stage_forget.h"

#include "daemon/store/look.h"
#include "daemon/store/roll.h"
#include "daemon/store/stage_mark.h"
#include "daemon/store/stage_slot.h"
#include "daemon/store/statement.h"

#include <string.h>

#define OF_SIDE(linked)                                                                          \
    " FROM stage.record WHERE side = ?1 AND (coalesce(fetch_run, 0) >= ?2 OR NOT EXISTS"         \
    " (SELECT 1 FROM link WHERE link.entity = record.entity AND link." linked " = record.id))"

/* In this order: the first ones find their rows by the last but one's. */
#define STEPS(linked)                                                                            \
    {                                                                                            \
        {"forget what is to be judged", "SELECT slot, entity, -rank" OF_SIDE(linked)},           \
        {"forget hashes", "DELETE FROM stage.look WHERE slot IN (SELECT slot" OF_SIDE(linked) ")"}, \
        {"forget hashes",                                                                        \
         "DELETE FROM stage.look_recent WHERE slot IN (SELECT slot" OF_SIDE(linked) ")"},        \
        {"forget codes", "DELETE FROM stage.code WHERE side = ?1 AND id IN"                      \
                         " (SELECT id" OF_SIDE(linked) " AND entity = 0)"},                      \
        {"forget who names the unregistered", "DELETE FROM stage.nowhere WHERE side = ?1 AND id" \
                                              " IN (SELECT id" OF_SIDE(linked) " AND entity = 0)"}, \
        {"forget staged records", "DELETE" OF_SIDE(linked)},                                     \
        {"forget lower versions", "DELETE FROM stage.lower WHERE side = ?1"},                    \
        {"forget counts", "DELETE FROM stage.tally WHERE side = ?1"},                            \
        {"count again", "INSERT INTO stage.tally SELECT side, entity, state, count(*)"           \
                        " FROM stage.record WHERE side = ?1 GROUP BY entity, state"},            \
    }

enum { STEP_COUNT = 9, BOTH_BOUND = 6 /* the others name only the side */ };

static const struct sql steps[SIDES][STEP_COUNT] = {
    [MUNICIPAL] = STEPS("municipal_id"),
    [PROVINCIAL] = STEPS("provincial_id"),
};

enum status stage_forget_since(struct store *store, enum side side, int64_t run)
{
    enum status status = look_keep(store);
    for (size_t index = 0; status == STATUS_OK && index < STEP_COUNT; index++) {
        struct statement statement;
        statement_open(&statement, store, &steps[side][index]);
        statement_bind_number(&statement, side);
        if (index < BOTH_BOUND)
            statement_bind_number(&statement, run);
        status = index == 0 ? stage_mark_rows(&statement, false) : statement_run(&statement);
    }
    store->accounts++;
    memset(store->tally[side], 0, sizeof store->tally[side]); /* it is counted anew */
    stage_slot_forget(store);
    store->look_recent = -1; /* to be counted again */
    return status == STATUS_OK ? roll_forget(store, side) : status;
}

enum status stage_forget_watermarks(struct store *store, enum side side, bool counts)
{
    enum status status = STATUS_OK;
    for (int entity = 0; status == STATUS_OK && entity < ENTITIES; entity++) {
        struct watermark mark;
        status = stage_watermark(store, side, (enum entity)entity, &mark);
        mark.since = 0;
        mark.full_run = 0;
        mark.full_at = mark.full_at == 0 ? 1 : mark.full_at; /* whatever the next listing has is accepted */
        if (counts)
            mark.full_count = mark.known_before = 0;
        if (status == STATUS_OK)
            status = stage_set_watermark(store, side, (enum entity)entity, &mark);
    }
    return status;
}
