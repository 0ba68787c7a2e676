#include "daemon/store/files.h"

#include "daemon/store/backup.h"
#include "daemon/store/migrate.h"
#include "daemon/store/reseal.h"
#include "daemon/store/statement.h"
#include "daemon/store/sync_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUSY_TIMEOUT_MS = 2000, MARK_BYTES = 128 };

/* What an opened file is told, in order. Cache sizes are KiB when negative. */
static const char *const state_pragmas[] = {
    "PRAGMA temp_store = MEMORY",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA main.cache_size = -8192",
    "PRAGMA main.mmap_size = 0",
    "PRAGMA main.journal_mode = WAL",
    "PRAGMA main.synchronous = FULL",
    "PRAGMA main.journal_size_limit = 67108864",
    /* Pages of 4 KiB: a checkpoint each 16 MiB, in either file. */
    "PRAGMA wal_autocheckpoint = 4000",
    NULL,
};
static const char *const stage_pragmas[] = {
    "PRAGMA stage.cache_size = -15360", /* its hash indexes are written all over */
    "PRAGMA stage.mmap_size = 0",
    "PRAGMA stage.journal_mode = WAL",
    "PRAGMA stage.synchronous = OFF",
    "PRAGMA stage.journal_size_limit = 67108864",
    NULL,
};
static const char *const reader_pragmas[] = {
    "PRAGMA temp_store = MEMORY",     "PRAGMA trusted_schema = OFF",
    "PRAGMA main.cache_size = -8192", "PRAGMA stage.cache_size = -8192",
    "PRAGMA main.mmap_size = 0",      "PRAGMA stage.mmap_size = 0",
    "PRAGMA query_only = ON",         NULL,
};
/* When the program ends in order, the stage too is wholly on the disk. PASSIVE waits for no reader.
 */
static const char *const closing_pragmas[] = {
    "PRAGMA stage.synchronous = FULL",
    "PRAGMA stage.wal_checkpoint(PASSIVE)",
    "PRAGMA main.wal_checkpoint(PASSIVE)",
    NULL,
};

static const struct sql read_meta = {"read the state's marks",
                                     "SELECT value FROM main.meta WHERE name = ?1"};
static const struct sql write_meta = {"write the state's marks",
                                      "INSERT INTO main.meta (name, value) VALUES (?1, ?2)"
                                      " ON CONFLICT (name) DO UPDATE SET value = excluded.value"};
static const struct sql read_stage_meta = {"read the stage's marks",
                                           "SELECT value FROM stage.meta WHERE name = ?1"};
static const struct sql write_stage_meta = {
    "write the stage's marks", "INSERT INTO stage.meta (name, value) VALUES (?1, ?2)"
                               " ON CONFLICT (name) DO UPDATE SET value = excluded.value"};

static enum status fail_errno(struct store *store, const char *step, int code)
{
    enum status status = code == ENOENT                                     ? STATUS_NOT_FOUND
                         : code == ENOSPC || code == EDQUOT                 ? STATUS_FULL
                         : code == EACCES || code == EPERM || code == EROFS ? STATUS_DENIED
                         : code == ENAMETOOLONG                             ? STATUS_TOO_LARGE
                                                                            : STATUS_IO;
    store->last = (struct store_error){.status = status, .code = code, .step = step};
    return status;
}

static enum status path_of(struct store *store, const char *directory, const char *name,
                           char ret[PATH_MAX])
{
    int size = snprintf(ret, PATH_MAX, "%s/%s", directory, name);
    if (size < 0 || size >= PATH_MAX)
        return fail_errno(store, "name a file", ENAMETOOLONG);
    return STATUS_OK;
}

enum status files_lock(struct store *store, const char *directory)
{
    char path[PATH_MAX];
    long holder = 0;
    int code = 0;
    enum status status = path_of(store, directory, "lock", path);
    if (status != STATUS_OK)
        return status;
    if (mkdir(directory, 0700) != 0 && errno != EEXIST)
        return fail_errno(store, "make the state directory", errno);
    status = lock_take(path, &store->lock, &holder, &code);
    if (status != STATUS_OK)
        store->last = (struct store_error){
            .status = status, .code = code, .step = "take the lock", .holder = holder};
    return status;
}

void files_give_to_owner(int file, const char *path)
{
    char folder[PATH_MAX];
    struct stat stands;
    (void)snprintf(folder, sizeof folder, "%s", path);
    if (geteuid() == 0 && stat(dirname(folder), &stands) == 0)
        (void)!fchown(file, stands.st_uid, stands.st_gid);
}

/* SQLite would make it with the umask's mode; -wal and -shm take the mode of the file. */
static enum status make_file(struct store *store, const char *path)
{
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0)
        return fail_errno(store, "make a file", errno);
    files_give_to_owner(file, path);
    (void)close(file);
    return STATUS_OK;
}

static enum status run_texts(struct store *store, const char *step, const char *const *texts)
{
    int code = SQLITE_OK;
    for (; *texts != NULL && code == SQLITE_OK; texts++)
        code = sqlite3_exec(store->db, *texts, NULL, NULL, NULL);
    return code == SQLITE_OK ? STATUS_OK : statement_fail(store, step, code);
}

static enum status open_state(struct store *store, const char *path, int flags)
{
    /* Nobody asks how much memory is used, and counting it takes a lock at each allocation. Refused once the
     * library is in use: then it was said before. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    int code = sqlite3_open_v2(path, &store->db,
                               flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (code != SQLITE_OK)
        return statement_fail(store, "open state.db", code);
    (void)sqlite3_busy_timeout(store->db, BUSY_TIMEOUT_MS);
    (void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    return STATUS_OK;
}

static enum status attach_stage(struct store *store, const char *path)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(store->db, "ATTACH ?1 AS stage", -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_bind_text(statement, 1, path, -1, SQLITE_STATIC);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    (void)sqlite3_finalize(statement);
    return code == SQLITE_DONE ? STATUS_OK : statement_fail(store, "open stage.db", code);
}

static enum status migrate(struct store *store, const struct schema *schema, const char *step)
{
    int code = 0;
    enum status status = store->reader ? migrate_check(store->db, schema, &code)
                                       : migrate_run(store->db, schema, &code);
    if (status == STATUS_UNSUPPORTED || status == STATUS_BUSY)
        store->last = (struct store_error){.status = status, .step = step};
    else if (status != STATUS_OK)
        return statement_fail(store, step, code);
    return status;
}

/* Reads a mark into ret (a text with its NUL); an empty one when there is none. */
static enum status get_mark(struct store *store, const struct sql *sql, const char *name,
                            char ret[MARK_BYTES])
{
    struct statement statement;
    statement_open(&statement, store, sql);
    statement_bind_word(&statement, name);
    enum status status = statement_row(&statement);
    ret[0] = '\0';
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    statement_read_word(&statement, ret, MARK_BYTES);
    return statement_close(&statement);
}

static enum status set_mark(struct store *store, const struct sql *sql, const char *name,
                            const char *value)
{
    struct statement statement;
    statement_open(&statement, store, sql);
    statement_bind_word(&statement, name);
    statement_bind_word(&statement, value);
    return statement_run(&statement);
}

/* Both files say which log key they were written with: hashes and seals of another are worthless.
 */
static enum status check_key(struct store *store, const struct sql *read, const struct sql *write)
{
    char stands[MARK_BYTES];
    char wanted[MARK_BYTES];
    struct hash hash = store_hash(store, SLICE("which key"));
    for (size_t index = 0; index < HASH_BYTES; index++)
        (void)snprintf(wanted + 2 * index, 3, "%02x", hash.at[index]);
    enum status status = get_mark(store, read, "store.key", stands);
    if (status != STATUS_OK)
        return status;
    if (strcmp(stands, wanted) == 0)
        return STATUS_OK;
    if (stands[0] == '\0' && !store->reader)
        return set_mark(store, write, "store.key", wanted);
    store->last = (struct store_error){.status = STATUS_DENIED,
                                       .step = "open with the log key it was written with"};
    return STATUS_DENIED;
}

/* Every key that some row may be sealed with, as RESEAL_MARK_BYTES each; the first is the oldest. The rows of
 * a state without such a list were sealed with the log key. */
static enum status check_seals(struct store *store)
{
    char stands[MARK_BYTES];
    char present[RESEAL_MARK_BYTES];
    enum status status = get_mark(store, &read_meta, RESEAL_KEYS, stands);
    if (status != STATUS_OK)
        return status;
    if (!reseal_known(store, stands)) {
        store->last = (struct store_error){.status = STATUS_DENIED,
                                           .step = "open with the keys it was sealed with"};
        return STATUS_DENIED;
    }
    reseal_mark(seal_present(store->seal), present);
    if (stands[0] == '\0')
        reseal_mark(seal_first(store->seal), stands);
    size_t size = strlen(stands);
    bool listed = strstr(stands, present) != NULL;
    if (!listed)
        (void)snprintf(stands + size, sizeof stands - size, " %s", present);
    store->reseal_waits = strcmp(stands, present) != 0;
    return store->reader ? STATUS_OK : set_mark(store, &write_meta, RESEAL_KEYS, stands);
}

static void read_boot(char ret[MARK_BYTES])
{
    int file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t size = file < 0 ? 0 : read(file, ret, MARK_BYTES - 1);
    ret[size < 0 ? 0 : size] = '\0';
    ret[strcspn(ret, "\n")] = '\0';
    if (ret[0] == '\0')
        (void)snprintf(ret, MARK_BYTES, "unknown");
    if (file >= 0)
        (void)close(file);
}

static enum status check_state(struct store *store)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(store->db, "PRAGMA main.quick_check(1)", -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    const char *said = code == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
    bool whole = said != NULL && strcmp(said, "ok") == 0;
    (void)sqlite3_finalize(statement);
    if (whole)
        return STATUS_OK;
    return statement_fail(store, "check state.db", code == SQLITE_ROW ? SQLITE_CORRUPT : code);
}

/* Was the state left open by a machine that crashed, or by a process that met a damaged page?
 * Within one boot a killed process leaves whole files, since the kernel has all that was written.
 */
static enum status look_whether_crashed(struct store *store)
{
    char left[MARK_BYTES];
    char boot[MARK_BYTES];
    enum status status = get_mark(store, &read_meta, "store.boot", left);
    read_boot(boot);
    if (status == STATUS_OK)
        store->crashed = left[0] != '\0' && (strcmp(left, boot) != 0 || strcmp(boot, "unknown") == 0);
    return status;
}

static enum status open_stage(struct store *store, const char *path)
{
    enum status status = make_file(store, path);
    if (status == STATUS_OK)
        status = attach_stage(store, path);
    if (status == STATUS_OK)
        status = run_texts(store, "set up stage.db", stage_pragmas);
    if (status == STATUS_OK)
        status = migrate(store, &schema_stage, "migrate stage.db");
    if (status == STATUS_OK)
        status = check_key(store, &read_stage_meta, &write_stage_meta);
    return status;
}

static enum status drop_stage(struct store *store, const char *path)
{
    static const char *const endings[] = {"", "-wal", "-shm", "-journal"};
    char name[PATH_MAX + 16];
    statement_forget_all(store);
    (void)sqlite3_exec(store->db, "DETACH stage", NULL, NULL, NULL);
    for (size_t index = 0; index < sizeof endings / sizeof *endings; index++) {
        (void)snprintf(name, sizeof name, "%s%s", path, endings[index]);
        if (unlink(name) != 0 && errno != ENOENT)
            return fail_errno(store, "remove a damaged stage.db", errno);
    }
    store->last = (struct store_error){.status = STATUS_OK};
    store->damaged = false;
    store->stage_new = true;
    return STATUS_OK;
}

/* What is in stage.db can be read again from the platforms: a damaged or foreign one is replaced. So is one that
 * a machine left when it failed. It is never synced, so that of some records it may hold what they were earlier, in whole pages that no check finds
 * fault with; beside the newer bases such a record would count as edited, and be written back. */
static enum status open_or_make_stage(struct store *store, const char *directory)
{
    char path[PATH_MAX];
    struct stat stands;
    enum status status = path_of(store, directory, "stage.db", path);
    if (status != STATUS_OK)
        return status;
    store->stage_new = store->crashed || stat(path, &stands) != 0 || stands.st_size == 0;
    if (store->stage_new)
        status = drop_stage(store, path); /* a -wal without its file is of no use */
    if (status == STATUS_OK)
        status = open_stage(store, path);
    if (status != STATUS_CORRUPT && status != STATUS_UNSUPPORTED && status != STATUS_DENIED)
        return status;
    if (status == STATUS_DENIED && store->last.code != 0)
        return status; /* the file's mode, not its key */
    status = drop_stage(store, path);
    return status == STATUS_OK ? open_stage(store, path) : status;
}

/* The names of the files it made: SQLite takes no notice of a folder that was not synced. */
static void keep_names(const char *directory)
{
    int folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return;
    sync_directory(folder);
    (void)close(folder);
}

enum status files_open(struct store *store, const char *directory)
{
    char path[PATH_MAX];
    char boot[MARK_BYTES];
    int code = 0;
    enum status status = path_of(store, directory, "state.db", path);
    if (status == STATUS_OK && restore_finish(directory, &code) != STATUS_OK)
        status = fail_errno(store, "end a restore", code);
    if (status == STATUS_OK)
        status = make_file(store, path);
    if (status == STATUS_OK)
        status = open_state(store, path, SQLITE_OPEN_READWRITE);
    if (status == STATUS_OK)
        status = run_texts(store, "set up state.db", state_pragmas);
    if (status == STATUS_OK)
        status = migrate(store, &schema_state, "migrate state.db");
    if (status == STATUS_OK)
        status = check_key(store, &read_meta, &write_meta);
    if (status == STATUS_OK)
        status = check_seals(store);
    if (status == STATUS_OK)
        status = look_whether_crashed(store);
    if (status == STATUS_OK && store->crashed)
        status = check_state(store);
    if (status == STATUS_OK)
        status = open_or_make_stage(store, directory);
    read_boot(boot);
    if (status == STATUS_OK)
        status = set_mark(store, &write_meta, "store.boot", boot);
    if (status == STATUS_OK)
        keep_names(directory);
    store->opened = status == STATUS_OK;
    return status;
}

/* A stage that is damaged, or was left in the middle of a change to its form: whoever opens it for writing makes it
 * anew. */
static enum status wait_for_stage(struct store *store, enum status status)
{
    if (status != STATUS_CORRUPT && store->last.code != SQLITE_READONLY_ROLLBACK &&
        store->last.code != SQLITE_READONLY_RECOVERY)
        return status;
    store->last = (struct store_error){.status = STATUS_BUSY, .step = "wait for stage.db to be made anew"};
    return STATUS_BUSY;
}

enum status files_open_reader(struct store *store, const char *directory)
{
    char state[PATH_MAX];
    char stage[PATH_MAX];
    enum status status = path_of(store, directory, "state.db", state);
    if (status == STATUS_OK)
        status = path_of(store, directory, "stage.db", stage);
    if (status != STATUS_OK)
        return status;
    if (access(state, R_OK) != 0 || access(stage, R_OK) != 0)
        return fail_errno(store, "find the state", errno);
    if (restore_waits(directory)) {
        store->last = (struct store_error){.status = STATUS_BUSY, .step = "wait for a restore to end"};
        return STATUS_BUSY;
    }
    status = open_state(store, state, SQLITE_OPEN_READONLY);
    if (status == STATUS_OK)
        (void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    if (status == STATUS_OK)
        status = migrate(store, &schema_state, "read a state.db of another version");
    if (status == STATUS_OK && (status = attach_stage(store, stage)) != STATUS_OK)
        status = wait_for_stage(store, status);
    if (status == STATUS_OK)
        status = run_texts(store, "set up reading", reader_pragmas);
    if (status == STATUS_OK && (status = migrate(store, &schema_stage, "read a stage.db of another version")) != STATUS_OK)
        status = wait_for_stage(store, status);
    if (status == STATUS_OK)
        status = check_key(store, &read_meta, NULL);
    if (status == STATUS_OK)
        status = check_seals(store);
    return status;
}

/* A checkpoint syncs what it moves; what an earlier one moved was never synced. */
static bool sync_stage(const struct store *store)
{
    static const int pointers[] = {SQLITE_FCNTL_FILE_POINTER, SQLITE_FCNTL_JOURNAL_POINTER};
    bool synced = true;
    for (size_t index = 0; index < sizeof pointers / sizeof *pointers; index++) {
        sqlite3_file *file = NULL;
        (void)sqlite3_file_control(store->db, "stage", pointers[index], &file);
        if (file != NULL && file->pMethods != NULL)
            synced = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL) == SQLITE_OK && synced;
    }
    return synced;
}

void files_close(struct store *store)
{
    if (store->db == NULL)
        return;
    /* The mark goes last: only what was synced counts as closed. */
    if (store->opened && run_texts(store, "close the files", closing_pragmas) == STATUS_OK && sync_stage(store))
        (void)set_mark(store, &write_meta, "store.boot", store->damaged ? "damaged" : NULL);
    statement_forget_all(store);
    (void)sqlite3_close(store->db);
    store->db = NULL;
}
