/* A write as a row of the journal: its columns and its sealed part. For journal*.c only. */
#ifndef STORE_JOURNAL_ROW_H
#define STORE_JOURNAL_ROW_H

#include "daemon/store/journal.h"
#include "daemon/store/statement.h"

/* What is said when it is planned, and never changes, but its state. */
#define JOURNAL_PLANNED                                                                            \
    "number, run, target, entity, operation, wave, key, source_id, target_id, version, subject,"   \
    " reference, masked, reason, fields, sealed, state, decided, undoes"
/* The whole row, as journal_row_read wants it. */
#define JOURNAL_ROW JOURNAL_PLANNED ", code, batch, sent_at, known_at"

/* The sealed part; it holds until the next row is sealed or read. */
enum status journal_row_seal(struct store *store, const struct write *write,
                             struct slice *ret_sealed);
/* The values of JOURNAL_PLANNED in order. */
void journal_row_bind(struct statement *statement, const struct write *write, struct slice sealed);
/* The row of JOURNAL_ROW that the statement stands on. CORRUPT: it was changed, and *ret is not to be believed. */
enum status journal_row_read(struct statement *statement, struct arena *arena, struct write *ret);
/* Steps to the row, reads it, ends the statement. NOT_FOUND. */
enum status journal_row_take(struct statement *statement, struct arena *arena, struct write *ret);

#endif
