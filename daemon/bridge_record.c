#include "daemon/bridge_inside.h"

#include "daemon/log.h"

static void drop(struct bridge *bridge, const char *why)
{
    struct log_facts facts = {.run = bridge->cycle.desk.run, .detail = why};
    recorder_free(bridge->recorder);
    bridge->recorder = NULL;
    log_event(LOG_RECORDING_FAILED, &facts);
}

static void give_up(struct bridge *bridge, enum status status)
{
    if (status != STATUS_OK)
        drop(bridge, status_text(status));
}

void bridge_record_not(struct bridge *bridge)
{
    if (bridge->recorder != NULL)
        drop(bridge, "a command changes the state meanwhile");
}

void bridge_record_open(struct bridge *bridge, const struct effect *effect)
{
    struct recorder_cycle of = {bridge->settings, &bridge->setup, &bridge->cycle};
    if (bridge->recording && effect->job == JOB_OPEN)
        give_up(bridge, recorder_begin(&of, &bridge->recorder));
}

/* A cycle that was stopped or failed ended by what no recording knows. */
static bool to_be_kept(const struct cycle *cycle)
{
    return cycle->end != RUN_STOPPED && cycle->end != RUN_FAILED;
}

void bridge_record_job(struct bridge *bridge, const struct effect *effect, const struct event *event)
{
    if (bridge->recorder == NULL)
        return;
    enum status status = steps_job(recorder_scribe(bridge->recorder), &bridge->cycle, effect);
    if (status == STATUS_OK && effect->job == JOB_CLOSE && event->ok && to_be_kept(&bridge->cycle))
        status = recorder_end(bridge->recorder);
    give_up(bridge, status);
}

void bridge_record_answer(struct bridge *bridge, const struct exchange *exchange, const struct reply *reply)
{
    if (bridge->recorder != NULL && exchange->purpose != PURPOSE_TOKEN)
        give_up(bridge, steps_answer(recorder_scribe(bridge->recorder), exchange, reply));
}

void bridge_record_end(struct bridge *bridge)
{
    recorder_free(bridge->recorder);
    bridge->recorder = NULL;
    bridge->recording = false;
}

/* --- events that no task brings ---------------------------------------------------------------- */

static void tell_work(struct task *task)
{
    struct bridge_task *at = (struct bridge_task *)task;
    struct recorder *recorder = at->bridge->recorder;
    if (recorder == NULL)
        return;
    give_up(at->bridge, at->event.kind == EVENT_WAITED
                            ? steps_waited(recorder_scribe(recorder), at->exchange)
                            : steps_given(recorder_scribe(recorder), at->exchange, &at->received));
}

static void tell_done(struct task *task)
{
    struct bridge_task *at = (struct bridge_task *)task;
    struct bridge *bridge = at->bridge;
    run_event(bridge->run, &at->event);
    bridge_task_free(at);
    bridge_step(bridge);
}

void bridge_tell(struct bridge *bridge, const struct event *event)
{
    if (!bridge->recording) {
        run_event(bridge->run, event);
        return;
    }
    struct bridge_task *task = bridge_task_new(bridge, tell_work, tell_done);
    task->exchange = event->exchange;
    task->event = *event;
    if (event->received != NULL) {
        task->received = *event->received;
        task->event.received = &task->received;
    }
    worker_post(bridge->worker, &task->task);
}
