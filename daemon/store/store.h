/* The state of a bridge: the only room that speaks SQL. Two files in the state directory:
 *   state.db  links with bases, journal, conflicts, runs, watermarks' epochs, settings of
 * operation: durable (WAL, synchronous=FULL) stage.db  what each side was last seen to hold, with
 * the watermarks: rebuilt from the platforms when lost (WAL, synchronous=OFF) One process holds the
 * state (a lock file) and one connection writes; readers open it read-only. Not thread safe: one
 * thread uses one struct store. Texts of persons (payloads, bases, values, subjects) are sealed by
 * row; look-ups go by keyed hash. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "daemon/store/seal.h"
#include "mapping/base/arena.h"
#include "mapping/digest.h"
#include "mapping/field.h"

#include <stdbool.h>
#include <stdint.h>

enum { HASH_BYTES = 16 };
struct hash {
    uint8_t at[HASH_BYTES];
};

struct store;
struct chain;

/* What went wrong, for messages: which step, and the error's own code; never a value. */
struct store_error {
    enum status status; /* BUSY (another holder), FULL, IO, CORRUPT, DENIED, NO_MEMORY, INVALID */
    int code;           /* SQLite's extended code or errno */
    const char *step;   /* static */
    long holder;        /* pid of the holder when BUSY */
};

/* Opens (and creates, 0700 directory, 0600 files) the state for writing; takes the lock; migrates
 * by number. keys: copied; look-up keys are derived from the log key. DENIED with code 0: it was written
 * with other keys. */
enum status store_open(const char *directory, const struct seal_keys *keys, struct store **ret,
                       struct store_error *ret_error);
/* For reading only; never creates, locks or checkpoints. NOT_FOUND: there is no state yet.
 * UNSUPPORTED: a newer version of the program wrote it. BUSY without a holder: a writer must put it in order first
 * (a restore, a migration, a stage that is to be made anew). DENIED with code 0: it was written with other keys. */
enum status store_open_reader(const char *directory, const struct seal_keys *keys, struct store **ret,
                              struct store_error *ret_error);
void store_close(struct store *store);
const struct store_error *store_last_error(const struct store *store);
/* Was stage.db made empty by this opening (first start, lost, damaged, another log key)? */
bool store_stage_is_new(const struct store *store);
/* Was the state left open by a machine that failed, when it was opened for writing? Then stage.db is new. */
bool store_crashed(const struct store *store);
/* HMACs with the log key itself (keyed_ref gives subject_ref); owned by the store. */
struct keyed *store_keyed(struct store *store);
/* For look-ups: HMAC-SHA-256, cut to 16 bytes, with a key derived for that. */
struct hash store_hash(struct store *store, struct slice text);
bool hash_equal(struct hash one, struct hash other);
bool hash_is_zero(struct hash hash);

/* Which row's seal did not open, when a function last answered CORRUPT. */
struct store_damage {
    enum seal_room room;
    enum side side; /* of a staged record */
    enum entity entity;
    char id[72];
    int64_t number; /* of another row */
};
/* false: it was no seal, but SQLite or the store itself. It is forgotten then. */
bool store_take_damage(struct store *store, struct store_damage *ret);

/* One transaction over both files: state.db is synced at commit. When the machine dies just behind
 * the commit, the stage may lack it (it is read again), never the other way round. Nested calls are
 * INVALID. After a failed statement the transaction is rolled back, and until commit or rollback is
 * called every statement fails with the same status, the commit too; only a hurt uniqueness
 * (link_put) leaves it open. Outside a transaction each write is one of its own. A reader's
 * transaction is one view of both files: keep it short. */
enum status store_begin(struct store *store);
/* The same, of what may be lost when the machine dies: its commit reaches the disk with the next one of
 * store_begin. Only for what the next cycle does again by itself, since the stage may then know more. */
enum status store_begin_unsynced(struct store *store);
enum status store_commit(struct store *store);
/* From now on this log is synced before each commit of a transaction: what the state holds, the log tells of.
 * Borrowed; after the log was closed nothing may be committed. */
void store_log_first(struct store *store, struct chain *log);
void store_rollback(struct store *store);

/* Small settings of operation: "mode", "paused", "epoch.municipal", "mapping_digest", … Names that
 * begin with "store." belong to the store. An empty value is as none: NOT_FOUND. */
enum status store_meta_get(struct store *store, const char *name, struct arena *arena,
                           struct slice *ret); /* NOT_FOUND */
enum status store_meta_set(struct store *store, const char *name, struct slice value);
enum status store_secret_get(struct store *store, const char *name, struct arena *arena,
                             struct slice *ret); /* sealed: tokens */
enum status store_secret_set(struct store *store, const char *name, struct slice value);

#endif
