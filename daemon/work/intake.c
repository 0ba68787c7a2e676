#include "daemon/work/intake_inside.h"

#include "daemon/store/copy.h"
#include "daemon/store/learners.h"
#include "daemon/work/damage.h"
#include "daemon/work/finding.h"
#include "daemon/work/nowhere.h"
#include "daemon/work/redefine.h"
#include "daemon/work/signs.h"
#include "daemon/work/unknown_field.h"
#include "daemon/work/unstored.h"

#include <string.h>

enum { CODES_MOST = 16 };

static void content_hash(struct desk *desk, const struct record *record, struct hash *ret)
{
    digest_record(desk->digest, record, ret->at);
}

static uint8_t kind_number(const struct record *record)
{
    if (record->entity == ENTITY_ACCOUNT) {
        struct slice kind = record->value[FIELD_ACCOUNT_KIND];
        return slice_is(kind, "person") ? 1 : slice_is(kind, "employer") ? 2 : 3;
    }
    return 0;
}

static struct slice person_of(const struct record *record)
{
    if (record->entity == ENTITY_HOURS)
        return record->value[FIELD_HOURS_PERSON];
    if (record->entity == ENTITY_ANNUAL)
        return record->value[FIELD_ANNUAL_PERSON];
    return slice_is(record->value[FIELD_ACCOUNT_KIND], "person") ? record->value[FIELD_ACCOUNT_CODE]
                                                                 : (struct slice){0};
}

static enum staged_state state_of(const struct desk *desk, const struct decoded *decoded)
{
    const struct record *record = &decoded->record;
    if (!decoded->ok)
        return STAGED_QUARANTINED;
    if (record->entity == ENTITY_ACCOUNT &&
        !slice_starts(record->value[FIELD_ACCOUNT_REGION], desk->region))
        return STAGED_OUTSIDE;
    if (record->entity != ENTITY_ANNUAL && !record_valid(record))
        return STAGED_INVALID;
    return STAGED_PRESENT;
}

static enum status fill_hashes(struct desk *desk, const struct decoded *decoded,
                               struct staged *staged)
{
    const struct record *record = &decoded->record;
    struct buffer text;
    struct slice person = person_of(record);
    buffer_init(&text, 4096);
    if (decoded->key_readable) {
        record_subject(record, &text);
        staged->key = desk_hash(desk, buffer_slice(&text));
    }
    if (!slice_empty(person))
        staged->person = desk_account_hash(desk, "person", person);
    buffer_clear(&text);
    if (record->entity == ENTITY_HOURS && decoded->ok && record_natural_key(record, person, &text))
        staged->natural = desk_hash(desk, buffer_slice(&text));
    enum status status = text.status;
    buffer_free(&text);
    return status;
}

static enum status put_codes(struct desk *desk, enum side side, const struct decoded *decoded)
{
    const struct record *record = &decoded->record;
    struct staged_code codes[CODES_MOST] = {{{{0}}, false}};
    size_t count = 0;
    char kind[16] = {0};
    struct slice word = record->value[FIELD_ACCOUNT_KIND];
    struct slice former = record->value[FIELD_ACCOUNT_FORMER_CODES];
    struct slice code = {0};
    if (slice_empty(record->value[FIELD_ACCOUNT_CODE]) || word.size >= sizeof kind)
        return stage_put_codes(desk->store, side, record->remote_id, codes, 0);
    memcpy(kind, word.at, word.size);
    codes[count++].code = desk_account_hash(desk, kind, record->value[FIELD_ACCOUNT_CODE]);
    while (count < CODES_MOST && slice_next_word(&former, &code)) {
        codes[count].code = desk_account_hash(desk, kind, code);
        codes[count++].former = true;
    }
    return stage_put_codes(desk->store, side, record->remote_id, codes, count);
}

static enum status wake_hours(struct desk *desk, struct slice code)
{
    struct hash person = desk_account_hash(desk, "person", code);
    enum status status = learner_mark(desk->store, person);
    if (status == STATUS_OK)
        status = stage_dirty_person(desk->store, MUNICIPAL, person);
    return status == STATUS_OK ? stage_dirty_person(desk->store, PROVINCIAL, person) : status;
}

/* What hangs on an account is judged anew when the account is new or changed: the hour records of both sides
 * under each of its codes, since their eligibility and their persons are read from it. Accounts that wait may
 * wait for an organisation: they are woken together, before the next decision. */
static enum status wake_dependents(struct desk *desk, const struct decoded *decoded)
{
    const struct record *record = &decoded->record;
    struct slice former = record->value[FIELD_ACCOUNT_FORMER_CODES];
    struct slice code = person_of(record);
    desk->organisation_changed =
        desk->organisation_changed || (record->entity == ENTITY_ACCOUNT && slice_empty(code));
    if (record->entity != ENTITY_ACCOUNT || slice_empty(code))
        return STATUS_OK;
    enum status status = wake_hours(desk, code);
    while (status == STATUS_OK && slice_next_word(&former, &code))
        status = wake_hours(desk, code);
    return status;
}

static enum status mark_learner(struct desk *desk, struct hash person)
{
    return hash_is_zero(person) ? STATUS_OK : learner_mark(desk->store, person);
}

/* Yearly results are judged with their learner; a record that changes hands, with its old one too. A new hour
 * record's learner is marked when it is judged. */
static enum status mark_learners(struct desk *desk, const struct staged *staged,
                                 const struct staged *known)
{
    if (staged->entity == ENTITY_ANNUAL)
        return mark_learner(desk, staged->person);
    if (known == NULL || staged->entity != ENTITY_HOURS)
        return STATUS_OK;
    enum status status = mark_learner(desk, known->person);
    return status == STATUS_OK ? mark_learner(desk, staged->person) : status;
}

/* The code that a known organisation bore so far; empty: it keeps it, or is none. */
static enum status code_before(struct desk *desk, enum side side, const struct decoded *decoded,
                               bool known, struct slice *ret)
{
    struct desk_copy before;
    const struct record *record = &decoded->record;
    *ret = (struct slice){0};
    if (!known || record->entity != ENTITY_ACCOUNT || !slice_empty(person_of(record)))
        return STATUS_OK;
    enum status status = desk_copy(desk, side, ENTITY_ACCOUNT, record->remote_id, &before);
    if (status == STATUS_OK && !slice_equal(before.decoded.record.value[FIELD_ACCOUNT_CODE],
                                            record->value[FIELD_ACCOUNT_CODE]))
        *ret = before.decoded.record.value[FIELD_ACCOUNT_CODE];
    return damage_pass_over(desk, status); /* what it is now is at hand */
}

/* Of an organisation whose code became unreadable, the one before is frozen with it. */
static bool keeps_codes(const struct decoded *decoded, bool known)
{
    return known && !decoded->key_readable && slice_empty(person_of(&decoded->record));
}

/* An account taken in: the codes it is found by, and whoever hung on one that it bore before. */
static enum status take_codes(struct desk *desk, enum side side, const struct decoded *decoded, bool known,
                              struct slice before)
{
    if (decoded->record.entity != ENTITY_ACCOUNT || keeps_codes(decoded, known))
        return STATUS_OK;
    enum status status = put_codes(desk, side, decoded);
    return status == STATUS_OK && !slice_empty(before) ? nowhere_lost(desk, before) : status;
}

static enum status put_decoded(struct desk *desk, enum side side, enum entity entity,
                               struct intake_row *row, const struct decoded *decoded, bool listed,
                               const struct staged *known)
{
    struct staged staged = {
        .side = side,
        .entity = entity,
        .remote_id = decoded->record.remote_id,
        .version = decoded->record.version,
        .updated = decoded->record.updated,
        .state = state_of(desk, decoded),
        .kind = kind_number(&decoded->record),
        .raw = row->raw,
        .payload = row->row,
        .fetch = desk->fetch,
        .seen = listed || known == NULL ? desk->run : known->seen,
    };
    if (!listed) /* who was outside is new to the listings: what hangs on her was not listed either */
        staged.seen = known == NULL || known->state == STAGED_OUTSIDE ? 0 : known->seen;
    content_hash(desk, &decoded->record, &staged.content);
    bool same = known != NULL && known->state == staged.state &&
                hash_equal(known->content, staged.content) && staged.state != STAGED_QUARANTINED;
    staged.dirty = !same || known->dirty;
    row->outcome = same ? INTAKE_RESPELLED : INTAKE_CHANGED;
    if (same && hash_equal(row->raw, known->raw)) { /* only where all is decoded: as mark_listed would */
        row->outcome = INTAKE_UNCHANGED;
        staged.seen = known->seen != 0 ? known->seen : staged.seen;
    }
    struct slice before = {0};
    enum status status = fill_hashes(desk, decoded, &staged);
    if (status == STATUS_OK && !same)
        status = code_before(desk, side, decoded, known != NULL, &before);
    if (status == STATUS_OK && !same)
        status = mark_learners(desk, &staged, known);
    if (status == STATUS_OK)
        status = stage_put(desk->store, &staged);
    row->slot = staged.slot;
    if (status == STATUS_OK && !same)
        status = take_codes(desk, side, decoded, known != NULL, before);
    if (status == STATUS_OK && !same)
        status = wake_dependents(desk, decoded);
    desk->counts.changed[side] += !same;
    desk->counts.quarantined[side] += staged.state == STAGED_QUARANTINED;
    return status;
}

static enum status mark_listed(struct desk *desk, enum side side, enum entity entity,
                               struct slice remote_id, const struct staged *known, bool listed)
{
    if (!listed || known->seen != 0)
        return STATUS_OK;
    return stage_mark_seen(desk->store, side, entity, remote_id, desk->run);
}

static bool is_lower(const struct staged *known, const struct record *record)
{
    return known->state != STAGED_GONE && record->version < known->version && record->version > 0;
}

/* Recognises an unchanged row by the digest of its bytes, before anything is built. */
static bool same_bytes(const struct desk *desk, const struct hash *raw, const struct staged *known)
{
    return known != NULL && known->state != STAGED_GONE && hash_equal(*raw, known->raw) && !desk->decode_all;
}

/* It is not taken in, and what is staged of it is doubtful. */
static enum status take_lower(struct desk *desk, enum side side, enum entity entity,
                              struct intake_row *row, const struct staged *known, bool listed)
{
    row->outcome = INTAKE_STALE;
    enum status status = signs_lower(desk, side, entity, row->remote_id);
    if (status == STATUS_OK)
        status = roll_strike(desk->store, side, entity, known->slot);
    return status == STATUS_OK ? mark_listed(desk, side, entity, row->remote_id, known, listed) : status;
}

static enum status take_edited(struct desk *desk, enum side side, enum entity entity, const struct intake_row *row,
                               const struct staged *known, const struct record *record)
{
    struct staged at = *known;
    struct hash content;
    if (!desk->any_lower && record->version != known->version)
        return STATUS_OK;
    content_hash(desk, record, &content);
    if (hash_equal(content, known->content)) /* spelled otherwise */
        return STATUS_OK;
    at.side = side;
    at.entity = entity;
    at.remote_id = row->remote_id;
    return unstored_edited(desk, &at, record);
}

/* A row that has something to say; known as in take_row. */
static enum status take_decoded(struct desk *desk, enum side side, enum entity entity,
                                struct intake_row *row, const struct decoded *decoded,
                                const struct staged *known, enum intake_way way)
{
    bool listed = way == INTAKE_LISTED;
    bool same_one = true;
    enum status status =
        known == NULL ? STATUS_OK : signs_key(desk, side, entity, known, decoded, &same_one);
    if (status != STATUS_OK)
        return status;
    bool by_id = way == INTAKE_BY_ID || way == INTAKE_PUT_RIGHT;
    bool lower = known != NULL && is_lower(known, &decoded->record) && way != INTAKE_PUT_RIGHT;
    if (known != NULL && (lower || (!same_one && !by_id)))
        return take_lower(desk, side, entity, row, known, listed);
    if (known != NULL && way != INTAKE_PUT_RIGHT)
        status = take_edited(desk, side, entity, row, known, &decoded->record);
    if (status == STATUS_OK)
        status = signs_caught_up(desk, side, entity, row->remote_id);
    if (status == STATUS_OK && known == NULL && way == INTAKE_SEARCHED && entity != ENTITY_ANNUAL)
        status = signs_new(desk, side);
    if (status == STATUS_OK && decoded->unknown_member)
        status = unknown_field_note(desk, side, entity, row->row);
    return status == STATUS_OK ? put_decoded(desk, side, entity, row, decoded, listed, known) : status;
}

/* A row with the id that can be read from it, beside what is staged under that; NULL: nothing. */
static enum status take_row(struct desk *desk, enum side side, enum entity entity,
                            struct intake_row *row, const struct staged *known, enum intake_way way)
{
    struct decoded decoded;
    if (same_bytes(desk, &row->raw, known)) {
        row->outcome = INTAKE_UNCHANGED;
        enum status caught_up = signs_caught_up(desk, side, entity, row->remote_id);
        return caught_up == STATUS_OK
                   ? mark_listed(desk, side, entity, row->remote_id, known, way == INTAKE_LISTED)
                   : caught_up;
    }
    if (row->decoded != NULL)
        return take_decoded(desk, side, entity, row, row->decoded, known, way);
    enum status status =
        decode_record(desk->mapping, side, entity, row->row, desk->now, &desk->arena, &decoded);
    return status == STATUS_OK ? take_decoded(desk, side, entity, row, &decoded, known, way) : status;
}

enum status intake_row(struct desk *desk, enum side side, enum entity entity, struct intake_row *row,
                       enum intake_way way)
{
    struct staged known = {0};
    desk->counts.read[side]++;
    if (slice_empty(row->remote_id)) {
        row->outcome = INTAKE_UNREADABLE;
        return STATUS_OK;
    }
    enum status status = stage_glance(desk->store, side, entity, row->remote_id, &known);
    row->known = status == STATUS_OK;
    row->slot = known.slot;
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    return take_row(desk, side, entity, row, row->known ? &known : NULL, way);
}

enum status intake_record(struct desk *desk, enum side side, enum entity entity, struct slice row,
                          enum intake_way way, enum intake_outcome *ret)
{
    struct decoded_head head = {.updated = 0};
    enum status status = decode_head(desk->mapping, side, entity, row, &desk->arena, &head);
    if (status != STATUS_OK && status != STATUS_INVALID)
        return status;
    struct intake_row taken = {.row = row, .remote_id = head.remote_id};
    digest_bytes(desk->digest, row, taken.raw.at);
    status = intake_row(desk, side, entity, &taken, way);
    *ret = taken.outcome;
    return status;
}

enum status intake_decoded(struct desk *desk, enum side side, enum entity entity, struct slice row,
                           const struct decoded *decoded, enum intake_way way, enum intake_outcome *ret)
{
    struct intake_row taken = {.row = row, .remote_id = decoded->record.remote_id, .decoded = decoded};
    digest_bytes(desk->digest, row, taken.raw.at);
    enum status status = intake_row(desk, side, entity, &taken, way);
    *ret = taken.outcome;
    return status;
}

enum status intake_restate(struct desk *desk, enum side side, struct slice remote_id, bool *ret_changed,
                           bool *ret_outside)
{
    struct desk_copy copy;
    enum status status = desk_copy(desk, side, ENTITY_ACCOUNT, remote_id, &copy);
    if (status != STATUS_OK || copy.staged.state == STAGED_GONE)
        return status;
    enum staged_state state = state_of(desk, &copy.decoded);
    *ret_outside = state == STAGED_OUTSIDE;
    *ret_changed = state != copy.staged.state;
    if (!*ret_changed)
        return STATUS_OK;
    status = stage_set_state(desk->store, side, ENTITY_ACCOUNT, remote_id, state);
    if (status == STATUS_OK)
        status = stage_set_cause(desk->store, side, ENTITY_ACCOUNT, remote_id, CAUSE_SCOPE);
    return status == STATUS_OK ? wake_dependents(desk, &copy.decoded) : status;
}

enum status intake_decode_again(struct desk *desk, enum side side, enum entity entity, struct slice remote_id,
                                bool *ret_changed)
{
    struct desk_copy copy;
    struct desk_counts counts = desk->counts; /* nothing was read from the platform */
    enum status status = desk_copy(desk, side, entity, remote_id, &copy);
    if (status != STATUS_OK || copy.staged.state == STAGED_GONE)
        return status;
    struct intake_row row = {.row = copy.staged.payload, .remote_id = remote_id, .raw = copy.staged.raw};
    status = stage_get_fetch(desk->store, side, entity, remote_id, &desk->arena, &desk->fetch);
    if (status == STATUS_OK)
        status = put_decoded(desk, side, entity, &row, &copy.decoded, false, &copy.staged);
    desk->fetch = (struct stage_fetch){.run = 0};
    desk->counts = counts;
    *ret_changed = row.outcome == INTAKE_CHANGED;
    return status;
}

enum status intake_put_back(struct desk *desk, struct staged *staged)
{
    struct decoded decoded;
    enum status status = decode_record(desk->mapping, staged->side, staged->entity, staged->payload, desk->now,
                                       &desk->arena, &decoded);
    if (status != STATUS_OK)
        return status;
    if (staged->entity == ENTITY_ANNUAL && !slice_empty(decoded.record.remote_id))
        staged->remote_id = decoded.record.remote_id; /* where it is staged is a hash by the state's own key */
    digest_bytes(desk->digest, staged->payload, staged->raw.at);
    content_hash(desk, &decoded.record, &staged->content);
    status = fill_hashes(desk, &decoded, staged);
    if (status == STATUS_OK)
        status = copy_put_record(desk->store, staged);
    return status == STATUS_OK && staged->entity == ENTITY_ACCOUNT ? put_codes(desk, staged->side, &decoded)
                                                                   : status;
}

enum status intake_gone(struct desk *desk, enum side side, enum entity entity,
                        struct slice remote_id)
{
    struct desk_copy copy;
    desk->roll[side][entity].any_gone = true;
    enum status status = signs_gone(desk, side, entity, remote_id);
    if (status == STATUS_OK)
        status = signs_caught_up(desk, side, entity, remote_id);
    if (status == STATUS_OK)
        status = stage_set_state(desk->store, side, entity, remote_id, STAGED_GONE);
    if (status == STATUS_NOT_FOUND) /* its link is all that is known of it */
        return hashset_add(&desk->gone, desk_record_hash(desk, "gone", side, entity, remote_id));
    if (status == STATUS_OK)
        status = stage_set_dirty(desk->store, side, entity, remote_id, true);
    if (status != STATUS_OK || entity != ENTITY_ACCOUNT)
        return status;
    status = desk_copy(desk, side, entity, remote_id, &copy);
    return status == STATUS_OK && copy.staged.kind != 1
               ? nowhere_lost(desk, copy.decoded.record.value[FIELD_ACCOUNT_CODE])
               : status;
}
