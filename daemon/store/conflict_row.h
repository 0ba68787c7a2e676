/* A conflict as a row: its columns, its two sealed parts (what is in conflict; what was decided).
 */
#ifndef STORE_CONFLICT_ROW_H
#define STORE_CONFLICT_ROW_H

#include "daemon/store/conflicts.h"
#include "daemon/store/statement.h"

enum { CONFLICT_ROW_BYTES = 16 * 1024 * 1024 /* the most that one row may take in an arena */ };

#define CONFLICT_COLUMNS                                                                           \
    "number, kind, severity, entity, reference, masked, field, owner, reason, municipal_id,"       \
    " provincial_id, person, region, year, run, first_seen, last_seen, times, state, has_base,"    \
    " sealed, decision, decided_at, decided, stands"

/* The sealed parts; they hold until the next row is sealed or read. */
enum status conflict_row_seal(struct store *store, const struct conflict *conflict,
                              struct slice *ret_sealed);
enum status conflict_row_seal_decision(struct store *store, const struct conflict *conflict,
                                       struct slice *ret_sealed);
/* The row of CONFLICT_COLUMNS that the statement stands on. CORRUPT: it was changed. */
enum status conflict_row_read(struct statement *statement, struct arena *arena,
                              struct conflict *ret);
/* Steps to the row, reads it, ends the statement. NOT_FOUND. */
enum status conflict_row_take(struct statement *statement, struct arena *arena,
                              struct conflict *ret);

#endif
