/* One cycle at the desk: what each job of the run machine does. Called by the worker of daemon/bridge.c, or by
 * a simulation: it touches the store and nothing else outside. */
#ifndef WORK_CYCLE_H
#define WORK_CYCLE_H

#include "daemon/sync/run.h"
#include "daemon/store/runs.h"
#include "daemon/work/desk.h"
#include "daemon/work/scope.h"

struct cycle {
    struct desk desk;
    enum run_kind kind;
    struct slice scope_text;        /* masked, for the run's row; static or owned by the caller */
    int64_t started;
    const struct slice *persons;       /* scoped: canonical codes; borrowed */
    size_t person_count;
    const struct slice *organisations; /* scoped; borrowed */
    size_t organisation_count;
    bool dry;                       /* the order: plans, writes nothing */
    bool settings_observe;          /* the settings' mode, where no command has set one */
    bool observe;                   /* found by JOB_OPEN: dry, or the mode in force observes */
    bool checking;                  /* the learners' walk began */
    bool paused;                    /* found by JOB_OPEN: nothing is done */
    const char *refused;            /* likewise, and why: the order cannot be carried out; else NULL */
    bool untouched;                 /* found by JOB_OPEN: no platform is asked, one waits for the operator */
    enum run_end end;               /* set by the caller before JOB_CLOSE */
    struct run_side sides[SIDES];   /* likewise */
    int exit_code;                  /* of resync, after JOB_CLOSE */
    char log_head[CHAIN_HEX + 1];   /* of the sync log, after JOB_CLOSE; "": none */
    struct buffer counts;           /* one JSON object, after JOB_CLOSE */
};

/* Before the run begins; the desk's borrowed part is filled and desk_init was called. */
void cycle_begin(struct cycle *cycle);
/* Does the effect's job; fills the event, all but its kind. ok false: the store failed. */
void cycle_job(struct cycle *cycle, const struct effect *effect, struct event *ret);
void cycle_end(struct cycle *cycle);

#endif
