/* A plan as a file, to be looked at and then applied: JSON Lines. First what it is, then a write a line
 * in the order of sending, last a SHA-256 over all bytes before that line (docs/schemas/plan_file). It
 * holds nobody's data: a write's key is a function of its target, record, version and content, so the
 * keys alone determine what is written. */
#ifndef CLI_PLAN_FILE_H
#define CLI_PLAN_FILE_H

#include "mapping/base/status.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { PLAN_FILE_HASH = 65, PLAN_FILE_LINE = 64 * 1024 };

/* rows: of the view `plan` (docs/json.md), borrowed. now: an instant. IO: it could not be written. */
enum status plan_file_write(FILE *to, int64_t run, int64_t now, json_t *rows,
                            char ret_hash[PLAN_FILE_HASH]);

struct plan_file {
    json_t *writes; /* an array of its lines' objects; freed by plan_file_free */
    char *keys;     /* in hex, one behind the other; likewise */
    char hash[PLAN_FILE_HASH];
    int line; /* of what is wrong; 0: of the whole */
};

/* At most `most` writes. INVALID: ret_why says what is wrong, in English, static, for gettext. Freed
 * with plan_file_free in any case. */
enum status plan_file_read(FILE *from, size_t most, struct plan_file *ret, const char **ret_why);
void plan_file_free(struct plan_file *plan);

#endif
