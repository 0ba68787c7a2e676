/* A decided write into the journal: its body in the target's own words, its key, its place in the order
 * of sending (reconciliation.md, "Writing, safely"). */
#ifndef WORK_PLANNED_H
#define WORK_PLANNED_H

#include "daemon/work/pair.h"

/* Order of sending: departments, employers, persons, hours; revocations last and the other way round. */
enum wave {
    WAVE_DEPARTMENT,
    WAVE_EMPLOYER,
    WAVE_PERSON,
    WAVE_HOURS,
    WAVE_REVOKE_HOURS,
    WAVE_REVOKE_PERSON,
    WAVE_REVOKE_EMPLOYER,
    WAVE_REVOKE_DEPARTMENT
};

enum planned { PLANNED_NOW, PLANNED_REFUSED /* the same write was rejected before: not sent again */ };

/* Journals the write of `fields` (canonical values as in `values`) to the target's record of the pair.
 * ret_code: the platform's code of a write that was refused before, in the desk's arena. */
enum status planned_write(struct desk *desk, const struct pair *pair, enum side target,
                          enum write_operation operation, field_set fields,
                          const struct record *values, enum planned *ret, struct slice *ret_code);
/* Does a journalled write take back a final review, and from which step to which? Texts are the write's. */
enum status planned_steps_back(const struct write *write, struct slice *ret_from, struct slice *ret_to,
                               bool *ret);
/* A planned write is dropped again before it was sent, and counted no more. code: one word, why. */
enum status planned_drop(struct desk *desk, const struct write *write, const char *code);

/* The write's key, from what it says else: the same write has the same one after any crash (target and its epoch,
 * record, version, content). */
enum status planned_key(struct desk *desk, const struct write *write, struct hash *ret);

#endif
