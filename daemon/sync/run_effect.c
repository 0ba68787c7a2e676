#include "daemon/sync/run_inside.h"

void run_effect_add(struct run *run, const struct effect *effect)
{
    if (run->effect_next == run->effect_count)
        run->effect_next = run->effect_count = 0;
    if (run->effect_count == EFFECTS_MOST) { /* cannot be: bounded by what may fly at once */
        exchange_free(effect->exchange);
        run->stop = true;
        return;
    }
    run->effects[run->effect_count++] = *effect;
}

bool run_effect(struct run *run, struct effect *ret)
{
    if (run->effect_next == run->effect_count)
        return false;
    *ret = run->effects[run->effect_next++];
    return true;
}

void run_effect_send(struct run *run, struct exchange *exchange)
{
    run->flying[exchange->side]++;
    if (exchange->attempt == 1)
        retry_earned(&run->side[exchange->side].retries);
    run_effect_add(run, &(struct effect){.kind = EFFECT_SEND, .exchange = exchange,
                                         .side = exchange->side});
}

void run_effect_job(struct run *run, const struct effect *job)
{
    struct effect effect = *job;
    effect.kind = EFFECT_JOB;
    run->jobs++;
    run_effect_add(run, &effect);
}
