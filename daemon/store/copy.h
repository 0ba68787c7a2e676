/* A whole state read out row by row, and put into an empty one: for recordings. What names people passes through
 * whoever copies; hashes are of the store's own key, and so are made anew by whoever puts a row in. */
#ifndef STORE_COPY_H
#define STORE_COPY_H

#include "daemon/store/conflicts.h"
#include "daemon/store/journal.h"
#include "daemon/store/links.h"
#include "daemon/store/stage.h"

/* Tables of which no row names anybody: settings of operation (not what belongs to one machine or is secret),
 * series of numbers, pairs kept apart, what an undo left out, runs, watermarks, lower versions, organisations
 * that are nowhere. */
enum copy_table {
    COPY_META,
    COPY_SERIES,
    COPY_APART,
    COPY_LEFT_OUT,
    COPY_RUN,
    COPY_WATERMARK,
    COPY_LOWER,
    COPY_NOWHERE,
    COPY_TABLES
};
const char *copy_table_name(enum copy_table table);

/* Each row as a JSON array; it holds until `take` returns. Ends with the first status that is not OK. */
typedef enum status copy_take_row(void *context, struct slice json);
enum status copy_rows(struct store *store, enum copy_table table, copy_take_row *take, void *context);
/* Puts such a row in. */
enum status copy_put_row(struct store *store, enum copy_table table, struct slice json);

/* All staged records in the order in which they came, with payload and fetch; the store must not be changed by
 * `take`. */
typedef enum status copy_take_record(void *context, const struct staged *staged);
enum status copy_records(struct store *store, copy_take_record *take, void *context);
/* As stage_put, with waiting, open and cause. */
enum status copy_put_record(struct store *store, const struct staged *staged);

/* Writes that may still decide something: not known, refused, proposed, a settled change (which may turn out not to
 * be stored), or known since that instant. 0: all. */
typedef enum status copy_take_write(void *context, const struct write *write);
enum status copy_writes(struct store *store, int64_t since, copy_take_write *take, void *context);
/* With its number, state, code and times. */
enum status copy_put_write(struct store *store, const struct write *write);

/* With its number, state and decision. */
enum status copy_put_conflict(struct store *store, const struct conflict *conflict);
/* With its number. */
enum status copy_put_link(struct store *store, const struct link *link);

struct copy_learner {
    struct hash person;
    bool dirty;
    int64_t due;
    struct slice balance;
};
typedef enum status copy_take_learner(void *context, const struct copy_learner *learner);
enum status copy_learners(struct store *store, copy_take_learner *take, void *context);
enum status copy_put_learner(struct store *store, const struct copy_learner *learner);

#endif
