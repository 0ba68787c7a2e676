/* The loop, the worker thread and the clock that the bridge runs on in a simulation: one thread, in an order
 * drawn from a seed. It stands in for libuv's timers (uv_timer_*, uv_close), daemon/worker.c and
 * daemon/bridge_clock.c; the bridge's own sources are those of the daemon. */
#ifndef SIM_LOOP_H
#define SIM_LOOP_H

#include "tests/sim/chance.h"

#include <stddef.h>
#include <stdint.h>

/* Begins anew: no timer, no task, the wall clock at wall_ms, the trace empty. */
void loop_begin(uint64_t seed, int64_t wall_ms);
int64_t loop_now_ms(void);
void loop_advance(int64_t ms);
/* The clock of the bridge's machine jumps now and then, by minutes to years, within cycles too; false: it is right
 * again. The platforms' clocks go on as they are. */
void loop_let_clock_jump(bool jumps);
/* It jumps once, by so much, after so many steps of the loop. */
void loop_jump_after(unsigned steps, int64_t ms);
/* For the order of things. */
struct chance *loop_chance(void);

/* Folds bytes into the trace: what two runs of one seed must have in common. */
void loop_trace(const void *bytes, size_t size);
uint64_t loop_traced(void);

/* Does one thing that is due: a task's work, its end, a message, a timer. With nothing else to do the clock goes
 * on to the next timer. False: nothing will ever happen by itself. */
bool loop_step(void);

#endif
