/* Whom a resync by names is about: the persons, the organisations, and all who are known to belong to these on
 * either side (operators.md, `resync`). */
#ifndef WORK_SCOPE_H
#define WORK_SCOPE_H

#include "daemon/work/desk.h"

/* Adds the person to the desk's scope and asks both sides for the account, the hours and the years. */
enum status scope_person(struct desk *desk, struct slice code);
/* Likewise the organisation and its people, as they were last seen: one walk over the accounts. */
enum status scope_organisation(struct desk *desk, struct slice code);

#endif
