#include "daemon/work/apply.h"

#include "daemon/store/learners.h"
#include "daemon/work/finding.h"
#include "daemon/work/hangs.h"
#include "daemon/work/intake.h"
#include "daemon/work/region.h"
#include "daemon/work/settle.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXTS_BYTES = 4 * 1024 * 1024 };

/* What it names stands on the target by now, or that failed and the write waits. */
static enum status still_hangs(struct desk *desk, const struct write *write, bool *ret)
{
    struct record values;
    field_set fields = 0;
    *ret = true;
    if (write->operation == WRITE_REVOKE || (write->entity == ENTITY_HOURS && write->operation != WRITE_CREATE))
        return STATUS_OK;
    enum status status = record_unpack(write->values, &values, &fields);
    return status == STATUS_OK ? hangs_stand(desk, write->target, &values, fields, ret) : status;
}

static enum status fill_item(struct exchange *exchange, const struct write *write)
{
    size_t index = exchange->request.item_count;
    struct request_item *item = &exchange->items[index];
    item->record = json_loadb(write->body.at, write->body.size,
                              JSON_REJECT_DUPLICATES, NULL);
    if (item->record == NULL)
        return STATUS_CORRUPT;
    exchange->writes[index] = write->number;
    exchange->request.item_count++;
    item->version = write->version;
    item->remote_id = arena_copy(&exchange->arena, write->target_id);
    item->origin_system = arena_copy(&exchange->arena, write->origin_system);
    item->origin_number = arena_copy(&exchange->arena, write->origin_number);
    bool full = item->remote_id.at == NULL || item->origin_system.at == NULL ||
                item->origin_number.at == NULL;
    return full ? STATUS_NO_MEMORY : STATUS_OK;
}

/* What was refused under its key goes under another one, the same after any crash: a platform may keep refusals, and
 * one that answered without storing keeps that answer. */
static enum status unused_key(struct desk *desk, struct hash *key)
{
    struct write rejected = {0};
    struct buffer text;
    enum status status = journal_rejected(desk->store, *key, &desk->arena, &rejected);
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    buffer_init(&text, 256);
    buffer_hex(&text, key->at, sizeof key->at, false);
    buffer_printf(&text, "|%lld", (long long)rejected.number);
    *key = desk_hash(desk, buffer_slice(&text));
    status = text.status;
    buffer_free(&text);
    return status;
}

/* A batch is a unit: its key covers the ordered keys of its items. */
static enum status name_batch(struct desk *desk, struct exchange *exchange,
                              const struct hash *keys, struct hash *ret)
{
    struct buffer hex;
    size_t count = exchange->request.item_count;
    *ret = keys[0];
    if (exchange->request.call == CALL_BATCH)
        *ret = desk_hash(desk, (struct slice){(const char *)keys, count * sizeof *keys});
    buffer_init(&hex, 256);
    buffer_hex(&hex, ret->at, sizeof ret->at, false);
    exchange->request.key = arena_copy(&exchange->arena, buffer_slice(&hex));
    buffer_free(&hex);
    return exchange->request.key.at == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

static enum status fill_exchange(struct desk *desk, struct exchange *exchange,
                                 const struct write *writes, size_t count)
{
    struct hash keys[EXCHANGE_ITEMS];
    struct hash batch = {{0}};
    for (size_t index = 0; index < count; index++) {
        bool hangs = true;
        enum status status = still_hangs(desk, &writes[index], &hangs);
        if (status == STATUS_OK && !hangs)
            status = journal_set_state(desk->store, writes[index].number, WRITE_DROPPED, "", desk->now);
        if (status == STATUS_OK && hangs) {
            keys[exchange->request.item_count] = writes[index].key;
            if (definition_idempotent(desk->definition[writes[index].target]))
                status = unused_key(desk, &keys[exchange->request.item_count]);
        }
        if (status == STATUS_OK && hangs)
            status = fill_item(exchange, &writes[index]);
        if (status != STATUS_OK)
            return status;
    }
    if (exchange->request.item_count == 0)
        return STATUS_OK;
    enum status status = name_batch(desk, exchange, keys, &batch);
    for (size_t index = 0; status == STATUS_OK && index < exchange->request.item_count; index++)
        status = journal_set_sent(desk->store, exchange->writes[index], batch, desk->now);
    return status;
}

static size_t batch_size(const struct desk *desk, enum side target, enum entity entity)
{
    size_t size = definition_batch_size(desk->definition[target], entity);
    return size == 0 ? 1 : size < EXCHANGE_ITEMS ? size : EXCHANGE_ITEMS;
}

/* A batch holds creates and updates alike; a single write is one or the other. */
static enum call call_of(const struct desk *desk, const struct write *write)
{
    if (definition_batch_size(desk->definition[write->target], write->entity) > 0)
        return CALL_BATCH;
    return write->operation == WRITE_CREATE ? CALL_CREATE : CALL_UPDATE;
}

static enum status next_of(struct desk *desk, unsigned wave, enum side target, enum entity entity,
                           struct exchange **ret)
{
    struct write *writes = arena_alloc(&desk->arena, EXCHANGE_ITEMS * sizeof *writes);
    size_t count = 0;
    if (writes == NULL)
        return STATUS_NO_MEMORY;
    enum status status = journal_planned(desk->store, desk->run, wave, target, entity,
                                         batch_size(desk, target, entity), &desk->arena, writes, &count);
    if (status == STATUS_NOT_FOUND || (status == STATUS_OK && count == 0))
        return STATUS_OK;
    if (status != STATUS_OK)
        return status;
    struct exchange *exchange = exchange_new(target, PURPOSE_WRITE);
    if (exchange == NULL)
        return STATUS_NO_MEMORY;
    exchange->request.entity = entity;
    exchange->request.call = call_of(desk, &writes[0]);
    exchange->request.items = exchange->items;
    exchange->request.remote_id = arena_copy(&exchange->arena, writes[0].target_id);
    status = fill_exchange(desk, exchange, writes, count);
    if (status != STATUS_OK) {
        exchange_free(exchange);
        return status;
    }
    *ret = exchange;
    return STATUS_OK;
}

static enum status find_next(struct desk *desk, unsigned wave, const struct apply_room *room,
                             struct exchange **ret)
{
    static const enum entity entities[] = {ENTITY_ACCOUNT, ENTITY_HOURS};
    const enum side sides[] = {room->first, side_other(room->first)};
    enum status status = STATUS_OK;
    for (size_t place = 0; place < SIDES; place++) {
        for (size_t index = 0; room->of[sides[place]] && index < 2; index++) {
            status = next_of(desk, wave, sides[place], entities[index], ret);
            if (status != STATUS_OK || *ret != NULL)
                return status;
        }
    }
    return status;
}

static enum status next_in_transaction(struct desk *desk, unsigned wave, const struct apply_room *room,
                                       struct exchange **ret, unsigned *ret_wave)
{
    enum status status = journal_next_wave(desk->store, desk->run, ret_wave);
    if (status == STATUS_NOT_FOUND) {
        *ret_wave = UINT_MAX;
        return STATUS_OK;
    }
    if (status != STATUS_OK || *ret_wave > wave)
        return status;
    do { /* a request whose items were all dropped is none */
        exchange_free(*ret);
        *ret = NULL;
        status = find_next(desk, *ret_wave, room, ret);
    } while (status == STATUS_OK && *ret != NULL && (*ret)->request.item_count == 0);
    return status;
}

enum status apply_next(struct desk *desk, unsigned wave, const struct apply_room *room, struct exchange **ret,
                       unsigned *ret_wave)
{
    *ret = NULL;
    arena_reset(&desk->arena);
    enum status status = store_begin(desk->store);
    if (status != STATUS_OK)
        return status;
    status = next_in_transaction(desk, wave, room, ret, ret_wave);
    if (status == STATUS_OK)
        status = store_commit(desk->store);
    else
        store_rollback(desk->store);
    if (status != STATUS_OK) {
        exchange_free(*ret);
        *ret = NULL;
    }
    return status;
}

enum status apply_log(struct desk *desk, const struct write *write, const char *event)
{
    struct buffer members;
    buffer_init(&members, 2048);
    buffer_printf(&members, "\"run\":%lld,\"write\":%lld,\"to\":\"%s\",\"entity\":\"%s\",\"operation\":\"%s\","
                  "\"ref\":\"%s\",\"code\":\"%s\"", (long long)desk->run, (long long)write->number,
                  side_name(write->target), entity_name(write->entity),
                  write_operation_name(write->operation), write->reference, write->code);
    enum status status = desk_event(desk, event, &members);
    buffer_free(&members);
    return status;
}

static void subject_of(const struct write *write, struct finding_subject *ret)
{
    *ret = (struct finding_subject){.entity = write->entity, .text = write->subject_text};
    ret->remote_id[write->target] = write->target_id;
    ret->remote_id[side_other(write->target)] = write->source_id;
}

/* The source's record is held apart, and its learner's totals name that. */
static enum status note_refused(struct desk *desk, const struct write *write)
{
    struct staged source = {0};
    if (write->entity != ENTITY_HOURS || slice_empty(write->source_id))
        return STATUS_OK;
    enum side side = side_other(write->target);
    enum status status = stage_get(desk->store, side, write->entity, write->source_id, false,
                                   &desk->arena, &source);
    if (status == STATUS_OK)
        status = stage_set_open(desk->store, side, write->entity, write->source_id,
                                conflict_kind_name(KIND_write_rejected));
    if (status == STATUS_OK && !hash_is_zero(source.person))
        status = learner_mark(desk->store, source.person);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status apply_rejected(struct desk *desk, const struct write *write, const char *reason)
{
    struct finding_subject subject;
    struct write told = *write;
    subject_of(write, &subject);
    (void)snprintf(told.code, sizeof told.code, "%s", reason);
    enum status status =
        journal_set_state(desk->store, write->number, WRITE_REJECTED, reason, desk->now);
    if (status == STATUS_OK)
        status = finding_alone(desk, &subject, conflict_kind_name(KIND_write_rejected), "", reason);
    if (status == STATUS_OK)
        status = note_refused(desk, write);
    return status == STATUS_OK ? apply_log(desk, &told, "write_rejected") : status;
}

/* Someone else wrote, or the record is there already: what the answer shows is staged, and decided again. */
static enum status overtaken(struct desk *desk, const struct write *write,
                             const struct answer_item *item, struct received *ret)
{
    enum intake_outcome outcome = INTAKE_UNCHANGED;
    bool asked = false;
    enum status status =
        journal_set_state(desk->store, write->number, WRITE_OVERTAKEN, item->code, desk->now);
    if (status == STATUS_OK && !slice_empty(item->record))
        status = intake_record(desk, write->target, write->entity, item->record, INTAKE_BY_ID,
                                   &outcome);
    else if (status == STATUS_OK && !slice_empty(item->remote_id))
        status = need_by_id(desk, write->target, write->entity, item->remote_id, &asked);
    else if (status == STATUS_OK && !slice_empty(write->target_id))
        status = need_by_id(desk, write->target, write->entity, write->target_id, &asked);
    if (status == STATUS_OK && !slice_empty(write->source_id))
        status = stage_set_dirty(desk->store, side_other(write->target), write->entity,
                                 write->source_id, true);
    ret->overtaken++;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Refused for the person's region: it waits for that, and is decided again by what her account shows. */
static enum status refused(struct desk *desk, const struct write *write, const struct answer_item *item,
                           struct received *ret)
{
    bool elsewhere = false;
    enum status status = region_refused(desk, write, item->fields, &elsewhere);
    if (status != STATUS_OK)
        return status;
    if (elsewhere)
        return overtaken(desk, write, item, ret);
    ret->rejected++;
    return apply_rejected(desk, write, item->code);
}

static enum status item_answer(struct desk *desk, struct settling *settling, const struct answer_item *item,
                               struct arena *texts, struct received *ret)
{
    const struct write *write = &settling->write;
    switch (item->class) {
    case ANSWER_OK:
    case ANSWER_EMPTY:
        if (slice_empty(item->record)) {
            ret->unknown++;
            return STATUS_OK;
        }
        return settle_take(desk, settling, item->record, texts, ret);
    case ANSWER_PRECONDITION:
    case ANSWER_DUPLICATE:
    case ANSWER_NOT_FOUND: return overtaken(desk, write, item, ret);
    case ANSWER_REJECTED: return refused(desk, write, item, ret);
    case ANSWER_UNKNOWN:
    case ANSWER_RETRY:
    case ANSWER_SLOW_DOWN:
    case ANSWER_RENEW_TOKEN:
    case ANSWER_CLOCK_OFF:
    case ANSWER_NEW_NONCE:
    case ANSWER_CURSOR_DEAD:
    case ANSWER_FATAL:
    case ANSWER_CLASSES:
    default: ret->unknown++; return STATUS_OK;
    }
}

static void item_of(const struct exchange *exchange, const struct answer *answer, size_t index,
                    struct answer_item *ret)
{
    if (exchange->request.call == CALL_BATCH && answer->class == ANSWER_OK &&
        index < answer->item_count) {
        *ret = answer->items[index];
        return;
    }
    *ret = (struct answer_item){.index = index, .class = answer->class, .record = answer->record,
                                .remote_id = answer->remote_id, .fields = answer->fields};
    memcpy(ret->code, answer->code, sizeof ret->code);
    if (exchange->request.call == CALL_BATCH && answer->class == ANSWER_OK)
        ret->class = ANSWER_UNKNOWN; /* the answer does not name this item */
}

static enum status take_item(struct desk *desk, int64_t number, const struct answer_item *item, struct arena *texts,
                             struct received *ret)
{
    struct settling settling = {.holds = false};
    enum status status = journal_get(desk->store, number, texts, &settling.write);
    if (status != STATUS_OK || settling.write.state != WRITE_SENT)
        return status;
    memcpy(settling.write.code, item->code, sizeof settling.write.code);
    status = item_answer(desk, &settling, item, texts, ret);
    return status == STATUS_OK && settling.holds ? settle_judge(desk, &settling) : status;
}

enum status apply_answer(struct desk *desk, const struct exchange *exchange,
                         const struct answer *answer, struct received *ret)
{
    struct arena texts; /* of one write: outlive the judging of its pair, which resets the desk's arena */
    enum status status = STATUS_OK;
    arena_init(&texts, TEXTS_BYTES);
    for (size_t index = 0; status == STATUS_OK && index < exchange->request.item_count; index++) {
        struct answer_item item;
        arena_reset(&texts);
        item_of(exchange, answer, index, &item);
        status = take_item(desk, exchange->writes[index], &item, &texts, ret);
    }
    arena_free(&texts);
    if (status != STATUS_OK)
        return status;
    desk->counts.settled[exchange->side] += (int64_t)ret->settled;
    desk->counts.rejected[exchange->side] += (int64_t)ret->rejected;
    desk->counts.overtaken[exchange->side] += (int64_t)ret->overtaken;
    desk->counts.unknown[exchange->side] += (int64_t)ret->unknown;
    return STATUS_OK;
}
