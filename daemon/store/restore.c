/* A backup put back. state.db.restoring is what is being copied; once it is proved and complete it becomes
 * state.db.next, and from then on the restore counts: whoever opens the state next ends it. */
#include "daemon/store/backup.h"

#include "daemon/store/files.h"
#include "daemon/store/lock.h"
#include "daemon/store/migrate.h"
#include "daemon/store/statement.h"

#include <openssl/crypto.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE_BYTES = 256 * 1024 };

static const char RESTORING[] = "state.db.restoring";
static const char NEXT[] = "state.db.next";

struct restore {
    char directory[PATH_MAX - 32]; /* room for a name behind it */
    struct lock lock;
    struct store_error error;
};

static enum status fail(struct restore *restore, const char *step, enum status status, int code)
{
    restore->error.status = status;
    restore->error.code = code;
    restore->error.step = step;
    return status;
}

static enum status fail_errno(struct restore *restore, const char *step)
{
    int code = errno;
    return fail(restore, step, backup_status_of(code), code);
}

static void name_in(const char *directory, const char *name, char ret[PATH_MAX])
{
    (void)snprintf(ret, PATH_MAX, "%.4000s/%s", directory, name);
}

static bool sync_directory(const char *directory)
{
    int file = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = file >= 0 && fsync(file) == 0;
    if (file >= 0)
        (void)close(file);
    return good;
}

/* --- copy and proof --------------------------------------------------------------------------- */

static enum status take_lock(struct restore *restore)
{
    char path[PATH_MAX];
    long holder = 0;
    int code = 0;
    name_in(restore->directory, "lock", path);
    if (mkdir(restore->directory, 0700) != 0 && errno != EEXIST)
        return fail_errno(restore, "make the state directory");
    enum status status = lock_take(path, &restore->lock, &holder, &code);
    restore->error.holder = holder;
    return status == STATUS_OK ? status : fail(restore, "take the lock", status, code);
}

static enum status write_piece(struct restore *restore, int to, struct slice piece)
{
    while (piece.size > 0) {
        ssize_t count = write(to, piece.at, piece.size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return fail_errno(restore, "copy the backup");
        piece.at += count;
        piece.size -= (size_t)count;
    }
    return STATUS_OK;
}

/* Copies facts->size bytes and hashes `covered`: what is proved is what was copied. */
static enum status copy_pieces(struct restore *restore, int from, int to, int64_t size,
                               int64_t covered, struct backup_mac *mac)
{
    char *piece = malloc(PIECE_BYTES);
    enum status status = piece == NULL ? fail(restore, "copy the backup", STATUS_NO_MEMORY, 0) : STATUS_OK;
    for (int64_t done = 0; status == STATUS_OK && done < covered;) {
        int64_t end = done < size ? size : covered;
        int64_t wanted = end - done < PIECE_BYTES ? end - done : PIECE_BYTES;
        ssize_t count = pread(from, piece, (size_t)wanted, done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0) {
            status = fail_errno(restore, "read the backup");
            break;
        }
        struct slice bytes = {piece, (size_t)count};
        status = backup_mac_add(mac, bytes);
        if (status == STATUS_OK && done < size)
            status = write_piece(restore, to, bytes);
        done += count;
    }
    free(piece);
    return status;
}

static enum status copy_proved(struct restore *restore, int from, struct slice key,
                               const struct backup_facts *facts, int64_t covered)
{
    char path[PATH_MAX];
    char hash[CHAIN_HEX + 1] = "";
    struct backup_mac *mac = NULL;
    name_in(restore->directory, RESTORING, path);
    if (unlink(path) != 0 && errno != ENOENT)
        return fail_errno(restore, "copy the backup");
    int to = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (to < 0)
        return fail_errno(restore, "copy the backup");
    files_give_to_owner(to, path);
    enum status status = backup_mac_new(key, facts->hash, &mac);
    if (status == STATUS_OK)
        status = copy_pieces(restore, from, to, facts->size, covered, mac);
    if (status == STATUS_OK)
        status = backup_mac_end(mac, hash);
    if (status == STATUS_OK && CRYPTO_memcmp(hash, facts->mac, CHAIN_HEX) != 0)
        status = fail(restore, "prove the backup whole", STATUS_CORRUPT, 0);
    backup_mac_free(mac);
    if (close(to) != 0 && status == STATUS_OK)
        status = fail_errno(restore, "copy the backup");
    return status;
}

static enum status take_in(struct restore *restore, struct slice key, const char *path,
                           struct backup_facts *facts)
{
    int64_t covered = 0;
    int from = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (from < 0)
        return fail_errno(restore, "open the backup");
    enum status status = backup_read_trailer(from, key, facts, &covered);
    if (status == STATUS_OK && facts->schema > schema_state.version)
        status = STATUS_UNSUPPORTED;
    if (status != STATUS_OK)
        (void)fail(restore, "read what the backup says of itself", status, 0);
    else
        status = copy_proved(restore, from, key, facts, covered);
    (void)close(from);
    return status;
}

/* --- what is put back is made ready ----------------------------------------------------------- */

static int run_bound(sqlite3 *db, const char *text, const char *name, int64_t number)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(db, text, -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    if (code == SQLITE_OK && sqlite3_bind_parameter_count(statement) > 1)
        code = sqlite3_bind_int64(statement, 2, number);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    (void)sqlite3_finalize(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

/* Numbers of cycles, conflicts and writes are given once, also over a restore: the log names them. */
static int keep_series(sqlite3 *db, const struct restore *restore)
{
    char path[PATH_MAX];
    sqlite3 *old = NULL;
    sqlite3_stmt *statement = NULL;
    int code = SQLITE_OK;
    name_in(restore->directory, "state.db", path);
    bool readable = access(path, F_OK) == 0 &&
                    sqlite3_open_v2(path, &old, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
                    sqlite3_db_config(old, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL) == SQLITE_OK &&
                    sqlite3_prepare_v2(old, "SELECT name, last FROM series", -1, &statement, NULL) ==
                        SQLITE_OK;
    while (readable && code == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
        code = run_bound(db,
                         "INSERT INTO series (name, last) VALUES (?1, ?2) ON CONFLICT (name)"
                         " DO UPDATE SET last = max(last, excluded.last)",
                         (const char *)sqlite3_column_text(statement, 0),
                         sqlite3_column_int64(statement, 1));
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(old);
    return code;
}

static int check_pages(sqlite3 *db)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    bool whole = code == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(statement, 0), "ok") == 0;
    (void)sqlite3_finalize(statement);
    return whole ? SQLITE_OK : code == SQLITE_ROW ? SQLITE_CORRUPT : code;
}

static enum status make_ready(struct restore *restore, const char *mark)
{
    char path[PATH_MAX];
    sqlite3 *db = NULL;
    name_in(restore->directory, RESTORING, path);
    int code = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, NULL);
    enum status status = statement_status(db, code);
    if (status == STATUS_OK) {
        code = check_pages(db);
        status = statement_status(db, code);
    }
    if (status == STATUS_OK)
        status = migrate_run(db, &schema_state, &code);
    if (status == STATUS_OK) {
        code = run_bound(db, "INSERT INTO meta (name, value) VALUES (?1, '1') ON CONFLICT (name)"
                             " DO UPDATE SET value = '1'", mark, 0);
        if (code == SQLITE_OK)
            code = run_bound(db, "DELETE FROM meta WHERE name = ?1", "store.boot", 0);
        if (code == SQLITE_OK)
            code = keep_series(db, restore);
        status = statement_status(db, code);
    }
    (void)sqlite3_close(db);
    return status == STATUS_OK ? status : fail(restore, "make the backup ready", status, code);
}

enum status restore_prepare(const char *directory, struct slice key, const char *path,
                            const char *mark, struct restore **ret, struct backup_facts *ret_facts,
                            struct store_error *ret_error)
{
    int code = 0;
    struct restore *restore = calloc(1, sizeof *restore);
    *ret_error = (struct store_error){.status = STATUS_NO_MEMORY, .step = "begin"};
    if (restore == NULL)
        return STATUS_NO_MEMORY;
    restore->lock.file = -1;
    enum status status = STATUS_OK;
    if (strlen(directory) >= sizeof restore->directory)
        status = fail(restore, "name a file", STATUS_TOO_LARGE, 0);
    if (status == STATUS_OK) {
        memcpy(restore->directory, directory, strlen(directory) + 1);
        status = take_lock(restore);
    }
    if (status == STATUS_OK) {
        status = restore_finish(directory, &code);
        if (status != STATUS_OK)
            (void)fail(restore, "end an earlier restore", status, code);
    }
    if (status == STATUS_OK)
        status = take_in(restore, key, path, ret_facts);
    if (status == STATUS_OK)
        status = make_ready(restore, mark);
    if (status == STATUS_OK) {
        *ret = restore;
        return status;
    }
    *ret_error = restore->error;
    ret_error->status = status;
    restore_close(restore);
    return status;
}

/* --- the swap --------------------------------------------------------------------------------- */

static bool unlink_if(const char *directory, const char *name)
{
    char path[PATH_MAX];
    name_in(directory, name, path);
    return unlink(path) == 0 || errno == ENOENT;
}

static bool link_if(const char *directory, const char *name, const char *as)
{
    char from[PATH_MAX];
    char to[PATH_MAX];
    name_in(directory, name, from);
    name_in(directory, as, to);
    return link(from, to) == 0 || errno == ENOENT;
}

/* What is there is named twice, and not moved: until the swap counts, it stays where it is. */
static bool keep_aside(const char *directory)
{
    return unlink_if(directory, "state.db.before") && unlink_if(directory, "state.db.before-wal") &&
           unlink_if(directory, "state.db.before-shm") &&
           link_if(directory, "state.db", "state.db.before") &&
           link_if(directory, "state.db-wal", "state.db.before-wal");
}

static bool sync_prepared(const char *directory)
{
    char path[PATH_MAX];
    name_in(directory, RESTORING, path);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    bool good = file >= 0 && fdatasync(file) == 0;
    if (file >= 0)
        (void)close(file);
    return good;
}

enum status restore_swap(struct restore *restore, struct store_error *ret_error)
{
    char from[PATH_MAX];
    char to[PATH_MAX];
    int code = 0;
    name_in(restore->directory, RESTORING, from);
    name_in(restore->directory, NEXT, to);
    enum status status = STATUS_OK;
    if (!sync_prepared(restore->directory) || !keep_aside(restore->directory) ||
        !sync_directory(restore->directory) || rename(from, to) != 0 ||
        !sync_directory(restore->directory))
        status = fail_errno(restore, "put the backup in place");
    if (status == STATUS_OK) {
        status = restore_finish(restore->directory, &code);
        if (status != STATUS_OK)
            (void)fail(restore, "put the backup in place", status, code);
    }
    *ret_error = restore->error;
    return status;
}

void restore_close(struct restore *restore)
{
    if (restore == NULL)
        return;
    if (restore->lock.file >= 0)
        (void)unlink_if(restore->directory, RESTORING);
    lock_release(&restore->lock);
    free(restore);
}

bool restore_waits(const char *directory)
{
    char path[PATH_MAX];
    name_in(directory, NEXT, path);
    return access(path, F_OK) == 0;
}

/* The old files' -wal must be gone before the new state.db stands there: it would be played into it. */
enum status restore_finish(const char *directory, int *ret_code)
{
    static const char *const gone[] = {"state.db-wal", "state.db-shm", "state.db-journal", "stage.db",
                                       "stage.db-wal", "stage.db-shm", "stage.db-journal"};
    char from[PATH_MAX];
    char to[PATH_MAX];
    if (!restore_waits(directory))
        return STATUS_OK;
    bool good = true;
    for (size_t index = 0; index < sizeof gone / sizeof *gone && good; index++)
        good = unlink_if(directory, gone[index]);
    name_in(directory, NEXT, from);
    name_in(directory, "state.db", to);
    good = good && sync_directory(directory) && rename(from, to) == 0 && sync_directory(directory);
    *ret_code = errno;
    return good ? STATUS_OK : backup_status_of(*ret_code);
}
