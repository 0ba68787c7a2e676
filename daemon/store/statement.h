/* Prepared statements, kept for the life of the store, and the binding and reading of their values
 * in order. Errors stick: bind and read freely, and look at the status of the row or the end. */
#ifndef STORE_STATEMENT_H
#define STORE_STATEMENT_H

#include "daemon/store/inside.h"

/* One statement of a file's table; its address is its name in the cache, so it must be static. */
struct sql {
    const char *step; /* for messages: what was being done */
    const char *text;
};

struct statement {
    struct store *store;
    const struct sql *sql;
    sqlite3_stmt *at;
    enum status status;
    int bound, read;
};

/* Any result code of SQLite as a status; a full disk behind an I/O error is FULL. */
enum status statement_status(sqlite3 *db, int code);
/* Remembers what failed; a transaction that is open is rolled back, unless only a constraint was
 * hurt. */
enum status statement_fail(struct store *store, const char *step, int code);

void statement_open(struct statement *statement, struct store *store, const struct sql *sql);
void statement_bind_number(struct statement *statement, int64_t number);
void statement_bind_text(struct statement *statement, struct slice text); /* empty: NULL */
/* As text, but an empty one is '' and so compares with others. */
void statement_bind_id(struct statement *statement, struct slice text);
void statement_bind_word(struct statement *statement, const char *text);        /* NULL: NULL */
void statement_bind_bytes(struct statement *statement, struct slice bytes);     /* empty: NULL */
void statement_bind_hash(struct statement *statement, const struct hash *hash); /* zero: NULL */
void statement_bind_null(struct statement *statement);

/* The next row: OK, NOT_FOUND behind the last. */
enum status statement_row(struct statement *statement);
/* Values of the row in order. Texts are copied into the arena; NULL is no value, zero. */
int64_t statement_read_number(struct statement *statement);
/* A number from 0 to below `end`; another one makes the status CORRUPT. */
int statement_read_choice(struct statement *statement, int end);
struct slice statement_read_text(struct statement *statement, struct arena *arena);
/* Not copied: holds until the next row or the end. */
struct slice statement_read_bytes(struct statement *statement);
void statement_read_hash(struct statement *statement, struct hash *ret);
/* Copied into a room of `size` bytes with its NUL; a longer one makes the status CORRUPT. */
void statement_read_word(struct statement *statement, char *to, size_t size);

/* Ends a reading; gives the status that stuck. */
enum status statement_close(struct statement *statement);
/* Carries out a statement that gives no rows. */
enum status statement_run(struct statement *statement);
/* Carries out a statement whose one row is one number. */
enum status statement_count(struct statement *statement, int64_t *ret);
/* As statement_run; NOT_FOUND when it changed no row. */
enum status statement_change(struct statement *statement);

/* The next number of a series ("link", "write", …): given once, never again. */
enum status statement_number(struct store *store, const char *series, int64_t *ret);
/* Within a transaction numbers are given from memory, and written once at its end. */
enum status statement_keep_numbers(struct store *store);
void statement_forget_numbers(struct store *store);
void statement_forget_all(struct store *store);

#endif
