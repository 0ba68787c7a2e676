/* A side that was restored from a backup is refilled from the other one, in a new epoch (reconciliation.md,
 * "Guards"; operators.md, `rebase`).
 *
 * What the restored side holds is what was, so by itself it speaks against nothing: where a field differs from
 * the base, the base becomes what the restored side holds. Then the other side is the one that changed, and its
 * value is written to the restored one by the ordinary rules, whether it still is what both had agreed on or
 * was changed since. Were the base kept, the older value would look like a change and win over the newer.
 * A record that people changed after the restore (its update time is later than all that was read before) may
 * hold either: its differing fields have no base any more, and are merged by their policies, so that nobody's
 * work is lost silently.
 * A record that the restored side lost has no link any more, and is created there again when it is eligible. An
 * id that the restored side gave to another record meanwhile names that other record: its link is dropped too,
 * and both are decided as what they are. It may have given the number again with the id; so of what was
 * changed after the restore, person, year, category and course must be the same too, else the two are kept
 * apart, and people decide. */
#ifndef WORK_REBASE_H
#define WORK_REBASE_H

#include "daemon/work/pair.h"

/* Reads which sides are being refilled (desk->rebasing). */
enum status rebase_open(struct desk *desk);
/* The link's base, before the pair is judged. */
void rebase_base(const struct desk *desk, struct pair *pair);
/* Are the two that were linked, or found by their key, one and the same? False: the restored side lost the
 * record, or gave its id or number away. */
bool rebase_match_holds(const struct desk *desk, const struct pair *pair);
/* The match did not hold, and by their origin the two would be linked again: they never are by themselves. */
bool rebase_keeps_apart(const struct pair *pair);
/* Every record was judged: the refilling is planned, and what is left of it goes the ordinary way. */
enum status rebase_end(struct desk *desk);

#endif
