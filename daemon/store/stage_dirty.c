/* What is to be judged: the rows by the marks (stage_mark.h). */
#include "daemon/store/stage_mark.h"
#include "daemon/store/stage_row.h"
#include "daemon/store/stage_slot.h"

enum { GET, KIND, CLEAR_CAUSE };
static const struct sql sql[] = {
    [GET] = {"find what is to be judged", "SELECT " STAGE_ROW " FROM stage.record r WHERE slot = ?1"},
    [KIND] = {"read a staged record's kind", "SELECT -rank FROM stage.record WHERE slot = ?1"},
    [CLEAR_CAUSE] = {"forget why it was judged",
                     "UPDATE stage.record SET cause = NULL WHERE slot = ?1 AND cause IS NOT NULL"},
};

static enum status class_of(struct store *store, enum entity entity, int64_t slot, int *ret)
{
    struct statement statement;
    *ret = stage_mark_class(entity, 0);
    if (entity != ENTITY_ACCOUNT)
        return STATUS_OK;
    statement_open(&statement, store, &sql[KIND]);
    statement_bind_number(&statement, slot);
    enum status status = statement_row(&statement);
    if (status != STATUS_OK)
        return status;
    *ret = stage_mark_class(entity, (uint8_t)statement_read_choice(&statement, UINT8_MAX + 1));
    return statement_close(&statement);
}

static enum status clear_cause(struct store *store, int64_t slot)
{
    struct statement statement;
    statement_open(&statement, store, &sql[CLEAR_CAUSE]);
    statement_bind_number(&statement, slot);
    return statement_run(&statement);
}

enum status stage_set_dirty(struct store *store, enum side side, enum entity entity,
                            struct slice remote_id, bool dirty)
{
    int64_t slot = 0;
    int class = 0;
    enum status status = stage_slot(store, side, entity, stage_id(store, entity, remote_id), &slot);
    if (status == STATUS_OK)
        status = class_of(store, entity, slot, &class);
    if (status == STATUS_OK && !dirty)
        status = clear_cause(store, slot);
    return status == STATUS_OK ? stage_mark_set(store, class, slot, dirty) : status;
}

enum status stage_set_clean(struct store *store, const struct staged *staged)
{
    enum status status = slice_empty(staged->cause) ? STATUS_OK : clear_cause(store, staged->slot);
    return status == STATUS_OK
               ? stage_mark_set(store, stage_mark_class(staged->entity, staged->kind), staged->slot, false)
               : status;
}

/* The next marked row of a class. A mark whose row was forgotten is taken away, whatever lies there now. */
static enum status next_of_class(struct store *store, int class, int64_t after, struct arena *arena,
                                 struct staged *ret)
{
    enum status status = stage_mark_next(store, class, after, &after);
    while (status == STATUS_OK) {
        struct statement statement;
        statement_open(&statement, store, &sql[GET]);
        statement_bind_number(&statement, after);
        status = stage_row_take(&statement, arena, ret);
        if (status != STATUS_NOT_FOUND &&
            (status != STATUS_OK || stage_mark_class(ret->entity, ret->kind) == class))
            return status;
        status = stage_mark_set(store, class, after, false);
        if (status == STATUS_OK)
            status = stage_mark_next(store, class, after, &after);
    }
    return status;
}

enum status stage_next_dirty(struct store *store, enum entity entity, const struct staged *after,
                             struct arena *arena, struct staged *ret)
{
    int last = stage_mark_class(entity, 0);
    int class = after != NULL               ? stage_mark_class(entity, after->kind)
                : entity == ENTITY_ACCOUNT ? 0
                                           : last;
    enum status status = next_of_class(store, class, after == NULL ? 0 : after->slot, arena, ret);
    while (status == STATUS_NOT_FOUND && class < last)
        status = next_of_class(store, ++class, 0, arena, ret);
    return status;
}

enum status stage_count_dirty(struct store *store, int64_t *ret)
{
    return stage_mark_count(store, ret);
}
