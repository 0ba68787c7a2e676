#include "daemon/work/receive.h"

#include "daemon/work/apply.h"
#include "daemon/work/finding.h"
#include "daemon/work/intake.h"
#include "daemon/work/recent_page.h"
#include "daemon/work/roll_call.h"
#include "daemon/work/signs.h"
#include "daemon/work/unstored.h"

#include <string.h>

/* An exchange longer than this says nothing exact about the server's clock. */
enum { MEASURABLE_MS = 2000, HTTP_NOT_MODIFIED = 304 };

static void measure_clock(const struct reply *reply, const struct answer *answer,
                          const struct exchange *exchange, struct received *ret)
{
    if (reply->end != REPLY_COMPLETE || reply->took_ms > MEASURABLE_MS)
        return;
    if (exchange->purpose == PURPOSE_CLOCK && answer->class == ANSWER_OK && answer->now != 0) {
        ret->has_offset = true;
        ret->offset_ms = answer->now * 1000 - reply->arrived_ms;
    } else if (answer->has_date) {
        ret->has_offset = true;
        ret->offset_ms = answer->date_ms - reply->arrived_ms;
    }
    /* both clocks show whole seconds: less than one apart is no offset */
    if (ret->has_offset && ret->offset_ms > -1000 && ret->offset_ms <= 0)
        ret->offset_ms = 0;
}

static enum status drifted(struct desk *desk, const struct exchange *exchange)
{
    desk->entity_stopped[exchange->side][exchange->request.entity] = true;
    return finding_side(desk, exchange->side, KIND_schema_drift,
                        entity_name(exchange->request.entity), "missing");
}

static enum status take_page(struct desk *desk, struct exchange *exchange,
                             const struct answer *answer, struct received *ret)
{
    enum status status = intake_page(desk, exchange->side, exchange->request.entity, answer,
                                     exchange->listed, &ret->page, &ret->stopped);
    if (status == STATUS_OK && ret->stopped)
        status = drifted(desk, exchange);
    ret->page.next = arena_copy(&exchange->arena, ret->page.next);
    return status == STATUS_OK && exchange->listed ? roll_call_ahead(desk, exchange, &ret->ahead) : status;
}

/* It stands so by its id too: a write of ours was not stored, or the platform is another one. */
static enum status take_lower(struct desk *desk, const struct exchange *exchange, struct slice row)
{
    enum side side = exchange->side;
    enum entity entity = exchange->request.entity;
    bool unstored = false;
    enum status status = unstored_take(desk, side, entity, exchange->request.remote_id, row, &unstored);
    return status != STATUS_OK || unstored
               ? status
               : signs_lower_by_id(desk, side, entity, exchange->request.remote_id);
}

static enum status take_need(struct desk *desk, struct exchange *exchange,
                             const struct answer *answer, struct received *ret)
{
    enum intake_outcome outcome = INTAKE_UNCHANGED;
    enum side side = exchange->side;
    enum entity entity = exchange->request.entity;
    enum status status = STATUS_OK;
    if (exchange->request.call != CALL_READ && answer->class != ANSWER_NOT_FOUND)
        return take_page(desk, exchange, answer, ret);
    if (answer->class == ANSWER_NOT_FOUND)
        status = intake_gone(desk, side, entity, exchange->request.remote_id);
    else if (!slice_empty(answer->record))
        status = intake_record(desk, side, entity, answer->record, INTAKE_BY_ID, &outcome);
    if (status == STATUS_OK && outcome == INTAKE_STALE)
        status = take_lower(desk, exchange, answer->record);
    return status == STATUS_OK ? signs_judge(desk, side) : status;
}

static enum status take(struct desk *desk, struct exchange *exchange, const struct answer *answer,
                        struct received *ret)
{
    bool ok = answer->class == ANSWER_OK || answer->class == ANSWER_EMPTY;
    switch (exchange->purpose) {
    case PURPOSE_LISTING: return ok ? take_page(desk, exchange, answer, ret) : STATUS_OK;
    case PURPOSE_NEED:
        return ok || answer->class == ANSWER_NOT_FOUND ? take_need(desk, exchange, answer, ret)
                                                       : STATUS_OK;
    case PURPOSE_WRITE: return apply_answer(desk, exchange, answer, ret);
    case PURPOSE_TOKEN:
    case PURPOSE_CLOCK:
    default: return STATUS_OK;
    }
}

/* What the rows of this answer are staged with. */
static void note_fetch(struct desk *desk, const struct exchange *exchange)
{
    desk->fetch = (struct stage_fetch){.run = desk->run,
                                       .at = desk->now,
                                       .call = slice_of(call_name(exchange->request.call)),
                                       .page = exchange->request.page};
}

/* A page that is known, as a whole or because it is empty: nothing of it is written anywhere. */
static bool writes_nothing(const struct exchange *exchange, const struct answer *answer)
{
    if (exchange->purpose == PURPOSE_LISTING)
        return answer->unsent || (!exchange->listed && (answer->rows_same || answer->row_count == 0));
    return exchange->purpose == PURPOSE_TOKEN || exchange->purpose == PURPOSE_CLOCK;
}

static enum status in_transaction(struct desk *desk, struct exchange *exchange,
                                  const struct answer *answer, struct received *ret)
{
    /* Of a write whose answer is lost with the machine, that it was sent is on the disk: its target is read. */
    enum status status =
        exchange->purpose == PURPOSE_WRITE ? store_begin_unsynced(desk->store) : store_begin(desk->store);
    if (status != STATUS_OK)
        return status;
    arena_reset(&desk->arena);
    note_fetch(desk, exchange);
    status = take(desk, exchange, answer, ret);
    if (status != STATUS_OK) {
        store_rollback(desk->store);
        return status;
    }
    return store_commit(desk->store);
}

/* A write that may go out again as it is keeps its rows 'sent'; only a final answer is taken. */
static bool to_be_sent_again(const struct answer *answer)
{
    return answer->class == ANSWER_RETRY || answer->class == ANSWER_SLOW_DOWN ||
           answer->class == ANSWER_RENEW_TOKEN || answer->class == ANSWER_CLOCK_OFF ||
           answer->class == ANSWER_NEW_NONCE;
}

static bool is_unsent(const struct exchange *exchange, const struct reply *reply)
{
    return exchange->listed && exchange->conditional && reply->end == REPLY_COMPLETE &&
           reply->status == HTTP_NOT_MODIFIED;
}

/* A page that the platform need not send. When it is not believed, it is asked for once more, and has to come. */
static enum status read_unsent(struct desk *desk, struct exchange *exchange, const struct reply *reply,
                               struct answer *ret)
{
    enum side side = exchange->side;
    bool believed = false;
    enum status status = roll_call_believe(desk, exchange, reply, &believed);
    if (status == STATUS_OK && believed) {
        answer_unsent(desk->definition[side], reply, roll_call_total(desk, side, exchange->request.entity), ret);
        return STATUS_OK;
    }
    exchange->request.known = (struct known_page){.of = {0}};
    *ret = (struct answer){.class = ANSWER_NEW_NONCE, .delay_ms = -1};
    return status;
}

static enum status read_answer(struct desk *desk, struct exchange *exchange, const struct reply *reply,
                               struct answer *ret)
{
    struct split_expected expected = {.size = 0};
    enum status status = STATUS_OK;
    recent_page_none(desk);
    if (is_unsent(exchange, reply))
        return read_unsent(desk, exchange, reply, ret);
    if (exchange->purpose == PURPOSE_LISTING && !exchange->listed)
        recent_page_open(desk, exchange->side, exchange->request.entity, &expected);
    if (exchange->listed)
        status = roll_call_open(desk, exchange->side, exchange->request.entity, exchange->request.page,
                                &expected);
    if (status != STATUS_OK)
        return status;
    status = answer_read(desk->definition[exchange->side], &exchange->request, reply, &expected,
                         &exchange->arena, ret);
    memcpy(ret->known.of, exchange->of, sizeof ret->known.of);
    return status;
}

static enum status take_alone(struct desk *desk, struct exchange *exchange, const struct answer *answer,
                              struct received *ret)
{
    arena_reset(&desk->arena);
    note_fetch(desk, exchange);
    return take(desk, exchange, answer, ret);
}

void receive(struct desk *desk, struct exchange *exchange, const struct reply *reply,
             struct received *ret, struct slice *ret_token)
{
    struct answer answer = {.class = ANSWER_FATAL};
    *ret = (struct received){.delay_ms = -1};
    *ret_token = (struct slice){0};
    ret->status = read_answer(desk, exchange, reply, &answer);
    if (ret->status != STATUS_OK)
        return;
    ret->class = answer.class;
    ret->delay_ms = answer.delay_ms;
    ret->token_seconds = answer.token_seconds;
    memcpy(ret->code, answer.code, sizeof ret->code);
    measure_clock(reply, &answer, exchange, ret);
    *ret_token = answer.token;
    if (to_be_sent_again(&answer))
        return;
    ret->status = writes_nothing(exchange, &answer) ? take_alone(desk, exchange, &answer, ret)
                                                    : in_transaction(desk, exchange, &answer, ret);
}
