/* What a state says by the keyed hash of a plan or a write: the plan that a guard holds or an operator released, the
 * writes of a reviewed plan. Named anew under the key of whoever replays. */
#include "daemon/recording/scribe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEX_BYTES = 2 * HASH_BYTES + 1 };

static void as_hex(struct hash hash, char ret[HEX_BYTES])
{
    struct buffer hex;
    buffer_init(&hex, 256);
    buffer_hex(&hex, hash.at, sizeof hash.at, false);
    (void)snprintf(ret, HEX_BYTES, "%s", hex.at == NULL ? "" : hex.at);
    buffer_free(&hex);
}

/* What is held, as an object; NULL: nothing is. Its `hash` and the one of its run's plan as it is now. */
static json_t *held_plan(struct desk *desk, struct slice *ret_hash, char ret_now[HEX_BYTES])
{
    struct slice text = {0};
    struct hash plan = {{0}};
    if (store_meta_get(desk->store, "held_plan", &desk->arena, &text) != STATUS_OK)
        return NULL;
    json_t *held = json_loadb(text.at, text.size, 0, NULL);
    *ret_hash = line_get_text(held, "hash");
    if (journal_plan_hash(desk->store, line_get_number(held, "run"), &plan) == STATUS_OK)
        as_hex(plan, ret_now);
    return held;
}

enum status scribe_hashes(struct scribe *scribe)
{
    struct desk *desk = scribe->desk;
    char now[HEX_BYTES] = "";
    struct slice hash = {0};
    struct slice released = {0};
    json_t *held = held_plan(desk, &hash, now);
    (void)store_meta_get(desk->store, "release", &desk->arena, &released);
    bool writes = held != NULL && slice_is(hash, now); /* relinks that wait stand in the hash alone */
    bool freed = held != NULL && slice_equal(released, hash);
    json_decref(held);
    if (freed && !writes)
        return STATUS_UNSUPPORTED;
    line_begin(&scribe->line, "hashes");
    line_number(&scribe->line, "held", writes);
    line_number(&scribe->line, "released", freed);
    line_number(&scribe->line, "reviewed", (int64_t)desk->order.keys.count);
    return scribe_give(scribe);
}

static enum status hold_again(struct desk *desk, bool released)
{
    char now[HEX_BYTES] = "";
    struct slice hash = {0};
    json_t *held = held_plan(desk, &hash, now);
    (void)json_object_set_new(held, "hash", json_string(now));
    char *text = held == NULL ? NULL : json_dumps(held, JSON_COMPACT);
    enum status status = text == NULL ? STATUS_CORRUPT : store_meta_set(desk->store, "held_plan", slice_of(text));
    if (status == STATUS_OK && released)
        status = store_meta_set(desk->store, "release", slice_of(now));
    free(text);
    json_decref(held);
    return status;
}

/* Writes of the reviewed plan that the state knew nothing of are not planned here either. */
static enum status fill_reviewed(struct desk *desk, int64_t count)
{
    enum status status = STATUS_OK;
    for (int64_t number = 1; status == STATUS_OK && (int64_t)desk->order.keys.count < count; number++) {
        char name[40];
        (void)snprintf(name, sizeof name, "unknown write %lld", (long long)number);
        status = hashset_add(&desk->order.keys, desk_hash(desk, slice_of(name)));
    }
    return status;
}

enum status state_put_hashes(struct state_in *in, const json_t *line)
{
    enum status status = line_get_number(line, "held") == 0
                             ? STATUS_OK
                             : hold_again(in->desk, line_get_number(line, "released") != 0);
    return status == STATUS_OK ? fill_reviewed(in->desk, line_get_number(line, "reviewed")) : status;
}
