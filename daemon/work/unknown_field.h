/* A member that the mapping does not name is logged once a day, by its name alone (reconciliation.md, "Guards"). */
#ifndef WORK_UNKNOWN_FIELD_H
#define WORK_UNKNOWN_FIELD_H

#include "daemon/work/desk.h"

/* row: a record that was decoded and has such members. A few of them; more are met another day. In a transaction. */
enum status unknown_field_note(struct desk *desk, enum side side, enum entity entity, struct slice row);

#endif
