#include "daemon/store/stage.h"

#include "daemon/store/cover.h"
#include "daemon/store/look.h"
#include "daemon/store/roll.h"
#include "daemon/store/statement.h"

#include <stdio.h>
#include <string.h>

#define RECORD_COLUMNS                                                                             \
    "side, entity, id, version, updated, state, -rank, key, person, natural_key, raw, content,"    \
    " seen, dirty, waiting, open, cause"
#define OF_RECORD " WHERE side = ?1 AND entity = ?2 AND id = ?3"

enum { STATES = STAGED_GONE + 1 };

enum {
    GET,
    GET_WHOLE,
    GLANCE,
    GET_FETCH,
    SLOT,
    PAYLOAD_ADD,
    PAYLOAD_CHANGE,
    ADD,
    CHANGE,
    SET_SEEN,
    SET_DIRTY,
    DISTRUST,
    SET_STATE,
    SET_CAUSE,
    NEXT_DIRTY,
    NEXT,
    NEXT_MISSING,
    COUNT_MISSING,
    SLOTS,
    SET_MISSING,
    COUNT,
    COUNT_DIRTY
};

static const struct sql sql[] = {
    [GET] = {"read a staged record", "SELECT " RECORD_COLUMNS " FROM stage.record" OF_RECORD},
    [GLANCE] = {"glance at a staged record",
                "SELECT version, raw, content, person, key, state, seen, dirty, slot"
                " FROM stage.record" OF_RECORD},
    [GET_FETCH] = {"read what brought a record",
                   "SELECT fetch_run, fetch_at, fetch_call, fetch_page FROM stage.record" OF_RECORD},
    [GET_WHOLE] = {"read a staged record",
                   "SELECT " RECORD_COLUMNS ", sealed FROM stage.record LEFT JOIN stage.payload USING (slot)"
                   OF_RECORD},
    [SLOT] = {"find a staged record",
              "SELECT slot, raw, key, person, natural_key FROM stage.record" OF_RECORD},
    [PAYLOAD_ADD] = {"stage a payload", "INSERT INTO stage.payload (sealed) VALUES (?1)"},
    [PAYLOAD_CHANGE] = {"stage a payload again",
                        "UPDATE stage.payload SET sealed = ?1 WHERE slot = ?2"},
    [ADD] = {"stage a record",
             "INSERT INTO stage.record (side, entity, id, version, updated, state, rank, key,"
             " person, natural_key, raw, content, seen, dirty, fetch_run, fetch_at, fetch_call,"
             " fetch_page, slot) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
             " ?14, ?15, ?16, ?17, ?18, ?19)"},
    [CHANGE] = {"stage a record again",
                "UPDATE stage.record SET version = ?4, updated = ?5, state = ?6, rank = ?7,"
                " key = ?8, person = ?9, natural_key = ?10, raw = ?11, content = ?12, seen = ?13,"
                " dirty = ?14, fetch_run = ?15, fetch_at = ?16, fetch_call = ?17, fetch_page = ?18,"
                " cause = NULL"
                OF_RECORD},
    [SET_SEEN] = {"mark as listed", "UPDATE stage.record SET seen = ?4" OF_RECORD},
    [SET_DIRTY] = {"mark to be judged", "UPDATE stage.record SET dirty = ?4,"
                   " cause = CASE WHEN ?4 THEN cause END" OF_RECORD},
    [DISTRUST] = {"distrust a staged record",
                  "UPDATE stage.record SET raw = NULL, content = NULL, dirty = 1" OF_RECORD},
    [SET_STATE] = {"set a staged state", "UPDATE stage.record SET state = ?4" OF_RECORD},
    [SET_CAUSE] = {"say why it is to be judged",
                   "UPDATE stage.record SET dirty = 1, cause = ?4" OF_RECORD},
    [NEXT_DIRTY] = {"find what is to be judged",
                    "SELECT " RECORD_COLUMNS " FROM stage.record WHERE dirty = 1 AND entity = ?1"
                    " AND (rank, side, id) > (?2, ?3, ?4) ORDER BY rank, side, id LIMIT 1"},
    [NEXT] = {"walk staged records",
              "SELECT " RECORD_COLUMNS " FROM stage.record WHERE side = ?1 AND entity = ?2"
              " AND id > ?3 AND state <> 4 ORDER BY id LIMIT 1"},
    [NEXT_MISSING] = {"find what was not listed",
                      "SELECT " RECORD_COLUMNS " FROM stage.record WHERE side = ?1 AND entity = ?2"
                      " AND id > ?3 AND seen = 0 AND state <> 4 ORDER BY id LIMIT 1"},
    [COUNT_MISSING] = {"count what was not listed",
                       "SELECT count(*) FROM stage.record WHERE side = ?1 AND entity = ?2"
                       " AND seen = 0 AND state <> 4"},
    [SLOTS] = {"look for what was not listed",
               "SELECT slot FROM stage.record INDEXED BY record_id WHERE side = ?1 AND entity = ?2"},
    [SET_MISSING] = {"mark as missing", "UPDATE stage.record SET seen = 0"
                                        " WHERE slot = ?1 AND seen <> 0 AND state <> 4"},
    [COUNT] = {"count staged records",
               "SELECT state, count FROM stage.tally WHERE side = ?1 AND entity = ?2"},
    [COUNT_DIRTY] = {"count what is to be judged",
                     "SELECT count(*) FROM stage.record WHERE dirty = 1"},
};

struct slice stage_id(struct store *store, enum entity entity, struct slice remote_id)
{
    if (entity != ENTITY_ANNUAL || slice_empty(remote_id) || remote_id.at[0] == '#')
        return remote_id;
    struct hash hash = store_hash(store, remote_id);
    store->id[0] = '#';
    for (size_t index = 0; index < HASH_BYTES; index++)
        (void)snprintf(store->id + 1 + 2 * index, 3, "%02x", hash.at[index]);
    return slice_of(store->id);
}

static void open_of_record(struct statement *statement, struct store *store, int which,
                           enum side side, enum entity entity, struct slice remote_id)
{
    statement_open(statement, store, &sql[which]);
    statement_bind_number(statement, side);
    statement_bind_number(statement, entity);
    statement_bind_id(statement, stage_id(store, entity, remote_id));
}

static void read_record(struct statement *statement, struct arena *arena, struct staged *ret)
{
    *ret = (struct staged){0};
    ret->side = (enum side)statement_read_choice(statement, SIDES);
    ret->entity = (enum entity)statement_read_choice(statement, ENTITIES);
    ret->remote_id = statement_read_text(statement, arena);
    ret->version = statement_read_number(statement);
    ret->updated = statement_read_number(statement);
    ret->state = (enum staged_state)statement_read_choice(statement, STATES);
    ret->kind = (uint8_t)statement_read_choice(statement, UINT8_MAX + 1);
    statement_read_hash(statement, &ret->key);
    statement_read_hash(statement, &ret->person);
    statement_read_hash(statement, &ret->natural);
    statement_read_hash(statement, &ret->raw);
    statement_read_hash(statement, &ret->content);
    ret->seen = statement_read_number(statement);
    ret->dirty = statement_read_number(statement) != 0;
    ret->waiting = statement_read_text(statement, arena);
    ret->open = statement_read_text(statement, arena);
    ret->cause = statement_read_text(statement, arena);
}

/* The only row of a statement that gives records. */
static enum status take_record(struct statement *statement, struct arena *arena, struct staged *ret)
{
    struct staged staged;
    enum status status = statement_row(statement);
    if (status != STATUS_OK)
        return status;
    read_record(statement, arena, &staged);
    status = statement_close(statement);
    if (status == STATUS_OK)
        *ret = staged;
    return status;
}

/* All that does not change while the payload stays: state, seen, dirty and waiting do. */
static void cover_record(struct cover *cover, struct store *store, const struct staged *staged)
{
    cover_begin(cover, store, SEAL_STAGE);
    cover_bind_number(cover, staged->side);
    cover_bind_number(cover, staged->entity);
    cover_bind_text(cover, stage_id(store, staged->entity, staged->remote_id));
    cover_bind_number(cover, staged->version);
    cover_bind_number(cover, staged->updated);
    cover_bind_number(cover, staged->kind);
    cover_bind_hash(cover, &staged->key);
    cover_bind_hash(cover, &staged->person);
    cover_bind_hash(cover, &staged->natural);
    cover_bind_hash(cover, &staged->raw);
    cover_bind_hash(cover, &staged->content);
}

static void note_damage(struct store *store, const struct staged *staged)
{
    struct store_damage *damage = &store->damage;
    *damage = (struct store_damage){.room = SEAL_STAGE, .side = staged->side, .entity = staged->entity};
    (void)snprintf(damage->id, sizeof damage->id, "%.*s", (int)staged->remote_id.size, staged->remote_id.at);
}

/* A row without its payload is damaged. */
static enum status take_whole(struct statement *statement, struct arena *arena, struct staged *ret)
{
    struct cover cover;
    struct staged staged;
    enum status status = statement_row(statement);
    if (status != STATUS_OK)
        return status;
    read_record(statement, arena, &staged);
    if (statement->status != STATUS_OK)
        return statement_close(statement);
    cover_record(&cover, statement->store, &staged);
    (void)cover_open(&cover, statement_read_bytes(statement), arena);
    staged.payload = cover_take(&cover);
    (void)statement_close(statement);
    if (cover.status == STATUS_OK)
        *ret = staged;
    if (cover.status == STATUS_CORRUPT)
        note_damage(statement->store, &staged);
    return cover.status;
}

enum status stage_get(struct store *store, enum side side, enum entity entity,
                      struct slice remote_id, bool with_payload, struct arena *arena,
                      struct staged *ret)
{
    struct statement statement;
    open_of_record(&statement, store, with_payload ? GET_WHOLE : GET, side, entity, remote_id);
    return with_payload ? take_whole(&statement, arena, ret) : take_record(&statement, arena, ret);
}

enum status stage_glance(struct store *store, enum side side, enum entity entity,
                         struct slice remote_id, struct staged *ret)
{
    struct statement statement;
    struct staged staged = {.side = side, .entity = entity, .remote_id = remote_id};
    open_of_record(&statement, store, GLANCE, side, entity, remote_id);
    enum status status = statement_row(&statement);
    if (status != STATUS_OK)
        return status;
    staged.version = statement_read_number(&statement);
    statement_read_hash(&statement, &staged.raw);
    statement_read_hash(&statement, &staged.content);
    statement_read_hash(&statement, &staged.person);
    statement_read_hash(&statement, &staged.key);
    staged.state = (enum staged_state)statement_read_choice(&statement, STATES);
    staged.seen = statement_read_number(&statement);
    staged.dirty = statement_read_number(&statement) != 0;
    staged.slot = statement_read_number(&statement);
    status = statement_close(&statement);
    if (status == STATUS_OK)
        *ret = staged;
    return status;
}

enum status stage_get_fetch(struct store *store, enum side side, enum entity entity,
                            struct slice remote_id, struct arena *arena, struct stage_fetch *ret)
{
    struct statement statement;
    open_of_record(&statement, store, GET_FETCH, side, entity, remote_id);
    enum status status = statement_row(&statement);
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
    struct hash raw;
    struct hash hashes[LOOK_KINDS];
};

static enum status find_place(struct store *store, const struct staged *staged, struct place *ret)
{
    struct statement statement;
    *ret = (struct place){0};
    open_of_record(&statement, store, SLOT, staged->side, staged->entity, staged->remote_id);
    enum status status = statement_row(&statement);
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    ret->slot = statement_read_number(&statement);
    statement_read_hash(&statement, &ret->raw);
    for (enum look_kind kind = 0; kind < LOOK_KINDS; kind++)
        statement_read_hash(&statement, &ret->hashes[kind]);
    return statement_close(&statement);
}

static enum status put_payload(struct store *store, struct slice sealed, bool known, int64_t *slot)
{
    struct statement statement;
    statement_open(&statement, store, &sql[known ? PAYLOAD_CHANGE : PAYLOAD_ADD]);
    statement_bind_bytes(&statement, sealed);
    if (known)
        statement_bind_number(&statement, *slot);
    enum status status = statement_run(&statement);
    if (status == STATUS_OK && !known)
        *slot = sqlite3_last_insert_rowid(store->db);
    return status;
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

static enum status put_record(struct store *store, const struct staged *staged, int64_t slot,
                              bool known)
{
    struct statement statement;
    open_of_record(&statement, store, known ? CHANGE : ADD, staged->side, staged->entity,
                   staged->remote_id);
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
    statement_bind_number(&statement, staged->dirty);
    statement_bind_number(&statement, staged->fetch.run);
    statement_bind_number(&statement, staged->fetch.at);
    statement_bind_text(&statement, staged->fetch.call);
    statement_bind_number(&statement, staged->fetch.page);
    if (!known)
        statement_bind_number(&statement, slot);
    return statement_run(&statement);
}

enum status stage_put(struct store *store, struct staged *staged)
{
    struct cover cover;
    struct place place;
    struct slice sealed = {0};
    enum status status = find_place(store, staged, &place);
    bool known = place.slot != 0;
    if (status != STATUS_OK)
        return status;
    cover_record(&cover, store, staged);
    cover_add(&cover, staged->payload);
    status = cover_close(&cover, &sealed);
    if (status == STATUS_OK)
        status = put_payload(store, sealed, known, &place.slot);
    if (status == STATUS_OK)
        status = put_record(store, staged, place.slot, known);
    if (status == STATUS_OK && known && !hash_equal(place.raw, staged->raw))
        status = roll_strike(store, staged->side, staged->entity, place.slot);
    staged->slot = place.slot;
    return status == STATUS_OK ? put_hashes(store, staged, &place) : status;
}

static enum status set_number(struct store *store, int which, enum side side, enum entity entity,
                              struct slice remote_id, int64_t number)
{
    struct statement statement;
    open_of_record(&statement, store, which, side, entity, remote_id);
    statement_bind_number(&statement, number);
    return statement_change(&statement);
}

enum status stage_mark_seen(struct store *store, enum side side, enum entity entity,
                            struct slice remote_id, int64_t run)
{
    return set_number(store, SET_SEEN, side, entity, remote_id, run);
}

enum status stage_set_dirty(struct store *store, enum side side, enum entity entity,
                            struct slice remote_id, bool dirty)
{
    return set_number(store, SET_DIRTY, side, entity, remote_id, dirty);
}

/* What the roll says of the record is no longer so. */
static enum status strike(struct store *store, enum side side, enum entity entity, struct slice remote_id)
{
    struct staged known = {0};
    enum status status = stage_glance(store, side, entity, remote_id, &known);
    return status == STATUS_OK ? roll_strike(store, side, entity, known.slot) : status;
}

enum status stage_distrust(struct store *store, enum side side, enum entity entity,
                           struct slice remote_id)
{
    struct statement statement;
    enum status status = strike(store, side, entity, remote_id);
    if (status != STATUS_OK)
        return status;
    open_of_record(&statement, store, DISTRUST, side, entity, remote_id);
    return statement_change(&statement);
}

enum status stage_set_state(struct store *store, enum side side, enum entity entity,
                            struct slice remote_id, enum staged_state state)
{
    enum status status = strike(store, side, entity, remote_id);
    return status == STATUS_OK ? set_number(store, SET_STATE, side, entity, remote_id, state) : status;
}

enum status stage_set_cause(struct store *store, enum side side, enum entity entity,
                            struct slice remote_id, const char *cause)
{
    struct statement statement;
    open_of_record(&statement, store, SET_CAUSE, side, entity, remote_id);
    statement_bind_text(&statement, slice_of(cause));
    return statement_change(&statement);
}

enum status stage_next_dirty(struct store *store, enum entity entity, const struct staged *after,
                             struct arena *arena, struct staged *ret)
{
    struct statement statement;
    statement_open(&statement, store, &sql[NEXT_DIRTY]);
    statement_bind_number(&statement, entity);
    statement_bind_number(&statement, after == NULL ? INT64_MIN : -(int64_t)after->kind);
    statement_bind_number(&statement, after == NULL ? 0 : (int64_t)after->side);
    statement_bind_id(&statement, after == NULL ? SLICE("") : after->remote_id);
    return take_record(&statement, arena, ret);
}

static enum status next_of(struct store *store, int which, enum side side, enum entity entity,
                           struct slice after_id, struct arena *arena, struct staged *ret)
{
    struct statement statement;
    open_of_record(&statement, store, which, side, entity, after_id);
    return take_record(&statement, arena, ret);
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

enum status stage_count(struct store *store, enum side side, enum entity entity, int64_t ret[5])
{
    struct statement statement;
    int64_t counts[STATES] = {0};
    statement_open(&statement, store, &sql[COUNT]);
    statement_bind_number(&statement, side);
    statement_bind_number(&statement, entity);
    enum status status = statement_row(&statement);
    while (status == STATUS_OK) {
        int state = statement_read_choice(&statement, STATES);
        counts[state] = statement_read_number(&statement);
        status = statement_row(&statement);
    }
    if (status != STATUS_NOT_FOUND)
        return status;
    memcpy(ret, counts, sizeof counts);
    return STATUS_OK;
}

enum status stage_count_dirty(struct store *store, int64_t *ret)
{
    struct statement statement;
    statement_open(&statement, store, &sql[COUNT_DIRTY]);
    enum status status = statement_row(&statement);
    if (status == STATUS_OK)
        *ret = statement_read_number(&statement);
    return status == STATUS_OK ? statement_close(&statement) : status;
}
