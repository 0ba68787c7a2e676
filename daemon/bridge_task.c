#include "daemon/bridge_inside.h"

#include <stdlib.h>

struct bridge_task *bridge_task_new(struct bridge *bridge, void (*work)(struct task *),
                                    void (*done)(struct task *))
{
    struct bridge_task *task = calloc(1, sizeof *task);
    if (task == NULL)
        abort(); /* a few hundred bytes: the machine is lost, and the journal is not */
    task->bridge = bridge;
    task->task.work = work;
    task->task.done = done;
    return task;
}

void bridge_task_free(struct bridge_task *task)
{
    free(task->texts);
    free(task->given);
    free(task);
}

/* --- the machine's jobs ----------------------------------------------------------------------- */

static void job_work(struct task *task)
{
    struct bridge_task *at = (struct bridge_task *)task;
    at->bridge->cycle.desk.now = bridge_now_ms(at->bridge) / 1000;
    bridge_record_open(at->bridge, &at->effect);
    cycle_job(&at->bridge->cycle, &at->effect, &at->event);
    bridge_record_job(at->bridge, &at->effect, &at->event);
}

static void job_done(struct task *task)
{
    struct bridge_task *at = (struct bridge_task *)task;
    struct bridge *bridge = at->bridge;
    struct event event = at->event;
    bridge_task_free(at);
    run_event(bridge->run, &event);
    bridge_step(bridge);
}

void bridge_task_job(struct bridge *bridge, const struct effect *effect)
{
    struct bridge_task *task = bridge_task_new(bridge, job_work, job_done);
    task->effect = *effect;
    /* what the machine learnt of the sides goes along; the worker alone touches the cycle
     * meanwhile, and no job runs beside another */
    for (enum side side = MUNICIPAL; side < SIDES; side++)
        bridge->cycle.sides[side] = *run_side(bridge->run, side);
    if (effect->job == JOB_CLOSE)
        bridge->cycle.end = run_ending(bridge->run);
    worker_post(bridge->worker, &task->task);
}

/* --- work for others -------------------------------------------------------------------------- */

static void other_work(struct task *task)
{
    struct bridge_task *at = (struct bridge_task *)task;
    at->job(at->context, at->bridge->store);
}

static void other_done(struct task *task)
{
    struct bridge_task *at = (struct bridge_task *)task;
    bridge_done done = at->done;
    void *context = at->context;
    bridge_task_free(at);
    done(context);
}

enum status bridge_work(struct bridge *bridge, bridge_job job, bridge_done done, void *context)
{
    struct bridge_task *task = bridge_task_new(bridge, other_work, other_done);
    task->job = job;
    task->done = done;
    task->context = context;
    worker_post(bridge->worker, &task->task);
    return STATUS_OK;
}
