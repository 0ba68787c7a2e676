/* A gathered person as the rules take her: her records in pairs, and why one is held back. */
#ifndef WORK_LEARNER_OF_H
#define WORK_LEARNER_OF_H

#include "daemon/sync/learner.h"
#include "daemon/work/person_case.h"

/* Records that are no pair by a link, but have one origin or one natural key, are taken as one: an
 * ambiguous group must not count twice. Texts are the case's; the list lies in its arena. */
enum status learner_of(const struct person_case *person, bool annual_known, struct learner *ret);
/* The account that names her region and her owners: municipal where there is one; NULL: none. */
const struct record *learner_account(const struct person_case *person);

#endif
