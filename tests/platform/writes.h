/* Creating and changing a record of a platform, the same for both; the callers render what came of
 * it in their own way. */
#ifndef PLATFORM_WRITES_H
#define PLATFORM_WRITES_H

#include "tests/platform/platform.h"

enum outcome_kind {
    OUTCOME_DONE,
    OUTCOME_INVALID,   /* draft has the errors */
    OUTCOME_DUPLICATE, /* row is the existing record */
    OUTCOME_FAILED     /* out of memory */
};

struct outcome {
    enum outcome_kind kind;
    const struct row *row;
    struct draft draft; /* outcome_free() */
};

/* Reads, validates, looks for a duplicate, stores; in that order. */
void write_create(struct platform *platform, enum entity entity, const json_t *object,
                  struct outcome *ret);
/* The caller looked at the version before. */
void write_update(struct platform *platform, enum entity entity, const struct row *row,
                  const json_t *object, struct outcome *ret);
void outcome_free(struct outcome *outcome);

/* What staff of the platform enter by hand: nothing is validated. A NULL row is a new record.
 * version and update time are given, unless the object names them. */
enum status write_staff(struct platform *platform, enum entity entity, const struct row *row,
                        const json_t *object, const struct row **ret_row);

/* The number of the object's member, however written; false: absent or no number. */
bool write_version(const json_t *object, const char *member, int64_t *ret);

#endif
