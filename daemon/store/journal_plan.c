/* The journal by the plan: which wave is next, counts, the plan's hash, held and dropped plans. */
#include "daemon/store/journal.h"
#include "daemon/store/statement.h"

#include <openssl/evp.h>

#include <string.h>

/* Numbers of enum write_state in the texts: 0 proposed, 1 planned, 6 dropped. */
enum { NEXT_WAVE, DROP_PLANNED, HOLD, FORGET, COUNT, KEYS };

static const struct sql sql[] = {
    [NEXT_WAVE] = {"find the next wave",
                   "SELECT min(wave) FROM write INDEXED BY write_planned WHERE run = ?1 AND state = 1"},
    [DROP_PLANNED] = {"drop planned writes",
                      "UPDATE write INDEXED BY write_planned SET state = 6 WHERE state = 1"},
    [HOLD] = {"hold a plan",
              "UPDATE write INDEXED BY write_planned SET state = 0 WHERE run = ?1 AND state = 1"},
    [FORGET] = {"forget proposals",
                "DELETE FROM write INDEXED BY write_proposed WHERE state = 0 AND run < ?1"},
    [COUNT] = {"count a run's writes",
               "SELECT target, entity, operation, state, count(*) FROM write WHERE run = ?1"
               " GROUP BY target, entity, operation, state"},
    [KEYS] = {"read a plan's keys",
              "SELECT key FROM"
              " (SELECT wave, key FROM write INDEXED BY write_planned WHERE run = ?1 AND state = 1 UNION ALL"
              " SELECT wave, key FROM write INDEXED BY write_proposed WHERE run = ?1 AND state = 0)"
              " ORDER BY wave, key"},
};

enum status journal_next_wave(struct store *store, int64_t run, unsigned *ret_wave)
{
    struct statement statement;
    unsigned wave = 0;
    statement_open(&statement, store, &sql[NEXT_WAVE]);
    statement_bind_number(&statement, run);
    enum status status = statement_row(&statement);
    if (status != STATUS_OK)
        return status;
    bool none = sqlite3_column_type(statement.at, 0) == SQLITE_NULL;
    wave = (unsigned)statement_read_choice(&statement, INT32_MAX);
    status = statement_close(&statement);
    if (status == STATUS_OK && none)
        return STATUS_NOT_FOUND;
    if (status == STATUS_OK)
        *ret_wave = wave;
    return status;
}

enum status journal_drop_planned(struct store *store, int64_t *ret)
{
    struct statement statement;
    statement_open(&statement, store, &sql[DROP_PLANNED]);
    enum status status = statement_run(&statement);
    if (status == STATUS_OK)
        *ret = sqlite3_changes64(store->db);
    return status;
}

static enum status run_with(struct store *store, int which, int64_t run)
{
    struct statement statement;
    statement_open(&statement, store, &sql[which]);
    statement_bind_number(&statement, run);
    return statement_run(&statement);
}

enum status journal_hold(struct store *store, int64_t run)
{
    enum status status = run_with(store, HOLD, run);
    return status == STATUS_OK ? run_with(store, FORGET, run) : status;
}

enum status journal_forget_proposed(struct store *store, int64_t before_run)
{
    return run_with(store, FORGET, before_run);
}

static void read_count(struct statement *statement, struct write_count *ret)
{
    ret->target = (enum side)statement_read_choice(statement, SIDES);
    ret->entity = (enum entity)statement_read_choice(statement, ENTITIES);
    ret->operation = (enum write_operation)statement_read_choice(statement, WRITE_REVOKE + 1);
    ret->state = (enum write_state)statement_read_choice(statement, WRITE_DROPPED + 1);
    ret->count = statement_read_number(statement);
}

enum status journal_count(struct store *store, int64_t run, struct write_count *ret, size_t most,
                          size_t *ret_count)
{
    struct statement statement;
    size_t count = 0;
    statement_open(&statement, store, &sql[COUNT]);
    statement_bind_number(&statement, run);
    enum status status = statement_row(&statement);
    while (status == STATUS_OK && count < most) {
        read_count(&statement, &ret[count++]);
        status = statement_row(&statement);
    }
    (void)statement_close(&statement);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    *ret_count = count;
    return STATUS_OK;
}

static enum status digest_keys(struct statement *statement, EVP_MD_CTX *context, uint8_t *ret)
{
    bool fine = EVP_DigestInit_ex2(context, EVP_sha256(), NULL) == 1;
    enum status status = statement_row(statement);
    while (status == STATUS_OK) {
        struct hash key;
        statement_read_hash(statement, &key);
        fine = fine && EVP_DigestUpdate(context, key.at, HASH_BYTES) == 1;
        status = statement_row(statement);
    }
    (void)statement_close(statement);
    if (status != STATUS_NOT_FOUND)
        return status;
    return fine && EVP_DigestFinal_ex(context, ret, NULL) == 1 ? STATUS_OK : STATUS_NO_MEMORY;
}

enum status journal_plan_hash(struct store *store, int64_t run, struct hash *ret)
{
    struct statement statement;
    uint8_t digest[EVP_MAX_MD_SIZE] = {0};
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context == NULL)
        return STATUS_NO_MEMORY;
    statement_open(&statement, store, &sql[KEYS]);
    statement_bind_number(&statement, run);
    enum status status = digest_keys(&statement, context, digest);
    EVP_MD_CTX_free(context);
    if (status == STATUS_OK)
        memcpy(ret->at, digest, HASH_BYTES);
    return status;
}
