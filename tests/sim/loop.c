#include "tests/sim/loop.h"

#include "daemon/bridge_inside.h"
#include "tests/sim/wire.h"

#include <stdlib.h>

enum { TIMERS_MOST = 64, TASK_MS = 3, JUMP_PERCENT = 2 };

struct due_timer {
    uv_timer_t *timer;
    uv_timer_cb due;
    int64_t at_ms;
};

struct task_list {
    struct task *first, **end;
};

static struct {
    struct chance chance;
    int64_t wall_ms, began_ms;
    int64_t ahead_ms; /* the clock of the bridge's machine */
    bool jumps;
    unsigned steps_to_jump; /* 0: none is to come */
    int64_t jump_ms;
    uint64_t trace;
    struct due_timer timers[TIMERS_MOST];
    size_t timer_count;
    struct task_list to_do, to_end; /* of the worker; of the loop, when the work is done */
} loop;

struct worker {
    int open;
};

void loop_begin(uint64_t seed, int64_t wall_ms)
{
    loop.chance.state = seed;
    loop.wall_ms = loop.began_ms = wall_ms;
    loop.ahead_ms = 0;
    loop.jumps = false;
    loop.steps_to_jump = 0;
    loop.trace = 0xcbf29ce484222325U;
    loop.timer_count = 0;
    loop.to_do = (struct task_list){NULL, &loop.to_do.first};
    loop.to_end = (struct task_list){NULL, &loop.to_end.first};
}

int64_t loop_now_ms(void)
{
    return loop.wall_ms;
}

void loop_advance(int64_t ms)
{
    loop.wall_ms += ms;
}

void loop_let_clock_jump(bool jumps)
{
    loop.jumps = jumps;
    loop.ahead_ms = 0;
}

void loop_jump_after(unsigned steps, int64_t ms)
{
    loop.steps_to_jump = steps;
    loop.jump_ms = ms;
}

static void maybe_jump(void)
{
    static const int64_t seconds[] = {0, 5, 120, 3600, 90000, 315576000};
    if (loop.steps_to_jump > 0 && --loop.steps_to_jump == 0)
        loop.ahead_ms += loop.jump_ms;
    if (!loop.jumps || !chance_percent(&loop.chance, JUMP_PERCENT))
        return;
    int64_t ahead_ms = seconds[chance_below(&loop.chance, sizeof seconds / sizeof seconds[0])] * 1000;
    loop.ahead_ms = chance_percent(&loop.chance, 50) ? ahead_ms : -ahead_ms;
}

struct chance *loop_chance(void)
{
    return &loop.chance;
}

void loop_trace(const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    for (size_t index = 0; index < size; index++)
        loop.trace = (loop.trace ^ at[index]) * 0x100000001b3U;
}

uint64_t loop_traced(void)
{
    return loop.trace;
}

/* --- time and chance, in the place of daemon/bridge_clock.c ------------------------------------ */

int64_t bridge_wall_ms(void)
{
    return loop.wall_ms + loop.ahead_ms;
}

int64_t bridge_monotonic_ms(const struct bridge *bridge)
{
    (void)bridge;
    return loop.wall_ms - loop.began_ms + 1;
}

uint64_t bridge_chance(void)
{
    return chance_next(&loop.chance);
}

/* --- timers, in the place of libuv's ----------------------------------------------------------- */

static void forget_timer(const uv_timer_t *timer)
{
    for (size_t index = 0; index < loop.timer_count; index++) {
        if (loop.timers[index].timer == timer)
            loop.timers[index--] = loop.timers[--loop.timer_count];
    }
}

int uv_timer_init(uv_loop_t *of, uv_timer_t *timer)
{
    timer->loop = of;
    return 0;
}

int uv_timer_start(uv_timer_t *timer, uv_timer_cb due, uint64_t timeout, uint64_t repeat)
{
    (void)repeat;
    forget_timer(timer);
    if (loop.timer_count == TIMERS_MOST)
        abort();
    loop.timers[loop.timer_count++] =
        (struct due_timer){timer, due, loop.wall_ms + (int64_t)timeout};
    return 0;
}

int uv_timer_stop(uv_timer_t *timer)
{
    forget_timer(timer);
    return 0;
}

void uv_close(uv_handle_t *handle, uv_close_cb closed)
{
    forget_timer((uv_timer_t *)handle);
    if (closed != NULL)
        closed(handle);
}

void uv_update_time(uv_loop_t *of)
{
    (void)of;
}

static bool fire_timer(bool wait)
{
    size_t next = loop.timer_count;
    for (size_t index = 0; index < loop.timer_count; index++) {
        if (next == loop.timer_count || loop.timers[index].at_ms < loop.timers[next].at_ms)
            next = index;
    }
    if (next == loop.timer_count || (!wait && loop.timers[next].at_ms > loop.wall_ms))
        return false;
    struct due_timer timer = loop.timers[next];
    loop.timers[next] = loop.timers[--loop.timer_count];
    if (timer.at_ms > loop.wall_ms)
        loop.wall_ms = timer.at_ms;
    timer.due(timer.timer);
    return true;
}

/* --- the worker, in the place of daemon/worker.c ----------------------------------------------- */

static void append(struct task_list *list, struct task *task)
{
    task->next = NULL;
    *list->end = task;
    list->end = &task->next;
}

static struct task *take(struct task_list *list)
{
    struct task *task = list->first;
    list->first = task->next;
    if (list->first == NULL)
        list->end = &list->first;
    return task;
}

enum status worker_start(uv_loop_t *of, struct worker **ret)
{
    (void)of;
    *ret = calloc(1, sizeof **ret);
    return *ret == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

void worker_post(struct worker *worker, struct task *task)
{
    (void)worker;
    append(&loop.to_do, task);
}

static void work_one(void)
{
    struct task *task = take(&loop.to_do);
    loop.wall_ms += chance_below(&loop.chance, TASK_MS);
    task->work(task);
    append(&loop.to_end, task);
}

static void end_one(void)
{
    struct task *task = take(&loop.to_end);
    task->done(task);
}

void worker_close(struct worker *worker, void (*closed)(void *context), void *context)
{
    while (loop.to_do.first != NULL)
        work_one();
    while (loop.to_end.first != NULL)
        end_one();
    free(worker);
    closed(context);
}

/* --- one step ---------------------------------------------------------------------------------- */

bool loop_step(void)
{
    void (*able[3])(void);
    unsigned count = 0;
    maybe_jump();
    if (loop.to_do.first != NULL)
        able[count++] = work_one;
    if (loop.to_end.first != NULL)
        able[count++] = end_one;
    if (wire_pending() > 0)
        able[count++] = wire_deliver;
    if (fire_timer(count == 0))
        return true;
    if (count == 0)
        return false;
    able[chance_below(&loop.chance, count)]();
    return true;
}
