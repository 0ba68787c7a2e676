#include "daemon/store/reseal.h"

#include "daemon/store/conflicts.h"
#include "daemon/store/inside.h"
#include "daemon/store/journal.h"
#include "daemon/store/links.h"
#include "daemon/store/payload.h"
#include "daemon/store/stage.h"
#include "daemon/store/statement.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { ROW_ARENA_BYTES = 16 * 1024 * 1024 };
static const char CURSOR[] = "store.reseal"; /* "MARK TABLE NUMBER": done up to there */

void reseal_mark(struct seal_mark mark, char ret[RESEAL_MARK_BYTES])
{
    (void)snprintf(ret, RESEAL_MARK_BYTES, "%02x%02x%02x%02x:%c", mark.id[0], mark.id[1], mark.id[2],
                   mark.id[3], mark.cipher == SEAL_SM4 ? '1' : '0');
}

bool reseal_known(const struct store *store, const char *list)
{
    for (const char *at = list; *at != '\0'; at += strcspn(at, " "), at += *at == ' ') {
        unsigned id[SEAL_ID_BYTES];
        if (sscanf(at, "%2x%2x%2x%2x:", &id[0], &id[1], &id[2], &id[3]) != SEAL_ID_BYTES)
            return false;
        uint8_t bytes[SEAL_ID_BYTES];
        for (size_t index = 0; index < SEAL_ID_BYTES; index++)
            bytes[index] = (uint8_t)id[index];
        if (!seal_has(store->seal, bytes))
            return false;
    }
    return true;
}

bool reseal_waits(const struct store *store)
{
    return store->reseal_waits;
}

/* --- the tables ------------------------------------------------------------------------------- */

static enum status open_link(struct store *store, int64_t number, struct arena *arena)
{
    struct link link;
    return link_by_number(store, number, arena, &link);
}

static enum status open_write(struct store *store, int64_t number, struct arena *arena)
{
    struct write write;
    return journal_get(store, number, arena, &write);
}

static enum status open_conflict(struct store *store, int64_t number, struct arena *arena)
{
    struct conflict conflict;
    return conflict_get(store, number, arena, &conflict);
}

static const struct sql record_of_slot = {
    "find a record", "SELECT side, entity, id FROM stage.record WHERE slot = ?1"};

static enum status open_staged(struct store *store, int64_t slot, struct arena *arena)
{
    struct statement statement;
    struct staged staged;
    statement_open(&statement, store, &record_of_slot);
    statement_bind_number(&statement, slot);
    enum status status = statement_row(&statement);
    if (status != STATUS_OK)
        return status;
    enum side side = (enum side)statement_read_choice(&statement, SIDES);
    enum entity entity = (enum entity)statement_read_choice(&statement, ENTITIES);
    struct slice id = statement_read_text(&statement, arena);
    status = statement_close(&statement);
    return status == STATUS_OK ? stage_get(store, side, entity, id, true, arena, &staged) : status;
}

static const struct table {
    enum seal_room room;
    struct sql next, change;
    enum status (*open)(struct store *store, int64_t number, struct arena *arena);
} tables[] = {
    {SEAL_LINK,
     {"walk the links", "SELECT number FROM link WHERE number > ?1 ORDER BY number LIMIT 1"},
     {"seal a link anew", "UPDATE link SET sealed = ?2 WHERE number = ?1"},
     open_link},
    {SEAL_WRITE,
     {"walk the journal", "SELECT number FROM write WHERE number > ?1 ORDER BY number LIMIT 1"},
     {"seal a write anew", "UPDATE write SET sealed = ?2 WHERE number = ?1"},
     open_write},
    {SEAL_CONFLICT,
     {"walk the conflicts", "SELECT number FROM conflict WHERE number > ?1 ORDER BY number LIMIT 1"},
     {"seal a conflict anew", "UPDATE conflict SET sealed = ?2 WHERE number = ?1"},
     open_conflict},
    {SEAL_DECISION,
     {"walk the decisions", "SELECT number FROM conflict WHERE number > ?1 AND decided IS NOT NULL"
                            " ORDER BY number LIMIT 1"},
     {"seal a decision anew", "UPDATE conflict SET decided = ?2 WHERE number = ?1"},
     open_conflict},
    {SEAL_STAGE,
     {"walk the stage", "SELECT slot FROM stage.record WHERE slot > ?1 ORDER BY slot LIMIT 1"},
     {"seal a payload anew", "UPDATE stage.record SET sealed = ?2 WHERE slot = ?1"},
     open_staged},
    {SEAL_STAGE,
     {"walk the templates", "SELECT number FROM stage.template WHERE number > ?1 ORDER BY number LIMIT 1"},
     {"seal a template anew", "UPDATE stage.template SET sealed = ?2 WHERE number = ?1"},
     payload_open_template},
};
enum { TABLES = sizeof tables / sizeof *tables };

/* A platform gives another token when it is asked. */
static const struct sql forget_secrets = {"forget the tokens", "DELETE FROM secret"};

static enum status next_number(struct store *store, const struct table *table, int64_t *number)
{
    struct statement statement;
    statement_open(&statement, store, &table->next);
    statement_bind_number(&statement, *number);
    enum status status = statement_row(&statement);
    if (status != STATUS_OK)
        return status;
    *number = statement_read_number(&statement);
    return statement_close(&statement);
}

static enum status seal_anew(struct store *store, const struct table *table, int64_t number,
                             struct arena *arena)
{
    struct statement statement;
    struct buffer *sealed = &store->resealed[table->room];
    buffer_clear(sealed);
    store->resealing = true;
    enum status status = table->open(store, number, arena);
    store->resealing = false;
    bool opened = status == STATUS_OK && sealed->size > 0;
    if (status == STATUS_CORRUPT || status == STATUS_NOT_FOUND)
        return store->failed; /* of this row alone, unless SQLite itself said it */
    if (!opened)
        return status;
    statement_open(&statement, store, &table->change);
    statement_bind_number(&statement, number);
    statement_bind_bytes(&statement, buffer_slice(sealed));
    return statement_run(&statement);
}

/* --- pieces ----------------------------------------------------------------------------------- */

struct place {
    int table;
    int64_t number;
};

static enum status read_place(struct store *store, const char *present, struct place *ret)
{
    struct arena arena;
    struct slice text = {0};
    char mark[RESEAL_MARK_BYTES] = "";
    *ret = (struct place){0, 0};
    arena_init(&arena, 4096);
    enum status status = store_meta_get(store, CURSOR, &arena, &text);
    if (status == STATUS_OK && sscanf(text.at, "%11s %d %" SCNd64, mark, &ret->table, &ret->number) == 3 &&
        (strcmp(mark, present) != 0 || ret->table < 0 || ret->table > TABLES))
        *ret = (struct place){0, 0};
    arena_free(&arena);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status keep_place(struct store *store, const char *present, const struct place *place)
{
    char text[64];
    if (place->table == TABLES) {
        enum status status = store_meta_set(store, RESEAL_KEYS, slice_of(present));
        return status == STATUS_OK ? store_meta_set(store, CURSOR, (struct slice){0}) : status;
    }
    (void)snprintf(text, sizeof text, "%s %d %" PRId64, present, place->table, place->number);
    return store_meta_set(store, CURSOR, slice_of(text));
}

static enum status walk(struct store *store, int64_t most, struct place *place)
{
    struct arena arena;
    enum status status = STATUS_OK;
    arena_init(&arena, ROW_ARENA_BYTES);
    for (int64_t done = 0; status == STATUS_OK && place->table < TABLES && done < most; done++) {
        const struct table *table = &tables[place->table];
        status = next_number(store, table, &place->number);
        if (status == STATUS_OK)
            status = seal_anew(store, table, place->number, &arena);
        else if (status == STATUS_NOT_FOUND) {
            *place = (struct place){place->table + 1, 0};
            status = STATUS_OK;
        }
        arena_reset(&arena);
    }
    arena_free(&arena);
    return status;
}

static enum status forget_tokens(struct store *store)
{
    struct statement statement;
    statement_open(&statement, store, &forget_secrets);
    return statement_run(&statement);
}

enum status reseal_some(struct store *store, int64_t most, bool *ret_done)
{
    char present[RESEAL_MARK_BYTES];
    struct place place;
    *ret_done = false;
    if (!store->reseal_waits)
        return STATUS_OK;
    reseal_mark(seal_present(store->seal), present);
    enum status status = store_begin(store);
    if (status != STATUS_OK)
        return status;
    status = read_place(store, present, &place);
    if (status == STATUS_OK)
        status = walk(store, most, &place);
    bool done = place.table == TABLES;
    if (status == STATUS_OK && done)
        status = forget_tokens(store);
    if (status == STATUS_OK)
        status = keep_place(store, present, &place);
    if (status != STATUS_OK) {
        store_rollback(store);
        return status;
    }
    status = store_commit(store);
    if (status == STATUS_OK && done) {
        store->reseal_waits = false;
        *ret_done = true;
    }
    return status;
}
