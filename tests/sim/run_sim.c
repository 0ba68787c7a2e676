/* The run machine on a fake clock against hostile platforms and a fake desk, all driven by one seed.
 * Whatever they answer, and whenever, the machine keeps its promises; a failure names its seed:
 * RUN_SIM_SEED=<seed> runs that one alone and tells every step. */
#include "daemon/sync/run.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum {
    SEEDS = 600,
    ROWS_MOST = 3000,
    WRITES_MOST = 60,
    WAVES = 4,
    PENDING_MOST = 128,
    STEPS_MOST = 20000,
    ATTEMPTS_MOST = 3,
    WAIT_MOST_MS = 3600 * 1000,
    SETTLE_MS = 60000,
    INTERRUPT_MS = 5000, /* after a stop, what is under way is given up by then */
    ROUNDS_MOST = 3,
    PLANS_MOST = 3       /* pieces that ask for more reads, in one run */
};

#define RUN_MOST_MS (INT64_C(14) * 24 * 3600 * 1000)
#define EPOCH INT64_C(1700000000)

static struct definition *definitions[SIDES];
static bool telling;

/* --- the desk's writes and the platforms' rows -------------------------------------------------- */

enum state { PLANNED, HANDED, SENT, SETTLED, REJECTED, UNKNOWN, DROPPED };

struct write {
    enum side target;
    unsigned wave;
    enum state state;
    bool maybe; /* an answer left open whether it happened; until JOB_RESOLVE */
};

struct table {
    int64_t updated[ROWS_MOST]; /* by id; grows, so that it is in the order of time as well */
    size_t count;
    size_t seen; /* by this run */
};

/* What will happen at a moment: an answer, the end of a job or of a wait. */
struct pending {
    int64_t at;
    uint64_t order;
    struct effect effect;
    unsigned sends; /* of the same request, WAIT and SEND */
};

struct world {
    uint64_t seed, random, hash, order;
    int64_t now; /* ms */
    int64_t worker_free;
    size_t job_ms;           /* a job takes less; as slow as answers: they overtake each other */
    unsigned hostility;      /* answers of a hundred that are none */
    unsigned hostility_late; /* once the listings are read */
    unsigned desk_hostility; /* jobs of a thousand that fail */
    struct run *run;
    struct table tables[SIDES][ENTITIES];
    struct write writes[WRITES_MOST];
    size_t write_count;
    size_t needs[SIDES];
    unsigned pieces, plans;
    bool asked_unknown;
    struct pending pending[PENDING_MOST];
    size_t pending_count;
    struct exchange *again; /* its wait is over: the next SEND of it is another attempt */
    unsigned again_sends;
    size_t steps, opened, closed, finished, sends;
    size_t firsts[SIDES], retries[SIDES]; /* of the sends: those of a request, and those again */
    size_t spent[SIDES];                  /* of the retries' budget, before this run */
    bool probed[SIDES];                   /* was down before: nothing goes beside the first until it answered */
    bool measured[SIDES], stepped[SIDES]; /* the platforms' clocks, as the answers told */
    bool before[SIDES];                   /* measured before the run */
    bool asked_clock[SIDES];
    unsigned parallel[SIDES];
    int64_t offset_ms[SIDES];
    size_t looked_for; /* how often what was overtaken or not heard of was looked for, to decide it again */
    long stop_at; /* step; -1: never */
    bool stopped, store_failed, dry, settled;
    int64_t stopped_at;
};

static size_t answers_given[ANSWER_CLASSES];
static size_t ends_seen[RUN_FAILED + 1];

/* Checked by hand, for the seed. */
#define HOLDS(world, condition)                                                                    \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail_msg("seed %llu, step %zu, %lld ms: broken: %s",                                   \
                     (unsigned long long)(world)->seed, (world)->steps, (long long)(world)->now,   \
                     #condition);                                                                  \
    } while (0)

static uint64_t draw(struct world *world)
{
    world->random += 0x9E3779B97F4A7C15ULL;
    uint64_t mixed = world->random;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBULL;
    return mixed ^ (mixed >> 31);
}

static size_t below(struct world *world, size_t limit)
{
    return (size_t)(draw(world) % limit);
}

static bool chance(struct world *world, unsigned of_thousand)
{
    return below(world, 1000) < of_thousand;
}

static void trace(struct world *world, const char *what, int64_t one, int64_t other)
{
    char line[160];
    int size = snprintf(line, sizeof line, "%lld %s %lld %lld", (long long)world->now, what,
                        (long long)one, (long long)other);
    for (int index = 0; index < size; index++)
        world->hash = (world->hash ^ (unsigned char)line[index]) * 0x100000001B3ULL;
    if (telling)
        print_message("%s\n", line);
}

static bool any_failed(const struct world *world)
{
    return run_side(world->run, MUNICIPAL)->failed || run_side(world->run, PROVINCIAL)->failed;
}

/* --- what is pending ---------------------------------------------------------------------------- */

static void pend(struct world *world, const struct effect *effect, int64_t delay, unsigned sends)
{
    HOLDS(world, world->pending_count < PENDING_MOST);
    world->pending[world->pending_count++] = (struct pending){
        .at = world->now + delay, .order = world->order++, .effect = *effect, .sends = sends};
}

static struct pending take_next(struct world *world)
{
    size_t first = 0;
    for (size_t index = 1; index < world->pending_count; index++) {
        const struct pending *one = &world->pending[index];
        const struct pending *best = &world->pending[first];
        if (one->at < best->at || (one->at == best->at && one->order < best->order))
            first = index;
    }
    struct pending next = world->pending[first];
    world->pending[first] = world->pending[--world->pending_count];
    return next;
}

/* --- the platforms ------------------------------------------------------------------------------ */

static void grow(struct world *world, struct table *table)
{
    size_t more = chance(world, 50) ? below(world, 30) : 0;
    for (size_t index = 0; index < more && table->count < ROWS_MOST; index++)
        table->updated[table->count++] = EPOCH + world->now / 1000;
}

static void mix_id(uint8_t digest[16], size_t id)
{
    uint64_t value = 0;
    memcpy(&value, digest, sizeof value);
    value = (value ^ (uint64_t)(id + 1)) * 0x100000001B3ULL;
    memcpy(digest, &value, sizeof value);
}

static size_t cursor_place(struct slice cursor)
{
    char text[24] = "";
    if (cursor.size == 0 || cursor.size >= sizeof text)
        return 0;
    memcpy(text, cursor.at, cursor.size);
    return (size_t)strtoul(text, NULL, 10);
}

static void name_next(struct exchange *exchange, size_t place, struct page_facts *facts)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%zu", place);
    facts->next = arena_copy(&exchange->arena, slice_of(text));
}

/* The facts as the intake finds them: times in the order of the rows, which ids are new. */
static void facts_of(struct table *table, size_t from, size_t to, struct page_facts *ret)
{
    ret->raw = to - from;
    for (size_t id = from; id < to; id++) {
        mix_id(ret->ids, id);
        ret->fresh += id >= table->seen;
    }
    if (to > from) {
        ret->first_updated = table->updated[from];
        ret->last_updated = ret->largest_updated = table->updated[to - 1];
        table->seen = to > table->seen ? to : table->seen;
    }
}

static void lie(struct world *world, struct exchange *exchange, struct page_facts *facts)
{
    switch (below(world, 6)) {
    case 0: facts->total += 3; break;
    case 1: facts->clashing = 1; break;
    case 2: facts->first_updated = facts->last_updated + 10; break;
    case 3:
        if (exchange->side == PROVINCIAL)
            name_next(exchange, 1, facts); /* a ring of cursors */
        break;
    case 4: facts->raw = facts->raw > 0 ? facts->raw - 1 : 0; break;
    default: facts->total = -1; break;
    }
}

static void page_of(struct world *world, struct exchange *exchange, struct page_facts *ret)
{
    const struct request *request = &exchange->request;
    struct table *table = &world->tables[exchange->side][request->entity];
    size_t size = request->size == 0 ? 1000 : request->size;
    size_t begin = 0;
    *ret = (struct page_facts){.total = -1};
    grow(world, table);
    while (request->has_since && begin < table->count && table->updated[begin] < request->since)
        begin++;
    if (request->call == CALL_QUERY && table->count - begin > 2)
        begin = table->count - 2;
    size_t from = exchange->side == MUNICIPAL ? begin + (request->page - 1) * size
                                              : begin + cursor_place(request->cursor);
    from = from < table->count ? from : table->count;
    size_t to = table->count - from > size ? from + size : table->count;
    facts_of(table, from, to, ret);
    if (exchange->side == MUNICIPAL) {
        ret->total = (int64_t)(table->count - begin);
    } else {
        ret->stated = EPOCH + world->now / 1000;
        if (to < table->count)
            name_next(exchange, to - begin, ret);
    }
    if (chance(world, world->hostility))
        lie(world, exchange, ret);
}

static enum answer_class class_of(struct world *world, const struct exchange *exchange)
{
    static const enum answer_class reads[] = {
        ANSWER_RETRY,     ANSWER_RETRY,     ANSWER_SLOW_DOWN,   ANSWER_SLOW_DOWN, ANSWER_RENEW_TOKEN,
        ANSWER_CLOCK_OFF, ANSWER_NEW_NONCE, ANSWER_CURSOR_DEAD, ANSWER_NOT_FOUND, ANSWER_EMPTY,
        ANSWER_REJECTED,  ANSWER_FATAL};
    static const enum answer_class writes[] = {
        ANSWER_RETRY,     ANSWER_SLOW_DOWN,    ANSWER_RENEW_TOKEN, ANSWER_CLOCK_OFF,
        ANSWER_NEW_NONCE, ANSWER_PRECONDITION, ANSWER_DUPLICATE,   ANSWER_REJECTED,
        ANSWER_NOT_FOUND, ANSWER_FATAL,        ANSWER_UNKNOWN,     ANSWER_UNKNOWN};
    bool late = exchange->purpose == PURPOSE_NEED || exchange->purpose == PURPOSE_WRITE;
    if (!chance(world, (late ? world->hostility_late : world->hostility) * 10))
        return ANSWER_OK;
    if (exchange->purpose == PURPOSE_WRITE)
        return writes[below(world, sizeof writes / sizeof *writes)];
    return reads[below(world, sizeof reads / sizeof *reads)];
}

static int64_t delay_named(struct world *world)
{
    switch (below(world, 8)) {
    case 0: return 0;
    case 1: return 30 * 1000;
    case 2: return INT64_C(3) * WAIT_MOST_MS; /* more than is waited */
    case 3: return INT64_MAX;
    default: return -1;
    }
}

static void settle(struct world *world, struct write *write, enum answer_class class,
                   struct received *ret)
{
    switch (class) {
    case ANSWER_OK:
    case ANSWER_EMPTY:
        write->state = SETTLED;
        ret->settled++;
        break;
    case ANSWER_UNKNOWN:
        write->state = UNKNOWN;
        write->maybe = true;
        ret->unknown++;
        break;
    case ANSWER_REJECTED:
        write->state = REJECTED;
        ret->rejected++;
        break;
    case ANSWER_PRECONDITION:
    case ANSWER_DUPLICATE:
    case ANSWER_NOT_FOUND:
        write->state = DROPPED;
        ret->overtaken++;
        world->needs[write->target]++;
        break;
    case ANSWER_RETRY:
    case ANSWER_SLOW_DOWN:
    case ANSWER_RENEW_TOKEN:
    case ANSWER_CLOCK_OFF:
    case ANSWER_NEW_NONCE:
    case ANSWER_CURSOR_DEAD:
    case ANSWER_FATAL:
    case ANSWER_CLASSES:
    default: write->state = SENT; break; /* not carried out; may be sent once more */
    }
}

static void take_writes(struct world *world, struct exchange *exchange, struct received *ret)
{
    for (size_t index = 0; index < exchange->request.item_count; index++) {
        struct write *write = &world->writes[exchange->writes[index]];
        enum answer_class class = ret->class;
        if (class == ANSWER_OK && chance(world, world->hostility_late * 10)) /* an item of a batch */
            class = chance(world, 500) ? ANSWER_UNKNOWN : ANSWER_DUPLICATE;
        settle(world, write, class, ret);
    }
}

static void answer(struct world *world, struct exchange *exchange, struct received *ret)
{
    *ret = (struct received){.class = class_of(world, exchange), .delay_ms = -1};
    (void)snprintf(ret->code, sizeof ret->code, "%d", (int)ret->class);
    if (world->stopped && chance(world, 300)) /* cut off */
        ret->class = exchange->purpose == PURPOSE_WRITE ? ANSWER_UNKNOWN : ANSWER_RETRY;
    answers_given[ret->class]++;
    if (ret->class == ANSWER_SLOW_DOWN || ret->class == ANSWER_RETRY)
        ret->delay_ms = delay_named(world);
    if (ret->class == ANSWER_OK && exchange->side == MUNICIPAL && chance(world, 300)) {
        ret->has_offset = true;
        ret->offset_ms = (int64_t)below(world, 6000) - 3000;
    }
    if (chance(world, world->desk_hostility)) {
        ret->status = chance(world, 500) ? STATUS_FULL : STATUS_IO;
        world->store_failed = true;
    }
    bool page = exchange->purpose == PURPOSE_LISTING ||
                (exchange->purpose == PURPOSE_NEED && exchange->request.call == CALL_QUERY);
    if (page && ret->class == ANSWER_OK)
        page_of(world, exchange, &ret->page);
    if (exchange->purpose == PURPOSE_LISTING && ret->class == ANSWER_OK)
        ret->stopped = chance(world, world->hostility);
    if (exchange->purpose == PURPOSE_WRITE)
        take_writes(world, exchange, ret);
}

/* --- the desk ----------------------------------------------------------------------------------- */

static size_t count_writes(const struct world *world, enum state state)
{
    size_t count = 0;
    for (size_t index = 0; index < world->write_count; index++)
        count += world->writes[index].state == state;
    return count;
}

/* As the journal counts them: handed over and never answered is not known either. */
static int64_t ask_unknown(struct world *world)
{
    int64_t count = 0;
    for (size_t index = 0; index < world->write_count; index++) {
        struct write *write = &world->writes[index];
        if (write->state != UNKNOWN && write->state != HANDED && write->state != SENT)
            continue;
        write->state = UNKNOWN;
        world->needs[write->target]++;
        count++;
    }
    world->asked_unknown = true;
    return count;
}

static void open_desk(struct world *world, struct event *ret)
{
    for (int side = 0; side < SIDES; side++) {
        for (int entity = 0; entity < ENTITIES; entity++)
            ret->since[side][entity] = chance(world, 600) ? EPOCH - 500 : 0;
    }
    ret->unknown = ask_unknown(world);
}

static void resolve(struct world *world)
{
    HOLDS(world, world->asked_unknown);
    for (size_t index = 0; index < world->write_count; index++) {
        struct write *write = &world->writes[index];
        if (write->state != UNKNOWN)
            continue;
        write->maybe = false;
        write->state = chance(world, 500) ? SETTLED : PLANNED;
    }
}

static void decide(struct world *world, struct event *ret)
{
    size_t more = below(world, 8);
    for (size_t index = 0; index < more && world->write_count < WRITES_MOST; index++)
        world->writes[world->write_count++] = (struct write){
            .target = (enum side)below(world, SIDES), .wave = (unsigned)below(world, WAVES)};
    world->pieces -= world->pieces > 0;
    ret->more = world->pieces > 0;
    if (!ret->more && world->plans < PLANS_MOST && chance(world, 400)) {
        world->plans++;
        world->needs[below(world, SIDES)] += 1 + below(world, 3);
    }
    ret->needs = world->needs[MUNICIPAL] + world->needs[PROVINCIAL];
}

static struct exchange *next_need(struct world *world, enum side side)
{
    static const struct slice person = {"110101199001019003", 18};
    if (world->needs[side] == 0)
        return NULL;
    struct exchange *exchange = exchange_new(side, PURPOSE_NEED);
    assert_non_null(exchange);
    world->needs[side]--;
    exchange->request.entity = (enum entity)below(world, ENTITIES);
    exchange->request.call = chance(world, 500) ? CALL_READ : CALL_QUERY;
    exchange->request.remote_id = exchange->request.call == CALL_READ ? SLICE("7") : SLICE("");
    if (exchange->request.call == CALL_QUERY) {
        exchange->request.persons = &person;
        exchange->request.person_count = 1;
        exchange->request.page = 1;
        exchange->request.size = 1 + (unsigned)below(world, 4);
    }
    return exchange;
}

static unsigned lowest_wave(const struct world *world)
{
    unsigned wave = UINT_MAX;
    for (size_t index = 0; index < world->write_count; index++) {
        const struct write *write = &world->writes[index];
        if (write->state == PLANNED && write->wave < wave)
            wave = write->wave;
    }
    return wave;
}

static void check_lower_waves(struct world *world, unsigned wave)
{
    for (size_t index = 0; index < world->pending_count; index++) {
        const struct effect *effect = &world->pending[index].effect;
        const struct exchange *exchange = effect->exchange;
        if (exchange != NULL && exchange->purpose == PURPOSE_WRITE)
            HOLDS(world, world->writes[exchange->writes[0]].wave >= wave);
    }
}

static struct exchange *next_write(struct world *world, const struct effect *asked, unsigned *ret_wave)
{
    struct exchange *exchange = NULL;
    *ret_wave = lowest_wave(world);
    size_t most = 1 + below(world, 5);
    for (size_t index = 0; *ret_wave <= asked->wave && index < world->write_count; index++) {
        struct write *write = &world->writes[index];
        if (write->state != PLANNED || write->wave != *ret_wave || !asked->room[write->target] ||
            (exchange != NULL &&
             (exchange->side != write->target || exchange->request.item_count == most)))
            continue;
        if (exchange == NULL)
            exchange = exchange_new(write->target, PURPOSE_WRITE);
        assert_non_null(exchange);
        exchange->request.call = CALL_BATCH;
        exchange->request.entity = ENTITY_HOURS;
        exchange->request.items = exchange->items;
        exchange->writes[exchange->request.item_count++] = (int64_t)index;
        write->state = HANDED;
    }
    if (exchange != NULL)
        check_lower_waves(world, *ret_wave);
    return exchange;
}

/* holds: merge.clocks */
static void check_clocks_known(const struct world *world)
{
    for (int side = 0; side < SIDES; side++)
        HOLDS(world, world->measured[side] || world->asked_clock[side] ||
                         !definition_has_clock_call(definitions[side]));
}

static void do_job(struct world *world, const struct effect *effect, struct event *ret)
{
    *ret = (struct event){.kind = EVENT_JOB, .job = effect->job, .side = effect->side,
                          .entity = effect->entity, .ok = true};
    if (chance(world, world->desk_hostility)) {
        ret->ok = false;
        world->store_failed = true;
        return;
    }
    switch (effect->job) {
    case JOB_OPEN: open_desk(world, ret); break;
    case JOB_LISTED: ret->guard = chance(world, 5); break;
    case JOB_RESOLVE: resolve(world); break;
    case JOB_BEGIN: world->pieces = 1 + (unsigned)below(world, 4); break;
    case JOB_DECIDE:
        check_clocks_known(world);
        decide(world, ret);
        break;
    case JOB_NEED: ret->next = next_need(world, effect->side); break;
    case JOB_GUARD:
        ret->writes = (int64_t)count_writes(world, PLANNED);
        ret->held = chance(world, 30);
        break;
    case JOB_WRITE: ret->next = next_write(world, effect, &ret->wave); break;
    case JOB_UNKNOWN: ret->unknown = ask_unknown(world); break;
    case JOB_SETTLED: break;
    case JOB_CHECK: ret->more = chance(world, 300); break;
    case JOB_CLOSE:
    default: break;
    }
    ret->needs = world->needs[MUNICIPAL] + world->needs[PROVINCIAL];
}

/* --- effects, and what must hold of each -------------------------------------------------------- */

/* Those that wait to be sent again are not counted: they had their place before. */
static void check_in_flight(const struct world *world, enum side side)
{
    unsigned count = 1;
    for (size_t index = 0; index < world->pending_count; index++) {
        const struct effect *effect = &world->pending[index].effect;
        count += effect->kind == EFFECT_SEND && effect->exchange->side == side;
    }
    HOLDS(world, count <= (world->parallel[side] == 0 ? 1 : world->parallel[side]));
}

static void check_write_sent(struct world *world, const struct exchange *exchange, unsigned sends)
{
    check_in_flight(world, exchange->side);
    HOLDS(world, !world->dry);
    HOLDS(world, sends > 1 || !any_failed(world)); /* nothing new is written */
    for (size_t index = 0; index < exchange->request.item_count; index++) {
        struct write *write = &world->writes[exchange->writes[index]];
        HOLDS(world, !write->maybe);
        HOLDS(world, write->state == (sends > 1 ? SENT : HANDED));
        check_lower_waves(world, write->wave);
        write->state = SENT;
    }
}

/* holds: guard.retries guard.outage */
static void check_retries(struct world *world, enum side side, unsigned sends)
{
    world->firsts[side] += sends == 1;
    world->retries[side] += sends > 1;
    HOLDS(world, world->spent[side] + world->retries[side] * RETRY_SHARE <=
                     RETRIES_IN_HAND * RETRY_SHARE + world->firsts[side]);
    for (size_t index = 0; world->probed[side] && index < world->pending_count; index++) {
        const struct effect *effect = &world->pending[index].effect;
        HOLDS(world, effect->kind != EFFECT_SEND || effect->exchange->side != side);
    }
}

static void begin_send(struct world *world, const struct effect *effect)
{
    const struct exchange *exchange = effect->exchange;
    bool again = exchange == world->again;
    unsigned sends = again ? world->again_sends + 1 : 1;
    world->again = NULL;
    world->sends++;
    HOLDS(world, !world->stopped);
    HOLDS(world, sends <= ATTEMPTS_MOST);
    HOLDS(world, exchange->attempt == sends);
    check_retries(world, exchange->side, sends);
    world->asked_clock[exchange->side] |= exchange->purpose == PURPOSE_CLOCK;
    if (exchange->purpose == PURPOSE_WRITE)
        check_write_sent(world, exchange, sends);
    if (exchange->purpose == PURPOSE_NEED && !exchange->paged)
        HOLDS(world, sends > 1 || !run_side(world->run, exchange->side)->failed);
    int64_t delay = chance(world, 20) ? 60000 : 1 + (int64_t)below(world, 3000);
    pend(world, effect, delay, sends);
}

static void begin_job(struct world *world, const struct effect *effect)
{
    bool decides = effect->job == JOB_BEGIN || effect->job == JOB_DECIDE ||
                   effect->job == JOB_GUARD || effect->job == JOB_WRITE ||
                   effect->job == JOB_CHECK;
    HOLDS(world, (effect->job == JOB_OPEN) == (world->opened == 0));
    HOLDS(world, world->closed == 0);
    HOLDS(world, !decides || !any_failed(world));
    HOLDS(world, effect->job != JOB_NEED || !run_side(world->run, effect->side)->failed);
    HOLDS(world, !world->stopped || effect->job == JOB_CLOSE || effect->job == JOB_LISTED);
    world->opened += effect->job == JOB_OPEN;
    world->looked_for += effect->job == JOB_UNKNOWN;
    HOLDS(world, world->looked_for <= ROUNDS_MOST + 1); /* behind the last round it is left to the next cycle */
    if (effect->job == JOB_CLOSE) {
        HOLDS(world, world->pending_count == 0);
        world->closed++;
    }
    int64_t begin = world->worker_free > world->now ? world->worker_free : world->now;
    world->worker_free = begin + (int64_t)below(world, chance(world, 50) ? 2000 : world->job_ms);
    pend(world, effect, world->worker_free - world->now, 0); /* one at a time, in order */
}

static void begin_wait(struct world *world, const struct effect *effect, unsigned sends)
{
    HOLDS(world, effect->wait_ms >= 0 && effect->wait_ms <= WAIT_MOST_MS);
    if (effect->exchange == NULL) { /* the platforms settle, once, and only after a write */
        HOLDS(world, effect->wait_ms == SETTLE_MS && !world->settled && !world->dry);
        HOLDS(world, world->pending_count == 0 && count_writes(world, SETTLED) +
                                                          count_writes(world, REJECTED) +
                                                          count_writes(world, UNKNOWN) > 0);
        world->settled = true;
    } else {
        HOLDS(world, sends > 0 && sends < ATTEMPTS_MOST);
    }
    HOLDS(world, !world->stopped);
    pend(world, effect, effect->wait_ms, sends);
}

/* sends: of the exchange that was just answered. */
static void perform_all(struct world *world, unsigned sends)
{
    struct effect effect;
    while (run_effect(world->run, &effect)) {
        static const char *const names[] = {"send", "job", "wait", "finish"};
        HOLDS(world, world->finished == 0);
        trace(world, names[effect.kind],
              effect.kind == EFFECT_JOB ? (int64_t)effect.job : (int64_t)effect.side,
              effect.exchange == NULL ? (int64_t)effect.wave : (int64_t)effect.exchange->purpose);
        switch (effect.kind) {
        case EFFECT_SEND: begin_send(world, &effect); break;
        case EFFECT_JOB: begin_job(world, &effect); break;
        case EFFECT_WAIT: begin_wait(world, &effect, sends); break;
        case EFFECT_FINISH:
        default:
            HOLDS(world, world->closed == 1 && world->pending_count == 0);
            world->finished++;
            break;
        }
    }
}

/* What is under way is cut off soon, and waits are over at once. */
static void stop(struct world *world)
{
    world->stopped = true;
    world->stopped_at = world->now;
    trace(world, "stop", 0, 0);
    run_event(world->run, &(struct event){.kind = EVENT_STOP});
    for (size_t index = 0; index < world->pending_count; index++) {
        struct pending *one = &world->pending[index];
        if (one->effect.kind == EFFECT_WAIT)
            one->at = world->now;
        else if (one->effect.kind == EFFECT_SEND && one->at > world->now + INTERRUPT_MS)
            one->at = world->now + INTERRUPT_MS;
    }
    perform_all(world, 0);
}

/* A clock that moved by more than 2 s between two answers is not trusted for the rest of the run. */
static void note_clock(struct world *world, enum side side, const struct received *received)
{
    if (!received->has_offset)
        return;
    world->stepped[side] = world->stepped[side] ||
                           ((world->measured[side] || world->before[side]) &&
                            llabs((long long)(received->offset_ms - world->offset_ms[side])) > 2000);
    world->measured[side] = true;
    world->offset_ms[side] = received->offset_ms;
}

/* holds: merge.clocks_stepped */
static void check_clock(const struct world *world, enum side side)
{
    const struct run_side *known = run_side(world->run, side);
    HOLDS(world, known->has_offset == world->measured[side]);
    HOLDS(world, known->clock_moved == world->stepped[side]);
    HOLDS(world, !known->has_offset || known->offset_ms == world->offset_ms[side]);
}

/* As long as a wave is written, a side with writes left in it has as many under way as it can take. */
static void check_no_side_waits(const struct world *world)
{
    unsigned wave = UINT_MAX;
    unsigned under_way[SIDES] = {0};
    for (size_t index = 0; index < world->pending_count; index++) {
        const struct effect *effect = &world->pending[index].effect;
        if (effect->exchange == NULL) /* a job, which may bring the next one */
            return;
        under_way[effect->exchange->side]++;
        if (effect->exchange->purpose == PURPOSE_WRITE)
            wave = world->writes[effect->exchange->writes[0]].wave;
    }
    if (world->stopped || world->store_failed || any_failed(world))
        return;
    for (size_t index = 0; index < world->write_count; index++) {
        const struct write *write = &world->writes[index];
        unsigned most = world->probed[write->target] ? 1 : world->parallel[write->target];
        HOLDS(world, write->state != PLANNED || write->wave != wave || under_way[write->target] >= most);
    }
}

static void happen(struct world *world, struct pending *next)
{
    struct event event = {.kind = EVENT_WAITED, .exchange = next->effect.exchange};
    struct received received;
    enum side side = MUNICIPAL;
    world->now = next->at;
    switch (next->effect.kind) {
    case EFFECT_SEND:
        side = next->effect.exchange->side;
        answer(world, next->effect.exchange, &received);
        note_clock(world, side, &received);
        if (received.class == ANSWER_OK || received.class == ANSWER_EMPTY)
            world->probed[side] = false;
        trace(world, "received", received.class, received.delay_ms);
        event.kind = EVENT_RECEIVED;
        event.received = &received;
        break;
    case EFFECT_JOB:
        do_job(world, &next->effect, &event);
        trace(world, "done", event.job, event.ok);
        break;
    case EFFECT_WAIT:
        world->again = next->effect.exchange;
        world->again_sends = next->sends;
        break;
    case EFFECT_FINISH:
    default: break;
    }
    run_event(world->run, &event);
    check_clock(world, side);
    perform_all(world, next->sends);
    check_no_side_waits(world);
    world->again = NULL;
}

/* --- one run ------------------------------------------------------------------------------------ */

static void fill_tables(struct world *world)
{
    for (int side = 0; side < SIDES; side++) {
        for (int entity = 0; entity < ENTITIES; entity++) {
            struct table *table = &world->tables[side][entity];
            size_t same = 1 + below(world, chance(world, 100) ? 2500 : 40); /* rows in one second */
            table->count = below(world, chance(world, 200) ? ROWS_MOST : 60);
            for (size_t id = 0; id < table->count; id++)
                table->updated[id] = EPOCH - 1000 + (int64_t)(id / same);
        }
    }
}

static void fill_setup(struct world *world, struct run_setup *ret)
{
    static const struct slice parts[] = {{"110101", 6}, {"110102", 6}};
    *ret = (struct run_setup){.kind = (enum run_kind)below(world, 3), .region = SLICE("1101"),
                              .dry = chance(world, 100), .now = EPOCH, .overlap_seconds = 300, .settle_ms = SETTLE_MS,
                              .parts = parts, .part_count = below(world, 3), .seed = draw(world)};
    for (int side = 0; side < SIDES; side++) {
        ret->definition[side] = definitions[side];
        ret->parallel[side] = world->parallel[side] = (unsigned)below(world, 5);
        ret->left_alone[side] = chance(world, 20);
        ret->has_offset[side] = world->before[side] = chance(world, 500);
        ret->probe[side] = world->probed[side] = chance(world, 100);
        world->spent[side] = chance(world, 300) ? below(world, RETRIES_IN_HAND * RETRY_SHARE + 1) : 0;
        ret->retries[side].spent = (int64_t)world->spent[side];
    }
    if (ret->kind != RUN_SCOPED)
        return;
    ret->year = chance(world, 500) ? 2023 : 0;
    ret->named = chance(world, 500);
}

static void begin_world(struct world *world, uint64_t seed)
{
    static const unsigned hostilities[] = {0, 1, 3, 10, 40};
    memset(world, 0, sizeof *world);
    world->seed = seed;
    world->random = seed * 0xD1342543DE82EF95ULL;
    world->hash = 0xCBF29CE484222325ULL;
    world->hostility = hostilities[below(world, 5)];
    world->hostility_late = hostilities[below(world, 5)];
    world->desk_hostility = chance(world, 250) ? 10 : 0;
    world->job_ms = chance(world, 300) ? 2500 : 20;
    world->stop_at = chance(world, 350) ? (long)below(world, 80) : -1;
    fill_tables(world);
    for (size_t left = chance(world, 300) ? 1 + below(world, 3) : 0; left > 0; left--)
        world->writes[world->write_count++] = (struct write){
            .target = (enum side)below(world, SIDES), .state = UNKNOWN, .maybe = true};
}

static void check_end(struct world *world, const struct run_setup *setup)
{
    enum run_end end = run_ended(world->run);
    HOLDS(world, world->finished == 1 && world->opened == 1 && world->closed == 1);
    HOLDS(world, end != RUN_RUNNING);
    HOLDS(world, !world->store_failed || end == RUN_FAILED);
    HOLDS(world, end != RUN_FAILED || world->store_failed);
    HOLDS(world, end != RUN_STOPPED || world->stopped);
    HOLDS(world, end != RUN_DONE || !any_failed(world));
    HOLDS(world, end != RUN_PLATFORM || any_failed(world));
    if (world->stopped)
        HOLDS(world, world->now - world->stopped_at <= 3 * INTERRUPT_MS);
    if (world->hostility + world->hostility_late == 0 && !world->stopped && !world->store_failed && end == RUN_DONE &&
        !setup->dry)
        HOLDS(world, lowest_wave(world) == UINT_MAX && count_writes(world, SENT) == 0);
    ends_seen[end]++;
}

static uint64_t simulate(struct world *world, uint64_t seed)
{
    struct run_setup setup;
    begin_world(world, seed);
    fill_setup(world, &setup);
    world->dry = setup.dry;
    assert_int_equal(run_new(&setup, &world->run), STATUS_OK);
    run_event(world->run, &(struct event){.kind = EVENT_START});
    perform_all(world, 0);
    while (world->finished == 0) {
        HOLDS(world, world->pending_count > 0); /* else it waits for nothing */
        HOLDS(world, ++world->steps < STEPS_MOST);
        HOLDS(world, world->now < RUN_MOST_MS);
        if ((long)world->steps > world->stop_at && world->stop_at >= 0 && !world->stopped)
            stop(world);
        if (world->finished > 0 || world->pending_count == 0)
            continue;
        struct pending next = take_next(world);
        happen(world, &next);
    }
    check_end(world, &setup);
    trace(world, "end", run_ended(world->run), (int64_t)world->sends);
    run_free(world->run);
    return world->hash;
}

/* --- tests -------------------------------------------------------------------------------------- */

static struct definition *load(const char *path)
{
    static char text[64 * 1024];
    struct definition *definition = NULL;
    struct fault fault;
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t size = fread(text, 1, sizeof text, file);
    (void)fclose(file);
    assert_int_equal(definition_load((struct slice){text, size}, path, &definition, &fault),
                     STATUS_OK);
    return definition;
}

static int load_both(void **state)
{
    (void)state;
    definitions[MUNICIPAL] = load("connectors/municipal.json");
    definitions[PROVINCIAL] = load("connectors/provincial.json");
    return 0;
}

static int free_both(void **state)
{
    (void)state;
    definition_free(definitions[MUNICIPAL]);
    definition_free(definitions[PROVINCIAL]);
    return 0;
}

/* holds: write.precondition_most guard.unread */
static void test_every_seed_keeps_the_promises_and_tells_the_same_twice(void **state)
{
    static struct world world;
    const char *only = getenv("RUN_SIM_SEED");
    uint64_t first = only == NULL ? 1 : strtoull(only, NULL, 10);
    uint64_t end = only == NULL ? SEEDS + 1 : first + 1;
    (void)state;
    telling = only != NULL;
    for (uint64_t seed = first; seed < end; seed++) {
        uint64_t hash = simulate(&world, seed);
        if (simulate(&world, seed) != hash)
            fail_msg("seed %llu: another trace the second time", (unsigned long long)seed);
    }
}

/* A simulation in which nothing happens proves nothing. */
static void test_seeds_met_every_end_and_every_answer(void **state)
{
    (void)state;
    if (telling)
        return;
    for (enum run_end end = RUN_DONE; end <= RUN_FAILED; end++) {
        if (ends_seen[end] == 0)
            fail_msg("no run ended with %d", (int)end);
    }
    for (size_t class = 0; class < ANSWER_CLASSES; class++) {
        if (answers_given[class] == 0)
            fail_msg("no answer was %s", answer_class_name((enum answer_class)class));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_seed_keeps_the_promises_and_tells_the_same_twice),
        cmocka_unit_test(test_seeds_met_every_end_and_every_answer),
    };
    return cmocka_run_group_tests(tests, load_both, free_both);
}
