#include "daemon/work/roll_call.h"

#include <string.h>

/* So many rows may have moved, and one in so many of those that came, before an index is worth its making. */
enum { MOVED_FEW = 16, MOVED_SHARE = 64 };

static struct roll_call *call_of(const struct desk *desk, enum side side, enum entity entity)
{
    return (struct roll_call *)&desk->roll[side][entity];
}

/* --- as it was ---------------------------------------------------------------------------------- */

static bool speaks(const struct desk *desk, const struct roll_entry *entry)
{
    return entry->slot != 0 && !hash_is_zero(entry->raw) && !roll_struck(desk->store, entry->slot);
}

static bool all_speak(const struct desk *desk, const struct roll_page *page)
{
    bool all = true;
    for (size_t index = 0; index < page->count && all; index++)
        all = speaks(desk, &page->entries[index]);
    return all;
}

static enum status turn_to(struct desk *desk, enum side side, enum entity entity, unsigned page)
{
    struct roll_call *call = call_of(desk, side, entity);
    enum status status = call->begun ? STATUS_OK : roll_begin(desk->store, side, entity);
    call->begun = status == STATUS_OK;
    call->page = page;
    call->next = 0;
    call->in_order = true;
    call->fresh.count = 0;
    if (status == STATUS_OK)
        status = roll_get(desk->store, side, entity, page, &call->old);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status roll_call_open(struct desk *desk, enum side side, enum entity entity, unsigned page,
                           struct split_expected *ret)
{
    const struct roll_page *old = &call_of(desk, side, entity)->old;
    *ret = (struct split_expected){0};
    enum status status = turn_to(desk, side, entity, page);
    if (status != STATUS_OK || old->count == 0 || desk->decode_all || !all_speak(desk, old))
        return status;
    ret->size = old->size;
    memcpy(ret->digest, old->digest, sizeof ret->digest);
    return STATUS_OK;
}

/* --- what need not come ------------------------------------------------------------------------- */

/* Weakly, as for If-None-Match (RFC 9110, 8.8.3.2). */
static bool same_etag(struct slice one, struct slice other)
{
    if (slice_starts(one, SLICE("W/")))
        one = (struct slice){one.at + 2, one.size - 2};
    if (slice_starts(other, SLICE("W/")))
        other = (struct slice){other.at + 2, other.size - 2};
    return slice_equal(one, other);
}

/* ret: the page is known by a mark, and everything on it is still as it was. */
static enum status turn_mark(struct desk *desk, enum side side, enum entity entity, unsigned page, bool *ret)
{
    struct roll_call *call = call_of(desk, side, entity);
    enum status status = STATUS_OK;
    *ret = false;
    if (desk->every_page || desk->decode_all)
        return STATUS_OK;
    if (call->marked != page || call->strikes != roll_strikes(desk->store)) {
        status = roll_mark_get(desk->store, side, entity, page, &call->mark);
        call->marked = status == STATUS_OK ? page : 0;
        call->strikes = roll_strikes(desk->store);
    }
    *ret = status == STATUS_OK && roll_mark_speaks(desk->store, &call->mark);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status roll_call_believe(struct desk *desk, const struct exchange *exchange, const struct reply *reply,
                              bool *ret)
{
    enum side side = exchange->side;
    enum entity entity = exchange->request.entity;
    const struct roll_call *call = call_of(desk, side, entity);
    struct slice named = exchange->request.known.etag;
    enum status status = turn_mark(desk, side, entity, exchange->request.page, ret);
    *ret = *ret && call->begun && same_etag(named, slice_of(call->mark.etag)) &&
           (slice_empty(reply->etag) || same_etag(named, reply->etag));
    return status;
}

enum status roll_call_ahead(struct desk *desk, struct exchange *exchange, struct known_page *ret)
{
    enum side side = exchange->side;
    enum entity entity = exchange->request.entity;
    const struct roll_mark *mark = &call_of(desk, side, entity)->mark;
    bool known = false;
    if (!definition_numbered(desk->definition[side]))
        return STATUS_OK;
    enum status status = turn_mark(desk, side, entity, exchange->request.page + 1, &known);
    if (status != STATUS_OK || !known)
        return status;
    ret->etag = arena_copy(&exchange->arena, slice_of(mark->etag));
    memcpy(ret->of, mark->of, sizeof ret->of);
    return ret->etag.at == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

int64_t roll_call_total(const struct desk *desk, enum side side, enum entity entity)
{
    return call_of(desk, side, entity)->mark.total;
}

enum status roll_call_unsent(struct desk *desk, enum side side, enum entity entity, struct page_facts *ret)
{
    struct roll_call *call = call_of(desk, side, entity);
    const struct roll_mark *mark = &call->mark;
    enum status status = STATUS_OK;
    call->page = call->marked;
    call->pages = call->page > call->pages ? call->page : call->pages;
    for (size_t index = 0; status == STATUS_OK && index < mark->count; index++) {
        int64_t fresh = 0;
        status = slots_add_run(&desk->listed, mark->runs[index].first, mark->runs[index].count, &fresh);
        call->listed += fresh;
        ret->fresh += (size_t)fresh;
    }
    ret->raw = (size_t)mark->rows;
    memcpy(ret->ids, mark->ids, sizeof ret->ids);
    ret->first_updated = mark->first_updated;
    ret->last_updated = mark->last_updated;
    ret->largest_updated = mark->largest_updated;
    return status;
}

/* --- rows that moved ---------------------------------------------------------------------------- */

/* A few are looked for behind the place where they should come, which is where all go on after a gap. */
static const struct roll_entry *look_ahead(struct roll_call *call, const struct hash *raw)
{
    for (size_t at = call->next; at < call->old.count; at++) {
        if (hash_equal(call->old.entries[at].raw, *raw)) {
            call->next = at + 1;
            return &call->old.entries[at];
        }
    }
    return NULL;
}

/* A listing in another order. When it does not fit into the memory that is given, each row is looked up in
 * the stage. */
static void make_index(struct desk *desk, enum side side, enum entity entity)
{
    struct roll_call *call = call_of(desk, side, entity);
    call->indexed = true;
    (void)roll_index_build(desk->store, side, entity, desk->memory / 2 / ROLL_INDEX_BYTES, &call->index);
}

static bool find_moved(struct desk *desk, enum side side, enum entity entity, const struct hash *raw,
                       struct roll_entry *ret)
{
    struct roll_call *call = call_of(desk, side, entity);
    call->in_order = false;
    if (!call->indexed && (int64_t)++call->moved > MOVED_FEW + call->listed / MOVED_SHARE)
        make_index(desk, side, entity);
    if (call->indexed) {
        *ret = (struct roll_entry){.slot = roll_index_find(&call->index, raw), .raw = *raw};
        return true;
    }
    const struct roll_entry *entry = look_ahead(call, raw);
    if (entry != NULL)
        *ret = *entry;
    return entry != NULL;
}

bool roll_call_find(struct desk *desk, enum side side, enum entity entity, const struct hash *raw,
                    struct roll_entry *ret)
{
    struct roll_call *call = call_of(desk, side, entity);
    if (desk->decode_all)
        return false;
    if (call->next < call->old.count && hash_equal(call->old.entries[call->next].raw, *raw))
        *ret = call->old.entries[call->next++];
    else if (!find_moved(desk, side, entity, raw, ret))
        return false;
    return speaks(desk, ret);
}

/* --- who is there ------------------------------------------------------------------------------- */

bool roll_call_listed(const struct desk *desk, int64_t slot)
{
    return slots_has(&desk->listed, slot);
}

static enum status mark(struct desk *desk, enum side side, enum entity entity, int64_t slot, bool *ret_before)
{
    *ret_before = slot != 0 && slots_has(&desk->listed, slot);
    if (slot == 0 || *ret_before)
        return STATUS_OK;
    call_of(desk, side, entity)->listed++;
    return slots_add(&desk->listed, slot);
}

enum status roll_call_present(struct desk *desk, enum side side, enum entity entity,
                              const struct roll_entry *entry, bool *ret_before)
{
    enum status status = mark(desk, side, entity, entry->slot, ret_before);
    return status == STATUS_OK ? roll_page_add(&call_of(desk, side, entity)->fresh, entry) : status;
}

enum status roll_call_again(struct desk *desk, enum side side, enum entity entity,
                            const struct roll_entry *entry, bool *ret_before)
{
    return mark(desk, side, entity, entry->slot, ret_before);
}

const struct roll_page *roll_call_same(const struct desk *desk, enum side side, enum entity entity)
{
    return &call_of(desk, side, entity)->old;
}

/* Neither a row nor the bytes around them changed: the roll says so already. */
static bool as_it_was(const struct roll_call *call)
{
    const struct roll_page *old = &call->old;
    return call->in_order && call->fresh.count == old->count && call->fresh.size == old->size &&
           memcmp(call->fresh.digest, old->digest, sizeof old->digest) == 0;
}

/* By what the page is known from now on. rows: those that came. Without an ETag it stays known by the one that it had,
 * if its bytes are the same. */
static enum status put_mark(struct desk *desk, enum side side, enum entity entity, const struct roll_page *rows,
                            const struct roll_came *came)
{
    struct roll_call *call = call_of(desk, side, entity);
    struct roll_mark *mark = &call->mark;
    struct slice etag = came->answer->known.etag;
    bool told = false;
    if (slice_empty(etag) || etag.size >= sizeof mark->etag || !definition_numbered(desk->definition[side]))
        return STATUS_OK;
    call->marked = 0;
    enum status status = roll_mark_tell(mark, rows, &told);
    if (status != STATUS_OK || !told)
        return status;
    memcpy(mark->etag, etag.at, etag.size);
    mark->etag[etag.size] = '\0';
    memcpy(mark->of, came->answer->known.of, sizeof mark->of);
    mark->total = came->answer->total;
    memcpy(mark->ids, came->facts->ids, sizeof mark->ids);
    mark->first_updated = came->facts->first_updated;
    mark->last_updated = came->facts->last_updated;
    mark->largest_updated = came->facts->largest_updated;
    return roll_mark_put(desk->store, side, entity, call->page, mark);
}

static enum status mark_anew(struct desk *desk, enum side side, enum entity entity, const struct roll_came *came)
{
    struct roll_call *call = call_of(desk, side, entity);
    struct roll_mark *mark = &call->mark;
    if (slice_empty(came->answer->known.etag))
        return STATUS_OK;
    call->marked = 0;
    enum status status = roll_mark_get(desk->store, side, entity, call->page, mark);
    if (status == STATUS_OK && slice_is(came->answer->known.etag, mark->etag) &&
        mark->total == came->answer->total && memcmp(mark->of, came->answer->known.of, sizeof mark->of) == 0)
        return STATUS_OK;
    return status == STATUS_OK || status == STATUS_NOT_FOUND
               ? put_mark(desk, side, entity, &call->old, came)
               : status;
}

enum status roll_call_close(struct desk *desk, enum side side, enum entity entity, const struct roll_came *came)
{
    struct roll_call *call = call_of(desk, side, entity);
    struct slice array = came->answer->row_array;
    call->pages = call->page > call->pages ? call->page : call->pages;
    if (came->answer->rows_same)
        return mark_anew(desk, side, entity, came);
    call->fresh.size = array.size;
    digest_quick(array, call->fresh.digest);
    if (as_it_was(call))
        return mark_anew(desk, side, entity, came);
    enum status status = roll_put(desk->store, side, entity, call->page, &call->fresh);
    return status == STATUS_OK ? put_mark(desk, side, entity, &call->fresh, came) : status;
}

/* Whether every record is there that the complete listing before had, and whoever came since then. */
static enum status all_are_there(const struct desk *desk, enum side side, enum entity entity, bool *ret)
{
    const struct roll_call *call = call_of(desk, side, entity);
    int64_t counts[STAGED_GONE + 1] = {0};
    int64_t missing = 0;
    int64_t known = 0;
    enum status status = stage_count(desk->store, side, entity, counts);
    if (status == STATUS_OK)
        status = stage_count_missing(desk->store, side, entity, &missing);
    for (int state = STAGED_PRESENT; state < STAGED_GONE; state++)
        known += counts[state];
    *ret = known - missing == call->listed && !call->any_gone;
    return status;
}

enum status roll_call_end(struct desk *desk, enum side side, enum entity entity)
{
    bool all = false;
    enum status status = all_are_there(desk, side, entity, &all);
    if (status == STATUS_OK && !all)
        status = stage_mark_missing(desk->store, side, entity, &desk->listed);
    return status == STATUS_OK ? roll_end(desk->store, side, entity, call_of(desk, side, entity)->pages)
                               : status;
}

void roll_call_clear(struct desk *desk)
{
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        for (int entity = 0; entity < ENTITIES; entity++) {
            struct roll_call *call = call_of(desk, side, (enum entity)entity);
            roll_page_free(&call->old);
            roll_page_free(&call->fresh);
            roll_index_free(&call->index);
            roll_mark_free(&call->mark);
            *call = (struct roll_call){.page = 0};
        }
    }
    slots_clear(&desk->listed);
}
