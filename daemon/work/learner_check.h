/* The walk over the learners whose years are to be checked, once a cycle's writes are verified and
 * the platforms had time to settle (reconciliation.md, "What the notice demands"). */
#ifndef WORK_LEARNER_CHECK_H
#define WORK_LEARNER_CHECK_H

#include "daemon/work/desk.h"

/* Asks once more for the yearly results of those whom a cycle that is scoped to names is about and
 * who are to be checked. */
enum status learner_check_ask(struct desk *desk);
/* Begins the walk, in which whoever has become due is looked at too. */
void learner_check_begin(struct desk *desk);
/* Checks up to `most` learners, in a transaction of its own. Whoever has a record that is still to
 * be judged or written keeps her mark for a later cycle. */
enum status learner_check_some(struct desk *desk, size_t most, bool *ret_more);

#endif
