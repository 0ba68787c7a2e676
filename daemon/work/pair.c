#include "daemon/work/pair.h"

#include "daemon/store/apart.h"
#include "daemon/store/learners.h"
#include "daemon/work/at_hand.h"
#include "daemon/work/drift.h"
#include "daemon/work/flips.h"
#include "daemon/work/nowhere.h"
#include "daemon/work/pair_inside.h"
#include "daemon/work/planned_set.h"
#include "daemon/work/region.h"
#include "daemon/work/rebase.h"
#include "daemon/work/relink.h"
#include "daemon/work/signs.h"

#include <stdio.h>

const struct record *pair_copy(const struct pair *pair, enum side side)
{
    return &pair->copy[side].decoded.record;
}

static enum status load_copy(struct desk *desk, struct pair *pair, enum side side,
                             struct slice remote_id)
{
    enum status status =
        slice_empty(remote_id) ? STATUS_NOT_FOUND
                               : desk_copy(desk, side, pair->entity, remote_id, &pair->copy[side]);
    pair->has[side] = status == STATUS_OK;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Persons are compared as the accounts they belong to, so each side's text becomes the name of that
 * account on both. */
static enum status resolve_view(struct desk *desk, struct pair *pair, enum side side)
{
    if (!pair->has[side])
        return STATUS_OK;
    pair->view[side] = *pair_copy(pair, side);
    if (pair->entity != ENTITY_HOURS)
        return STATUS_OK;
    struct slice code = pair_copy(pair, side)->value[FIELD_HOURS_PERSON];
    enum side other = side_other(side);
    if (pair->has[other] && pair->person[other].standing[side] != PERSON_UNKNOWN &&
        slice_equal(code, pair_copy(pair, other)->value[FIELD_HOURS_PERSON])) {
        pair->person[side] = pair->person[other];
    } else {
        enum status status = person_resolve(desk, side, code, &pair->person[side]);
        if (status != STATUS_OK)
            return status;
    }
    pair->view[side].value[FIELD_HOURS_PERSON] = pair->person[side].name_code;
    return STATUS_OK;
}

static enum presence presence_of(const struct pair *pair, enum side side)
{
    if (!pair->has[side])
        return PRESENCE_ABSENT;
    switch (pair->copy[side].staged.state) {
    case STAGED_INVALID: return PRESENCE_INVALID;
    case STAGED_OUTSIDE: return PRESENCE_OUTSIDE;
    case STAGED_GONE: return PRESENCE_GONE;
    case STAGED_PRESENT:
    case STAGED_QUARANTINED:
    default: return PRESENCE_VALID;
    }
}

static enum status set_clean(struct desk *desk, const struct pair *pair)
{
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        if (!pair->has[side] || (!pair->copy[side].staged.dirty && !pair->unsettled))
            continue;
        enum status status = pair->unsettled ? stage_set_dirty(desk->store, side, pair->entity,
                                                               pair_copy(pair, side)->remote_id, true)
                                             : stage_set_clean(desk->store, &pair->copy[side].staged);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

/* What keeps the record's copies apart: the yearly totals name it as their reason. */
static enum status note_open(struct desk *desk, struct pair *pair)
{
    const char *kind = findings_apart(&pair->findings);
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        if (!pair->has[side] || pair->entity != ENTITY_HOURS ||
            slice_is(pair->copy[side].staged.open, kind == NULL ? "" : kind))
            continue;
        pair->apart_moved = true;
        enum status status = stage_set_open(desk->store, side, pair->entity,
                                            pair_copy(pair, side)->remote_id, kind);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

/* What waits is judged in each full cycle, and mostly goes on to wait. Then her years are what they were:
 * whatever changed of a record or an account marked her when it was taken in. */
static enum status note_waiting(struct desk *desk, struct pair *pair)
{
    const struct staged *own = &pair->copy[pair->side].staged;
    bool same = slice_is(own->waiting, pair->waits == NULL ? "" : pair->waits);
    desk->counts.waiting += pair->waits != NULL;
    pair->waits_on = same && pair->waits != NULL && slice_empty(own->cause) && !pair->apart_moved;
    if (same)
        return STATUS_OK;
    return stage_set_waiting(desk->store, pair->side, pair->entity, pair_copy(pair, pair->side)->remote_id,
                             pair->waits);
}

static enum status finish(struct desk *desk, struct pair *pair)
{
    enum status status = pair_finding_end(desk, pair);
    if (status == STATUS_OK)
        status = note_open(desk, pair);
    if (status == STATUS_OK)
        status = note_waiting(desk, pair);
    return status == STATUS_OK ? set_clean(desk, pair) : status;
}

/* A record that is frozen: its conflict is written down, nothing else follows. */
static enum status freeze(struct desk *desk, struct pair *pair,
                          enum status (*find)(struct desk *desk, struct pair *pair))
{
    enum status status = find(desk, pair);
    return status == STATUS_OK ? finish(desk, pair) : status;
}

enum { FUTURE_SECONDS = 2 };

/* Nor is the clock of a server whose record was updated in that server's future. */
static bool clocks_trusted(const struct desk *desk, const struct pair *pair)
{
    bool trusted = true;
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        int64_t there = desk->now + desk->clock_offset_ms[side] / 1000;
        trusted = trusted && desk->clock_trusted[side] &&
                  (!pair->has[side] || pair->copy[side].staged.updated <= there + FUTURE_SECONDS);
    }
    return trusted;
}

static enum status find_hours_waiting(struct desk *desk, struct pair *pair)
{
    struct person person;
    if (pair->judgement.situation != SITUATION_left_region || pair->entity != ENTITY_ACCOUNT)
        return STATUS_OK;
    enum status status = person_resolve(desk, pair->side, pair_copy(pair, pair->side)->value[FIELD_ACCOUNT_CODE],
                                        &person);
    return status == STATUS_OK ? region_hours_wait(desk, &person, &pair->hours_wait) : status;
}

/* The walk comes to a pair from each of its sides, which may be named differently; its write is on its way. */
static bool written_already(const struct desk *desk, const struct pair *pair)
{
    struct hash subject = desk_hash(desk, pair->findings.subject.text);
    return planned_has(desk, subject) || hashset_has(&desk->unknown, subject);
}

void pair_consider(const struct desk *desk, struct pair *pair)
{
    struct field_hold holds[OPEN_MOST];
    struct judge_case at = {
        .entity = pair->entity,
        .mapping = desk->mapping,
        .presence = {pair->presence[MUNICIPAL], pair->presence[PROVINCIAL]},
        .copy = {pair->has[MUNICIPAL] ? &pair->view[MUNICIPAL] : NULL,
                 pair->has[PROVINCIAL] ? &pair->view[PROVINCIAL] : NULL},
        .linked = pair->correlation.link.number != 0,
        .has_base = pair->base_fields != 0,
        .base = &pair->base,
        .base_fields = pair->base_fields,
        .changed_at = {pair->changed_at[MUNICIPAL], pair->changed_at[PROVINCIAL]},
        .clock_offset = {desk->clock_offset_ms[MUNICIPAL] / 1000,
                         desk->clock_offset_ms[PROVINCIAL] / 1000},
        .clocks_trusted = clocks_trusted(desk, pair),
        .holds = holds,
        .hold_count = pair_finding_holds(pair, holds),
        .frozen = drift_held(desk) | flips_held(pair) | pair->oscillating,
    };
    judge(&at, &pair->judgement);
}

/* What goes back and forth is judged once more without it; what drifts is counted again by the next cycle. */
static enum status freeze_fields(struct desk *desk, struct pair *pair)
{
    enum status status = flips_find(desk, pair, &pair->oscillating);
    if (status == STATUS_OK && pair->oscillating != 0)
        pair_consider(desk, pair);
    pair->unsettled = (pair->judgement.frozen & drift_held(desk)) != 0;
    return status == STATUS_OK ? drift_count(desk, pair) : status;
}

static enum status judge_loaded(struct desk *desk, struct pair *pair, bool planning)
{
    enum status status = pair_link_load(desk, pair);
    rebase_base(desk, pair);
    if (status == STATUS_OK)
        status = pair_finding_subject(desk, pair);
    if (status == STATUS_OK && planning && written_already(desk, pair))
        return STATUS_OK;
    if (status == STATUS_OK)
        status = findings_begin(desk, &pair->findings);
    if (status != STATUS_OK)
        return status;
    pair_consider(desk, pair);
    desk->counts.judged++;
    status = freeze_fields(desk, pair);
    if (status == STATUS_OK)
        status = find_hours_waiting(desk, pair);
    if (status == STATUS_OK && pair_finding_judged(desk, pair))
        status = pair_write_judged(desk, pair, planning);
    if (status == STATUS_OK)
        status = pair_link_keep(desk, pair);
    return status == STATUS_OK ? finish(desk, pair) : status;
}

/* Her hours are not judged; when they begin to wait, or wait no more, her own conflict says so. */
static enum status set_aside(struct desk *desk, struct pair *pair, bool planning)
{
    const struct person *person = &pair->person[pair->side];
    char account[72];
    bool before = false;
    bool after = false;
    enum side side = slice_empty(person->remote_id[MUNICIPAL]) ? PROVINCIAL : MUNICIPAL;
    (void)snprintf(account, sizeof account, "%.*s", (int)person->remote_id[side].size,
                   person->remote_id[side].at);
    pair->waits = region_waits_for(desk, pair);
    enum status status = region_hours_wait(desk, person, &before);
    if (status == STATUS_OK)
        status = note_waiting(desk, pair);
    if (status == STATUS_OK)
        status = region_hours_wait(desk, person, &after);
    if (status == STATUS_OK)
        status = set_clean(desk, pair);
    return status == STATUS_OK && before != after
               ? pair_judge(desk, side, ENTITY_ACCOUNT, slice_of(account), planning)
               : status;
}

/* Before a side is said to lack a record it must have been read whole; what the region prefix hides is
 * asked for by code, by former ones too: the other side may know a person under an ID that was corrected here. */
static enum status absence_known(struct desk *desk, struct pair *pair, bool *ret)
{
    enum side other = side_other(pair->side);
    const struct record *record = pair_copy(pair, pair->side);
    bool asked = false;
    *ret = desk->known_whole[other][pair->entity];
    if (!*ret || pair->entity != ENTITY_ACCOUNT || pair->presence[pair->side] == PRESENCE_OUTSIDE)
        return STATUS_OK;
    bool organisation = !slice_is(record->value[FIELD_ACCOUNT_KIND], "person");
    enum status status = need_by_code(desk, other, ENTITY_ACCOUNT, organisation,
                                      record->value[FIELD_ACCOUNT_CODE], &asked);
    *ret = !asked;
    struct slice former = record->value[FIELD_ACCOUNT_FORMER_CODES];
    struct slice code = {0};
    while (status == STATUS_OK && slice_next_word(&former, &code)) {
        status = need_by_code(desk, other, ENTITY_ACCOUNT, organisation, code, &asked);
        *ret = *ret && !asked;
    }
    return status;
}

/* Whose years are to be checked again, since something of hers is judged. */
static enum status mark_learner(struct desk *desk, const struct pair *pair, enum side side)
{
    struct hash person = pair->copy[side].staged.person;
    return !pair->has[side] || hash_is_zero(person) ? STATUS_OK
                                                    : learner_mark(desk->store, person);
}

/* The restored side lost the record, or gave its id to another: both are decided as what they are. */
static enum status drop_match(struct desk *desk, struct pair *pair)
{
    enum side other = side_other(pair->side);
    pair->match_dropped = true;
    enum status status = STATUS_OK;
    if (pair->correlation.match == MATCH_LINKED) {
        status = link_drop(desk->store, pair->correlation.link.number);
        if (status == STATUS_OK)
            status = relink_dropped(desk, pair);
    }
    if (status == STATUS_OK && rebase_keeps_apart(pair))
        status = apart_put(desk->store, pair->entity, pair->correlation.remote_id, desk->now);
    if (status == STATUS_OK && pair->has[other])
        status = stage_set_dirty(desk->store, other, pair->entity,
                                 pair->correlation.remote_id[other], true);
    return status;
}

/* Of a record that came with a lower version, which is the present one is not known. */
static enum status any_lower(struct desk *desk, const struct pair *pair, bool *ret)
{
    enum status status = STATUS_OK;
    *ret = false;
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES && !*ret; side++) {
        if (pair->has[side])
            status = signs_is_lower(desk, side, pair->entity, pair_copy(pair, side)->remote_id, ret);
    }
    return status;
}

/* Linked, and not staged: a read by its id said that there is no such record, or it is still to be asked. */
static enum status look_for_linked(struct desk *desk, struct pair *pair, bool *ret_known)
{
    enum side other = side_other(pair->side);
    struct slice remote_id = pair->correlation.remote_id[other];
    bool asked = false;
    *ret_known = hashset_has(&desk->gone, desk_record_hash(desk, "gone", other, pair->entity, remote_id));
    if (*ret_known) {
        pair->presence[other] = PRESENCE_GONE;
        return STATUS_OK;
    }
    pair->unsettled = true; /* unread: nothing is decided */
    return need_by_id(desk, other, pair->entity, remote_id, &asked);
}

static enum status judge_matched(struct desk *desk, struct pair *pair, bool planning)
{
    enum side other = side_other(pair->side);
    bool known = true;
    bool lower = false;
    enum status status =
        load_copy(desk, pair, other, pair->correlation.remote_id[other]);
    at_hand_drop(desk); /* from here on something may be written */
    if (status == STATUS_OK)
        status = resolve_view(desk, pair, other);
    if (status != STATUS_OK)
        return status;
    pair->presence[other] = presence_of(pair, other);
    if (pair->has[other] && pair->copy[other].staged.state == STAGED_QUARANTINED)
        return set_clean(desk, pair); /* frozen: the record at fault has its own conflict */
    status = any_lower(desk, pair, &lower);
    if (status != STATUS_OK || lower)
        return status;
    if (!pair->has[other] && pair->correlation.match == MATCH_LINKED)
        status = look_for_linked(desk, pair, &known);
    else if (!pair->has[other])
        status = absence_known(desk, pair, &known);
    if (status != STATUS_OK || !known)
        return status;
    if (!rebase_match_holds(desk, pair))
        return drop_match(desk, pair);
    status = relink_waits(desk, pair, &pair->unsettled);
    if (status != STATUS_OK || pair->unsettled)
        return status == STATUS_OK ? set_clean(desk, pair) : status;
    if (region_left(pair))
        return set_aside(desk, pair, planning);
    return judge_loaded(desk, pair, planning);
}

static enum status load_own(struct desk *desk, struct pair *pair, struct slice remote_id)
{
    arena_reset(&desk->arena);
    struct slice own_id = arena_copy(&desk->arena, remote_id);
    return own_id.at == NULL ? STATUS_NO_MEMORY : load_copy(desk, pair, pair->side, own_id);
}

enum status pair_look(struct desk *desk, enum side side, enum entity entity, struct slice remote_id,
                      struct pair *ret, bool *ret_linked)
{
    enum side other = side_other(side);
    *ret = (struct pair){.entity = entity, .side = side};
    *ret_linked = false;
    enum status status = load_own(desk, ret, remote_id);
    if (status != STATUS_OK || !ret->has[side] ||
        ret->copy[side].staged.state == STAGED_QUARANTINED)
        return status;
    ret->presence[side] = presence_of(ret, side);
    status = resolve_view(desk, ret, side);
    if (status == STATUS_OK)
        status = correlate(desk, &ret->copy[side], &ret->person[side], &ret->correlation);
    if (status == STATUS_OK && ret->correlation.match == MATCH_LINKED)
        status = load_copy(desk, ret, other, ret->correlation.remote_id[other]);
    if (status != STATUS_OK || !ret->has[other] ||
        ret->copy[other].staged.state == STAGED_QUARANTINED)
        return status;
    ret->presence[other] = presence_of(ret, other);
    status = resolve_view(desk, ret, other);
    if (status == STATUS_OK)
        status = pair_link_load(desk, ret);
    if (status == STATUS_OK)
        status = pair_finding_subject(desk, ret);
    *ret_linked = status == STATUS_OK;
    return status == STATUS_OK ? findings_begin(desk, &ret->findings) : status;
}

static enum status judge_record(struct desk *desk, struct pair *pair, struct slice own_id,
                                bool planning)
{
    enum side side = pair->side;
    enum status status = load_copy(desk, pair, side, own_id);
    if (status != STATUS_OK || !pair->has[side])
        return status;
    pair->presence[side] = presence_of(pair, side);
    if (pair->copy[side].staged.state == STAGED_QUARANTINED) {
        at_hand_drop(desk);
        return freeze(desk, pair, pair_finding_invalid);
    }
    status = resolve_view(desk, pair, side);
    if (status == STATUS_OK)
        status = correlate(desk, &pair->copy[side], &pair->person[side], &pair->correlation);
    if (status != STATUS_OK)
        return status;
    if (pair->correlation.match != MATCH_LINKED && pair->correlation.match != MATCH_FOUND)
        at_hand_drop(desk);
    switch (pair->correlation.match) {
    case MATCH_DUPLICATE:
    case MATCH_AMBIGUOUS:
    case MATCH_APART: return freeze(desk, pair, pair_finding_several);
    case MATCH_TWIN:
    case MATCH_FROZEN: return set_clean(desk, pair);
    case MATCH_LINKED:
    case MATCH_FOUND:
    case MATCH_ALONE:
    default: return judge_matched(desk, pair, planning);
    }
}

static enum status mark_learners(struct desk *desk, const struct pair *pair)
{
    enum side other = side_other(pair->side);
    enum status status = mark_learner(desk, pair, pair->side);
    return status != STATUS_OK || hash_equal(pair->copy[other].staged.person, pair->copy[pair->side].staged.person)
               ? status
               : mark_learner(desk, pair, other);
}

/* Again, and then as records that are not the same, when the match did not hold. */
enum status pair_judge(struct desk *desk, enum side side, enum entity entity, struct slice remote_id,
                       bool planning)
{
    char id[72];
    struct pair pair;
    enum status status = STATUS_OK;
    (void)snprintf(id, sizeof id, "%.*s", (int)remote_id.size, remote_id.at);
    do {
        pair = (struct pair){.entity = entity, .side = side};
        arena_reset(&desk->arena);
        struct slice own_id = arena_copy(&desk->arena, slice_of(id));
        status = own_id.at == NULL ? STATUS_NO_MEMORY
                                   : judge_record(desk, &pair, own_id, planning);
    } while (status == STATUS_OK && pair.match_dropped);
    if (status == STATUS_OK && (!pair.waits_on || pair.unsettled))
        status = mark_learners(desk, &pair);
    return status == STATUS_OK ? nowhere_judge(desk, &pair) : status;
}
