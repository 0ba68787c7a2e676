#include "daemon/sync/judge.h"

#include "daemon/sync/conflict_kind.h"
#include "daemon/sync/hold.h"

#include <string.h>

static bool base_names(const struct judge_case *at, enum field field)
{
    return at->has_base && (at->base_fields & FIELD_BIT(field)) != 0;
}

static bool compared(const struct judge_case *at, enum field field)
{
    enum policy policy = mapping_policy(at->mapping, field);
    return policy < POLICY_IGNORE || policy == POLICY_VALID;
}

/* A field under an open conflict is no change while the side still holds the recorded value. */
static bool side_changed(const struct judge_case *at, enum side side, enum field field)
{
    struct slice value = judge_value(at, side, field);
    const struct field_hold *hold = hold_of(at, field);
    if (hold != NULL && hold->decided == VERDICT_AGREED && slice_equal(value, hold->value[side]))
        return false;
    if (base_names(at, field))
        return !slice_equal(value, at->base->value[field]);
    return !slice_equal(value, judge_value(at, side_other(side), field));
}

static bool both_present(const struct judge_case *at)
{
    return at->copy[MUNICIPAL] != NULL && at->copy[PROVINCIAL] != NULL;
}

static void compare_sides(const struct judge_case *at, struct situation_facts *facts)
{
    enum field valid = record_valid_field(at->entity);
    facts->same = both_present(at);
    for (enum field field = field_first(at->entity); field < field_end(at->entity); field++) {
        if (!compared(at, field))
            continue;
        if (!slice_equal(judge_value(at, MUNICIPAL, field), judge_value(at, PROVINCIAL, field)))
            facts->same = false;
        for (enum side side = MUNICIPAL; side < SIDES; side++) {
            if (field != valid && both_present(at) && side_changed(at, side, field))
                facts->changed[side] = true;
        }
    }
}

static enum base_state base_state(const struct judge_case *at)
{
    enum field valid = record_valid_field(at->entity);
    bool missing = at->presence[MUNICIPAL] >= PRESENCE_GONE || at->presence[PROVINCIAL] >= PRESENCE_GONE;
    if (!base_names(at, valid))
        return at->linked && missing ? BASE_VALID : BASE_NONE;
    return slice_is(at->base->value[valid], "true") ? BASE_VALID : BASE_INVALID;
}

static enum situation find_situation(const struct judge_case *at)
{
    struct situation_facts facts = {
        .presence = {at->presence[MUNICIPAL], at->presence[PROVINCIAL]},
        .base = base_state(at),
    };
    if (hold_undone_valid(at))
        return SITUATION_revoked_or_changed;
    compare_sides(at, &facts);
    return situation_of(&facts);
}

/* The first moment at which the field was seen to differ; a new difference is dated by its version. */
static int64_t change_time(const struct judge_case *at, enum side side, enum field field)
{
    int64_t known = at->changed_at[side] == NULL ? 0 : at->changed_at[side][field];
    if (slice_equal(judge_value(at, side, field), judge_value(at, side_other(side), field)))
        return 0;
    if (base_names(at, field) && slice_equal(judge_value(at, side, field), at->base->value[field]))
        return 0;
    if (known != 0)
        return known;
    return at->copy[side]->updated - at->clock_offset[side];
}

static void write_to(struct judgement *ret, enum side side, enum field field, struct slice value)
{
    ret->write[side] |= FIELD_BIT(field);
    ret->merged[field] = value;
}

/* It goes to each side that does not hold it. */
static void carry_out_decision(const struct judge_case *at, const struct field_hold *hold,
                               struct judgement *ret)
{
    struct slice value = hold_wanted(hold);
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        if (slice_equal(judge_value(at, side, hold->field), value))
            continue;
        write_to(ret, side, hold->field, value);
        ret->decided |= FIELD_BIT(hold->field);
    }
}

/* A decision that both sides are seen to hold is settled, whoever wrote it. */
static void note_settled(const struct judge_case *at, struct judgement *ret)
{
    for (size_t index = 0; both_present(at) && index < at->hold_count; index++) {
        const struct field_hold *hold = &at->holds[index];
        if (hold_decided(hold) &&
            slice_equal(judge_value(at, MUNICIPAL, hold->field), hold_wanted(hold)) &&
            slice_equal(judge_value(at, PROVINCIAL, hold->field), hold_wanted(hold)))
            ret->settled |= FIELD_BIT(hold->field);
    }
}

static void apply_verdict(const struct judge_case *at, enum field field, enum verdict verdict,
                          struct judgement *ret)
{
    switch (verdict) {
    case VERDICT_AGREED: ret->agreed |= FIELD_BIT(field); break;
    case VERDICT_TO_PROVINCIAL:
        write_to(ret, PROVINCIAL, field, judge_value(at, MUNICIPAL, field));
        break;
    case VERDICT_TO_MUNICIPAL:
        write_to(ret, MUNICIPAL, field, judge_value(at, PROVINCIAL, field));
        break;
    case VERDICT_FIELD_MISMATCH: ret->mismatch |= FIELD_BIT(field); break;
    case VERDICT_REVIEW_MISMATCH: ret->review_mismatch |= FIELD_BIT(field); break;
    case VERDICT_APART:
    default: break;
    }
}

/* What both sides hold alike is agreed all the same. */
static bool is_frozen(const struct judge_case *at, enum field field, struct judgement *ret)
{
    if ((at->frozen & FIELD_BIT(field)) == 0)
        return false;
    if (slice_equal(judge_value(at, MUNICIPAL, field), judge_value(at, PROVINCIAL, field)))
        ret->agreed |= FIELD_BIT(field);
    else
        ret->frozen |= FIELD_BIT(field);
    return true;
}

static void judge_field(const struct judge_case *at, enum field field, struct judgement *ret)
{
    struct field_case merged = {
        .field = field,
        .policy = mapping_policy(at->mapping, field),
        .value = {judge_value(at, MUNICIPAL, field), judge_value(at, PROVINCIAL, field)},
        .has_base = base_names(at, field),
        .clocks_trusted = at->clocks_trusted,
    };
    const struct field_hold *hold = hold_of(at, field);
    if (merged.policy >= POLICY_IGNORE)
        return;
    if (merged.has_base)
        merged.base = at->base->value[field];
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        ret->changed_at[side][field] = change_time(at, side, field);
        merged.changed_at[side] = ret->changed_at[side][field];
    }
    if (is_frozen(at, field, ret) || hold_apart(at, field))
        return;
    if (hold_decision_stands(at, hold)) {
        carry_out_decision(at, hold, ret);
        if (slice_equal(merged.value[MUNICIPAL], merged.value[PROVINCIAL]))
            ret->agreed |= FIELD_BIT(field);
        return;
    }
    apply_verdict(at, field, hold_accepted(at, hold) ? hold->found : merge_field(&merged), ret);
}

static void agree_on_valid(const struct judge_case *at, struct judgement *ret)
{
    enum field valid = record_valid_field(at->entity);
    if (both_present(at) &&
        slice_equal(judge_value(at, MUNICIPAL, valid), judge_value(at, PROVINCIAL, valid)))
        ret->agreed |= FIELD_BIT(valid);
}

static void judge_fields(const struct judge_case *at, struct judgement *ret)
{
    for (enum field field = field_first(at->entity); field < field_end(at->entity); field++)
        judge_field(at, field, ret);
    agree_on_valid(at, ret);
}

/* `valid` under a clerk's decision: the taken side's state goes to the other, and where the record
 * lives on, so do its other fields, by their policies. */
static bool judge_decided_valid(const struct judge_case *at, struct judgement *ret)
{
    enum field valid = record_valid_field(at->entity);
    const struct field_hold *hold = hold_of(at, valid);
    if (!both_present(at) || !hold_decision_stands(at, hold))
        return false;
    carry_out_decision(at, hold, ret);
    if (ret->write[MUNICIPAL] != 0 || ret->write[PROVINCIAL] != 0) {
        if (slice_is(ret->merged[valid], "true"))
            judge_fields(at, ret);
    }
    return true;
}

static void revoke(const struct judge_case *at, enum side target, struct judgement *ret)
{
    enum field valid = record_valid_field(at->entity);
    write_to(ret, target, valid, judge_value(at, side_other(target), valid));
}

static void note_review_steps(const struct judge_case *at, struct judgement *ret)
{
    if (at->entity == ENTITY_ANNUAL || !both_present(at))
        return;
    enum field review = record_review_field(at->entity);
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        if ((ret->write[side] & FIELD_BIT(review)) != 0)
            ret->review_revoked[side] =
                merge_review_revoked(judge_value(at, side, review), ret->merged[review]);
    }
}

/* Writes towards the source of a one-way entity are dropped; what they would have changed is a
 * mismatch (reconciliation.md, "Scope and directions"). */
static void keep_direction(const struct judge_case *at, struct judgement *ret)
{
    enum direction direction = mapping_direction(at->mapping, at->entity);
    if (!both_present(at))
        return;
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        bool allowed = direction == DIRECTION_BOTH ||
                       (direction == DIRECTION_TO_PROVINCIAL && side == PROVINCIAL) ||
                       (direction == DIRECTION_TO_MUNICIPAL && side == MUNICIPAL);
        if (allowed)
            continue;
        ret->mismatch |= ret->write[side];
        ret->write[side] = 0;
        ret->review_revoked[side] = false;
    }
}

/* A field that the target never takes (a person's region at the province) cannot be written: it is a
 * mismatch, unless what it is derived from goes with the same write. */
static void keep_writable(const struct judge_case *at, struct judgement *ret)
{
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        for (enum field field = field_first(at->entity); field < field_end(at->entity); field++) {
            if ((ret->write[side] & FIELD_BIT(field)) == 0 ||
                mapping_writable(at->mapping, side, field, at->copy[side], false))
                continue;
            ret->write[side] &= ~FIELD_BIT(field);
            bool derived = field == FIELD_ACCOUNT_REGION &&
                           (ret->write[side] & FIELD_BIT(FIELD_ACCOUNT_EMPLOYER)) != 0;
            if (!derived)
                ret->mismatch |= FIELD_BIT(field);
        }
    }
}

static void judge_present(const struct judge_case *at, struct judgement *ret)
{
    switch (ret->situation) {
    case SITUATION_first_contact:
    case SITUATION_in_sync:
    case SITUATION_municipal_changed:
    case SITUATION_provincial_changed:
    case SITUATION_converged:
    case SITUATION_both_changed: judge_fields(at, ret); break;
    case SITUATION_municipal_revoked: revoke(at, PROVINCIAL, ret); break;
    case SITUATION_provincial_revoked: revoke(at, MUNICIPAL, ret); break;
    case SITUATION_revoked_or_changed:
    case SITUATION_reinstated:
        if (judge_decided_valid(at, ret))
            ret->action = ACTION_MERGE;
        break;
    case SITUATION_retired: agree_on_valid(at, ret); break;
    case SITUATION_new_municipal:
    case SITUATION_new_provincial:
    case SITUATION_never_shared:
    case SITUATION_vanished:
    case SITUATION_left_region:
    case SITUATION_elsewhere:
    case SITUATION_out_of_scope:
    case SITUATIONS:
    default: break;
    }
}

/* In every situation, so that the hold outlives one in which the fields are not merged. */
static void mark_held(const struct judge_case *at, struct judgement *ret)
{
    for (enum field field = field_first(at->entity); field < field_end(at->entity); field++) {
        if (mapping_policy(at->mapping, field) >= POLICY_IGNORE || !hold_apart(at, field))
            continue;
        ret->mismatch |= FIELD_BIT(field);
        ret->undone |= FIELD_BIT(field);
    }
    if (hold_undone_valid(at))
        ret->undone |= FIELD_BIT(record_valid_field(at->entity));
}

void judge(const struct judge_case *at, struct judgement *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->situation = find_situation(at);
    ret->action = situation_action(ret->situation);
    judge_present(at, ret);
    mark_held(at, ret);
    keep_direction(at, ret);
    if (both_present(at))
        keep_writable(at, ret);
    note_review_steps(at, ret);
    note_settled(at, ret);
}

bool judge_situation_kind(enum situation situation, const char **ret_kind)
{
    if (situation_action(situation) != ACTION_CONFLICT)
        return false;
    *ret_kind = situation == SITUATION_elsewhere ? conflict_kind_name(KIND_region_mismatch)
                                                 : situation_name(situation);
    return true;
}
