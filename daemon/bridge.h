/* The bridge at work: performs the effects of the run machine (daemon/sync/run.h) with libuv, curl and
 * the store, and turns what happens into its events. The loop thread only moves bytes; parsing,
 * sealing and SQL are done by one worker thread, which alone touches the writing store. */
#ifndef DAEMON_BRIDGE_H
#define DAEMON_BRIDGE_H

#include "daemon/settings.h"
#include "daemon/store/store.h"

#include <jansson.h>
#include <uv.h>

enum cycle_kind { CYCLE_INCREMENTAL, CYCLE_FULL, CYCLE_SCOPED };

/* What one cycle is asked to do. Texts are copied by bridge_start. */
struct cycle_order {
    enum cycle_kind kind;
    const struct slice *persons; /* resident IDs, canonical (18 characters) */
    size_t person_count;
    const struct slice *organisations; /* credit codes */
    size_t organisation_count;
    struct slice region; /* a longer prefix than the settings' one; empty: none */
    int year;            /* 0: none */
    bool dry_run;        /* read and decide, write nothing to the platforms */
    bool by_operator;    /* tries platforms that are being left alone */
    struct slice who;    /* "uid 1000 (name)", for the log of the orders below; empty: the bridge itself */
    bool reviewed;       /* of what it plans only the writes with these keys are sent */
    struct slice keys;   /* in hex, 32 digits each, one behind the other */
    struct slice plan;   /* the reviewed file's hash, for the log */
    int64_t undo_run;    /* takes back what this run wrote, and judges nothing else; 0: none */
    int64_t undo_conflict; /* likewise what carried out this conflict's decision */
};

struct cycle_progress {
    int64_t run;
    const char *stage; /* static English words: "reading", "comparing", "writing", "verifying" … */
    int64_t done;      /* records read, or writes settled, in this stage */
    int64_t total;     /* 0: unknown */
    int64_t read[2];   /* records read on each side so far */
    int64_t written[2];
};

struct cycle_result {
    int64_t run;
    int exit_code;        /* as `cebridge resync`: 0, 3, 4, 5, 70, 73 */
    const char *message;  /* static English sentence: what to do where it is not 0 */
    const char *counts;   /* JSON object as in run_row.counts; valid during the callback */
    const char *log_head; /* of the sync log, 64 hex digits; "": none; valid during the callback */
    bool guard_held, platform_failed[2], platform_changed[2];
    int64_t conflicts_new, first_new; /* how many, and the number of one of them */
    int64_t certificate_expires[2];   /* instant; 0: none was seen yet */
};

struct bridge;
struct chain;

struct bridge_callbacks {
    void (*progress)(void *context, const struct cycle_progress *progress); /* at most 10 a second */
    void (*finished)(void *context, const struct cycle_result *result);    /* once a bridge_start */
    void *context;
};

/* Opens the state (lock), definitions, mapping, secrets; starts the worker. Blocking, before the loop
 * runs. On failure ret_fault says what people must change (settings, definitions), or store_error
 * what holds the state. */
enum status bridge_open(uv_loop_t *loop, const struct settings *settings,
                        const struct bridge_callbacks *callbacks, struct bridge **ret,
                        struct fault *ret_fault, struct store_error *ret_store_error);

/* Begins a cycle. BUSY while one is running. */
enum status bridge_start(struct bridge *bridge, const struct cycle_order *order);
bool bridge_running(const struct bridge *bridge);
/* Ends the running cycle at the next safe point: what is in flight gets up to 5 s to answer, then is cut
 * off (it stays 'sent' in the journal). `finished` is called, with exit code 75. */
void bridge_interrupt(struct bridge *bridge);

/* Runs `job` on the worker thread with the writing store, then `done` on the loop thread. For actions. */
typedef void (*bridge_job)(void *context, struct store *store);
typedef void (*bridge_done)(void *context);
enum status bridge_work(struct bridge *bridge, bridge_job job, bridge_done done, void *context);

/* By such a job that is about to change the state: a cycle under way is not recorded any further, for its recording
 * would not tell of the change, and come to other decisions. */
void bridge_record_not(struct bridge *bridge);

/* The sync log that the bridge writes (daemon/store/chain.h). The bridge's own, open until bridge_close
 * is done; to be touched by a job of bridge_work only, for cycles append to it on the worker thread. */
struct chain *bridge_chain(struct bridge *bridge);

/* New settings for the next cycle (SIGHUP). On failure the old stay in force. BUSY while running. */
enum status bridge_reload(struct bridge *bridge, const struct settings *settings,
                          struct fault *ret_fault);

/* Live facts for `status`: both sides' reach, clock offset, breaker; a new reference. */
json_t *bridge_live(const struct bridge *bridge);

/* Stops the worker, closes the state, calls `closed` on the loop when all handles are closed. */
void bridge_close(struct bridge *bridge, void (*closed)(void *context), void *context);

#endif
