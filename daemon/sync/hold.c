#include "daemon/sync/hold.h"

struct slice judge_value(const struct judge_case *at, enum side side, enum field field)
{
    return at->copy[side] == NULL ? (struct slice){0} : at->copy[side]->value[field];
}

const struct field_hold *hold_of(const struct judge_case *at, enum field field)
{
    const struct field_hold *found = NULL;
    for (size_t index = 0; index < at->hold_count; index++) {
        const struct field_hold *hold = &at->holds[index];
        if (hold->field == field && (found == NULL || (hold->open && !found->open)))
            found = hold;
    }
    return found;
}

static bool stands(enum presence presence)
{
    return presence == PRESENCE_VALID || presence == PRESENCE_INVALID;
}

bool hold_decided(const struct field_hold *hold)
{
    return hold != NULL && (hold->by_value || hold->decided != VERDICT_AGREED);
}

struct slice hold_wanted(const struct field_hold *hold)
{
    if (hold->by_value)
        return hold->decided_value;
    return hold->value[hold->decided == VERDICT_TO_PROVINCIAL ? MUNICIPAL : PROVINCIAL];
}

bool hold_accepted(const struct judge_case *at, const struct field_hold *hold)
{
    return hold != NULL && !hold->open && hold->found != VERDICT_AGREED &&
           slice_equal(judge_value(at, MUNICIPAL, hold->field), hold->value[MUNICIPAL]) &&
           slice_equal(judge_value(at, PROVINCIAL, hold->field), hold->value[PROVINCIAL]);
}

/* An undo left the two sides apart, and both are still as it left them. */
static const struct field_hold *undone_hold(const struct judge_case *at, enum field field)
{
    for (size_t index = 0; index < at->hold_count; index++) {
        const struct field_hold *hold = &at->holds[index];
        bool as_left = hold->field == field && hold->undone &&
                       !slice_equal(hold->value[MUNICIPAL], hold->value[PROVINCIAL]);
        for (enum side side = MUNICIPAL; as_left && side < SIDES; side++)
            as_left = at->copy[side] != NULL && stands(at->presence[side]) &&
                      slice_equal(judge_value(at, side, field), hold->value[side]);
        if (as_left)
            return hold;
    }
    return NULL;
}

bool hold_apart(const struct judge_case *at, enum field field)
{
    const struct field_hold *hold = undone_hold(at, field);
    return hold != NULL && !hold_decided(hold);
}

bool hold_undone_valid(const struct judge_case *at)
{
    return at->entity != ENTITY_ANNUAL && undone_hold(at, record_valid_field(at->entity)) != NULL;
}

bool hold_decision_stands(const struct judge_case *at, const struct field_hold *hold)
{
    if (!hold_decided(hold))
        return false;
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        struct slice value = judge_value(at, side, hold->field);
        if (!slice_equal(value, hold->value[side]) && !slice_equal(value, hold_wanted(hold)))
            return false;
    }
    return true;
}
