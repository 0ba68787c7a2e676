#include "daemon/store/conflict_row.h"

#include "daemon/store/cover.h"
#include "daemon/sync/conflict_kind.h"

static void cover_conflict(struct cover *cover, struct store *store,
                           const struct conflict *conflict)
{
    cover_begin(cover, store, SEAL_CONFLICT);
    cover_bind_number(cover, conflict->number);
    cover_bind_text(cover, slice_of(conflict->kind));
    cover_bind_text(cover, slice_of(conflict->field));
    cover_bind_number(cover, conflict->severity);
    cover_bind_number(cover, conflict->entity);
    cover_bind_text(cover, slice_of(conflict->reference));
    cover_bind_text(cover, conflict->remote_id[MUNICIPAL]);
    cover_bind_text(cover, conflict->remote_id[PROVINCIAL]);
    cover_bind_number(cover, conflict->has_base);
}

static void cover_decision(struct cover *cover, struct store *store,
                           const struct conflict *conflict)
{
    cover_begin(cover, store, SEAL_DECISION);
    cover_bind_number(cover, conflict->number);
    cover_bind_number(cover, conflict->decision);
    cover_bind_number(cover, conflict->decided_at);
}

enum status conflict_row_seal(struct store *store, const struct conflict *conflict,
                              struct slice *ret_sealed)
{
    struct cover cover;
    cover_conflict(&cover, store, conflict);
    cover_add(&cover, conflict->subject);
    cover_add(&cover, conflict->value[MUNICIPAL]);
    cover_add(&cover, conflict->value[PROVINCIAL]);
    cover_add(&cover, conflict->base);
    return cover_close(&cover, ret_sealed);
}

enum status conflict_row_seal_decision(struct store *store, const struct conflict *conflict,
                                       struct slice *ret_sealed)
{
    struct cover cover;
    cover_decision(&cover, store, conflict);
    cover_add(&cover, conflict->decision_value);
    cover_add(&cover, conflict->decided_by);
    cover_add(&cover, conflict->decision_reason);
    return cover_close(&cover, ret_sealed);
}

/* Names come back as the tables' own; one that this version does not know stays in the arena. */
static const char *known_kind(struct slice name)
{
    const char *known = conflict_kind_intern(name);
    return known != NULL ? known : name.at != NULL ? name.at : "";
}

static const char *known_field(enum entity entity, struct slice name)
{
    enum field field = FIELDS;
    if (entity < ENTITIES && field_find(entity, name, &field))
        return field_row(field)->name;
    return name.at != NULL ? name.at : "";
}

static void read_plain(struct statement *statement, struct arena *arena, struct conflict *ret)
{
    ret->number = statement_read_number(statement);
    ret->kind = known_kind(statement_read_text(statement, arena));
    ret->severity = (enum severity)statement_read_choice(statement, SEVERITY_CRITICAL + 1);
    ret->entity = (enum entity)statement_read_choice(statement, ENTITIES + 1);
    statement_read_word(statement, ret->reference, sizeof ret->reference);
    ret->masked = statement_read_text(statement, arena);
    ret->field = known_field(ret->entity, statement_read_text(statement, arena));
    ret->owner = statement_read_text(statement, arena);
    ret->reason = statement_read_text(statement, arena);
    ret->remote_id[MUNICIPAL] = statement_read_text(statement, arena);
    ret->remote_id[PROVINCIAL] = statement_read_text(statement, arena);
    statement_read_hash(statement, &ret->person);
    statement_read_word(statement, ret->region, sizeof ret->region);
    ret->year = (int)statement_read_number(statement);
    ret->run = statement_read_number(statement);
    ret->first_seen = statement_read_number(statement);
    ret->last_seen = statement_read_number(statement);
    ret->times = statement_read_number(statement);
    ret->state = (enum conflict_state)statement_read_choice(statement, CONFLICT_CLEARED + 1);
    ret->has_base = statement_read_number(statement) != 0;
}

static enum status open_conflict(struct store *store, struct slice sealed, struct arena *arena,
                                 struct conflict *conflict)
{
    struct cover cover;
    cover_conflict(&cover, store, conflict);
    cover_name(&cover, conflict->number);
    (void)cover_open(&cover, sealed, arena);
    conflict->subject = cover_take(&cover);
    conflict->value[MUNICIPAL] = cover_take(&cover);
    conflict->value[PROVINCIAL] = cover_take(&cover);
    conflict->base = cover_take(&cover);
    return cover.status;
}

static enum status open_decision(struct store *store, struct slice sealed, struct arena *arena,
                                 struct conflict *conflict)
{
    struct cover cover;
    if (slice_empty(sealed)) /* never decided: then the plain columns say so too */
        return conflict->decision == DECISION_NONE ? STATUS_OK : STATUS_CORRUPT;
    cover_decision(&cover, store, conflict);
    cover_name(&cover, conflict->number);
    (void)cover_open(&cover, sealed, arena);
    conflict->decision_value = cover_take(&cover);
    conflict->decided_by = cover_take(&cover);
    conflict->decision_reason = cover_take(&cover);
    return cover.status;
}

enum status conflict_row_read(struct statement *statement, struct arena *arena,
                              struct conflict *ret)
{
    struct conflict conflict = {0};
    read_plain(statement, arena, &conflict);
    struct slice sealed = statement_read_bytes(statement);
    conflict.decision = (enum decision)statement_read_choice(statement, DECISION_ACCEPT + 1);
    conflict.decided_at = statement_read_number(statement);
    struct slice decided = statement_read_bytes(statement);
    statement_read_hash(statement, &conflict.stands);
    enum status status = statement->status;
    if (status == STATUS_OK)
        status = open_conflict(statement->store, sealed, arena, &conflict);
    if (status == STATUS_OK)
        status = open_decision(statement->store, decided, arena, &conflict);
    if (status == STATUS_CORRUPT && statement->store->reader) /* shown without what is sealed */
        status = STATUS_OK;
    if (status == STATUS_OK)
        *ret = conflict;
    return status;
}

enum status conflict_row_take(struct statement *statement, struct arena *arena,
                              struct conflict *ret)
{
    enum status status = statement_row(statement);
    if (status != STATUS_OK)
        return status;
    status = conflict_row_read(statement, arena, ret);
    (void)statement_close(statement);
    return status;
}
