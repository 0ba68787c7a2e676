/* What intake.c (a record) and intake_page.c (a page of them) share. */
#ifndef WORK_INTAKE_INSIDE_H
#define WORK_INTAKE_INSIDE_H

#include "daemon/work/intake.h"

/* What was staged under the row's id before; row as by stage_glance. */
struct intake_known {
    bool any;
    struct staged row;
};

/* One row whose id was read already; empty: it has none that can be read. */
enum status intake_row(struct desk *desk, enum side side, enum entity entity, struct slice row,
                       struct slice remote_id, enum intake_way way, struct intake_known *ret_known,
                       enum intake_outcome *ret);

#endif
