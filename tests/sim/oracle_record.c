#include "tests/sim/oracle_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECOGNISED_DAY_CENTI = 800, CLOSE_MS = 5000 };

/* --- no edit is lost --------------------------------------------------------------------------- */

/* The last edit on that side behind the round. */
static const struct edit *last_edit(const struct history *history, int side, int entity, int field,
                                    const char *id, int behind)
{
    const struct edit *last = NULL;
    for (size_t index = 0; index < history->edits.count; index++) {
        const struct edit *edit = &history->edits.of[index];
        if (edit->side == side && edit->entity == entity && edit->field == field &&
            edit->round > behind && strcmp(edit->id, id) == 0)
            last = edit;
    }
    return last;
}

/* The last round before the last edit after which both sides agreed on the field; -1: none. Whoever edited
 * behind it had seen what both held then. */
static int last_agreed(const struct history *history, int entity, const struct standing_link *link,
                       int field)
{
    int last = -1;
    if (link->number >= HISTORY_LINKS)
        return last;
    for (int side = 0; side < WORLD_SIDES; side++) {
        const struct edit *edit =
            last_edit(history, side, entity, field, link->is[side]->id, -1);
        last = edit != NULL && edit->round > last ? edit->round : last;
    }
    for (int round = last - 1; round >= 0; round--) {
        if ((history->agreed[entity][link->number][field] >> round & 1U) != 0)
            return round;
    }
    return -1;
}

/* A conflict about the field stood at some time: people saw both values. */
static bool was_in_conflict(const struct standing *standing, int entity,
                            const struct standing_link *link, const char *field)
{
    for (size_t index = 0; index < standing->conflict_count; index++) {
        const struct standing_conflict *conflict = &standing->conflicts[index];
        bool named = conflict->field[0] == '\0' || strcmp(conflict->field, field) == 0 ||
                     strcmp(conflict->field, "valid") == 0;
        for (int side = 0; side < WORLD_SIDES; side++) {
            if (named && conflict->entity == entity && conflict->id[side][0] != '\0' &&
                strcmp(conflict->id[side], link->is[side]->id) == 0)
                return true;
        }
    }
    return false;
}

/* What somebody entered in a person's field is the person, whatever code stands for it. */
static bool holds(const struct standing *standing, int entity, const struct standing_link *link,
                  int side, int field, const char *value)
{
    if (entity != WORLD_HOURS || field != HOURS_PERSON)
        return strcmp(link->is[side]->value[field], value) == 0;
    const struct fact *account = standing_account(standing, side, "person", value);
    return account != NULL && strcmp(account->id, link->is[side]->person_id) == 0;
}

static const char *kind_of(int entity)
{
    return entity == WORLD_ACCOUNT ? "account" : "hours";
}

static bool is_newest(int entity, int field)
{
    if (entity == WORLD_ACCOUNT)
        return field == ACCOUNT_MOBILE;
    return field == HOURS_COURSE_CODE || field == HOURS_COURSE_NAME || field == HOURS_EVIDENCE ||
           field == HOURS_FINISHED;
}

/* The last time that anybody edited the record, whatever field: the version that is read has it. -1: it was edited
 * behind that round. */
static int64_t edited_ms(const struct history *history, int side, int entity, const char *id, int round)
{
    int64_t last = -1;
    for (size_t index = 0; index < history->edits.count; index++) {
        const struct edit *edit = &history->edits.of[index];
        if (edit->side != side || edit->entity != entity || strcmp(edit->id, id) != 0)
            continue;
        if (edit->round > round)
            return -1;
        last = edit->at_ms > last ? edit->at_ms : last;
    }
    return last;
}

/* Both sides were edited before the bridge looked, and the later one is what both hold, whatever the clock of the
 * bridge's machine showed meanwhile. */
static void look_at_newest(const struct standing *standing, const struct history *history, int entity,
                           const struct standing_link *link, int field, const struct edit *const edits[WORLD_SIDES],
                           bool *ok)
{
    int64_t at_ms[WORLD_SIDES];
    if (history->clock_put || !is_newest(entity, field) || edits[0] == NULL || edits[1] == NULL || edits[0]->round != edits[1]->round)
        return;
    for (int side = 0; side < WORLD_SIDES; side++)
        at_ms[side] = edited_ms(history, side, entity, link->is[side]->id, edits[side]->round);
    int64_t apart = at_ms[0] > at_ms[1] ? at_ms[0] - at_ms[1] : at_ms[1] - at_ms[0];
    int later = at_ms[0] > at_ms[1] ? 0 : 1;
    if (at_ms[0] < 0 || at_ms[1] < 0 || apart < CLOSE_MS ||
        holds(standing, entity, link, later, field, edits[later]->value))
        return;
    oracle_say(ok, "%s of %s %s/%s: the older edit '%s' went before '%s'", fact_name(entity, field), kind_of(entity),
               link->is[0]->id, link->is[1]->id, edits[1 - later]->value, edits[later]->value);
}

/* holds: read.clock_jumps */
void oracle_edit_kept(const struct standing *standing, const struct history *history, int entity,
                      const struct standing_link *link, int field, int rules, bool *ok)
{
    const char *name = fact_name(entity, field);
    const struct edit *edits[WORLD_SIDES];
    bool kept = false;
    int agreed = last_agreed(history, entity, link, field);
    if (history->state_put || history->rebased || agreed < 0 || was_in_conflict(standing, entity, link, name))
        return;
    for (int side = 0; side < WORLD_SIDES; side++) {
        edits[side] = last_edit(history, side, entity, field, link->is[side]->id, agreed);
        kept = kept || (edits[side] != NULL && (rules == WORLD_SIDES || rules == side) &&
                        holds(standing, entity, link, side, field, edits[side]->value));
    }
    look_at_newest(standing, history, entity, link, field, edits, ok);
    if (kept || (rules != WORLD_SIDES && edits[rules] == NULL))
        return;
    for (int side = 0; side < WORLD_SIDES; side++) {
        if (edits[side] != NULL)
            oracle_say(ok, "%s of %s %s/%s: the edit '%s' (round %d, %s) is lost, both hold '%s'",
                       name, kind_of(entity), link->is[0]->id, link->is[1]->id, edits[side]->value,
                       edits[side]->round, world_side_names[side], link->is[0]->value[field]);
    }
}

/* --- no record is lost ------------------------------------------------------------------------- */

static bool stands_or_unnamed(const struct standing *standing, int side, const char *kind,
                              const char *code)
{
    return code[0] == '\0' || standing_account(standing, side, kind, code) != NULL;
}

static unsigned same_code(const struct standing *standing, int side, const struct fact *fact)
{
    unsigned count = 0;
    for (size_t index = 0; index < standing->facts[side][WORLD_ACCOUNT].count; index++)
        count += standing_one_person(&standing->facts[side][WORLD_ACCOUNT].of[index], fact);
    return count;
}

static bool account_may_go(const struct standing *standing, int side, const struct fact *fact)
{
    return fact->valid && !standing_outside(fact) &&
           strcmp(fact->value[ACCOUNT_REVIEW], "approved") == 0 &&
           stands_or_unnamed(standing, 1 - side, "employer", fact->value[ACCOUNT_EMPLOYER]) &&
           stands_or_unnamed(standing, 1 - side, "department", fact->value[ACCOUNT_DEPARTMENT]) &&
           same_code(standing, side, fact) == 1 && same_code(standing, 1 - side, fact) == 0;
}

static bool one_natural_key(const struct fact *one, const struct fact *other, bool same_side)
{
    int by = one->value[HOURS_COURSE_CODE][0] != '\0' ? HOURS_COURSE_CODE : HOURS_EVIDENCE;
    return (!same_side || strcmp(one->id, other->id) != 0) &&
           strcmp(one->value[by], other->value[by]) == 0 && one->value[by][0] != '\0' &&
           strcmp(one->value[HOURS_YEAR], other->value[HOURS_YEAR]) == 0 &&
           standing_one_day(one->value[HOURS_FINISHED], other->value[HOURS_FINISHED]);
}

/* Another of the same learning: it may be one and the same, or ambiguous. */
static bool has_twin(const struct standing *standing, int side, const struct fact *fact)
{
    for (int other = 0; other < WORLD_SIDES; other++) {
        for (size_t index = 0; index < standing->facts[other][WORLD_HOURS].count; index++) {
            if (one_natural_key(fact, &standing->facts[other][WORLD_HOURS].of[index], side == other))
                return true;
        }
    }
    return false;
}

static bool day_is_full(const struct standing *standing, int side, const char *person_id,
                        const struct fact *fact)
{
    int64_t sum = strtoll(fact->value[HOURS_AMOUNT], NULL, 10);
    if (strcmp(fact->value[HOURS_SOURCE], "recognised") != 0)
        return false;
    for (size_t index = 0; index < standing->facts[side][WORLD_HOURS].count; index++) {
        const struct fact *other = &standing->facts[side][WORLD_HOURS].of[index];
        if (other->valid && strcmp(other->person_id, person_id) == 0 &&
            strcmp(other->value[HOURS_SOURCE], "recognised") == 0 &&
            standing_one_day(fact->value[HOURS_FINISHED], other->value[HOURS_FINISHED]))
            sum += strtoll(other->value[HOURS_AMOUNT], NULL, 10);
    }
    return sum > RECOGNISED_DAY_CENTI;
}

static bool hours_may_go(const struct standing *standing, int side, const struct fact *fact)
{
    const struct standing_link *person =
        standing_link(standing, side, WORLD_ACCOUNT, fact->person_id);
    if (!fact->valid || strcmp(fact->value[HOURS_REVIEW], "hrss") != 0 || person == NULL ||
        person->is[1 - side] == NULL || person->is[side] == NULL || !person->is[1 - side]->valid ||
        !person->is[side]->valid)
        return false;
    return !oracle_person_outside(standing, side, fact->person_id) &&
           same_code(standing, side, person->is[side]) == 1 &&
           same_code(standing, 1 - side, person->is[1 - side]) == 1 &&
           !has_twin(standing, side, fact) &&
           !day_is_full(standing, 1 - side, person->is[1 - side]->id, fact);
}

void oracle_not_lost(const struct standing *standing, int side, int entity, const struct fact *fact,
                     bool *ok)
{
    const struct fact *is[WORLD_SIDES] = {NULL, NULL};
    is[side] = fact;
    bool may = entity == WORLD_ACCOUNT ? account_may_go(standing, side, fact)
                                       : hours_may_go(standing, side, fact);
    if (may && standing_link(standing, side, entity, fact->id) == NULL &&
        standing_conflict(standing, entity, is, NULL) == NULL)
        oracle_say(ok, "%s %s %s has no counterpart, and nothing says why",
                   world_side_names[side], kind_of(entity), fact->id);
}
