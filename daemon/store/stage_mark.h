/* What is to be judged: one bit a staged row, by class in the order of judging and then by slot. Kept apart from the
 * rows, since whoever is judged would otherwise rewrite both records of the pair and an index for each; and in
 * memory, written with the transaction that changed it. For the files of this folder only. */
#ifndef STORE_STAGE_MARK_H
#define STORE_STAGE_MARK_H

#include "daemon/store/inside.h"
#include "daemon/store/stage.h"
#include "daemon/store/statement.h"

/* The class of a row: departments, employers, persons, accounts of no kind, hours, yearly results. */
int stage_mark_class(enum entity entity, uint8_t kind);

enum status stage_mark_has(struct store *store, int class, int64_t slot, bool *ret);
enum status stage_mark_set(struct store *store, int class, int64_t slot, bool marked);
/* The first one of the class behind `after`. NOT_FOUND. */
enum status stage_mark_next(struct store *store, int class, int64_t after, int64_t *ret);
enum status stage_mark_count(struct store *store, int64_t *ret);
/* Each row that the statement gives: STAGE_MARKED. Ends it. */
#define STAGE_MARKED "r.slot, r.entity, -r.rank"
enum status stage_mark_rows(struct statement *statement, bool marked);

/* Writes what the transaction changed. */
enum status stage_mark_keep(struct store *store);
/* What is known by heart may have been rolled back. */
void stage_mark_forget(struct store *store);

#endif
