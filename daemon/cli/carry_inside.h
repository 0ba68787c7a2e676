/* One command while it is carried out: for carry_*.c only. */
#ifndef CLI_CARRY_INSIDE_H
#define CLI_CARRY_INSIDE_H

#include "daemon/cli/carry_out.h"
#include "daemon/cli/progress.h"
#include "daemon/cli/session.h"
#include "daemon/cli/show.h"

/* One command with its output. */
struct carried {
    struct invocation *invocation;
    struct session session;
    struct show show;
    struct progress progress;
    int64_t run;  /* of the last row of a cycle */
    int64_t last; /* line of the log that was shown last */
    json_t *kept; /* the cycle's row while its plan is read; NULL: rows are shown at once */
    json_t *plan;
};

/* --- carry_out.c ------------------------------------------------------------------------------ */

/* Shows the row at once. */
void carried_row(void *context, json_t *row);
/* Keeps the row of a cycle, and its number. */
void carried_cycle_row(void *context, json_t *row);
int carried_ask(struct carried *at, const char *command, json_t *arguments, view_row row);

/* --- carry_plan.c ----------------------------------------------------------------------------- */

/* The proposed writes of the kept cycle, into at->plan; the cycle's message stands. Shown as a table. */
void carried_read_plan(struct carried *at);
void carried_show_proposed(struct carried *at);
/* `plan`, `apply` and `undo`: the exit code. */
int carried_plan(struct carried *at);
int carried_apply(struct carried *at);
int carried_undo(struct carried *at);

/* --- carry_backup.c --------------------------------------------------------------------------- */

/* The exit code. */
int carried_backup(struct carried *at);
int carried_restore(struct carried *at);

#endif
