#include "daemon/worker.h"

#include <stdbool.h>
#include <stdlib.h>

struct queue {
    struct task *first, *last;
};

struct worker {
    uv_thread_t thread;
    uv_async_t async;
    uv_mutex_t lock;
    uv_cond_t posted;
    struct queue waiting, finished;
    size_t pending; /* posted and not told yet; of the loop's thread */
    bool ending;
    void (*closed)(void *context);
    void *context;
};

static void put(struct queue *queue, struct task *task)
{
    task->next = NULL;
    if (queue->last == NULL)
        queue->first = task;
    else
        queue->last->next = task;
    queue->last = task;
}

static struct task *take(struct queue *queue)
{
    struct task *task = queue->first;
    if (task != NULL) {
        queue->first = task->next;
        if (queue->first == NULL)
            queue->last = NULL;
    }
    return task;
}

/* Waits for the next task; NULL: there will be none. */
static struct task *next_task(struct worker *worker)
{
    struct task *task = NULL;
    uv_mutex_lock(&worker->lock);
    while ((task = take(&worker->waiting)) == NULL && !worker->ending)
        uv_cond_wait(&worker->posted, &worker->lock);
    uv_mutex_unlock(&worker->lock);
    return task;
}

/* Whoever is woken finds the lock free: it is given back before. */
static void work(void *argument)
{
    struct worker *worker = argument;
    struct task *task = NULL;
    while ((task = next_task(worker)) != NULL) {
        task->work(task);
        uv_mutex_lock(&worker->lock);
        put(&worker->finished, task);
        uv_mutex_unlock(&worker->lock);
        (void)uv_async_send(&worker->async);
    }
}

static struct task *take_finished(struct worker *worker)
{
    uv_mutex_lock(&worker->lock);
    struct task *task = take(&worker->finished);
    uv_mutex_unlock(&worker->lock);
    return task;
}

static void async_closed(uv_handle_t *handle)
{
    struct worker *worker = handle->data;
    uv_mutex_destroy(&worker->lock);
    uv_cond_destroy(&worker->posted);
    if (worker->closed != NULL)
        worker->closed(worker->context);
    free(worker);
}

static void end_thread(struct worker *worker)
{
    uv_mutex_lock(&worker->lock);
    worker->ending = true;
    uv_cond_signal(&worker->posted);
    uv_mutex_unlock(&worker->lock);
    (void)uv_thread_join(&worker->thread);
    uv_close((uv_handle_t *)&worker->async, async_closed);
}

static void tell(uv_async_t *async)
{
    struct worker *worker = async->data;
    struct task *task = NULL;
    while ((task = take_finished(worker)) != NULL) {
        worker->pending--;
        task->done(task);
    }
    if (worker->closed != NULL && worker->pending == 0 && !worker->ending)
        end_thread(worker);
}

enum status worker_start(uv_loop_t *loop, struct worker **ret)
{
    struct worker *worker = calloc(1, sizeof *worker);
    if (worker == NULL)
        return STATUS_NO_MEMORY;
    worker->async.data = worker;
    if (uv_mutex_init(&worker->lock) != 0 || uv_cond_init(&worker->posted) != 0 ||
        uv_async_init(loop, &worker->async, tell) != 0 ||
        uv_thread_create(&worker->thread, work, worker) != 0) {
        free(worker);
        return STATUS_NO_MEMORY;
    }
    *ret = worker;
    return STATUS_OK;
}

void worker_post(struct worker *worker, struct task *task)
{
    worker->pending++;
    uv_mutex_lock(&worker->lock);
    put(&worker->waiting, task);
    uv_mutex_unlock(&worker->lock);
    uv_cond_signal(&worker->posted);
}

void worker_close(struct worker *worker, void (*closed)(void *context), void *context)
{
    worker->closed = closed;
    worker->context = context;
    if (worker->pending == 0)
        end_thread(worker);
}
