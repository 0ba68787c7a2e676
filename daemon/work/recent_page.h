/* The first page of an increment beside that of the cycle before. What changed last comes again with every cycle
 * until it falls behind the watermark; where it comes with the same bytes, and no record that is staged became another
 * since, it says nothing new and is not even taken apart. Only in memory: a new process takes it in once more. */
#ifndef WORK_RECENT_PAGE_H
#define WORK_RECENT_PAGE_H

#include "daemon/work/desk.h"
#include "mapping/split.h"

/* The answer to an increment's request comes: what its rows may be again, and desk->recent for intake_page. ret->size
 * 0: nothing is known, or it is not the first page of its listing in this cycle. */
void recent_page_open(struct desk *desk, enum side side, enum entity entity, struct split_expected *ret);
/* Any other answer comes. */
void recent_page_none(struct desk *desk);
/* The page that is open came with other bytes: it is told anew, from its first row on. */
void recent_page_begin(struct desk *desk);
/* A row of it; unchanged: the stage holds just these bytes. */
enum status recent_page_row(struct desk *desk, const struct roll_entry *entry, bool unchanged);
/* All of it was taken in; array: its rows with their brackets. */
void recent_page_close(struct desk *desk, struct slice array);
/* Forgets all of them. */
void recent_page_clear(struct desk *desk);

#endif
