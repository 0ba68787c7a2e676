/* The run machine: one cycle as events in, effects out. It knows phases, streams, attempts and waves, and
 * nothing of sockets, clocks or SQL; whoever performs its effects (daemon/bridge.c, or a simulation) tells
 * it what happened. */
#ifndef SYNC_RUN_H
#define SYNC_RUN_H

#include "connectors/definition.h"
#include "connectors/patience.h"
#include "daemon/sync/exchange.h"

enum run_kind { RUN_INCREMENTAL, RUN_FULL, RUN_SCOPED };

struct run_setup {
    enum run_kind kind;
    const struct definition *definition[SIDES]; /* borrowed */
    unsigned parallel[SIDES];                   /* requests in flight at the most */
    struct slice region;                        /* the listings' prefix; borrowed */
    int year;                                   /* scoped: 0 none */
    const struct slice *parts;                  /* regions inside it, for a listing whose cursor dies twice */
    size_t part_count;
    bool named;                                 /* scoped to names: read by queries, which the desk asks for */
    bool dry;                                   /* decides, writes nothing */
    bool left_alone[SIDES];                     /* a breaker is open: the side is not tried */
    bool probe[SIDES];                          /* it was down: one request goes first, without a retry */
    struct retry_budget retries[SIDES];         /* as the last run left them */
    bool has_offset[SIDES];                     /* its clock was measured before */
    int64_t offset_ms[SIDES];                   /* and was so far ahead then */
    int64_t now;                                /* our instant at the beginning */
    int64_t overlap_seconds;
    int64_t settle_ms;                          /* what the platforms get for their yearly results */
    uint64_t seed;                              /* for jitter */
};

/* What the desk is asked to do; each is answered by one EVENT_JOB. */
enum run_job {
    JOB_OPEN,     /* begin the run, find unknown writes; answers with the watermarks */
    JOB_LISTED,   /* a stream ended: its watermark, and what it lacks */
    JOB_RESOLVE,  /* unknown writes were read: decide them again */
    JOB_BEGIN,    /* the walk begins anew */
    JOB_DECIDE,   /* one piece of the walk */
    JOB_NEED,     /* the next read of a side: answers with an exchange or none */
    JOB_GUARD,
    JOB_WRITE,    /* the next write of a wave to a side with room: answers with an exchange or none */
    JOB_UNKNOWN,  /* writes without an answer: ask for their targets */
    JOB_SETTLED,  /* the writes had their time: who is named is asked for once more */
    JOB_CHECK,    /* one piece of the learners' years */
    JOB_CLOSE     /* the run's row */
};

enum effect_kind { EFFECT_SEND, EFFECT_JOB, EFFECT_WAIT, EFFECT_FINISH };

struct effect {
    enum effect_kind kind;
    struct exchange *exchange; /* SEND: stays the machine's until EVENT_RECEIVED; WAIT: sent after it, NULL:
                                  the platforms settle */
    enum run_job job;
    enum side side;            /* JOB_LISTED, JOB_NEED, JOB_WRITE */
    enum entity entity;
    bool certified;            /* JOB_LISTED */
    int64_t raw, watermark;
    unsigned wave;             /* JOB_WRITE */
    bool room[SIDES];          /* JOB_WRITE: the sides that can take one; `side` first */
    int64_t wait_ms;
};

enum event_kind { EVENT_START, EVENT_RECEIVED, EVENT_JOB, EVENT_WAITED, EVENT_STOP };

struct event {
    enum event_kind kind;
    struct exchange *exchange;        /* RECEIVED, WAITED */
    const struct received *received;  /* RECEIVED */
    enum run_job job;                 /* JOB: which was done */
    enum side side;
    enum entity entity;
    bool ok;                          /* JOB: false ends the cycle: the store failed */
    int64_t since[SIDES][ENTITIES];   /* OPEN */
    int64_t known[SIDES][ENTITIES];   /* OPEN: rows of the last certified listing; 0: none */
    bool paused;                      /* OPEN: the operator paused the bridge: the cycle ends at once */
    int64_t unknown;                  /* OPEN, UNKNOWN: writes whose outcome is not known */
    bool more;                        /* DECIDE, CHECK */
    size_t needs;                     /* LISTED, DECIDE, UNKNOWN, OPEN, SETTLED: reads asked for */
    struct exchange *next;            /* NEED, WRITE: handed over; NULL: none */
    unsigned wave;                    /* WRITE: the lowest wave left, UINT_MAX: none */
    int64_t writes;                   /* GUARD: that may be sent */
    bool held;                        /* GUARD: a guard holds the plan; OPEN: nobody is asked, the cycle ends */
    bool guard;                       /* LISTED: a guard tripped: nothing more is read or decided */
};

enum run_end { RUN_RUNNING, RUN_DONE, RUN_PLATFORM, RUN_HELD, RUN_STOPPED, RUN_FAILED };

/* What a side's connection showed. */
struct run_side {
    bool failed;              /* could not be read whole */
    bool left_alone;
    struct retry_budget retries; /* what is left of them */
    enum answer_class why;    /* of the failure */
    char code[16];
    bool reached;             /* any whole answer */
    bool has_offset, clock_moved;
    int64_t offset_ms;
    bool entity_stopped[ENTITIES];
};

struct run;

enum status run_new(const struct run_setup *setup, struct run **ret);
void run_free(struct run *run); /* with the exchanges that it still holds */

/* Gives the event; then take effects until there are none. */
void run_event(struct run *run, const struct event *event);
bool run_effect(struct run *run, struct effect *ret);

enum run_end run_ended(const struct run *run);
/* How it will end, known from JOB_CLOSE on. */
enum run_end run_ending(const struct run *run);
const struct run_side *run_side(const struct run *run, enum side side);
/* How far reading, or writing, has come, for showing: rows of the listings, or writes of the plan. total 0: not known
 * (as long as a listing states no total and none was certified before, and in other stages). */
void run_progress(const struct run *run, int64_t *ret_done, int64_t *ret_total);
/* A static word for progress: "signing on", "reading", "comparing", "checking", "writing", "closing". */
const char *run_stage(const struct run *run);

#endif
