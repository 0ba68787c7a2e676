/* backup: the state as one file. It is made beside the state and given away in pieces (pieces.h), for whoever asks may
 * write to other folders than the daemon, and with rights of his own. */
#include "daemon/store/backup.h"

#include "daemon/action/record_event.h"
#include "daemon/store/chain.h"
#include "mapping/base/civil.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Opens it and takes its name away: whatever happens to us, nothing of it stays. */
static enum status open_unnamed(const char *path, int *ret_file, int64_t *ret_bytes)
{
    struct stat stands;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0 || fstat(file, &stands) != 0 || unlink(path) != 0) {
        enum status status = backup_status_of(errno);
        if (file >= 0) {
            (void)close(file);
        }
        return status;
    }
    *ret_file = file;
    *ret_bytes = stands.st_size;
    return STATUS_OK;
}

static enum status make(const struct action *action, struct backup_facts *facts, int *ret_file,
                        int64_t *ret_bytes)
{
    char path[PATH_MAX];
    int size = snprintf(path, sizeof path, "%s/backup.partial", action->settings->state_dir);
    if (size < 0 || (size_t)size >= sizeof path) {
        return STATUS_TOO_LARGE;
    }
    if (unlink(path) != 0 && errno != ENOENT) { /* of one who was killed */
        return backup_status_of(errno);
    }
    enum digest_kind hash = (enum digest_kind)action->settings->log_hash;
    enum status status = backup_make(action->store, path, hash, action->now, facts);
    return status == STATUS_OK ? open_unnamed(path, ret_file, ret_bytes) : status;
}

int action_of_backup(struct action_call *call)
{
    struct backup_facts facts = {.size = 0};
    char made[21];
    int64_t bytes = 0;
    int file = -1;
    if (call->action->ret_file == NULL) {
        return action_fail_status(call, STATUS_INVALID);
    }
    enum status status = make(call->action, &facts, &file, &bytes);
    if (status != STATUS_OK) {
        return action_fail_status(call, status);
    }
    civil_utc_text(facts.made, made);
    json_t *row = json_pack("{s:s, s:I, s:I, s:s}", "made", made, "run", (json_int_t)facts.run, "bytes",
                            (json_int_t)bytes, "mac", facts.mac);
    status = record_event(call->action, "backup", row);
    if (status == STATUS_OK && call->action->chain != NULL) {
        chain_sync(call->action->chain);
    }
    if (status != STATUS_OK) {
        (void)close(file);
        json_decref(row);
        return action_fail_status(call, status);
    }
    *call->action->ret_file = file;
    return action_give(call, row);
}
