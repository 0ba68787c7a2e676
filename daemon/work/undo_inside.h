/* One write looked at, to be taken back: for undo.c and undo_write.c only. */
#ifndef WORK_UNDO_INSIDE_H
#define WORK_UNDO_INSIDE_H

#include "daemon/work/pair.h"
#include "daemon/work/undo.h"

/* Plans the write that takes `undone` back, or leaves it out with its reason. only: the one field that
 * is taken back, FIELDS for all that it wrote. In a transaction; the desk's arena is reset. */
enum status undo_write(struct desk *desk, const struct write *undone, enum field only);

#endif
