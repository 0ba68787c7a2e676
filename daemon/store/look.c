#include "daemon/store/look.h"

#include "daemon/store/statement.h"

#include <stdlib.h>
#include <string.h>

enum { RECENT_MOST = 32 * 1024 /* entries; some 160 pages */, AT_ONCE = 8 };

enum { ADD, ADD_SOME, DROP, DROP_RECENT, MERGE, EMPTY, COUNT };

static const struct sql sql[] = {
    [ADD] = {"note a hash", "INSERT OR IGNORE INTO stage.look_recent (head, slot) VALUES (?1, ?2)"},
    [ADD_SOME] = {"note hashes", "INSERT OR IGNORE INTO stage.look_recent (head, slot) VALUES (?1, ?2), (?3, ?4),"
                                 " (?5, ?6), (?7, ?8), (?9, ?10), (?11, ?12), (?13, ?14), (?15, ?16)"},
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
    return statement_count(&statement, &store->look_recent);
}

static enum status merge(struct store *store)
{
    enum status status = store->look_recent < 0 ? count_recent(store) : STATUS_OK;
    if (status != STATUS_OK || store->look_recent < RECENT_MOST)
        return status;
    status = run_whole(store, MERGE);
    if (status == STATUS_OK)
        status = run_whole(store, EMPTY);
    store->look_recent = status == STATUS_OK ? 0 : -1;
    return status;
}

static int in_order(const void *left, const void *right)
{
    const struct look_entry *one = left;
    const struct look_entry *other = right;
    if (one->head != other->head)
        return one->head < other->head ? -1 : 1;
    return one->slot < other->slot ? -1 : one->slot > other->slot;
}

static enum status add_some(struct store *store, const struct look_entry *entries)
{
    struct statement statement;
    statement_open(&statement, store, &sql[ADD_SOME]);
    for (size_t index = 0; index < AT_ONCE; index++) {
        statement_bind_number(&statement, entries[index].head);
        statement_bind_number(&statement, entries[index].slot);
    }
    return statement_run(&statement);
}

enum status look_keep(struct store *store)
{
    size_t count = store->look_new_count;
    const struct look_entry *entries = store->look_new;
    size_t index = 0;
    if (count == 0)
        return STATUS_OK;
    store->look_new_count = 0;
    qsort(store->look_new, count, sizeof *entries, in_order);
    enum status status = merge(store);
    for (; status == STATUS_OK && index + AT_ONCE <= count; index += AT_ONCE)
        status = add_some(store, entries + index);
    for (; status == STATUS_OK && index < count; index++)
        status = run_entry(store, ADD, entries[index].head, entries[index].slot);
    if (store->look_recent >= 0)
        store->look_recent += (int64_t)count;
    return status;
}

static enum status add(struct store *store, int64_t head, int64_t slot)
{
    store->look_new[store->look_new_count++] = (struct look_entry){.head = head, .slot = slot};
    return !store->transaction || store->look_new_count == LOOK_NEW_MOST ? look_keep(store) : STATUS_OK;
}

enum status look_replace(struct store *store, int64_t slot, enum look_kind kind,
                         const struct hash *before, const struct hash *now)
{
    enum status status = STATUS_OK;
    if (memcmp(before, now, sizeof *now) == 0)
        return status;
    if (!is_zero(before)) {
        int64_t head = look_head(kind, before);
        status = look_keep(store);
        if (status == STATUS_OK)
            status = run_entry(store, DROP, head, slot);
        if (status == STATUS_OK)
            status = run_entry(store, DROP_RECENT, head, slot);
    }
    return status == STATUS_OK && !is_zero(now) ? add(store, look_head(kind, now), slot) : status;
}
