/* backup and restore: the state as a file, and back. */
#include "daemon/action/pieces.h"
#include "daemon/cli/carry_inside.h"
#include "daemon/cli/language.h"
#include "daemon/cli/local.h"
#include "daemon/cli/local_log.h"
#include "daemon/store/backup.h"
#include "daemon/store/chain.h"
#include "daemon/work/own_state.h"
#include "mapping/base/civil.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where the backup goes: beside its name first, so that a file of that name is a whole backup. */
struct taken {
    const char *path;
    char beside[PATH_MAX];
    bool replace;
    int file;
    int64_t bytes; /* so far */
    int error;     /* errno of the first failure */
    json_t *row;
};

static int say(struct carried *at, enum exit_code code, const char *text)
{
    (void)snprintf(at->session.message, sizeof at->session.message, "%s", text);
    return (int)code;
}

static int say_error(struct carried *at, int error)
{
    (void)snprintf(at->session.message, sizeof at->session.message,
                   _("the backup's file cannot be created: %s"), strerror(error));
    return EXIT_CREATE;
}

static const char *file_argument(const struct carried *at)
{
    const char *path = json_string_value(json_object_get(at->invocation->arguments, "file"));
    return path == NULL || path[0] == '\0' || strcmp(path, "-") == 0 ? NULL : path;
}

/* --- backup ----------------------------------------------------------------------------------- */

static void take_piece(struct taken *taken, json_t *row)
{
    size_t size = 0;
    uint8_t *bytes = piece_bytes(row, &size);
    if (bytes == NULL) {
        taken->error = taken->error != 0 ? taken->error : EPROTO;
        return;
    }
    for (size_t done = 0; done < size && taken->error == 0;) {
        ssize_t count = write(taken->file, bytes + done, size - done);
        if (count < 0 && errno != EINTR) {
            taken->error = errno;
        }
        done += count > 0 ? (size_t)count : 0;
        taken->bytes += count > 0 ? count : 0;
    }
    free(bytes);
}

static void on_backup_row(void *context, json_t *row)
{
    struct taken *taken = context;
    if (taken->row == NULL) {
        taken->row = json_incref(row);
    } else {
        take_piece(taken, row);
    }
}

static int open_beside(struct carried *at, struct taken *taken)
{
    if (taken->path == NULL) {
        return say(at, EXIT_USAGE, _("the name of a file is needed"));
    }
    if (!taken->replace && access(taken->path, F_OK) == 0) {
        return say(at, EXIT_CREATE,
                   _("a file of that name is there already; --replace puts the backup in its place"));
    }
    int size = snprintf(taken->beside, sizeof taken->beside, "%s.XXXXXX", taken->path);
    if (size < 0 || (size_t)size >= sizeof taken->beside) {
        return say_error(at, ENAMETOOLONG);
    }
    taken->file = mkostemp(taken->beside, O_CLOEXEC); /* 0600 */
    return taken->file < 0 ? say_error(at, errno) : EXIT_DONE;
}

static bool sync_folder_of(const char *path)
{
    char *copy = strdup(path);
    int folder = copy == NULL ? -1 : open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = folder >= 0 && fsync(folder) == 0;
    if (folder >= 0) {
        (void)close(folder);
    }
    free(copy);
    return good;
}

/* Whole and on the disk before it has its name; a file that came there meanwhile stays. */
static int keep_file(struct carried *at, struct taken *taken)
{
    if (taken->error != 0) {
        return say_error(at, taken->error);
    }
    if (taken->bytes != json_integer_value(json_object_get(taken->row, "bytes"))) {
        return say(at, EXIT_INTERNAL, _("the backup did not come whole; try again"));
    }
    unsigned flags = taken->replace ? 0 : RENAME_NOREPLACE;
    if (fsync(taken->file) != 0 ||
        renameat2(AT_FDCWD, taken->beside, AT_FDCWD, taken->path, flags) != 0) {
        return say_error(at, errno);
    }
    taken->beside[0] = '\0';
    return sync_folder_of(taken->path) ? EXIT_DONE : say_error(at, errno);
}

int carried_backup(struct carried *at)
{
    struct taken taken = {.path = file_argument(at), .file = -1};
    const struct session_reply reply = {on_backup_row, NULL, &taken};
    taken.replace = json_is_true(json_object_get(at->invocation->arguments, "replace"));
    int code = open_beside(at, &taken);
    if (code == EXIT_DONE) {
        json_t *none = json_object();
        code = session_ask(&at->session, "backup", none, false, &reply);
        json_decref(none);
    }
    if (code == EXIT_DONE) {
        code = keep_file(at, &taken);
    }
    if (taken.file >= 0) {
        (void)close(taken.file);
        if (taken.beside[0] != '\0') {
            (void)unlink(taken.beside);
        }
    }
    if (code == EXIT_DONE) {
        json_object_set_new(taken.row, "file", json_string(taken.path));
        show_row(&at->show, taken.row);
    }
    json_decref(taken.row);
    return code;
}

void show_backup(struct show *show, json_t *row)
{
    show_line(show, _("Backup"), show_text(row, "file"), COLOUR_GREEN);
    show_line_value(show, _("Made"), "updated", json_object_get(row, "made"));
    show_line_value(show, _("Last cycle in it"), "run", json_object_get(row, "run"));
    show_line_value(show, _("Bytes"), "bytes", json_object_get(row, "bytes"));
    show_line(show, _("Needed to read it"), _("the log key, which is not in it: keep it elsewhere"), COLOUR_NONE);
}

/* --- restore ---------------------------------------------------------------------------------- */

static const struct {
    enum status status;
    const char *text;
} refusals[] = {
    {STATUS_INVALID, N_("that file is no backup of the bridge; nothing was replaced")},
    {STATUS_CORRUPT, N_("the backup was changed or cut since it was made; nothing was replaced")},
    {STATUS_DENIED, N_("the backup was made with another log key; nothing was replaced")},
    {STATUS_UNSUPPORTED, N_("the backup was made by a newer version; nothing was replaced")},
    {STATUS_NOT_FOUND, N_("the file cannot be read")},
};

static int say_refused(struct carried *at, const struct store_error *error)
{
    if (error->status == STATUS_BUSY) {
        (void)snprintf(at->session.message, sizeof at->session.message,
                       _("process %ld holds the state; stop it first"), error->holder);
        return EXIT_BUSY;
    }
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        bool of_file = error->code == 0 || error->status == STATUS_NOT_FOUND;
        if (error->status == refusals[i].status && of_file) {
            return say(at, EXIT_INPUT, _(refusals[i].text));
        }
    }
    return local_store_fault(&at->session, error);
}

static enum status log_line(const struct carried *at, struct chain *chain, const char *event,
                            const struct backup_facts *facts)
{
    struct buffer members;
    buffer_init(&members, 1024);
    buffer_text(&members, "\"who\":");
    buffer_json(&members, slice_of(at->session.who));
    buffer_printf(&members, ",\"known\":%lld,\"mac\":\"%s\"", (long long)facts->run, facts->mac);
    enum status status = members.status;
    if (status == STATUS_OK) {
        status = chain_append(chain, session_now(), event, buffer_slice(&members));
    }
    buffer_free(&members);
    if (status == STATUS_OK)
        chain_sync(chain);
    return status;
}

/* Who put what back is in the log before anything is replaced. */
static int swap_logged(struct carried *at, struct restore *restore, const struct backup_facts *facts)
{
    struct chain *chain = NULL;
    struct store_error error = {.status = STATUS_OK};
    enum status status = local_log_open(&at->session, NULL, &chain);
    if (status == STATUS_OK) {
        status = log_line(at, chain, "restored", facts);
    }
    if (status != STATUS_OK) {
        chain_close(chain);
        return say(at, command_exit_of(status), _("the log cannot be written"));
    }
    if (restore_swap(restore, &error) != STATUS_OK) {
        (void)log_line(at, chain, "restore_failed", facts);
    }
    chain_close(chain);
    return error.status == STATUS_OK ? EXIT_DONE : local_store_fault(&at->session, &error);
}

/* What was put back opens, and has a stage again: commands that only show need one. */
static int open_once(struct carried *at)
{
    struct store *store = NULL;
    struct store_error error = {.status = STATUS_OK};
    struct seal_keys keys = local_keys(&at->session);
    if (store_open(at->session.settings.state_dir, &keys, &store, &error) != STATUS_OK) {
        return local_store_fault(&at->session, &error);
    }
    store_close(store);
    return EXIT_DONE;
}

static json_t *restored_row(const struct carried *at, const struct backup_facts *facts)
{
    char made[21];
    char before[PATH_MAX];
    civil_utc_text(facts->made, made);
    int size = snprintf(before, sizeof before, "%.4000s/state.db.before", at->session.settings.state_dir);
    bool kept = size > 0 && access(before, F_OK) == 0;
    return json_pack("{s:s, s:s, s:I, s:s, s:s?}", "file", file_argument(at), "made", made, "run",
                     (json_int_t)facts->run, "mac", facts->mac, "before", kept ? before : NULL);
}

int carried_restore(struct carried *at)
{
    struct restore *restore = NULL;
    struct backup_facts facts = {.size = 0};
    struct store_error error = {.status = STATUS_OK};
    if (file_argument(at) == NULL) {
        return say(at, EXIT_USAGE, _("the name of a file is needed"));
    }
    int code = local_open(&at->session);
    if (code != EXIT_DONE) {
        return code;
    }
    struct slice key = configuration_log_key(local_configuration(&at->session));
    if (restore_prepare(at->session.settings.state_dir, key, file_argument(at), OWN_STATE_RESTORED,
                        &restore, &facts, &error) != STATUS_OK) {
        return say_refused(at, &error);
    }
    code = swap_logged(at, restore, &facts);
    restore_close(restore);
    if (code == EXIT_DONE) {
        code = open_once(at);
    }
    if (code == EXIT_DONE) {
        json_t *row = restored_row(at, &facts);
        show_row(&at->show, row);
        json_decref(row);
    }
    return code;
}

void show_restore(struct show *show, json_t *row)
{
    show_line(show, _("Put back"), show_text(row, "file"), COLOUR_GREEN);
    show_line_value(show, _("Made"), "updated", json_object_get(row, "made"));
    show_line_value(show, _("Last cycle in it"), "run", json_object_get(row, "run"));
    if (show_text(row, "before")[0] != '\0') {
        show_line(show, _("The former state"), show_text(row, "before"), COLOUR_NONE);
    }
    show_line(show, _("Next"), _("the next cycle reads both platforms whole and only observes"), COLOUR_NONE);
}
