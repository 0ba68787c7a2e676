#include "daemon/work/intake_inside.h"

enum { DRIFT_PAGE = 20 };

/* Is one and the same required field missing in every row of a page that is long enough to tell? */
static enum status page_drifted(struct desk *desk, enum side side, enum entity entity,
                                const struct answer *answer, bool *ret_drifted)
{
    size_t missing = 0;
    *ret_drifted = false;
    if (answer->row_count < DRIFT_PAGE)
        return STATUS_OK;
    for (size_t index = 0; index < answer->row_count; index++) {
        struct decoded decoded;
        enum status status = decode_record(desk->mapping, side, entity, answer->rows[index],
                                           desk->now, &desk->arena, &decoded);
        if (status != STATUS_OK || decoded.ok || !decoded.missing)
            return status == STATUS_INVALID ? STATUS_OK : status;
        missing++;
    }
    *ret_drifted = missing == answer->row_count;
    return STATUS_OK;
}

/* Each row's id and time, read once; of a row that is no object, neither. */
static enum status read_heads(struct desk *desk, enum side side, enum entity entity,
                              const struct answer *answer, struct decoded_head **ret)
{
    enum status status = STATUS_OK;
    struct decoded_head *heads =
        arena_alloc(&desk->arena, (answer->row_count + 1) * sizeof *heads);
    if (heads == NULL)
        return STATUS_NO_MEMORY;
    for (size_t index = 0; index < answer->row_count; index++) {
        status = decode_head(desk->mapping, side, entity, answer->rows[index], &desk->arena,
                             &heads[index]);
        if (status != STATUS_OK && status != STATUS_INVALID)
            return status;
    }
    *ret = heads;
    return STATUS_OK;
}

/* A record without a readable time is quarantined by its own row. */
static void page_times(const struct decoded_head *heads, size_t count, struct page_facts *ret)
{
    for (size_t index = 0; index < count; index++) {
        int64_t updated = heads[index].updated;
        if (updated == 0)
            continue;
        if (ret->first_updated == 0)
            ret->first_updated = updated;
        ret->last_updated = updated;
        if (updated > ret->largest_updated)
            ret->largest_updated = updated;
    }
}

static enum status page_ids(struct desk *desk, const struct decoded_head *heads, size_t count,
                            struct page_facts *ret)
{
    struct buffer ids;
    buffer_init(&ids, 256 * 1024);
    for (size_t index = 0; index < count; index++) {
        buffer_append(&ids, heads[index].remote_id);
        buffer_append(&ids, SLICE("\n"));
    }
    digest_bytes(desk->digest, buffer_slice(&ids), ret->ids);
    enum status status = ids.status;
    buffer_free(&ids);
    return status;
}

static enum status intake_rows(struct desk *desk, enum side side, enum entity entity,
                               const struct answer *answer, const struct decoded_head *heads,
                               bool listed, struct page_facts *ret)
{
    for (size_t index = 0; index < answer->row_count; index++) {
        enum intake_outcome outcome = INTAKE_UNCHANGED;
        struct intake_known known = {.any = false};
        enum status status =
            intake_row(desk, side, entity, answer->rows[index], heads[index].remote_id,
                       listed ? INTAKE_LISTED : INTAKE_SEARCHED, &known, &outcome);
        bool was_seen = known.any && (!listed || known.row.seen == desk->run);
        if (status != STATUS_OK)
            return status;
        bool moved = outcome == INTAKE_CHANGED || outcome == INTAKE_RESPELLED;
        ret->fresh += !was_seen || moved;
        ret->clashing += was_seen && listed && (moved || outcome == INTAKE_STALE);
    }
    return STATUS_OK;
}

enum status intake_page(struct desk *desk, enum side side, enum entity entity,
                        const struct answer *answer, bool listed, struct page_facts *ret,
                        bool *ret_stopped)
{
    struct page_facts facts = {.raw = answer->row_count,
                               .total = answer->total,
                               .next = answer->next,
                               .stated = answer->stated};
    struct decoded_head *heads = NULL;
    enum status status = page_drifted(desk, side, entity, answer, ret_stopped);
    if (status != STATUS_OK || *ret_stopped)
        return status;
    status = read_heads(desk, side, entity, answer, &heads);
    if (status != STATUS_OK)
        return status;
    page_times(heads, answer->row_count, &facts);
    status = page_ids(desk, heads, answer->row_count, &facts);
    if (status == STATUS_OK)
        status = intake_rows(desk, side, entity, answer, heads, listed, &facts);
    if (status == STATUS_OK)
        *ret = facts;
    return status;
}
