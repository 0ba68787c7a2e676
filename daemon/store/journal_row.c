#include "daemon/store/journal_row.h"

#include "daemon/store/cover.h"
#include "daemon/sync/situation.h"

/* What was planned stays as it was planned: only state, code, batch and times are said later. */
static void cover_write(struct cover *cover, struct store *store, const struct write *write)
{
    cover_begin(cover, store, SEAL_WRITE);
    cover_bind_number(cover, write->number);
    cover_bind_number(cover, write->run);
    cover_bind_number(cover, write->target);
    cover_bind_number(cover, write->entity);
    cover_bind_number(cover, write->operation);
    cover_bind_number(cover, write->wave);
    cover_bind_hash(cover, &write->key);
    cover_bind_text(cover, write->source_id);
    cover_bind_text(cover, write->target_id);
    cover_bind_number(cover, write->version);
    cover_bind_hash(cover, &write->subject);
    cover_bind_text(cover, slice_of(write->reference));
    cover_bind_text(cover, write->masked);
    cover_bind_text(cover, slice_of(write->reason));
    cover_bind_number(cover, (int64_t)write->fields);
    /* A row of an earlier version was sealed without these two. */
    if (write->decided != 0 || write->undoes != 0) {
        cover_bind_number(cover, (int64_t)write->decided);
        cover_bind_number(cover, write->undoes);
    }
}

enum status journal_row_seal(struct store *store, const struct write *write,
                             struct slice *ret_sealed)
{
    struct cover cover;
    cover_write(&cover, store, write);
    cover_add(&cover, write->subject_text);
    cover_add(&cover, write->values);
    cover_add(&cover, write->before);
    cover_add(&cover, write->body);
    cover_add(&cover, write->origin_system);
    cover_add(&cover, write->origin_number);
    return cover_close(&cover, ret_sealed);
}

void journal_row_bind(struct statement *statement, const struct write *write, struct slice sealed)
{
    statement_bind_number(statement, write->number);
    statement_bind_number(statement, write->run);
    statement_bind_number(statement, write->target);
    statement_bind_number(statement, write->entity);
    statement_bind_number(statement, write->operation);
    statement_bind_number(statement, write->wave);
    statement_bind_hash(statement, &write->key);
    statement_bind_text(statement, write->source_id);
    statement_bind_text(statement, write->target_id);
    statement_bind_number(statement, write->version);
    statement_bind_hash(statement, &write->subject);
    statement_bind_word(statement, write->reference);
    statement_bind_text(statement, write->masked);
    statement_bind_word(statement, write->reason);
    statement_bind_number(statement, (int64_t)write->fields);
    statement_bind_bytes(statement, sealed);
    statement_bind_number(statement, write->state);
    statement_bind_number(statement, (int64_t)write->decided);
    statement_bind_number(statement, write->undoes);
}

/* The table's static name; a name that this version does not know stays readable from the arena. */
static const char *read_reason(struct statement *statement, struct arena *arena)
{
    struct slice text = statement_read_text(statement, arena);
    const char *name = situation_intern(text);
    return name != NULL ? name : text.at != NULL ? text.at : "";
}

static void read_plain(struct statement *statement, struct arena *arena, struct write *ret)
{
    ret->number = statement_read_number(statement);
    ret->run = statement_read_number(statement);
    ret->target = (enum side)statement_read_choice(statement, SIDES);
    ret->entity = (enum entity)statement_read_choice(statement, ENTITIES);
    ret->operation = (enum write_operation)statement_read_choice(statement, WRITE_REVOKE + 1);
    ret->wave = (unsigned)statement_read_choice(statement, INT32_MAX);
    statement_read_hash(statement, &ret->key);
    ret->source_id = statement_read_text(statement, arena);
    ret->target_id = statement_read_text(statement, arena);
    ret->version = statement_read_number(statement);
    statement_read_hash(statement, &ret->subject);
    statement_read_word(statement, ret->reference, sizeof ret->reference);
    ret->masked = statement_read_text(statement, arena);
    ret->reason = read_reason(statement, arena);
    ret->fields = (field_set)statement_read_number(statement);
}

enum status journal_row_read(struct statement *statement, struct arena *arena, struct write *ret)
{
    struct cover cover;
    struct write write = {0};
    read_plain(statement, arena, &write);
    struct slice sealed = statement_read_bytes(statement);
    write.state = (enum write_state)statement_read_choice(statement, WRITE_DROPPED + 1);
    write.decided = (field_set)statement_read_number(statement);
    write.undoes = statement_read_number(statement);
    statement_read_word(statement, write.code, sizeof write.code);
    statement_read_hash(statement, &write.batch);
    write.sent_at = statement_read_number(statement);
    write.known_at = statement_read_number(statement);
    if (statement->status != STATUS_OK)
        return statement->status;
    cover_write(&cover, statement->store, &write);
    cover_name(&cover, write.number);
    (void)cover_open(&cover, sealed, arena);
    write.subject_text = cover_take(&cover);
    write.values = cover_take(&cover);
    write.before = cover_take(&cover);
    write.body = cover_take(&cover);
    write.origin_system = cover_take(&cover);
    write.origin_number = cover_take(&cover);
    if (cover.status == STATUS_CORRUPT && statement->store->reader) /* shown without what is sealed */
        cover.status = STATUS_OK;
    if (cover.status == STATUS_OK || cover.status == STATUS_CORRUPT)
        *ret = write;
    return cover.status;
}

enum status journal_row_take(struct statement *statement, struct arena *arena, struct write *ret)
{
    enum status status = statement_row(statement);
    if (status != STATUS_OK)
        return status;
    status = journal_row_read(statement, arena, ret);
    (void)statement_close(statement);
    return status;
}
