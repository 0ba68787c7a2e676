#include "daemon/work/own_state.h"

#include "daemon/store/runs.h"

/* A crash may leave lines of one cycle in the log that the state then does not know. */
enum { LOST_BY_A_CRASH = 1 };

const char OWN_STATE_RESTORED[] = "state_restored";

static enum status last_run(struct store *store, int64_t *ret)
{
    struct arena arena;
    struct run_row run = {.number = 0};
    arena_init(&arena, 1024 * 1024);
    enum status status = run_next(store, 0, &arena, &run);
    *ret = status == STATUS_OK ? run.number : 0;
    arena_free(&arena);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status tell(struct chain *chain, int64_t now, int64_t known, int64_t logged)
{
    struct buffer members;
    buffer_init(&members, 256);
    buffer_printf(&members, "\"known\":%lld,\"logged\":%lld", (long long)known, (long long)logged);
    enum status status = chain_append(chain, now, OWN_STATE_RESTORED, buffer_slice(&members));
    buffer_free(&members);
    return status;
}

enum status own_state_look(struct store *store, struct chain *chain, int64_t now)
{
    int64_t known = 0;
    int64_t logged = chain_run(chain);
    enum status status = last_run(store, &known);
    if (status != STATUS_OK || known == 0 || logged <= known + LOST_BY_A_CRASH || own_state_doubtful(store))
        return status;
    status = store_begin(store);
    if (status == STATUS_OK)
        status = store_meta_set(store, OWN_STATE_RESTORED, SLICE("1"));
    if (status == STATUS_OK)
        status = tell(chain, now, known, logged);
    if (status == STATUS_OK)
        return store_commit(store);
    store_rollback(store);
    return status;
}

bool own_state_doubtful(struct store *store)
{
    struct arena arena;
    struct slice text = {0};
    arena_init(&arena, 4096);
    bool ret = store_meta_get(store, OWN_STATE_RESTORED, &arena, &text) == STATUS_OK;
    arena_free(&arena);
    return ret;
}

enum status own_state_trust(struct store *store)
{
    return own_state_doubtful(store) ? store_meta_set(store, OWN_STATE_RESTORED, (struct slice){0}) : STATUS_OK;
}
