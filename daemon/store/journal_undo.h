/* The journal read backwards, for taking writes back: what a run or a clerk's decision wrote, what
 * took it back, and what an undo left out. */
#ifndef STORE_JOURNAL_UNDO_H
#define STORE_JOURNAL_UNDO_H

#include "daemon/store/journal.h"

/* Newest first: the run's writes below number `before` (0: from the newest) that the target took:
 * settled, or sent without an answer and overtaken, so that only the target can tell. NOT_FOUND at
 * the end. */
enum status journal_next_taken(struct store *store, int64_t run, int64_t before,
                               struct arena *arena, struct write *ret);
/* Likewise those of a subject, sent at or after an instant, that carried out a decision on `field`. */
enum status journal_next_decided(struct store *store, struct hash subject, enum field field,
                                 int64_t since, int64_t before, struct arena *arena,
                                 struct write *ret);
/* What a run last did to take that write back; NOT_FOUND. */
enum status journal_undoing(struct store *store, int64_t undone, int64_t run, struct arena *arena,
                            struct write *ret);

/* In an undo's run: the write was not taken back; why is one word. Said once more, it replaces the
 * word; NULL: it was taken back after all. */
enum status journal_leave_out(struct store *store, int64_t run, int64_t number, const char *why);
/* Writes that the run left out, in order of number behind `after`; why lies in the arena. NOT_FOUND
 * at the end. */
enum status journal_next_left_out(struct store *store, int64_t run, int64_t after,
                                  struct arena *arena, struct write *ret, struct slice *ret_why);
enum status journal_count_left_out(struct store *store, int64_t run, int64_t *ret);

#endif
