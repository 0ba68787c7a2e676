/* What judging one key is inside: for pair.c, pair_finding.c, pair_link.c and pair_write.c only.
 * All of it works on a pair that pair.c loaded, with texts in the desk's arena, in a transaction. */
#ifndef WORK_PAIR_INSIDE_H
#define WORK_PAIR_INSIDE_H

#include "daemon/work/pair.h"

/* Names whose conflicts these are: the municipal copy where there is one. */
enum status pair_finding_subject(struct desk *desk, struct pair *pair);
/* A record that could not be mapped: one conflict that names field and reason; written nowhere. */
enum status pair_finding_invalid(struct desk *desk, struct pair *pair);
/* More than one record could be the counterpart: one conflict of the group, or of the duplicate. */
enum status pair_finding_several(struct desk *desk, struct pair *pair);
/* What the conflict log holds of this key's fields, as the core wants it: OPEN_MOST at the most. */
size_t pair_finding_holds(const struct pair *pair, struct field_hold *ret);
/* Collects what the judgement found. False: the two sides' codes differ and neither names the other
 * as its former one, so nothing may be written. */
bool pair_finding_judged(const struct desk *desk, struct pair *pair);
/* Writes the findings to the log, and clears the conflict of a group that is none any more. */
enum status pair_finding_end(struct desk *desk, struct pair *pair);

/* The link's base with its person as the account's name; base_fields 0 without one. */
enum status pair_link_load(struct desk *desk, struct pair *pair);
/* Moves the link's base to what both sides are now known to hold, with the moments of the fields
 * that differ. */
enum status pair_link_keep(struct desk *desk, struct pair *pair);

/* Does the entity's direction let the target be written? */
bool pair_write_allowed(const struct desk *desk, enum entity entity, enum side target);
/* Plans what the judgement wants written or created. planning as in pair_judge; what is still to
 * come leaves the pair unsettled, or waiting with its reason. */
enum status pair_write_judged(struct desk *desk, struct pair *pair, bool planning);

#endif
