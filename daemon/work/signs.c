#include "daemon/work/signs.h"

#include "daemon/store/lower.h"
#include "daemon/work/finding.h"

#include <stdio.h>
#include <string.h>

enum { LOWER_ASKED_MOST = 200, LOOKED_AT_AGAIN = 4, NAME_BYTES = 32 };

static const enum entity looked_at[] = {ENTITY_ACCOUNT, ENTITY_HOURS};

static void meta_name(enum side side, char ret[NAME_BYTES])
{
    (void)snprintf(ret, NAME_BYTES, "changed.%s", side_name(side));
}

/* --- versions that went back ------------------------------------------------------------------ */

static enum status ask_lower(struct desk *desk, enum side side, enum entity entity,
                             struct slice remote_id)
{
    bool asked = false;
    if (desk->lower_asked[side] >= LOWER_ASKED_MOST)
        return STATUS_OK; /* enough to tell; the others are asked for by the next cycle */
    desk->lower_asked[side]++;
    return need_by_id(desk, side, entity, remote_id, &asked);
}

enum status signs_lower(struct desk *desk, enum side side, enum entity entity, struct slice remote_id)
{
    int64_t since = 0;
    desk->any_lower = true;
    enum status status = lower_note(desk->store, side, entity, remote_id, desk->now, &since);
    return status == STATUS_OK ? ask_lower(desk, side, entity, remote_id) : status;
}

/* A replica that lags has caught up by then; another platform has not. */
static enum status look_again(struct desk *desk, enum side side)
{
    size_t count = 0;
    enum status status = STATUS_OK;
    desk->looked_again[side] = true;
    for (size_t index = 0; index < sizeof looked_at / sizeof *looked_at; index++) {
        struct slice remote_id = {0};
        while (count < LOOKED_AT_AGAIN &&
               (status = lower_next(desk->store, side, looked_at[index], remote_id, &desk->arena,
                                    &remote_id)) == STATUS_OK) {
            count++;
            status = need_again(desk, side, looked_at[index], remote_id,
                                desk->now + PLATFORM_LAG_SECONDS);
            if (status != STATUS_OK)
                return status;
        }
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status signs_lower_by_id(struct desk *desk, enum side side, enum entity entity,
                              struct slice remote_id)
{
    struct platform_signs *signs = &desk->signs[side];
    struct staged known = {0};
    int64_t since = 0;
    enum status status = lower_since(desk->store, side, entity, remote_id, &since);
    if (status == STATUS_OK)
        status = stage_get(desk->store, side, entity, remote_id, false, &desk->arena, &known);
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    bool young = platform_sign_young(known.updated,
                                     desk->now + desk->clock_offset_ms[side] / 1000);
    if (desk->now - since >= PLATFORM_LAG_SECONDS || desk->now < since) /* a clock that was put back: long ago */
        signs->lower_again++;
    else if (young)
        signs->lower_young++;
    else
        signs->lower++;
    return platform_sign_doubtful(signs) && !desk->looked_again[side] ? look_again(desk, side)
                                                                      : STATUS_OK;
}

enum status signs_caught_up(struct desk *desk, enum side side, enum entity entity,
                            struct slice remote_id)
{
    return desk->any_lower ? lower_forget(desk->store, side, entity, remote_id) : STATUS_OK;
}

enum status signs_is_lower(struct desk *desk, enum side side, enum entity entity,
                           struct slice remote_id, bool *ret)
{
    int64_t since = 0;
    *ret = false;
    if (!desk->any_lower)
        return STATUS_OK;
    enum status status = lower_since(desk->store, side, entity, remote_id, &since);
    *ret = status == STATUS_OK;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status ask_for_lower(struct desk *desk)
{
    enum status status = STATUS_OK;
    for (size_t which = 0; which < SIDES * (sizeof looked_at / sizeof *looked_at); which++) {
        enum side side = (enum side)(which % SIDES);
        enum entity entity = looked_at[which / SIDES];
        struct slice remote_id = {0};
        while ((status = lower_next(desk->store, side, entity, remote_id, &desk->arena,
                                    &remote_id)) == STATUS_OK &&
               desk->lower_asked[side] < LOWER_ASKED_MOST) {
            status = ask_lower(desk, side, entity, remote_id);
            if (status != STATUS_OK)
                return status;
        }
        if (status != STATUS_OK && status != STATUS_NOT_FOUND)
            return status;
    }
    return STATUS_OK;
}

/* --- ids that name others --------------------------------------------------------------------- */

/* A correction lists the code that was, or goes back to one that the account had. */
static enum status corrected(struct desk *desk, const struct staged *known,
                             const struct record *record, struct hash key, bool *ret)
{
    struct slice former = record->value[FIELD_ACCOUNT_FORMER_CODES];
    struct slice ids[LOOKED_AT_AGAIN] = {{0}};
    struct slice code = {0};
    size_t count = 0;
    char kind[16] = {0};
    struct slice word = record->value[FIELD_ACCOUNT_KIND];
    *ret = false;
    memcpy(kind, word.at, word.size < sizeof kind ? word.size : sizeof kind - 1);
    while (!*ret && slice_next_word(&former, &code))
        *ret = hash_equal(desk_account_hash(desk, kind, code), known->key);
    enum status status = stage_by_code(desk->store, known->side, key, true, LOOKED_AT_AGAIN,
                                       &desk->arena, ids, &count);
    for (size_t index = 0; status == STATUS_OK && index < count && index < LOOKED_AT_AGAIN; index++)
        *ret = *ret || slice_equal(ids[index], known->remote_id);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Up to `most` sentinels of the entity, from that link's number on. */
static enum status ask_for_some(struct desk *desk, enum side side, enum entity entity, int64_t from,
                                size_t most)
{
    int64_t links = 0;
    int64_t after = from - 1;
    struct link link = {0};
    enum status status = link_count(desk->store, entity, &links);
    int64_t stride = platform_sign_stride(links);
    while (status == STATUS_OK && most > 0) {
        bool asked = false;
        arena_reset(&desk->walk);
        status = link_next(desk->store, entity, after, &desk->walk, &link);
        if (status == STATUS_OK && link.number % stride == 0 && link.state == LINK_HELD &&
            !slice_empty(link.remote_id[side]))
            status = need_by_id(desk, side, entity, link.remote_id[side], &asked);
        most -= asked;
        after = (link.number / stride + 1) * stride - 1; /* the next that can be one is behind it */
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status ask_for_sentinels(struct desk *desk, enum side side)
{
    enum status status = STATUS_OK;
    for (size_t index = 0; status == STATUS_OK && index < sizeof looked_at / sizeof *looked_at; index++)
        status = ask_for_some(desk, side, looked_at[index], 0, PLATFORM_SENTINELS);
    return status;
}

/* Another one each time. */
enum status signs_new(struct desk *desk, enum side side)
{
    int64_t links = 0;
    size_t left = desk->needs.count;
    if (desk->probed[side] || desk->rebasing[side])
        return STATUS_OK;
    desk->probed[side] = true;
    enum status status = link_count(desk->store, ENTITY_ACCOUNT, &links);
    int64_t from = desk->run % PLATFORM_SENTINELS * platform_sign_stride(links);
    if (status == STATUS_OK)
        status = ask_for_some(desk, side, ENTITY_ACCOUNT, from, 1);
    return status == STATUS_OK && desk->needs.count == left
               ? ask_for_some(desk, side, ENTITY_ACCOUNT, 0, 1)
               : status;
}

static enum status count_other(struct desk *desk, enum side side, enum entity entity,
                               struct slice remote_id)
{
    struct hash hash = desk_record_hash(desk, "other", side, entity, remote_id);
    enum status status = STATUS_OK;
    if (hashset_has(&desk->others, hash))
        return STATUS_OK;
    if (desk->signs[side].others++ == 0)
        status = ask_for_sentinels(desk, side);
    return status == STATUS_OK ? hashset_add(&desk->others, hash) : status;
}

enum status signs_key(struct desk *desk, enum side side, enum entity entity, const struct staged *known,
                      const struct decoded *decoded, bool *ret_same)
{
    struct buffer text;
    *ret_same = true;
    if (entity == ENTITY_ANNUAL || !decoded->key_readable || hash_is_zero(known->key))
        return STATUS_OK;
    buffer_init(&text, 1024);
    record_subject(&decoded->record, &text);
    struct hash key = desk_hash(desk, buffer_slice(&text));
    buffer_free(&text);
    *ret_same = hash_equal(key, known->key);
    enum status status = STATUS_OK;
    if (!*ret_same && entity == ENTITY_ACCOUNT)
        status = corrected(desk, known, &decoded->record, key, ret_same);
    return status == STATUS_OK && !*ret_same
               ? count_other(desk, side, entity, decoded->record.remote_id)
               : status;
}

/* --- what is gone ----------------------------------------------------------------------------- */

enum status signs_sentinel(struct desk *desk, const struct link *link, bool *ret)
{
    int64_t links = 0;
    enum status status = link_count(desk->store, link->entity, &links);
    *ret = status == STATUS_OK && link->number % platform_sign_stride(links) == 0;
    return status;
}

static enum status count_known(struct desk *desk, struct platform_signs *signs)
{
    int64_t hours = 0;
    if (signs->accounts != 0)
        return STATUS_OK;
    enum status status = link_count(desk->store, ENTITY_ACCOUNT, &signs->accounts);
    if (status == STATUS_OK)
        status = link_count(desk->store, ENTITY_HOURS, &hours);
    signs->sentinels = signs->accounts / platform_sign_stride(signs->accounts) +
                       hours / platform_sign_stride(hours);
    return status;
}

/* What was called gone before is not counted again. */
static enum status gone_before(struct desk *desk, enum side side, enum entity entity,
                               struct slice remote_id, bool *ret)
{
    struct staged known = {0};
    enum status status = stage_glance(desk->store, side, entity, remote_id, &known);
    *ret = status == STATUS_OK && known.state == STAGED_GONE;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status signs_gone(struct desk *desk, enum side side, enum entity entity,
                       struct slice remote_id)
{
    struct platform_signs *signs = &desk->signs[side];
    struct link link = {0};
    bool before = false;
    bool sentinel = false;
    if (desk->rebasing[side]) /* what a restored side lost is created again */
        return STATUS_OK;
    enum status status = gone_before(desk, side, entity, remote_id, &before);
    if (status != STATUS_OK || before)
        return status;
    status = link_by_remote(desk->store, entity, side, remote_id, &desk->arena, &link);
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    status = count_known(desk, signs);
    if (status == STATUS_OK)
        status = signs_sentinel(desk, &link, &sentinel);
    signs->sentinels_gone += sentinel;
    signs->accounts_gone += entity == ENTITY_ACCOUNT;
    return status == STATUS_OK && sentinel && signs->sentinels_gone == 1
               ? ask_for_sentinels(desk, side)
               : status;
}

/* --- the verdict ------------------------------------------------------------------------------ */

static enum status write_event(struct desk *desk, enum side side, const char *event,
                               const char *detail)
{
    struct buffer members;
    buffer_init(&members, 1024);
    buffer_printf(&members, "\"run\":%lld,\"side\":\"%s\",\"%s\":\"%s\"", (long long)desk->run,
                  side_name(side), strcmp(event, "platform_changed") == 0 ? "sign" : "entity", detail);
    enum status status = desk_event(desk, event, &members);
    buffer_free(&members);
    return status;
}

enum status signs_newest(struct desk *desk, enum side side, enum entity entity, int64_t newest)
{
    if (newest == 0 || newest >= desk->since_before[side][entity] || desk->rebasing[side])
        return STATUS_OK;
    desk->signs[side].time_fell = true;
    return write_event(desk, side, "newest_time_fell", entity_name(entity));
}

/* The watermarks of before are kept: what a restored side changed later was changed by people. */
static enum status remember(struct desk *desk, enum side side, const char *sign)
{
    const int64_t *since = desk->since_before[side];
    char name[NAME_BYTES];
    struct buffer text;
    meta_name(side, name);
    buffer_init(&text, 512);
    buffer_printf(&text, "{\"run\":%lld,\"sign\":\"%s\",\"since\":[%lld,%lld,%lld]}",
                  (long long)desk->run, sign, (long long)since[ENTITY_ACCOUNT],
                  (long long)since[ENTITY_HOURS], (long long)since[ENTITY_ANNUAL]);
    enum status status = store_meta_set(desk->store, name, buffer_slice(&text));
    buffer_free(&text);
    return status;
}

bool signs_speak(const struct desk *desk, enum side side)
{
    return !desk->changed[side] && platform_sign(&desk->signs[side]) != SIGN_NONE;
}

enum status signs_judge(struct desk *desk, enum side side)
{
    enum platform_sign sign = platform_sign(&desk->signs[side]);
    if (!signs_speak(desk, side))
        return STATUS_OK;
    desk->changed[side] = true;
    if (desk->guard == NULL)
        desk->guard = conflict_kind_name(KIND_platform_changed);
    enum status status = remember(desk, side, platform_sign_name(sign));
    if (status == STATUS_OK)
        status = finding_side(desk, side, KIND_platform_changed, "", platform_sign_name(sign));
    return status == STATUS_OK
               ? write_event(desk, side, "platform_changed", platform_sign_name(sign))
               : status;
}

/* Still waiting for the operator: counted up, nobody is asked. */
static enum status still_changed(struct desk *desk, enum side side)
{
    char name[NAME_BYTES];
    struct slice text = {0};
    meta_name(side, name);
    enum status status = store_meta_get(desk->store, name, &desk->arena, &text);
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    desk->changed[side] = true;
    desk->guard = conflict_kind_name(KIND_platform_changed);
    return finding_side(desk, side, KIND_platform_changed, "", "waits");
}

enum status signs_open(struct desk *desk)
{
    int64_t lower = 0;
    enum status status = STATUS_OK;
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++)
        status = still_changed(desk, side);
    if (status == STATUS_OK)
        status = lower_count(desk->store, &lower);
    desk->any_lower = lower > 0;
    return status == STATUS_OK && desk->any_lower && !desk_any_changed(desk) ? ask_for_lower(desk)
                                                                             : status;
}
