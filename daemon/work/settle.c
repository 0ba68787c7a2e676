#include "daemon/work/settle.h"

#include "daemon/work/apply.h"
#include "daemon/work/at_hand.h"
#include "daemon/work/intake.h"
#include "daemon/work/pair.h"
#include "daemon/work/planned.h"
#include "daemon/work/undo.h"
#include "daemon/work/write_base.h"

static bool other_text(struct slice stored, struct slice sent)
{
    return !slice_empty(stored) && !slice_empty(sent) && !slice_equal(stored, sent);
}

static bool other_origin(const struct record *stored, const struct write *write)
{
    bool account = write->entity == ENTITY_ACCOUNT;
    enum field system = account ? FIELD_ACCOUNT_ORIGIN_SYSTEM : FIELD_HOURS_ORIGIN_SYSTEM;
    enum field number = account ? FIELD_ACCOUNT_ORIGIN_NUMBER : FIELD_HOURS_ORIGIN_NUMBER;
    return other_text(stored->value[system], write->origin_system) ||
           other_text(stored->value[number], write->origin_number);
}

/* Is what was created said to be a record that is linked with another one? */
static enum status is_anothers(struct desk *desk, const struct write *write, struct slice stored_id, bool *ret)
{
    struct link link = {.number = 0};
    enum status status = link_by_remote(desk->store, write->entity, write->target, stored_id, &desk->arena, &link);
    *ret = status == STATUS_OK && !slice_equal(link.remote_id[side_other(write->target)], write->source_id);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* What no answer to this write may say, in one word; NULL: nothing. */
static enum status broken_promise(struct desk *desk, const struct record *stored, const struct write *write,
                                  const char **ret)
{
    bool anothers = false;
    *ret = NULL;
    if (write->operation != WRITE_CREATE) {
        *ret = !slice_equal(stored->remote_id, write->target_id) ? "other_record"
               : stored->version <= write->version               ? "version_kept"
                                                                 : NULL;
        return STATUS_OK;
    }
    enum status status = is_anothers(desk, write, stored->remote_id, &anothers);
    *ret = anothers ? "other_record" : other_origin(stored, write) ? "other_origin" : NULL;
    return status;
}

/* A step back from hrss that was carried over is told by itself (reconciliation.md, "Merging a field"). */
static enum status log_settled(struct desk *desk, const struct write *write)
{
    struct slice from = {0};
    struct slice to = {0};
    bool back = false;
    struct buffer members;
    enum status status = apply_log(desk, write, "write");
    if (status == STATUS_OK)
        status = planned_steps_back(write, &from, &to, &back);
    if (status != STATUS_OK || !back)
        return status;
    buffer_init(&members, 1024);
    buffer_printf(&members, "\"run\":%lld,\"write\":%lld,\"to\":\"%s\",\"entity\":\"%s\",\"ref\":\"%s\","
                  "\"before\":\"%.*s\",\"after\":\"%.*s\"", (long long)desk->run, (long long)write->number,
                  side_name(write->target), entity_name(write->entity), write->reference, (int)from.size,
                  from.at, (int)to.size, to.at);
    status = desk_event(desk, "review_revoked", &members);
    buffer_free(&members);
    return status;
}

/* A create's counterpart is linked at once, so that it is never created again. */
static enum status link_created(struct desk *desk, const struct write *write, struct slice stored_id)
{
    struct link link = {.entity = write->entity, .evidence = EVIDENCE_CREATED, .run = desk->run};
    if (write->operation != WRITE_CREATE)
        return STATUS_OK;
    enum status status = link_by_remote(desk->store, write->entity, write->target, stored_id,
                                        &desk->arena, &link);
    if (status != STATUS_NOT_FOUND)
        return status;
    link.remote_id[write->target] = stored_id;
    link.remote_id[side_other(write->target)] = write->source_id;
    return link_put(desk->store, &link);
}

static enum status note_settled(struct desk *desk, const struct write *write, struct slice stored_id)
{
    enum status status = link_created(desk, write, stored_id);
    if (status == STATUS_OK)
        status = journal_set_state(desk->store, write->number, WRITE_SETTLED, "", desk->now);
    return status == STATUS_OK ? log_settled(desk, write) : status;
}

enum status settle_take(struct desk *desk, struct settling *settling, struct slice row, struct arena *texts,
                        struct received *ret)
{
    const struct write *write = &settling->write;
    struct decoded *decoded = &settling->decoded;
    enum intake_outcome outcome = INTAKE_UNCHANGED;
    const char *broken = NULL;
    enum status status = decode_record(desk->mapping, write->target, write->entity, row, desk->now, texts, decoded);
    if (status == STATUS_INVALID || (status == STATUS_OK && !decoded->ok)) {
        ret->unknown++;
        return STATUS_OK; /* stays 'sent': the target is read before anything else */
    }
    if (status == STATUS_OK)
        status = broken_promise(desk, &decoded->record, write, &broken);
    if (broken != NULL) { /* nothing of it is believed: what became of the write, the next reading shows */
        ret->rejected++;
        return apply_rejected(desk, write, broken);
    }
    if (status == STATUS_OK)
        status = intake_decoded(desk, write->target, write->entity, row, decoded, INTAKE_BY_ID, &outcome);
    if (status == STATUS_OK && !write_base_holds(&decoded->record, write)) {
        ret->rejected++;
        return apply_rejected(desk, write, "not_stored");
    }
    if (status == STATUS_OK)
        status = note_settled(desk, write, decoded->record.remote_id);
    ret->settled++;
    settling->row = row;
    settling->holds = true;
    return status;
}

/* The row that was just taken in, decoded, and what bears its key: no second look at them. */
static enum status judge_pair(struct desk *desk, const struct settling *settling)
{
    const struct write *write = &settling->write;
    const struct staged named = {.entity = write->entity, .key = write->subject};
    enum status status = at_hand_take(desk, &named);
    at_hand_note_decoded(desk, write->target, settling->row, &settling->decoded);
    if (status == STATUS_OK)
        status = pair_judge(desk, write->target, write->entity, settling->decoded.record.remote_id, false);
    at_hand_note_decoded(desk, write->target, settling->row, NULL);
    at_hand_drop(desk);
    return status;
}

enum status settle_judge(struct desk *desk, const struct settling *settling)
{
    enum status status =
        settling->write.undoes != 0 ? undo_hold_write(desk, &settling->write) : STATUS_OK;
    return status == STATUS_OK ? judge_pair(desk, settling) : status;
}
