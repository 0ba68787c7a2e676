/* May the record at hand be created on the other side, and if not, what does it wait for
 * (reconciliation.md, "Situations": eligible). */
#ifndef WORK_CREATE_H
#define WORK_CREATE_H

#include "daemon/work/pair.h"

enum eligibility {
    ELIGIBLE,
    ELIGIBLE_ASKED,   /* one more read was asked for: judge again when it is answered */
    ELIGIBLE_WAITS,   /* counted with its reason; missing_counterpart once its year's cut-off is near */
    ELIGIBLE_SILENT,  /* waits behind a conflict that is shown elsewhere, or was rejected: no conflict */
    ELIGIBLE_NEVER    /* the operator chose so: missing_counterpart */
};

/* ret_reason: a static word for `waiting`. */
enum status create_eligible(struct desk *desk, const struct pair *pair, enum side target,
                            enum eligibility *ret, const char **ret_reason);
/* Is an hour record's review so far that it may go over? */
bool create_far_enough(const struct desk *desk, struct slice review);
/* Does the waiting record become missing_counterpart by now: from 7 days before its year's cut-off. */
bool create_overdue(const struct desk *desk, const struct pair *pair);
/* info for accounts registered before the notice demanded it, else -1 (the kind's own severity). */
int create_severity(const struct desk *desk, const struct pair *pair);

/* Likewise of one account. */
int create_account_severity(const struct desk *desk, const struct record *account);

/* Fields of a planned update that name an organisation which the target does not know: they are held. */
enum status create_hold_references(struct desk *desk, enum side target, field_set *fields,
                                   const struct slice values[FIELDS], bool *ret_asked);

#endif
