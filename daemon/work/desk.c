#include "daemon/work/desk.h"

#include "daemon/work/at_hand.h"
#include "daemon/work/person_known.h"
#include "daemon/work/planned_set.h"
#include "daemon/work/recent_page.h"
#include "daemon/work/roll_call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEY_ARENA_BYTES = 32 * 1024 * 1024,
    WALK_ARENA_BYTES = 64 * 1024,
    NEEDS_FIRST = 64,
    SUBJECT_BYTES = 255
};

enum status desk_init(struct desk *desk)
{
    arena_init(&desk->arena, KEY_ARENA_BYTES);
    arena_init(&desk->walk, WALK_ARENA_BYTES);
    arena_init(&desk->at_hand.arena, KEY_ARENA_BYTES);
    desk->organisation_changed = true; /* what a process before this one took in may not have been judged */
    return STATUS_OK;
}

void desk_reset(struct desk *desk)
{
    roll_call_clear(desk);
    person_forget_all(desk);
    hashset_clear(&desk->asked);
    planned_forget(desk);
    hashset_clear(&desk->unknown);
    hashset_clear(&desk->standing);
    hashset_clear(&desk->unknown_fields);
    hashset_clear(&desk->days);
    hashset_clear(&desk->drift.seen);
    hashset_clear(&desk->drift.count);
    hashset_clear(&desk->relinks.dropped);
    hashset_clear(&desk->relinks.counted);
    desk->relinks = (struct desk_relinks){.waiting = false};
    desk->drift = (struct desk_drift){.held = {0, 0}};
    hashset_clear(&desk->refused);
    hashset_clear(&desk->others);
    hashset_clear(&desk->gone);
    hashset_clear(&desk->damaged);
    desk->damaged_rows = 0;
    hashset_clear(&desk->scope.subjects);
    hashset_clear(&desk->order.keys);
    hashset_clear(&desk->order.found);
    free(desk->needs.items);
    desk->needs = (struct need_list){0};
    desk->scope = (struct desk_scope){0};
    desk->order = (struct desk_order){0};
    desk->counts = (struct desk_counts){0};
    memset(desk->entity_stopped, 0, sizeof desk->entity_stopped);
    memset(desk->side_failed, 0, sizeof desk->side_failed);
    memset(desk->clock_trusted, 0, sizeof desk->clock_trusted);
    desk->guard = NULL;
    memset(desk->listing_shrank, 0, sizeof desk->listing_shrank);
    memset(desk->missing_due, 0, sizeof desk->missing_due);
    memset(desk->signs, 0, sizeof desk->signs);
    memset(desk->changed, 0, sizeof desk->changed);
    memset(desk->lower_asked, 0, sizeof desk->lower_asked);
    memset(desk->looked_again, 0, sizeof desk->looked_again);
    memset(desk->probed, 0, sizeof desk->probed);
    memset(desk->missing_left, 0, sizeof desk->missing_left);
    memset(desk->rebasing, 0, sizeof desk->rebasing);
    desk->planned_before = 0;
    desk->round = 0;
    desk->stage = 0;
    desk->cursor_set = false;
    arena_reset(&desk->arena);
    arena_reset(&desk->walk);
    at_hand_drop(desk);
}

void desk_free(struct desk *desk)
{
    desk_reset(desk);
    recent_page_clear(desk);
    arena_free(&desk->arena);
    arena_free(&desk->walk);
    arena_free(&desk->at_hand.arena);
}

bool desk_undoing(const struct desk *desk)
{
    return desk->order.undo_run != 0 || desk->order.undo_conflict != 0;
}

struct hash desk_hash(const struct desk *desk, struct slice text)
{
    return store_hash(desk->store, text);
}

struct hash desk_account_hash(const struct desk *desk, const char *kind, struct slice code)
{
    return desk_hash_pair(desk, kind, code, (struct slice){0});
}

/* As far as there is room, and up to a NUL: as printf does, by which hashes in older states were made. */
static size_t put_part(char text[SUBJECT_BYTES], size_t used, struct slice part)
{
    size_t size = part.size > 0 ? strnlen(part.at, part.size) : 0;
    size_t room = SUBJECT_BYTES - used;
    size = size < room ? size : room;
    if (size > 0)
        memcpy(text + used, part.at, size);
    return used + size;
}

struct hash desk_hash_pair(const struct desk *desk, const char *what, struct slice one,
                           struct slice other)
{
    char text[SUBJECT_BYTES];
    size_t used = put_part(text, 0, slice_of(what));
    used = put_part(text, used, SLICE(":"));
    used = put_part(text, used, one);
    if (other.size > 0) {
        used = put_part(text, used, SLICE("/"));
        used = put_part(text, used, other);
    }
    return store_hash(desk->store, (struct slice){text, used});
}

enum status desk_copy(struct desk *desk, enum side side, enum entity entity, struct slice remote_id,
                      struct desk_copy *ret)
{
    const struct staged *at_hand = at_hand_row(desk, side, entity, remote_id);
    enum status status = STATUS_OK;
    if (at_hand != NULL)
        ret->staged = *at_hand;
    else
        status = stage_get(desk->store, side, entity, remote_id, true, &desk->arena, &ret->staged);
    if (status != STATUS_OK || at_hand_decoded(desk, side, &ret->staged, &ret->decoded))
        return status;
    return decode_record(desk->mapping, side, entity, ret->staged.payload, desk->now, &desk->arena,
                         &ret->decoded);
}

static enum status need_add(struct desk *desk, const struct need *need)
{
    struct need_list *list = &desk->needs;
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? NEEDS_FIRST : list->capacity * 2;
        struct need *grown = realloc(list->items, capacity * sizeof *grown);
        if (grown == NULL)
            return STATUS_NO_MEMORY;
        list->items = grown;
        list->capacity = capacity;
    }
    list->items[list->count++] = *need;
    list->left[need->side] += need->text[0] != '\0';
    return STATUS_OK;
}

static enum status need_once(struct desk *desk, struct need *need, struct slice text,
                             bool *ret_asked)
{
    char what[64];
    (void)snprintf(what, sizeof what, "need:%d:%d:%d:%d", (int)need->side, (int)need->entity,
                   need->by_id, need->not_before != 0);
    struct hash hash = desk_hash_pair(desk, what, text, (struct slice){0});
    *ret_asked = false;
    if (hashset_has(&desk->asked, hash) || text.size >= sizeof need->text)
        return STATUS_OK;
    enum status status = hashset_add(&desk->asked, hash);
    if (status != STATUS_OK)
        return status;
    memcpy(need->text, text.at, text.size);
    *ret_asked = true;
    return need_add(desk, need);
}

enum status need_by_id(struct desk *desk, enum side side, enum entity entity, struct slice remote_id,
                       bool *ret_asked)
{
    struct need need = {.side = side, .entity = entity, .by_id = true};
    return need_once(desk, &need, remote_id, ret_asked);
}

enum status need_again(struct desk *desk, enum side side, enum entity entity, struct slice remote_id,
                       int64_t not_before)
{
    struct need need = {.side = side, .entity = entity, .by_id = true, .not_before = not_before};
    bool asked = false;
    return need_once(desk, &need, remote_id, &asked);
}

struct hash desk_record_hash(const struct desk *desk, const char *what, enum side side,
                             enum entity entity, struct slice remote_id)
{
    char name[48];
    (void)snprintf(name, sizeof name, "%s:%d:%d", what, (int)side, (int)entity);
    return desk_hash_pair(desk, name, remote_id, (struct slice){0});
}

bool desk_any_changed(const struct desk *desk)
{
    return desk->changed[MUNICIPAL] || desk->changed[PROVINCIAL];
}

enum status need_by_code(struct desk *desk, enum side side, enum entity entity, bool organisation,
                         struct slice code, bool *ret_asked)
{
    struct need need = {.side = side, .entity = entity, .organisation = organisation};
    return need_once(desk, &need, code, ret_asked);
}

enum status desk_event(struct desk *desk, const char *event, const struct buffer *members)
{
    if (desk->chain == NULL)
        return STATUS_OK;
    if (members->status != STATUS_OK)
        return members->status;
    return chain_append(desk->chain, desk->now, event, buffer_slice(members));
}
