#include "daemon/store/links.h"

#include "daemon/store/cover.h"
#include "daemon/store/statement.h"

#define COLUMNS                                                                                    \
    "number, entity, municipal_id, provincial_id, state, evidence, kind, has_base, run, sealed"

enum {
    BY_MUNICIPAL,
    BY_PROVINCIAL,
    PARTNER_OF_MUNICIPAL,
    PARTNER_OF_PROVINCIAL,
    BY_NUMBER,
    ADD,
    CHANGE,
    CHANGE_IDS,
    DROP,
    COUNT,
    NEXT
};

static const struct sql sql[] = {
    [BY_MUNICIPAL] = {"find a link", "SELECT " COLUMNS " FROM link"
                                     " WHERE entity = ?1 AND municipal_id = ?2"},
    [BY_PROVINCIAL] = {"find a link", "SELECT " COLUMNS " FROM link"
                                      " WHERE entity = ?1 AND provincial_id = ?2"},
    [PARTNER_OF_MUNICIPAL] = {"find a link's other id", "SELECT provincial_id FROM link"
                                                        " WHERE entity = ?1 AND municipal_id = ?2"},
    [PARTNER_OF_PROVINCIAL] = {"find a link's other id", "SELECT municipal_id FROM link"
                                                         " WHERE entity = ?1 AND provincial_id = ?2"},
    [BY_NUMBER] = {"read a link", "SELECT " COLUMNS " FROM link WHERE number = ?1"},
    [ADD] = {"store a link",
             "INSERT INTO link (" COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"},
    /* The ids, and with them the indexes, mostly stay what they are. */
    [CHANGE] = {"store a link again",
                "UPDATE link SET state = ?5, evidence = ?6, kind = ?7, has_base = ?8, run = ?9, sealed = ?10"
                " WHERE number = ?1 AND entity = ?2 AND municipal_id IS ?3 AND provincial_id IS ?4"},
    [CHANGE_IDS] = {"store a link again",
                    "UPDATE link SET entity = ?2, municipal_id = ?3, provincial_id = ?4, state = ?5,"
                    " evidence = ?6, kind = ?7, has_base = ?8, run = ?9, sealed = ?10"
                    " WHERE number = ?1"},
    [DROP] = {"take a link back", "DELETE FROM link WHERE number = ?1"},
    [COUNT] = {"count links", "SELECT count(*) FROM link WHERE entity = ?1"},
    [NEXT] = {"walk the links", "SELECT " COLUMNS " FROM link WHERE entity = ?1 AND number > ?2"
                                " ORDER BY number LIMIT 1"},
};

/* A link says whose data goes where: all of its values are covered. */
static void cover_link(struct cover *cover, struct store *store, const struct link *link)
{
    cover_begin(cover, store, SEAL_LINK);
    cover_bind_number(cover, link->number);
    cover_bind_number(cover, link->entity);
    cover_bind_text(cover, link->remote_id[MUNICIPAL]);
    cover_bind_text(cover, link->remote_id[PROVINCIAL]);
    cover_bind_number(cover, link->state);
    cover_bind_number(cover, link->evidence);
    cover_bind_number(cover, link->kind);
    cover_bind_number(cover, link->has_base);
    cover_bind_number(cover, link->run);
}

static enum status take_link(struct statement *statement, struct arena *arena, struct link *ret)
{
    struct cover cover;
    struct link link = {0};
    enum status status = statement_row(statement);
    if (status != STATUS_OK)
        return status;
    link.number = statement_read_number(statement);
    link.entity = (enum entity)statement_read_choice(statement, ENTITIES);
    link.remote_id[MUNICIPAL] = statement_read_text(statement, arena);
    link.remote_id[PROVINCIAL] = statement_read_text(statement, arena);
    link.state = (enum link_state)statement_read_choice(statement, LINK_ASIDE + 1);
    link.evidence = (enum link_evidence)statement_read_choice(statement, EVIDENCE_CREATED + 1);
    link.kind = (uint8_t)statement_read_choice(statement, UINT8_MAX + 1);
    link.has_base = statement_read_number(statement) != 0;
    link.run = statement_read_number(statement);
    struct slice sealed = statement_read_bytes(statement);
    if (statement->status != STATUS_OK)
        return statement_close(statement);
    cover_link(&cover, statement->store, &link);
    cover_name(&cover, link.number);
    (void)cover_open(&cover, sealed, arena);
    link.base = cover_take(&cover);
    link.since = cover_take(&cover);
    link.identity = cover_take(&cover);
    (void)statement_close(statement);
    if (cover.status == STATUS_OK)
        *ret = link;
    return cover.status;
}

enum status link_by_remote(struct store *store, enum entity entity, enum side side,
                           struct slice remote_id, struct arena *arena, struct link *ret)
{
    struct statement statement;
    statement_open(&statement, store, &sql[side == MUNICIPAL ? BY_MUNICIPAL : BY_PROVINCIAL]);
    statement_bind_number(&statement, entity);
    statement_bind_text(&statement, remote_id);
    return take_link(&statement, arena, ret);
}

enum status link_partner(struct store *store, enum entity entity, enum side side, struct slice remote_id,
                         struct arena *arena, struct slice *ret)
{
    struct statement statement;
    statement_open(&statement, store, &sql[side == MUNICIPAL ? PARTNER_OF_MUNICIPAL : PARTNER_OF_PROVINCIAL]);
    statement_bind_number(&statement, entity);
    statement_bind_text(&statement, remote_id);
    enum status status = statement_row(&statement);
    if (status != STATUS_OK)
        return status;
    struct slice partner = statement_read_text(&statement, arena);
    status = statement_close(&statement);
    if (status == STATUS_OK)
        *ret = partner;
    return status;
}

enum status link_by_number(struct store *store, int64_t number, struct arena *arena,
                           struct link *ret)
{
    struct statement statement;
    statement_open(&statement, store, &sql[BY_NUMBER]);
    statement_bind_number(&statement, number);
    return take_link(&statement, arena, ret);
}

enum status link_next(struct store *store, enum entity entity, int64_t after, struct arena *arena,
                      struct link *ret)
{
    enum status status = STATUS_OK;
    do {
        struct statement statement;
        statement_open(&statement, store, &sql[NEXT]);
        statement_bind_number(&statement, entity);
        statement_bind_number(&statement, after);
        status = take_link(&statement, arena, ret);
        after = store->damage.number;
    } while (status == STATUS_CORRUPT && store->unsealed && store->damage.room == SEAL_LINK);
    return status;
}

static enum status write_link(struct store *store, const struct link *link, int which)
{
    struct statement statement;
    struct cover cover;
    struct slice sealed = {0};
    store->accounts += link->entity == ENTITY_ACCOUNT;
    cover_link(&cover, store, link);
    cover_add(&cover, link->base);
    cover_add(&cover, link->since);
    cover_add(&cover, link->identity);
    enum status status = cover_close(&cover, &sealed);
    if (status != STATUS_OK)
        return status;
    statement_open(&statement, store, &sql[which]);
    statement_bind_number(&statement, link->number);
    statement_bind_number(&statement, link->entity);
    statement_bind_text(&statement, link->remote_id[MUNICIPAL]);
    statement_bind_text(&statement, link->remote_id[PROVINCIAL]);
    statement_bind_number(&statement, link->state);
    statement_bind_number(&statement, link->evidence);
    statement_bind_number(&statement, link->kind);
    statement_bind_number(&statement, link->has_base);
    statement_bind_number(&statement, link->run);
    statement_bind_bytes(&statement, sealed);
    return statement_change(&statement);
}

enum status link_put(struct store *store, struct link *link)
{
    struct link stored = *link;
    if (link->number != 0) {
        enum status changed = write_link(store, link, CHANGE);
        return changed == STATUS_NOT_FOUND ? write_link(store, link, CHANGE_IDS) : changed;
    }
    enum status status = statement_number(store, "link", &stored.number);
    if (status == STATUS_OK)
        status = write_link(store, &stored, ADD);
    if (status == STATUS_OK)
        link->number = stored.number;
    return status;
}

enum status link_drop(struct store *store, int64_t number)
{
    struct statement statement;
    store->accounts++;
    statement_open(&statement, store, &sql[DROP]);
    statement_bind_number(&statement, number);
    return statement_change(&statement);
}

enum status link_count(struct store *store, enum entity entity, int64_t *ret)
{
    struct statement statement;
    statement_open(&statement, store, &sql[COUNT]);
    statement_bind_number(&statement, entity);
    return statement_count(&statement, ret);
}
