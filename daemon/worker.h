/* One thread that does what may block: parsing, sealing, SQL. Tasks run one after the other, each told to
 * the loop when it is done. */
#ifndef DAEMON_WORKER_H
#define DAEMON_WORKER_H

#include "mapping/base/status.h"

#include <uv.h>

struct worker;

/* work runs on the worker's thread; done on the loop's, in the order of posting. */
struct task {
    void (*work)(struct task *task);
    void (*done)(struct task *task); /* may free the task */
    struct task *next;
};

enum status worker_start(uv_loop_t *loop, struct worker **ret);
/* The task is the worker's until its done is called. */
void worker_post(struct worker *worker, struct task *task);
/* Finishes what was posted, ends the thread, then calls closed on the loop. */
void worker_close(struct worker *worker, void (*closed)(void *context), void *context);

#endif
