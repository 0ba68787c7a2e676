/* The rows that bear the key of the hour record which is judged next, read in one walk: its own copy, those that it
 * may match, and so its counterpart's. Whatever writes comes after all three were asked for; from then on
 * nothing is at hand. */
#ifndef WORK_AT_HAND_H
#define WORK_AT_HAND_H

#include "daemon/work/desk.h"

/* Nothing is at hand when there are many, or when one does not open: then each is read by itself. */
enum status at_hand_take(struct desk *desk, const struct staged *next);
/* NULL: it is not. It holds until the next one is taken. */
const struct staged *at_hand_row(const struct desk *desk, enum side side, enum entity entity,
                                 struct slice remote_id);
/* Are these all rows with that key? */
bool at_hand_has_key(const struct desk *desk, enum entity entity, struct hash key);
void at_hand_drop(struct desk *desk);

/* What was decoded from these bytes of a side, which the owner keeps until he says NULL. */
void at_hand_note_decoded(struct desk *desk, enum side side, struct slice text, const struct decoded *decoded);
/* The copy decoded before, where it is that one: the same bytes come to the same. */
bool at_hand_decoded(const struct desk *desk, enum side side, const struct staged *staged, struct decoded *ret);

#endif
