#include "daemon/store/store.h"

#include "daemon/store/chain.h"
#include "daemon/store/cover.h"
#include "daemon/store/files.h"
#include "daemon/store/look.h"
#include "daemon/store/payload.h"
#include "daemon/store/stage_mark.h"
#include "daemon/store/stage_slot.h"
#include "daemon/store/stage_tally.h"
#include "daemon/store/statement.h"

#include <openssl/crypto.h>

#include <stdlib.h>
#include <string.h>

enum { ROW_BYTES = 8 * 1024 * 1024 }; /* the most that a row's covered texts may take */

enum { BEGIN_READING, BEGIN_WRITING, COMMIT, META_GET, META_SET, SECRET_GET, SECRET_SET };
static const struct sql sql[] = {
    [BEGIN_READING] = {"begin a transaction", "BEGIN"},
    [BEGIN_WRITING] = {"begin a transaction", "BEGIN IMMEDIATE"},
    [COMMIT] = {"commit", "COMMIT"},
    [META_GET] = {"read a setting of operation", "SELECT value FROM main.meta WHERE name = ?1"},
    [META_SET] = {"write a setting of operation",
                  "INSERT INTO main.meta (name, value) VALUES (?1, ?2)"
                  " ON CONFLICT (name) DO UPDATE SET value = excluded.value"},
    [SECRET_GET] = {"read a secret", "SELECT sealed FROM secret WHERE name = ?1"},
    [SECRET_SET] = {"write a secret", "INSERT INTO secret (name, sealed) VALUES (?1, ?2)"
                                      " ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed"},
};

static enum status make_keys(struct store *store, const struct seal_keys *keys)
{
    struct slice key = keys->log;
    uint8_t lookup[SEAL_KEY_BYTES];
    enum status status = seal_new(keys, &store->seal);
    if (status == STATUS_OK)
        status = keyed_new(key, &store->keyed);
    if (status == STATUS_OK)
        status = seal_derive(key, "cebridge look-up", lookup);
    if (status == STATUS_OK)
        status = keyed_new((struct slice){(const char *)lookup, sizeof lookup}, &store->lookup);
    if (status == STATUS_OK)
        memcpy(store->log_key, key.at, sizeof store->log_key); /* seal_new saw to its size */
    OPENSSL_cleanse(lookup, sizeof lookup);
    if (status != STATUS_OK)
        store->last = (struct store_error){.status = status, .step = "derive the keys"};
    return status;
}

static struct store *store_new(void)
{
    struct store *store = calloc(1, sizeof *store);
    if (store == NULL)
        return NULL;
    store->lock.file = -1;
    store->look_recent = -1;
    store->look_new_count = 0;
    buffer_init(&store->bound, ROW_BYTES);
    buffer_init(&store->plain, ROW_BYTES);
    buffer_init(&store->sealed, ROW_BYTES + SEAL_EXTRA_BYTES);
    for (enum seal_room room = 0; room < SEAL_ROOMS; room++)
        buffer_init(&store->resealed[room], ROW_BYTES + SEAL_EXTRA_BYTES);
    return store;
}

static enum status hand_over(struct store *store, enum status status, struct store **ret,
                             struct store_error *ret_error)
{
    if (status == STATUS_OK) {
        *ret = store;
        return status;
    }
    if (ret_error != NULL) {
        *ret_error = store->last;
        ret_error->status = status;
    }
    store_close(store);
    return status;
}

enum status store_open(const char *directory, const struct seal_keys *keys, struct store **ret,
                       struct store_error *ret_error)
{
    struct store *store = store_new();
    if (store == NULL) {
        if (ret_error != NULL)
            *ret_error = (struct store_error){.status = STATUS_NO_MEMORY, .step = "begin"};
        return STATUS_NO_MEMORY;
    }
    enum status status = make_keys(store, keys);
    if (status == STATUS_OK)
        status = files_lock(store, directory);
    if (status == STATUS_OK)
        status = files_open(store, directory);
    return hand_over(store, status, ret, ret_error);
}

enum status store_open_reader(const char *directory, const struct seal_keys *keys, struct store **ret,
                              struct store_error *ret_error)
{
    struct store *store = store_new();
    if (store == NULL) {
        if (ret_error != NULL)
            *ret_error = (struct store_error){.status = STATUS_NO_MEMORY, .step = "begin"};
        return STATUS_NO_MEMORY;
    }
    store->reader = true;
    enum status status = make_keys(store, keys);
    if (status == STATUS_OK)
        status = files_open_reader(store, directory);
    return hand_over(store, status, ret, ret_error);
}

static void buffer_wipe(struct buffer *buffer)
{
    if (buffer->at != NULL)
        OPENSSL_cleanse(buffer->at, buffer->capacity);
    buffer_free(buffer);
}

/* What was known by heart of the files may have been rolled back. */
static void forget_known(struct store *store)
{
    store->look_recent = -1;
    store->struck_known = false;
    store->accounts++;
    stage_slot_forget(store);
    stage_mark_forget(store);
    payload_forget(store);
    stage_tally_forget(store);
    statement_forget_numbers(store);
    learner_forget_marked(store);
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    if (store->transaction)
        store_rollback(store);
    files_close(store);
    lock_release(&store->lock);
    seal_free(store->seal);
    keyed_free(store->keyed);
    keyed_free(store->lookup);
    slots_clear(&store->struck);
    forget_known(store);
    OPENSSL_cleanse(store->log_key, sizeof store->log_key);
    buffer_wipe(&store->bound);
    buffer_wipe(&store->plain);
    buffer_wipe(&store->sealed);
    for (enum seal_room room = 0; room < SEAL_ROOMS; room++)
        buffer_free(&store->resealed[room]);
    free(store);
}

const struct store_error *store_last_error(const struct store *store)
{
    return &store->last;
}

bool store_stage_is_new(const struct store *store)
{
    return store->stage_new;
}

bool store_crashed(const struct store *store)
{
    return store->crashed;
}

struct keyed *store_keyed(struct store *store)
{
    return store->keyed;
}

struct hash store_hash(struct store *store, struct slice text)
{
    struct hash hash = {{0}};
    (void)keyed_hash(store->lookup, text, hash.at); /* zero when it fails: nobody's hash */
    return hash;
}

bool hash_equal(struct hash one, struct hash other)
{
    return memcmp(one.at, other.at, sizeof one.at) == 0;
}

bool hash_is_zero(struct hash hash)
{
    static const struct hash zero = {{0}};
    return hash_equal(hash, zero);
}

bool store_take_damage(struct store *store, struct store_damage *ret)
{
    bool seal = store->unsealed && store->failed == STATUS_OK;
    *ret = store->damage;
    store->unsealed = false;
    return seal;
}

static enum status run_one(struct store *store, int which)
{
    struct statement statement;
    statement_open(&statement, store, &sql[which]);
    return statement_run(&statement);
}

enum status store_begin(struct store *store)
{
    if (store->transaction)
        return STATUS_INVALID;
    store->failed = STATUS_OK;
    enum status status = run_one(store, store->reader ? BEGIN_READING : BEGIN_WRITING);
    store->transaction = status == STATUS_OK;
    return status;
}

/* Only between two transactions; it is no statement that could be kept. */
static enum status set_synced(struct store *store, bool synced)
{
    int code = sqlite3_exec(store->db, synced ? "PRAGMA main.synchronous = FULL" : "PRAGMA main.synchronous = NORMAL",
                            NULL, NULL, NULL);
    if (code != SQLITE_OK)
        return statement_fail(store, "say what must be on the disk", code);
    store->unsynced = !synced;
    return STATUS_OK;
}

enum status store_begin_unsynced(struct store *store)
{
    enum status status = store->transaction ? STATUS_INVALID : set_synced(store, false);
    if (status == STATUS_OK)
        status = store_begin(store);
    if (status != STATUS_OK && store->unsynced)
        (void)set_synced(store, true);
    return status;
}

/* What the transaction changed and only memory knows. */
static enum status keep_known(struct store *store)
{
    enum status status = look_keep(store);
    if (status == STATUS_OK)
        status = stage_mark_keep(store);
    if (status == STATUS_OK)
        status = stage_tally_keep(store);
    return status == STATUS_OK ? statement_keep_numbers(store) : status;
}

void store_log_first(struct store *store, struct chain *log)
{
    store->log = log;
}

enum status store_commit(struct store *store)
{
    enum status status = store->transaction ? store->failed : STATUS_INVALID;
    if (status == STATUS_OK && (status = keep_known(store)) != STATUS_OK &&
        sqlite3_get_autocommit(store->db) == 0)
        (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    if (status == STATUS_OK && store->log != NULL) /* what is not synced may reach the disk all the same */
        chain_sync(store->log);
    if (status == STATUS_OK)
        status = run_one(store, COMMIT);
    if (status != STATUS_OK)
        forget_known(store);
    store->transaction = false;
    store->failed = STATUS_OK;
    if (!store->unsynced)
        return status;
    enum status synced = set_synced(store, true);
    return status == STATUS_OK ? synced : status;
}

void store_rollback(struct store *store)
{
    if (store->transaction && sqlite3_get_autocommit(store->db) == 0)
        (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    forget_known(store);
    store->transaction = false;
    store->failed = STATUS_OK;
    if (store->unsynced)
        (void)set_synced(store, true);
}

enum status store_meta_get(struct store *store, const char *name, struct arena *arena,
                           struct slice *ret)
{
    struct statement statement;
    statement_open(&statement, store, &sql[META_GET]);
    statement_bind_word(&statement, name);
    enum status status = statement_row(&statement);
    if (status != STATUS_OK)
        return status;
    struct slice value = statement_read_text(&statement, arena);
    status = statement_close(&statement);
    if (status == STATUS_OK && value.at == NULL)
        status = STATUS_NOT_FOUND;
    if (status == STATUS_OK)
        *ret = value;
    return status;
}

enum status store_meta_set(struct store *store, const char *name, struct slice value)
{
    struct statement statement;
    statement_open(&statement, store, &sql[META_SET]);
    statement_bind_word(&statement, name);
    statement_bind_text(&statement, value);
    return statement_run(&statement);
}

enum status store_secret_get(struct store *store, const char *name, struct arena *arena,
                             struct slice *ret)
{
    struct statement statement;
    struct cover cover;
    struct slice value = {0};
    statement_open(&statement, store, &sql[SECRET_GET]);
    statement_bind_word(&statement, name);
    enum status status = statement_row(&statement);
    if (status != STATUS_OK)
        return status;
    cover_begin(&cover, store, SEAL_SECRET);
    cover_bind_text(&cover, slice_of(name));
    status = cover_open(&cover, statement_read_bytes(&statement), arena);
    value = cover_take(&cover);
    status = status == STATUS_OK ? cover.status : status;
    (void)statement_close(&statement);
    if (status == STATUS_OK)
        *ret = value;
    return status;
}

enum status store_secret_set(struct store *store, const char *name, struct slice value)
{
    struct statement statement;
    struct cover cover;
    struct slice sealed = {0};
    cover_begin(&cover, store, SEAL_SECRET);
    cover_bind_text(&cover, slice_of(name));
    cover_add(&cover, value);
    enum status status = cover_close(&cover, &sealed);
    if (status != STATUS_OK)
        return status;
    statement_open(&statement, store, &sql[SECRET_SET]);
    statement_bind_word(&statement, name);
    statement_bind_bytes(&statement, sealed);
    return statement_run(&statement);
}
