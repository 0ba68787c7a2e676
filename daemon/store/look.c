#include "daemon/store/look.h"

#include "daemon/store/statement.h"

#include <string.h>

enum { RECENT_MOST = 16 * 1024 /* entries; some 80 pages */ };

enum { ADD, DROP, DROP_RECENT, MERGE, EMPTY, COUNT };

static const struct sql sql[] = {
    [ADD] = {"note a hash", "INSERT OR IGNORE INTO stage.look_recent (head, slot) VALUES (?1, ?2)"},
    [DROP] = {"forget a hash", "DELETE FROM stage.look WHERE head = ?1 AND slot = ?2"},
    [DROP_RECENT] = {"forget a hash",
                     "DELETE FROM stage.look_recent WHERE head = ?1 AND slot = ?2"},
    [MERGE] = {"merge hashes", "INSERT OR IGNORE INTO stage.look (head, slot)"
                               " SELECT head, slot FROM stage.look_recent ORDER BY head, slot"},
    [EMPTY] = {"merge hashes", "DELETE FROM stage.look_recent"},
    [COUNT] = {"count hashes", "SELECT count(*) FROM stage.look_recent"},
};

int64_t look_head(enum look_kind kind, const struct hash *hash)
{
    uint64_t head = 0;
    for (size_t index = 0; index < sizeof head; index++)
        head = head << 8 | hash->at[index];
    /* One and the same hash of different kinds is not one entry. */
    return (int64_t)(head ^ (uint64_t)kind << 62);
}

static bool is_zero(const struct hash *hash)
{
    static const struct hash zero;
    return memcmp(hash, &zero, sizeof zero) == 0;
}

static enum status run_entry(struct store *store, int which, int64_t head, int64_t slot)
{
    struct statement statement;
    statement_open(&statement, store, &sql[which]);
    statement_bind_number(&statement, head);
    statement_bind_number(&statement, slot);
    return statement_run(&statement);
}

static enum status run_whole(struct store *store, int which)
{
    struct statement statement;
    statement_open(&statement, store, &sql[which]);
    return statement_run(&statement);
}

static enum status count_recent(struct store *store)
{
    struct statement statement;
    statement_open(&statement, store, &sql[COUNT]);
    enum status status = statement_row(&statement);
    if (status == STATUS_OK)
        store->look_recent = statement_read_number(&statement);
    return status == STATUS_OK ? statement_close(&statement) : status;
}

static enum status add(struct store *store, int64_t head, int64_t slot)
{
    enum status status = store->look_recent < 0 ? count_recent(store) : STATUS_OK;
    if (status == STATUS_OK && store->look_recent >= RECENT_MOST) {
        status = run_whole(store, MERGE);
        if (status == STATUS_OK)
            status = run_whole(store, EMPTY);
        store->look_recent = status == STATUS_OK ? 0 : -1;
    }
    if (status == STATUS_OK)
        status = run_entry(store, ADD, head, slot);
    if (status == STATUS_OK)
        store->look_recent++;
    return status;
}

enum status look_replace(struct store *store, int64_t slot, enum look_kind kind,
                         const struct hash *before, const struct hash *now)
{
    enum status status = STATUS_OK;
    if (memcmp(before, now, sizeof *now) == 0)
        return status;
    if (!is_zero(before)) {
        int64_t head = look_head(kind, before);
        status = run_entry(store, DROP, head, slot);
        if (status == STATUS_OK)
            status = run_entry(store, DROP_RECENT, head, slot);
    }
    return status == STATUS_OK && !is_zero(now) ? add(store, look_head(kind, now), slot) : status;
}
