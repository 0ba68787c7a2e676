/* What the conflict log says of a field, against what both sides hold now: for judge.c. */
#ifndef SYNC_HOLD_H
#define SYNC_HOLD_H

#include "daemon/sync/judge.h"

/* The side's value; none where it has no copy. */
struct slice judge_value(const struct judge_case *at, enum side side, enum field field);

/* NULL: the log says nothing of it. What is open goes before what was once accepted. */
const struct field_hold *hold_of(const struct judge_case *at, enum field field);
bool hold_decided(const struct field_hold *hold); /* hold may be NULL */
/* Of a decided one, what both sides are to hold: the clerk's value, or that of the side taken as the clerk
 * saw it. */
struct slice hold_wanted(const struct field_hold *hold);
/* Accepted as it is, until either side changes: nothing is written, whatever the policy says by now. hold
 * may be NULL. */
bool hold_accepted(const struct judge_case *at, const struct field_hold *hold);
/* Was it decided, and on the values that stand there now? Decisions are made on two values: when a side
 * moved on since, other than to what was decided, people look again. hold may be NULL. */
bool hold_decision_stands(const struct judge_case *at, const struct field_hold *hold);

/* What an undo took back is not simply done again: the field stays as both sides hold it until either
 * side changes or a clerk decides (reconciliation.md, "Plans, undo, totals"). */
bool hold_apart(const struct judge_case *at, enum field field);
/* Likewise `valid`, decided or not. Who undid a creation or a revocation is never answered by a
 * revocation of the other side's record: until a decision is carried out this is a conflict, whatever
 * the base says. */
bool hold_undone_valid(const struct judge_case *at);

#endif
