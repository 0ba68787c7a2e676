/* What the bridge is made of, for bridge*.c only. bridge_open.c opens, reloads and closes it;
 * bridge_task.c gives work to its worker; bridge_send.c moves the exchanges; bridge_record.c has
 * it written down; bridge.c performs a cycle; bridge_clock.c and bridge_time.c ask for the time. All of it
 * belongs to the loop thread, but what a task's work touches: the store, the chain
 * and the cycle. */
#ifndef DAEMON_BRIDGE_INSIDE_H
#define DAEMON_BRIDGE_INSIDE_H

#include "connectors/pace.h"
#include "connectors/patience.h"
#include "connectors/platform.h"
#include "daemon/bridge.h"
#include "daemon/net/http.h"
#include "daemon/recording/recorder.h"
#include "daemon/work/cycle.h"
#include "daemon/work/receive.h"
#include "daemon/worker.h"

struct parked;  /* of bridge_send.c */
struct waiting; /* of bridge.c */

enum { BRIDGE_PARTS_MOST = 512 };

/* One platform as the bridge holds it. */
struct bridge_side {
    struct definition *definition;
    struct http *http;
    char *secret;
    size_t secret_size;
    char *token;
    int64_t token_until; /* instant */
    bool token_asked;
    int64_t offset_ms;
    bool has_offset; /* it was measured since the bridge was opened */
    struct pace pace;
    struct breaker breaker;
    struct retry_budget retries; /* between two cycles */
    struct parked *parked, **parked_end; /* exchanges that wait for the token or the pace */
    uv_timer_t pace_timer;
};

struct bridge {
    uv_loop_t *loop;
    int64_t ahead_ms; /* of the machine's clock to the monotonic one, as this cycle goes by */
    const struct settings *settings;
    struct bridge_callbacks callbacks;
    struct store *store;
    struct chain *chain;
    struct digest *digest;
    struct mapping *mapping;
    struct worker *worker;
    struct bridge_side side[SIDES];
    struct cycle cycle;
    struct run_setup setup; /* of the run */
    struct run *run;
    bool recording;            /* the cycle is written down: each event goes by the worker */
    struct recorder *recorder; /* the worker's; NULL: nothing is written down, or no more */
    struct waiting *waiting; /* exchanges that are tried again later */
    bool interrupted;
    uv_timer_t interrupt_timer;
    int64_t progress_at;
    const char *progress_stages[2]; /* as told last: a third one is told at once, two may alternate */
    struct slice parts[BRIDGE_PARTS_MOST]; /* regions, of the mapping */
    size_t part_count;
    struct slice *persons; /* of the order */
    size_t person_count;
    struct slice *organisations;
    size_t organisation_count;
    struct arena order;
    unsigned closing; /* handles still open */
    void (*closed)(void *context);
    void *closed_context;
};

/* A task of the worker on the bridge's behalf. */
struct bridge_task {
    struct task task; /* first */
    struct bridge *bridge;
    struct exchange *exchange;
    struct effect effect;
    struct event event;
    struct reply reply;
    char *texts; /* the reply's texts, one block */
    struct received received;
    struct slice token;
    char *given; /* a text for a job, freed with it */
    bridge_job job;
    bridge_done done;
    void *context;
};

/* --- bridge_clock.c --------------------------------------------------------------------------- */

/* Milliseconds since 1970 by the machine's clock, which may jump. */
int64_t bridge_wall_ms(void);

/* Milliseconds since 1970 as the machine's clock showed them when the cycle began, and going on evenly since: within
 * a cycle no time jumps, so that what is measured of the platforms' clocks can be compared. */
int64_t bridge_now_ms(const struct bridge *bridge);

/* Takes the machine's clock for the cycle that begins; what is known of the platforms' clocks stays true. On the
 * loop thread, while no cycle runs. */
void bridge_set_clock(struct bridge *bridge);

/* Milliseconds of the loop's clock, which never goes back: for paces and breakers. */
int64_t bridge_monotonic_ms(const struct bridge *bridge);

/* Random bits: for nonces, waits that are not to fall together, and the machine's seed. On the loop thread. */
uint64_t bridge_chance(void);

/* --- bridge.c --------------------------------------------------------------------------------- */

/* Performs what the machine wants until it wants nothing at the moment. It may end the cycle and
 * call `finished`. To be called after each event. */
void bridge_step(struct bridge *bridge);

/* --- bridge_task.c ---------------------------------------------------------------------------- */

/* A task of the worker: `work` runs on its thread, then `done` on the loop thread, which frees the
 * task. Never NULL: without memory the process ends. */
struct bridge_task *bridge_task_new(struct bridge *bridge, void (*work)(struct task *),
                                    void (*done)(struct task *));

/* Frees a task and its texts, not its exchange. */
void bridge_task_free(struct bridge_task *task);

/* Gives a job of the machine to the worker; its end is the machine's next event. */
void bridge_task_job(struct bridge *bridge, const struct effect *effect);

/* --- bridge_send.c ---------------------------------------------------------------------------- */

/* Sends an exchange of the machine as soon as its side has a token and the pace allows. The machine
 * is told what came; the exchange stays the machine's. */
void bridge_send(struct bridge *bridge, struct exchange *exchange);

/* Sends what is parked as fast as the platform's rate allows; at once when interrupted. */
void bridge_send_parked(struct bridge *bridge, enum side side);

/* --- bridge_record.c -------------------------------------------------------------------------- */

/* Tells the machine an event that no task brings, an exchange given up or a wait that is over; of a cycle that is
 * recorded by way of the worker, so that it stands in the recording in the order in which the machine is told. */
void bridge_tell(struct bridge *bridge, const struct event *event);

/* On the worker, before and behind a job, and before an answer is taken in. What cannot be written ends the
 * recording, and never the cycle. */
void bridge_record_open(struct bridge *bridge, const struct effect *effect);
void bridge_record_job(struct bridge *bridge, const struct effect *effect, const struct event *event);
void bridge_record_answer(struct bridge *bridge, const struct exchange *exchange, const struct reply *reply);

/* The cycle is over. */
void bridge_record_end(struct bridge *bridge);

#endif
