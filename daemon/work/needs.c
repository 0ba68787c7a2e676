#include "daemon/work/needs.h"

#include "mapping/identity.h"

#include <stdlib.h>
#include <string.h>

enum { QUERY_PAGE = 1000 };

size_t needs_left(const struct desk *desk, enum side side)
{
    return desk_any_changed(desk) ? 0 : desk->needs.left[side];
}

static void note_taken(struct desk *desk, struct need *need)
{
    need->text[0] = '\0';
    desk->needs.left[need->side]--;
}

static enum status take_text(struct desk *desk, struct exchange *exchange, struct need *need, struct slice *ret)
{
    *ret = arena_copy(&exchange->arena, slice_of(need->text));
    note_taken(desk, need);
    return ret->at == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

/* A platform compares text as stored, so a person is asked for in every spelling that may be stored. */
static enum status add_spellings(struct desk *desk, struct exchange *exchange, struct need *need,
                                 struct slice *codes, size_t *count)
{
    char spellings[4][19];
    char code[19] = {0};
    size_t size = strlen(need->text);
    size_t spelled = 0;
    if (size == 18) {
        memcpy(code, need->text, size);
        spelled = identity_spellings(code, spellings);
    }
    for (size_t index = 0; index < spelled; index++) {
        codes[*count] = arena_copy(&exchange->arena, slice_of(spellings[index]));
        if (codes[(*count)++].at == NULL)
            return STATUS_NO_MEMORY;
    }
    if (spelled == 0)
        return take_text(desk, exchange, need, &codes[(*count)++]);
    note_taken(desk, need);
    return STATUS_OK;
}

static enum status fill_query(struct desk *desk, struct exchange *exchange, const struct need *first)
{
    size_t most = definition_query_size(desk->definition[exchange->side], first->entity);
    struct slice *codes = arena_alloc(&exchange->arena, (most + 4) * sizeof *codes);
    size_t count = 0;
    bool organisation = first->organisation;
    enum entity entity = first->entity;
    if (codes == NULL)
        return STATUS_NO_MEMORY;
    for (size_t index = desk->needs.first[exchange->side]; index < desk->needs.count && count + 4 <= most; index++) {
        struct need *need = &desk->needs.items[index];
        if (need->text[0] == '\0' || need->by_id || need->side != exchange->side ||
            need->entity != entity || need->organisation != organisation)
            continue;
        enum status status = organisation ? take_text(desk, exchange, need, &codes[count++])
                                          : add_spellings(desk, exchange, need, codes, &count);
        if (status != STATUS_OK)
            return status;
    }
    exchange->request.call = CALL_QUERY;
    exchange->request.page = 1;
    exchange->request.size = QUERY_PAGE;
    if (organisation) {
        exchange->request.organisations = codes;
        exchange->request.organisation_count = count;
    } else {
        exchange->request.persons = codes;
        exchange->request.person_count = count;
    }
    return STATUS_OK;
}

static struct need *first_left(struct desk *desk, enum side side)
{
    struct need_list *list = &desk->needs;
    if (list->left[side] == 0)
        return NULL;
    for (; list->first[side] < list->count; list->first[side]++) {
        struct need *need = &list->items[list->first[side]];
        if (need->side == side && need->text[0] != '\0')
            return need;
    }
    return NULL;
}

/* Once nothing is left, a list that was long gives its memory back. */
static void clear_taken(struct desk *desk)
{
    struct need_list *list = &desk->needs;
    if (list->left[MUNICIPAL] + list->left[PROVINCIAL] > 0)
        return;
    free(list->items);
    *list = (struct need_list){0};
}

enum status needs_next(struct desk *desk, enum side side, struct exchange **ret)
{
    struct need *need = first_left(desk, side);
    *ret = NULL;
    if (need == NULL || desk_any_changed(desk)) /* of another platform nothing more is asked */
        return STATUS_OK;
    struct exchange *exchange = exchange_new(side, PURPOSE_NEED);
    if (exchange == NULL)
        return STATUS_NO_MEMORY;
    exchange->request.entity = need->entity;
    exchange->request.call = CALL_READ;
    if (need->not_before > desk->now)
        exchange->wait_ms = (need->not_before - desk->now) * 1000;
    enum status status = need->by_id ? take_text(desk, exchange, need, &exchange->request.remote_id)
                                     : fill_query(desk, exchange, need);
    clear_taken(desk);
    if (status != STATUS_OK) {
        exchange_free(exchange);
        return status;
    }
    *ret = exchange;
    return STATUS_OK;
}
