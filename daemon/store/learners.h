/* Which learners' years are to be checked, and how each one's hours balanced when she was last
 * checked. Rebuilt with the stage: whoever is read anew is checked anew. */
#ifndef STORE_LEARNERS_H
#define STORE_LEARNERS_H

#include "daemon/store/store.h"

/* To be checked: something of hers was read, judged or decided. person: hash of "person:CODE". */
enum status learner_mark(struct store *store, struct hash person);
/* Marks whoever is due at this instant (a certificate that has stood alone for too long by then). */
enum status learner_mark_due(struct store *store, int64_t now);
/* The next who is to be checked behind `after` (zero: from the first). NOT_FOUND at the end. */
enum status learner_next(struct store *store, struct hash after, struct hash *ret);
/* Checked: the mark is taken off. due: the instant from which she is to be checked even if nothing
 * changed; 0: none. balance: opaque here; empty: she has no hours. */
enum status learner_checked(struct store *store, struct hash person, int64_t due,
                            struct slice balance);
/* Nothing is left of her. */
enum status learner_drop(struct store *store, struct hash person);
/* Walks all balances in order of person behind `after`; the balance lies in the arena. */
enum status learner_balance_next(struct store *store, struct hash after, struct arena *arena,
                                 struct hash *ret, struct slice *ret_balance);
enum status learner_count_marked(struct store *store, int64_t *ret);

#endif
