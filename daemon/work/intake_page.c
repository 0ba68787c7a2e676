#include "daemon/work/intake_inside.h"

#include "daemon/work/recent_page.h"
#include "daemon/work/roll_call.h"

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

/* A page being taken in. */
struct page {
    struct desk *desk;
    enum side side;
    enum entity entity;
    bool listed;    /* of a full listing: each row is called against the roll */
    bool same;      /* the rows are those that were expected */
    int64_t *slots; /* of its rows, in order; they stand for the ids */
    size_t count;
    struct page_facts *facts;
};

/* A record without a readable time is quarantined by its own row. */
static void note_time(struct page_facts *facts, int64_t updated)
{
    if (updated == 0)
        return;
    if (facts->first_updated == 0)
        facts->first_updated = updated;
    facts->last_updated = updated;
    if (updated > facts->largest_updated)
        facts->largest_updated = updated;
}

static enum status note_row(struct page *page, const struct roll_entry *entry, bool known,
                            enum intake_outcome outcome)
{
    bool before = known;
    bool moved = outcome == INTAKE_CHANGED || outcome == INTAKE_RESPELLED;
    enum status status = STATUS_OK;
    if (page->listed && page->same)
        status = roll_call_again(page->desk, page->side, page->entity, entry, &before);
    else if (page->listed)
        status = roll_call_present(page->desk, page->side, page->entity, entry, &before);
    else if (page->desk->recent != NULL && !page->same)
        status = recent_page_row(page->desk, entry, known && outcome == INTAKE_UNCHANGED);
    page->slots[page->count++] = entry->slot;
    note_time(page->facts, entry->updated);
    page->facts->fresh += !before || moved;
    page->facts->clashing += before && page->listed && (moved || outcome == INTAKE_STALE);
    return status;
}

/* Decoded no further than its id and time, unless the stage does not hold it just so. */
static enum status take_row(struct page *page, struct slice row, const struct hash *raw)
{
    struct desk *desk = page->desk;
    struct decoded_head head = {.updated = 0};
    enum status status = decode_head(desk->mapping, page->side, page->entity, row, &desk->arena, &head);
    if (status != STATUS_OK && status != STATUS_INVALID)
        return status;
    struct intake_row taken = {.row = row, .remote_id = head.remote_id, .raw = *raw};
    status = intake_row(desk, page->side, page->entity, &taken,
                        page->listed ? INTAKE_LISTED : INTAKE_SEARCHED);
    struct roll_entry entry = {.slot = taken.slot, .updated = head.updated, .raw = *raw};
    if (taken.outcome == INTAKE_STALE) /* what is staged are other bytes */
        entry.raw = (struct hash){{0}};
    return status == STATUS_OK ? note_row(page, &entry, taken.known, taken.outcome) : status;
}

static enum status take_rows(struct page *page, const struct answer *answer)
{
    enum status status = STATUS_OK;
    for (size_t index = 0; status == STATUS_OK && index < answer->row_count; index++) {
        struct slice row = answer->rows[index];
        struct roll_entry entry;
        struct hash raw;
        status = digest_bytes(page->desk->digest, row, raw.at);
        if (status != STATUS_OK)
            return status;
        if (page->listed && roll_call_find(page->desk, page->side, page->entity, &raw, &entry)) {
            page->desk->counts.read[page->side]++;
            status = note_row(page, &entry, true, INTAKE_UNCHANGED);
        } else {
            status = take_row(page, row, &raw);
        }
    }
    return status;
}

/* The page as it was before, whose rows are these. */
static const struct roll_page *same_page(const struct desk *desk, enum side side, enum entity entity, bool listed)
{
    return listed ? roll_call_same(desk, side, entity) : &desk->recent->rows;
}

/* The page came as it was: nothing of it was even taken apart. */
static enum status take_same(struct page *page)
{
    const struct roll_page *same = same_page(page->desk, page->side, page->entity, page->listed);
    enum status status = STATUS_OK;
    for (size_t index = 0; status == STATUS_OK && index < same->count; index++)
        status = note_row(page, &same->entries[index], true, INTAKE_UNCHANGED);
    page->desk->counts.read[page->side] += (int64_t)same->count;
    page->facts->raw = same->count;
    return status;
}

/* Nor did it come: what it brings is known without its rows. */
static enum status take_unsent(struct desk *desk, enum side side, enum entity entity, const struct answer *answer,
                               struct page_facts *ret)
{
    struct page_facts facts = {.total = answer->total};
    enum status status = roll_call_unsent(desk, side, entity, &facts);
    desk->counts.read[side] += (int64_t)facts.raw;
    *ret = facts;
    return status;
}

enum status intake_page(struct desk *desk, enum side side, enum entity entity,
                        const struct answer *answer, bool listed, struct page_facts *ret,
                        bool *ret_stopped)
{
    struct page_facts facts = {.raw = answer->row_count,
                               .total = answer->total,
                               .next = answer->next,
                               .stated = answer->stated};
    struct page page = {.desk = desk, .side = side, .entity = entity, .listed = listed,
                        .same = answer->rows_same, .facts = &facts};
    *ret_stopped = false;
    if (answer->unsent)
        return take_unsent(desk, side, entity, answer, ret);
    size_t rows = page.same ? same_page(desk, side, entity, listed)->count : answer->row_count;
    enum status status = page_drifted(desk, side, entity, answer, ret_stopped);
    if (status != STATUS_OK || *ret_stopped)
        return status;
    page.slots = arena_alloc(&desk->arena, (rows + 1) * sizeof *page.slots);
    if (page.slots == NULL)
        return STATUS_NO_MEMORY;
    if (desk->recent != NULL && !page.same)
        recent_page_begin(desk);
    status = page.same ? take_same(&page) : take_rows(&page, answer);
    digest_quick((struct slice){(const char *)page.slots, page.count * sizeof *page.slots}, facts.ids);
    if (status == STATUS_OK && listed)
        status = roll_call_close(desk, side, entity, &(struct roll_came){answer, &facts});
    if (status == STATUS_OK && desk->recent != NULL && !page.same)
        recent_page_close(desk, answer->row_array);
    if (status == STATUS_OK)
        *ret = facts;
    return status;
}
