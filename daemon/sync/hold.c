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

static bool undecided(const struct field_hold *hold)
{
    return hold->decided == VERDICT_AGREED && !hold->by_value;
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
    return hold != NULL && undecided(hold);
}

bool hold_undone_valid(const struct judge_case *at)
{
    return at->entity != ENTITY_ANNUAL && undone_hold(at, record_valid_field(at->entity)) != NULL;
}

bool hold_decision_stands(const struct judge_case *at, const struct field_hold *hold)
{
    if (hold == NULL || undecided(hold))
        return false;
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        struct slice value = judge_value(at, side, hold->field);
        bool as_seen = slice_equal(value, hold->value[side]);
        bool as_other = slice_equal(value, hold->value[side_other(side)]);
        bool as_decided = hold->by_value && slice_equal(value, hold->decided_value);
        if (!as_seen && !as_other && !as_decided)
            return false;
    }
    return true;
}
