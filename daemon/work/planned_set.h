/* Which records have a write planned in this round of deciding. A few thousand are known by heart, whatever the size
 * of the city; behind those the journal is asked. */
#ifndef WORK_PLANNED_SET_H
#define WORK_PLANNED_SET_H

#include "daemon/store/journal.h"
#include "daemon/work/desk.h"

/* A write that stands in the journal now. */
enum status planned_note(struct desk *desk, const struct write *write);
/* A journal that cannot be read fails the transaction, and says no. */
bool planned_has(const struct desk *desk, struct hash subject);
/* The subject's writes are no longer planned. */
void planned_take_out(struct desk *desk, struct hash subject);
/* Another round begins. */
void planned_forget(struct desk *desk);

#endif
