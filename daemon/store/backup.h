/* The state as one file (backup_file.h), and back. A backup holds state.db: links with their bases, the
 * journal, conflicts and decisions, cycles. stage.db is not in it: it is what the platforms said, and is
 * read from them again. */
#ifndef STORE_BACKUP_H
#define STORE_BACKUP_H

#include "daemon/store/backup_file.h"
#include "daemon/store/store.h"

/* Writes the state as it stands after the last commit to a new file at `path` (0600; it must not be
 * there). Outside a transaction. The file is not synced. On failure it is removed. */
enum status backup_make(struct store *store, const char *path, enum digest_kind hash, int64_t now,
                        struct backup_facts *ret);

/* A restore in two steps, so that it can be logged between them. */
struct restore;

/* Takes the lock of the state, copies the backup beside it and proves it whole: nothing is replaced yet.
 * key: the log key. mark: a setting of operation that is set to "1" in what is put back. Numbers that
 * the present state has given are not given again, where it can be read. On failure ret_error says why:
 * BUSY with its holder; INVALID: no backup; CORRUPT: it was changed or cut; DENIED with code 0: of
 * another log key; UNSUPPORTED: of a newer program. */
enum status restore_prepare(const char *directory, struct slice key, const char *path,
                            const char *mark, struct restore **ret, struct backup_facts *ret_facts,
                            struct store_error *ret_error);
/* Puts it in the place of the state, whole or not at all, also when killed: what was begun is ended when the
 * state is next opened (restore_finish). The present state stays aside as state.db.before. */
enum status restore_swap(struct restore *restore, struct store_error *ret_error);
/* Gives the lock up; removes what was prepared and not put in place. NULL is fine. */
void restore_close(struct restore *restore);

/* Ends a restore that was killed behind the point from which it counts. The lock is held. OK: nothing
 * is left to do. ret_code: errno. */
enum status restore_finish(const char *directory, int *ret_code);
/* For readers: is one to be ended? */
bool restore_waits(const char *directory);

#endif
