#include "daemon/work/planned.h"

#include "daemon/sync/merge.h"
#include "daemon/work/hangs.h"
#include "daemon/work/planned_set.h"
#include "daemon/work/redefine.h"
#include "daemon/work/rescope.h"
#include "mapping/encode.h"
#include "mapping/mask.h"
#include "mapping/record_short.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MOST = 64 * 1024 };

static unsigned wave_of(enum entity entity, uint8_t kind, enum write_operation operation)
{
    static const enum wave accounts[] = {WAVE_PERSON, WAVE_PERSON, WAVE_EMPLOYER, WAVE_DEPARTMENT};
    enum wave wave = entity == ENTITY_HOURS ? WAVE_HOURS : accounts[kind <= 3 ? kind : 0];
    return operation == WRITE_REVOKE ? (unsigned)WAVE_REVOKE_HOURS + (WAVE_HOURS - wave)
                                     : (unsigned)wave;
}

static enum status write_body(struct desk *desk, enum side target, const struct record *values,
                              field_set fields, bool create, struct slice *ret)
{
    json_t *body = NULL;
    enum status status = encode_record(desk->mapping, target, values, fields, create, &body);
    if (status != STATUS_OK)
        return status;
    char *text = json_dumps(body, ENCODE_DUMP_FLAGS | JSON_SORT_KEYS);
    json_decref(body);
    if (text == NULL)
        return STATUS_NO_MEMORY;
    *ret = arena_copy(&desk->arena, slice_of(text));
    free(text);
    return ret->at == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

enum status planned_key(struct desk *desk, const struct write *write, struct hash *ret)
{
    struct slice epoch = SLICE("0");
    struct buffer text;
    char name[32];
    (void)snprintf(name, sizeof name, "epoch.%s", side_name(write->target));
    (void)store_meta_get(desk->store, name, &desk->arena, &epoch);
    buffer_init(&text, TEXT_MOST);
    buffer_printf(&text, "%s|%.*s|%s|%.*s|%lld|", side_name(write->target), (int)epoch.size, epoch.at,
                  entity_name(write->entity), (int)write->subject_text.size, write->subject_text.at,
                  (long long)write->version);
    buffer_append(&text, write->target_id);
    buffer_append(&text, SLICE("|"));
    buffer_append(&text, write->body);
    *ret = desk_hash(desk, buffer_slice(&text));
    enum status status = text.status;
    buffer_free(&text);
    return status;
}

static enum status pack(struct desk *desk, const struct record *record, field_set fields,
                        struct slice *ret)
{
    struct buffer text;
    buffer_init(&text, TEXT_MOST);
    record_pack_short(record, fields, &text);
    *ret = arena_copy(&desk->arena, buffer_slice(&text));
    enum status status = ret->at == NULL ? STATUS_NO_MEMORY : text.status;
    buffer_free(&text);
    return status;
}

static enum status name_write(struct desk *desk, const struct pair *pair, struct write *write)
{
    struct buffer masked;
    write->subject_text = pair->findings.subject.text;
    write->subject = desk_hash(desk, write->subject_text);
    memcpy(write->reference, pair->findings.subject.reference, sizeof write->reference);
    buffer_init(&masked, TEXT_MOST);
    mask_subject(write->subject_text, &masked);
    write->masked = arena_copy(&desk->arena, buffer_slice(&masked));
    buffer_free(&masked);
    return write->masked.at == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

static void take_origin(const struct record *record, struct write *write)
{
    bool hours = record->entity == ENTITY_HOURS;
    write->origin_system =
        record->value[hours ? FIELD_HOURS_ORIGIN_SYSTEM : FIELD_ACCOUNT_ORIGIN_SYSTEM];
    write->origin_number =
        record->value[hours ? FIELD_HOURS_ORIGIN_NUMBER : FIELD_ACCOUNT_ORIGIN_NUMBER];
}

static enum status fill_write(struct desk *desk, const struct pair *pair, field_set fields,
                              const struct record *values, struct write *write)
{
    enum side target = write->target;
    bool create = write->operation == WRITE_CREATE;
    if (!create) {
        const struct record *held = &pair->copy[target].decoded.record;
        write->target_id = held->remote_id;
        write->version = held->version;
        enum status status = pack(desk, held, fields, &write->before);
        if (status != STATUS_OK)
            return status;
    }
    if (pair->has[side_other(target)])
        write->source_id = pair->copy[side_other(target)].decoded.record.remote_id;
    take_origin(create ? values : &pair->copy[target].decoded.record, write);
    enum status status = name_write(desk, pair, write);
    if (status == STATUS_OK)
        status = pack(desk, values, fields, &write->values);
    if (status == STATUS_OK)
        status = write_body(desk, target, values, fields, create, &write->body);
    return status == STATUS_OK ? planned_key(desk, write, &write->key) : status;
}

/* Does it take back a final review? before, values: records of the write's fields. */
static bool steps_back(const struct write *write, const struct record *before,
                       const struct record *values)
{
    enum field review = record_review_field(write->entity);
    return write->operation == WRITE_UPDATE && (write->fields & FIELD_BIT(review)) != 0 &&
           merge_review_revoked(before->value[review], values->value[review]);
}

static void count_write(struct desk *desk, const struct pair *pair, const struct write *write,
                        const struct record *values)
{
    bool back = steps_back(write, &pair->copy[write->target].decoded.record, values);
    desk->counts.planned[write->target][write->entity][write->operation]++;
    desk->counts.revoking[write->target][write->entity] += write->operation == WRITE_REVOKE || back;
}

enum status planned_steps_back(const struct write *write, struct slice *ret_from, struct slice *ret_to, bool *ret)
{
    struct record before = {.entity = write->entity};
    struct record values = {.entity = write->entity};
    field_set fields = 0;
    enum status status = record_unpack(write->values, &values, &fields);
    if (status == STATUS_OK && !slice_empty(write->before))
        status = record_unpack(write->before, &before, &fields);
    if (status != STATUS_OK)
        return status;
    *ret = steps_back(write, &before, &values);
    *ret_from = before.value[record_review_field(write->entity)];
    *ret_to = values.value[record_review_field(write->entity)];
    return STATUS_OK;
}

enum status planned_drop(struct desk *desk, const struct write *write, const char *code)
{
    struct slice from = {0};
    struct slice to = {0};
    bool back = false;
    enum status status = planned_steps_back(write, &from, &to, &back);
    if (status == STATUS_OK)
        status = journal_set_state(desk->store, write->number, WRITE_DROPPED, code, desk->now);
    if (status != STATUS_OK)
        return status;
    desk->counts.planned[write->target][write->entity][write->operation]--;
    desk->counts.revoking[write->target][write->entity] -= write->operation == WRITE_REVOKE || back;
    return STATUS_OK;
}

/* Refused, and neither its content nor what it hangs on nor how it is written is another since. */
static enum status refused_before(struct desk *desk, const struct write *write, const struct record *values,
                                  bool *ret, struct slice *ret_code)
{
    struct write rejected = {0};
    bool changed = false;
    *ret = false;
    if (desk->by_operator)
        return STATUS_OK;
    enum status status = journal_rejected(desk->store, write->key, &desk->arena, &rejected);
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    if (status == STATUS_OK)
        status = hangs_changed(desk, write->target, values, write->fields, rejected.known_at, &changed);
    *ret = status == STATUS_OK && !changed && rejected.run >= desk->redefined;
    if (*ret) {
        *ret_code = arena_copy(&desk->arena, slice_of(rejected.code));
        if (ret_code->at == NULL)
            return STATUS_NO_MEMORY;
    }
    return status;
}

/* Has the side other data in one of the fields than what was agreed? Without a base, whoever is carried over. */
static bool brings_data(const struct pair *pair, enum side side, enum side target, field_set fields)
{
    bool brings = false;
    for (enum field field = field_first(pair->entity); field < field_end(pair->entity); field++) {
        if ((fields & FIELD_BIT(field)) == 0)
            continue;
        bool based = (pair->base_fields & FIELD_BIT(field)) != 0;
        brings = brings || (based ? !slice_equal(pair->view[side].value[field], pair->base.value[field])
                                  : side != target);
    }
    return brings;
}

/* What was ordered; else what is no change of data; else the situation. */
static const char *reason_of(const struct desk *desk, const struct pair *pair, enum side target,
                             field_set fields)
{
    const char *cause = NULL;
    if (pair->reason != NULL)
        return pair->reason;
    if (rescope_new(desk, slice_of(pair->findings.subject.region)))
        return CAUSE_SCOPE;
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        if (!pair->has[side] || !brings_data(pair, side, target, fields))
            continue;
        if (slice_empty(pair->copy[side].staged.cause))
            return situation_name(pair->judgement.situation);
        cause = slice_is(pair->copy[side].staged.cause, CAUSE_SCOPE) ? CAUSE_SCOPE : CAUSE_MAPPING;
    }
    return cause != NULL ? cause : situation_name(pair->judgement.situation);
}

enum status planned_write(struct desk *desk, const struct pair *pair, enum side target,
                          enum write_operation operation, field_set fields,
                          const struct record *values, enum planned *ret, struct slice *ret_code)
{
    struct write write = {.run = desk->run,
                          .target = target,
                          .entity = pair->entity,
                          .operation = operation,
                          .state = WRITE_PLANNED,
                          .wave = wave_of(pair->entity, pair->copy[pair->side].staged.kind, operation),
                          .reason = reason_of(desk, pair, target, fields),
                          .fields = fields,
                          .decided = pair->judgement.decided & fields,
                          .undoes = pair->undoes};
    bool refused = false;
    enum status status = fill_write(desk, pair, fields, values, &write);
    if (status == STATUS_OK)
        status = refused_before(desk, &write, values, &refused, ret_code);
    *ret = refused ? PLANNED_REFUSED : PLANNED_NOW;
    if (status != STATUS_OK || refused)
        return status;
    status = journal_plan(desk->store, &write);
    if (status == STATUS_OK)
        status = planned_note(desk, &write);
    count_write(desk, pair, &write, values);
    return status;
}
