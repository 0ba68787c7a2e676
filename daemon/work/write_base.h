/* The base of the record that a write is about. Inside a transaction. */
#ifndef WORK_WRITE_BASE_H
#define WORK_WRITE_BASE_H

#include "daemon/store/journal.h"
#include "daemon/work/desk.h"

/* Of the fields that it wrote the base becomes what `packed` says (record_pack: the write's values, or those before
 * it), as far as there is a base; what both sides hold besides stays. */
enum status write_base_set(struct desk *desk, const struct write *write, struct slice packed);

/* Does the record hold what was to be written? A person's code and a region may be stored otherwise than sent. */
bool write_base_holds(const struct record *stored, const struct write *write);

#endif
