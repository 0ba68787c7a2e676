/* The files of the event log: the current one, and those that were rotated away before it. A rotated
 * file's name says the n of its last line and when it was closed, so names sort as lines do. */
#ifndef STORE_CHAIN_FILES_H
#define STORE_CHAIN_FILES_H

#include "mapping/base/bytes.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define CHAIN_CURRENT "events.jsonl"
#define CHAIN_NEXT "events.next" /* made before the current file is renamed; empty */
#define CHAIN_TORN "events.torn"
enum { CHAIN_NAME_BYTES = 64 };

/* What errno says of a file of the log: FULL, DENIED, else IO. */
enum status chain_errno(int code);

/* "events-000000000002-20230601T121500Z.jsonl" */
void chain_file_name(int64_t last, int64_t closed, char ret[CHAIN_NAME_BYTES]);
/* The inverse; false: not the name of a rotated file. */
bool chain_file_facts(const char *name, int64_t *ret_last, int64_t *ret_closed);

/* One look at the log, whatever another process writes, rotates or deletes meanwhile. */
struct chain_files {
    int directory;
    FILE *current; /* opened before the names were read: nothing falls between; NULL: none */
    char (*names)[CHAIN_NAME_BYTES]; /* of the rotated files, oldest first */
    size_t count;
};

/* directory stays the caller's. NOT_FOUND: there is no log. Closed with chain_files_close, in any
 * case. */
enum status chain_files_open(int directory, struct chain_files *ret);
void chain_files_close(struct chain_files *files);
/* The file at that place, the current one at `count`, from its start; NULL when it is not there (any
 * more), or the same as the current one. To be given back with chain_files_done. */
enum status chain_files_read(const struct chain_files *files, size_t place, FILE **ret);
void chain_files_done(const struct chain_files *files, FILE *file);
const char *chain_files_name(const struct chain_files *files, size_t place);

#endif
