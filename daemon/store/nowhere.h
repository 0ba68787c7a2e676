/* Which accounts name an organisation that is registered nowhere: the few rows from which its conflict lives
 * (reconciliation.md, "What the notice demands", the first row). In the stage's file, and rebuilt with it. */
#ifndef STORE_NOWHERE_H
#define STORE_NOWHERE_H

#include "daemon/store/store.h"

/* The account names this subject ("employer:CODE"). recent: it was registered since the notice demands it. */
enum status nowhere_note(struct store *store, struct slice subject, enum side side,
                         struct slice remote_id, bool recent);
enum status nowhere_forget(struct store *store, struct slice subject, enum side side,
                           struct slice remote_id);
/* What was noted of the account, at most `most`; texts in the arena. */
enum status nowhere_of(struct store *store, enum side side, struct slice remote_id, size_t most,
                       struct arena *arena, struct slice *ret_subjects, size_t *ret_count);
/* How many accounts name the subject, and whether any of them is recent. */
enum status nowhere_count(struct store *store, struct slice subject, int64_t *ret, bool *ret_recent);
/* Marks the accounts of all rows dirty, so that they are judged anew. */
enum status nowhere_wake(struct store *store);

#endif
