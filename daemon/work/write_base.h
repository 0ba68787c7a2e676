/* The base of the record that a write is about. Inside a transaction. */
#ifndef WORK_WRITE_BASE_H
#define WORK_WRITE_BASE_H

#include "daemon/store/journal.h"
#include "daemon/work/desk.h"

/* Of the fields named the base becomes what `packed` says (record_pack: the write's values, or those before it), as
 * far as there is a base and the write was about them; what both sides hold besides stays. */
enum status write_base_set(struct desk *desk, const struct write *write, struct slice packed, field_set named);

/* Of the fields that were to be written, those that the record holds. A person's code and a region are left out: they
 * may be stored otherwise than sent. */
field_set write_base_held(const struct record *stored, const struct write *write);
/* Does it hold them all? */
bool write_base_holds(const struct record *stored, const struct write *write);

#endif
