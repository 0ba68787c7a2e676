/* All rows of a person, or of a key, whole and in one walk. */
#include "daemon/store/look.h"
#include "daemon/store/stage_row.h"

#include <stdlib.h>

#define ROWS_IN(look, column)                                                                              \
    "SELECT " STAGE_ROW ", sealed FROM stage." look " l CROSS JOIN stage.record r ON r.slot = l.slot" \
    " WHERE l.head = ?1 AND r." column " = ?2 AND r.state <> 4"

#define ROWS(column) ROWS_IN("look", column) " UNION ALL " ROWS_IN("look_recent", column)

static const struct sql of_person = {"read a person's records", ROWS("person")};
static const struct sql of_key = {"read a key's records", ROWS("key")};

static int in_order(const void *left, const void *right)
{
    const struct staged *one = left;
    const struct staged *other = right;
    if (one->entity != other->entity)
        return one->entity < other->entity ? -1 : 1;
    if (one->side != other->side)
        return one->side < other->side ? -1 : 1;
    return slice_compare(one->remote_id, other->remote_id);
}

static enum status take_rows(struct store *store, const struct sql *sql, enum look_kind kind,
                             const struct hash *hash, size_t most, struct arena *arena, struct staged *ret,
                             size_t *ret_count)
{
    struct statement statement;
    struct staged row;
    size_t count = 0;
    enum status status = look_keep(store);
    if (status != STATUS_OK)
        return status;
    statement_open(&statement, store, sql);
    statement_bind_number(&statement, look_head(kind, hash));
    statement_bind_hash(&statement, hash);
    status = stage_row_next_whole(&statement, arena, &row);
    while (status == STATUS_OK && count < most) {
        ret[count++] = row;
        status = stage_row_next_whole(&statement, arena, &row);
    }
    if (status == STATUS_OK)
        status = statement_close(&statement);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    *ret_count = count + (status == STATUS_OK);
    qsort(ret, count, sizeof *ret, in_order);
    return STATUS_OK;
}

enum status stage_of_person(struct store *store, struct hash person, size_t most, struct arena *arena,
                            struct staged *ret, size_t *ret_count)
{
    return take_rows(store, &of_person, LOOK_PERSON, &person, most, arena, ret, ret_count);
}

enum status stage_of_key(struct store *store, struct hash key, size_t most, struct arena *arena,
                         struct staged *ret, size_t *ret_count)
{
    return take_rows(store, &of_key, LOOK_KEY, &key, most, arena, ret, ret_count);
}
