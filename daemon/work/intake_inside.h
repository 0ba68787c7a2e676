/* What intake.c (a record) and intake_page.c (a page of them) share. */
#ifndef WORK_INTAKE_INSIDE_H
#define WORK_INTAKE_INSIDE_H

#include "daemon/work/intake.h"

/* One row, and what became of it. */
struct intake_row {
    struct slice row;
    struct slice remote_id; /* that was read from it; empty: none can be read */
    struct hash raw;        /* digest of its bytes */
    const struct decoded *decoded; /* where that was done already; NULL: not yet */
    /* filled in */
    bool known;             /* it was staged before */
    int64_t slot;           /* where it is staged; 0: nowhere */
    enum intake_outcome outcome;
};
enum status intake_row(struct desk *desk, enum side side, enum entity entity, struct intake_row *row,
                       enum intake_way way);

#endif
