#include "daemon/store/stage.h"

#include "daemon/store/look.h"
#include "daemon/store/payload.h"
#include "daemon/store/roll.h"
#include "daemon/store/stage_mark.h"
#include "daemon/store/stage_row.h"
#include "daemon/store/stage_slot.h"
#include "daemon/store/stage_tally.h"
#include "daemon/store/statement.h"

#include <stdio.h>
#include <string.h>

#define OF_SLOT " WHERE slot = ?1"

enum { STATES = STAGED_GONE + 1 };

enum {
    GET,
    GET_WHOLE,
    GLANCE,
    GET_FETCH,
    HASHES,
    ADD,
    CHANGE,
    SET_SEEN,
    DISTRUST,
    SET_STATE,
    SET_CAUSE,
    NEXT,
    NEXT_MISSING,
    COUNT_MISSING,
    SLOTS,
    SET_MISSING
};

static const struct sql sql[] = {
    [GET] = {"read a staged record", "SELECT " STAGE_ROW " FROM stage.record r" OF_SLOT},
    [GLANCE] = {"glance at a staged record",
                "SELECT version, raw, content, person, key, state, seen, -rank"
                " FROM stage.record" OF_SLOT},
    [GET_FETCH] = {"read what brought a record",
                   "SELECT fetch_run, fetch_at, fetch_call, fetch_page FROM stage.record" OF_SLOT},
    [GET_WHOLE] = {"read a staged record",
                   "SELECT " STAGE_ROW ", sealed FROM stage.record r" OF_SLOT},
    [HASHES] = {"read a staged record's hashes",
                "SELECT raw, -rank, state, key, person, natural_key FROM stage.record" OF_SLOT},
    [ADD] = {"stage a record",
             "INSERT INTO stage.record (version, updated, state, rank, key, person, natural_key, raw, content,"
             " seen, fetch_run, fetch_at, fetch_call, fetch_page, sealed, side, entity, id, dirty)"
             " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, 0)"},
    [CHANGE] = {"stage a record again",
                "UPDATE stage.record SET version = ?1, updated = ?2, state = ?3, rank = ?4,"
                " key = ?5, person = ?6, natural_key = ?7, raw = ?8, content = ?9, seen = ?10,"
                " fetch_run = ?11, fetch_at = ?12, fetch_call = ?13, fetch_page = ?14, sealed = ?15,"
                " cause = NULL WHERE slot = ?16"},
    [SET_SEEN] = {"mark as listed", "UPDATE stage.record SET seen = ?2" OF_SLOT},
    [DISTRUST] = {"distrust a staged record",
                  "UPDATE stage.record SET raw = NULL, content = NULL" OF_SLOT},
    [SET_STATE] = {"set a staged state", "UPDATE stage.record SET state = ?2" OF_SLOT},
    [SET_CAUSE] = {"say why it is to be judged",
                   "UPDATE stage.record SET cause = ?2" OF_SLOT},
    [NEXT] = {"walk staged records",
              "SELECT " STAGE_ROW " FROM stage.record r WHERE side = ?1 AND entity = ?2"
              " AND id > ?3 AND state <> 4 ORDER BY id LIMIT 1"},
    [NEXT_MISSING] = {"find what was not listed",
                      "SELECT " STAGE_ROW " FROM stage.record r WHERE side = ?1 AND entity = ?2"
                      " AND id > ?3 AND seen = 0 AND state <> 4 ORDER BY id LIMIT 1"},
    [COUNT_MISSING] = {"count what was not listed",
                       "SELECT count(*) FROM stage.record WHERE side = ?1 AND entity = ?2"
                       " AND seen = 0 AND state <> 4"},
    [SLOTS] = {"look for what was not listed",
               "SELECT slot FROM stage.record INDEXED BY record_id WHERE side = ?1 AND entity = ?2"},
    [SET_MISSING] = {"mark as missing", "UPDATE stage.record SET seen = 0"
                                        " WHERE slot = ?1 AND seen <> 0 AND state <> 4"},
};

struct slice stage_id(struct store *store, enum entity entity, struct slice remote_id)
{
    if (entity != ENTITY_ANNUAL || slice_empty(remote_id) || remote_id.at[0] == '#')
        return remote_id;
    struct hash hash = store_hash(store, remote_id);
    static const char digits[] = "0123456789abcdef";
    store->id[0] = '#';
    for (size_t index = 0; index < HASH_BYTES; index++) {
        store->id[1 + 2 * index] = digits[hash.at[index] >> 4];
        store->id[2 + 2 * index] = digits[hash.at[index] & 15];
    }
    return (struct slice){store->id, 2 * HASH_BYTES + 1};
}

/* NOT_FOUND: there is no such record, and the statement is not to be used. */
static enum status open_of_record(struct statement *statement, struct store *store, int which,
                                  enum side side, enum entity entity, struct slice remote_id)
{
    int64_t slot = 0;
    enum status status = stage_slot(store, side, entity, stage_id(store, entity, remote_id), &slot);
    if (status != STATUS_OK)
        return status;
    statement_open(statement, store, &sql[which]);
    statement_bind_number(statement, slot);
    return STATUS_OK;
}

enum status stage_get(struct store *store, enum side side, enum entity entity,
                      struct slice remote_id, bool with_payload, struct arena *arena,
                      struct staged *ret)
{
    struct statement statement;
    enum status status =
        open_of_record(&statement, store, with_payload ? GET_WHOLE : GET, side, entity, remote_id);
    if (status != STATUS_OK)
        return status;
    return with_payload ? stage_row_take_whole(&statement, arena, ret) : stage_row_take(&statement, arena, ret);
}

enum status stage_glance(struct store *store, enum side side, enum entity entity,
                         struct slice remote_id, struct staged *ret)
{
    struct statement statement;
    struct staged staged = {.side = side, .entity = entity, .remote_id = remote_id};
    enum status status = stage_slot(store, side, entity, stage_id(store, entity, remote_id), &staged.slot);
    if (status != STATUS_OK)
        return status;
    statement_open(&statement, store, &sql[GLANCE]);
    statement_bind_number(&statement, staged.slot);
    status = statement_row(&statement);
    if (status != STATUS_OK)
        return status;
    staged.version = statement_read_number(&statement);
    statement_read_hash(&statement, &staged.raw);
    statement_read_hash(&statement, &staged.content);
    statement_read_hash(&statement, &staged.person);
    statement_read_hash(&statement, &staged.key);
    staged.state = (enum staged_state)statement_read_choice(&statement, STATES);
    staged.seen = statement_read_number(&statement);
    staged.kind = (uint8_t)statement_read_choice(&statement, UINT8_MAX + 1);
    status = statement_close(&statement);
    if (status == STATUS_OK)
        status = stage_mark_has(store, stage_mark_class(entity, staged.kind), staged.slot, &staged.dirty);
    if (status == STATUS_OK)
        *ret = staged;
    return status;
}

enum status stage_get_fetch(struct store *store, enum side side, enum entity entity,
                            struct slice remote_id, struct arena *arena, struct stage_fetch *ret)
{
    struct statement statement;
    enum status status = open_of_record(&statement, store, GET_FETCH, side, entity, remote_id);
    if (status == STATUS_OK)
        status = statement_row(&statement);
    if (status != STATUS_OK)
        return status;
    struct stage_fetch fetch = {.run = 0};
    fetch.run = statement_read_number(&statement);
    fetch.at = statement_read_number(&statement);
    fetch.call = statement_read_text(&statement, arena);
    fetch.page = statement_read_number(&statement);
    status = statement_close(&statement);
    if (status == STATUS_OK)
        *ret = fetch;
    return status;
}

/* What is known of the row: where it lies, and the hashes that it is found by. */
struct place {
    int64_t slot; /* 0: it is new */
    uint8_t kind;
    enum staged_state state;
    struct hash raw;
    struct hash hashes[LOOK_KINDS];
};

static enum status find_place(struct store *store, const struct staged *staged, struct place *ret)
{
    struct statement statement;
    *ret = (struct place){0};
    enum status status = stage_slot(store, staged->side, staged->entity,
                                    stage_id(store, staged->entity, staged->remote_id), &ret->slot);
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    statement_open(&statement, store, &sql[HASHES]);
    statement_bind_number(&statement, ret->slot);
    status = statement_row(&statement);
    if (status != STATUS_OK)
        return status;
    statement_read_hash(&statement, &ret->raw);
    ret->kind = (uint8_t)statement_read_choice(&statement, UINT8_MAX + 1);
    ret->state = (enum staged_state)statement_read_choice(&statement, STATES);
    for (enum look_kind kind = 0; kind < LOOK_KINDS; kind++)
        statement_read_hash(&statement, &ret->hashes[kind]);
    return statement_close(&statement);
}

static enum status put_hashes(struct store *store, const struct staged *staged,
                              const struct place *place)
{
    const struct hash *hashes[LOOK_KINDS] = {[LOOK_KEY] = &staged->key,
                                             [LOOK_PERSON] = &staged->person,
                                             [LOOK_NATURAL] = &staged->natural};
    enum status status = STATUS_OK;
    for (enum look_kind kind = 0; kind < LOOK_KINDS && status == STATUS_OK; kind++)
        status = look_replace(store, place->slot, kind, &place->hashes[kind], hashes[kind]);
    return status;
}

static enum status run_change(struct statement *statement, int64_t slot)
{
    statement_bind_number(statement, slot);
    return statement_run(statement);
}

static enum status run_add(struct statement *statement, const struct staged *staged, int64_t *ret_slot)
{
    struct store *store = statement->store;
    struct slice id = stage_id(store, staged->entity, staged->remote_id);
    statement_bind_number(statement, staged->side);
    statement_bind_number(statement, staged->entity);
    statement_bind_id(statement, id);
    enum status status = statement_run(statement);
    if (status != STATUS_OK)
        return status;
    *ret_slot = sqlite3_last_insert_rowid(store->db);
    stage_slot_note(store, staged->side, staged->entity, id, *ret_slot);
    return status;
}

/* slot: 0 for a new row, and then given. */
static enum status put_record(struct store *store, const struct staged *staged, struct slice sealed, int64_t *slot)
{
    struct statement statement;
    bool known = *slot != 0;
    statement_open(&statement, store, &sql[known ? CHANGE : ADD]);
    statement_bind_number(&statement, staged->version);
    statement_bind_number(&statement, staged->updated);
    statement_bind_number(&statement, staged->state);
    statement_bind_number(&statement, -(int64_t)staged->kind);
    statement_bind_hash(&statement, &staged->key);
    statement_bind_hash(&statement, &staged->person);
    statement_bind_hash(&statement, &staged->natural);
    statement_bind_hash(&statement, &staged->raw);
    statement_bind_hash(&statement, &staged->content);
    statement_bind_number(&statement, staged->seen);
    statement_bind_number(&statement, staged->fetch.run);
    statement_bind_number(&statement, staged->fetch.at);
    statement_bind_text(&statement, staged->fetch.call);
    statement_bind_number(&statement, staged->fetch.page);
    statement_bind_bytes(&statement, sealed);
    return known ? run_change(&statement, *slot) : run_add(&statement, staged, slot);
}

uint64_t stage_accounts_version(const struct store *store)
{
    return store->accounts;
}

static void note_change(struct store *store, enum entity entity)
{
    store->accounts += entity == ENTITY_ACCOUNT;
}

/* Of another kind than before it is judged in another place. */
static enum status put_mark(struct store *store, const struct staged *staged, uint8_t kind_before)
{
    int class = stage_mark_class(staged->entity, staged->kind);
    int before = stage_mark_class(staged->entity, kind_before);
    enum status status = before == class ? STATUS_OK : stage_mark_set(store, before, staged->slot, false);
    return status == STATUS_OK ? stage_mark_set(store, class, staged->slot, staged->dirty) : status;
}

enum status stage_put(struct store *store, struct staged *staged)
{
    struct cover cover;
    struct place place;
    struct slice sealed = {0};
    note_change(store, staged->entity);
    enum status status = find_place(store, staged, &place);
    bool known = place.slot != 0;
    struct slice packed = {0};
    if (status == STATUS_OK)
        status = payload_pack(store, staged->payload, &packed);
    if (status != STATUS_OK)
        return status;
    stage_row_cover(&cover, store, staged);
    cover_add(&cover, packed);
    status = cover_close(&cover, &sealed);
    if (status == STATUS_OK)
        status = put_record(store, staged, sealed, &place.slot);
    if (status == STATUS_OK && known && !hash_equal(place.raw, staged->raw))
        status = roll_strike(store, staged->side, staged->entity, place.slot);
    staged->slot = place.slot;
    if (status == STATUS_OK)
        status = put_mark(store, staged, known ? place.kind : staged->kind);
    if (status == STATUS_OK)
        status = stage_tally_move(store, staged->side, staged->entity, known ? &place.state : NULL, staged->state);
    return status == STATUS_OK ? put_hashes(store, staged, &place) : status;
}

static enum status set_number(struct store *store, int which, enum side side, enum entity entity,
                              struct slice remote_id, int64_t number)
{
    struct statement statement;
    enum status status = open_of_record(&statement, store, which, side, entity, remote_id);
    if (status != STATUS_OK)
        return status;
    statement_bind_number(&statement, number);
    return statement_change(&statement);
}

enum status stage_mark_seen(struct store *store, enum side side, enum entity entity,
                            struct slice remote_id, int64_t run)
{
    return set_number(store, SET_SEEN, side, entity, remote_id, run);
}

/* What the roll says of the record is no longer so. */
static enum status strike(struct store *store, enum side side, enum entity entity, struct slice remote_id,
                          struct staged *ret_known)
{
    note_change(store, entity);
    enum status status = stage_glance(store, side, entity, remote_id, ret_known);
    return status == STATUS_OK ? roll_strike(store, side, entity, ret_known->slot) : status;
}

enum status stage_distrust(struct store *store, enum side side, enum entity entity,
                           struct slice remote_id)
{
    struct statement statement;
    struct staged known = {0};
    enum status status = strike(store, side, entity, remote_id, &known);
    if (status == STATUS_OK)
        status = open_of_record(&statement, store, DISTRUST, side, entity, remote_id);
    if (status == STATUS_OK)
        status = statement_change(&statement);
    return status == STATUS_OK ? stage_set_dirty(store, side, entity, remote_id, true) : status;
}

enum status stage_set_state(struct store *store, enum side side, enum entity entity,
                            struct slice remote_id, enum staged_state state)
{
    struct staged known = {0};
    enum status status = strike(store, side, entity, remote_id, &known);
    if (status == STATUS_OK)
        status = set_number(store, SET_STATE, side, entity, remote_id, state);
    return status == STATUS_OK ? stage_tally_move(store, side, entity, &known.state, state) : status;
}

enum status stage_set_cause(struct store *store, enum side side, enum entity entity,
                            struct slice remote_id, const char *cause)
{
    struct statement statement;
    enum status status = open_of_record(&statement, store, SET_CAUSE, side, entity, remote_id);
    if (status != STATUS_OK)
        return status;
    statement_bind_text(&statement, slice_of(cause));
    status = statement_change(&statement);
    return status == STATUS_OK ? stage_set_dirty(store, side, entity, remote_id, true) : status;
}

static enum status next_of(struct store *store, int which, enum side side, enum entity entity,
                           struct slice after_id, struct arena *arena, struct staged *ret)
{
    struct statement statement;
    statement_open(&statement, store, &sql[which]);
    statement_bind_number(&statement, side);
    statement_bind_number(&statement, entity);
    statement_bind_id(&statement, stage_id(store, entity, after_id));
    return stage_row_take(&statement, arena, ret);
}

enum status stage_next(struct store *store, enum side side, enum entity entity, struct slice after_id,
                       struct arena *arena, struct staged *ret)
{
    return next_of(store, NEXT, side, entity, after_id, arena, ret);
}

enum status stage_next_missing(struct store *store, enum side side, enum entity entity,
                               struct slice after_id, struct arena *arena, struct staged *ret)
{
    return next_of(store, NEXT_MISSING, side, entity, after_id, arena, ret);
}

enum status stage_count_missing(struct store *store, enum side side, enum entity entity, int64_t *ret)
{
    struct statement statement;
    statement_open(&statement, store, &sql[COUNT_MISSING]);
    statement_bind_number(&statement, side);
    statement_bind_number(&statement, entity);
    enum status status = statement_row(&statement);
    if (status == STATUS_OK)
        *ret = statement_read_number(&statement);
    return status == STATUS_OK ? statement_close(&statement) : status;
}

/* It is no longer what the last listing brought, so the roll may not say so. */
static enum status set_missing(struct store *store, enum side side, enum entity entity, int64_t slot)
{
    struct statement statement;
    statement_open(&statement, store, &sql[SET_MISSING]);
    statement_bind_number(&statement, slot);
    enum status status = statement_change(&statement);
    if (status == STATUS_NOT_FOUND) /* it was already, or is gone */
        return STATUS_OK;
    return status == STATUS_OK ? roll_strike(store, side, entity, slot) : status;
}

enum status stage_mark_missing(struct store *store, enum side side, enum entity entity,
                               const struct slots *listed)
{
    struct statement statement;
    statement_open(&statement, store, &sql[SLOTS]);
    statement_bind_number(&statement, side);
    statement_bind_number(&statement, entity);
    enum status status = statement_row(&statement);
    while (status == STATUS_OK) {
        int64_t slot = statement_read_number(&statement);
        if (!slots_has(listed, slot))
            status = set_missing(store, side, entity, slot);
        status = status == STATUS_OK ? statement_row(&statement) : status;
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
