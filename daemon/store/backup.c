#include "daemon/store/backup.h"

#include "daemon/store/inside.h"
#include "daemon/store/migrate.h"
#include "daemon/store/statement.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status fail(struct store *store, const char *step, int code)
{
    enum status status = backup_status_of(code);
    store->last = (struct store_error){.status = status, .code = code, .step = step};
    return status;
}

/* VACUUM INTO reads one view of the state and writes a file without free pages. */
static enum status copy_state(struct store *store, const char *path)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(store->db, "VACUUM main INTO ?1", -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_bind_text(statement, 1, path, -1, SQLITE_STATIC);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    (void)sqlite3_finalize(statement);
    return code == SQLITE_DONE ? STATUS_OK : statement_fail(store, "copy the state", code);
}

static enum status last_run(struct store *store, int64_t *ret)
{
    static const struct sql sql = {"read the last cycle",
                                   "SELECT coalesce(max(number), 0) FROM main.run"};
    struct statement statement;
    statement_open(&statement, store, &sql);
    enum status status = statement_row(&statement);
    if (status != STATUS_OK)
        return status;
    *ret = statement_read_number(&statement);
    return statement_close(&statement);
}

static enum status end_file(struct store *store, int file, enum digest_kind hash, int64_t now,
                            struct backup_facts *ret)
{
    struct stat stands;
    struct backup_facts facts = {.made = now, .schema = schema_state.version, .hash = hash};
    enum status status = last_run(store, &facts.run);
    if (status == STATUS_OK && fstat(file, &stands) != 0)
        status = fail(store, "look at the backup", errno);
    if (status != STATUS_OK)
        return status;
    facts.size = stands.st_size;
    struct slice key = {(const char *)store->log_key, sizeof store->log_key};
    status = backup_write_trailer(file, key, &facts);
    if (status != STATUS_OK)
        store->last = (struct store_error){.status = status, .code = errno, .step = "end the backup"};
    *ret = facts;
    return status;
}

enum status backup_make(struct store *store, const char *path, enum digest_kind hash, int64_t now,
                        struct backup_facts *ret)
{
    if (store->transaction)
        return STATUS_INVALID;
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0)
        return fail(store, "make the backup's file", errno);
    enum status status = copy_state(store, path);
    if (status == STATUS_OK)
        status = end_file(store, file, hash, now, ret);
    if (close(file) != 0 && status == STATUS_OK)
        status = fail(store, "end the backup", errno);
    if (status != STATUS_OK)
        (void)unlink(path);
    return status;
}
