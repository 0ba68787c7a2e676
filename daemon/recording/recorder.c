#include "daemon/recording/recorder.h"

#include "daemon/version.h"
#include "mapping/digest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, KEPT = 20 };

#define UNFINISHED ".part"

struct recorder {
    struct scribe scribe;
    const struct cycle *cycle;
    struct pseudonym *pseudonym;
    FILE *file;
    char folder[PATH_BYTES];
    char path[PATH_BYTES + 64];
    struct buffer chained;
    uint8_t digest[16]; /* of all lines so far, each bound to what was before */
    int64_t lines;
    bool ended;
};

/* --- lines ------------------------------------------------------------------------------------- */

static enum status of_errno(void)
{
    return errno == ENOSPC || errno == EDQUOT ? STATUS_FULL : errno == EACCES ? STATUS_DENIED : STATUS_IO;
}

static enum status write_line(void *context, struct slice line)
{
    struct recorder *recorder = context;
    buffer_clear(&recorder->chained);
    buffer_append(&recorder->chained, (struct slice){(const char *)recorder->digest, sizeof recorder->digest});
    buffer_append(&recorder->chained, line);
    if (recorder->chained.status != STATUS_OK)
        return recorder->chained.status;
    enum status status = digest_bytes(recorder->cycle->desk.digest, buffer_slice(&recorder->chained), recorder->digest);
    recorder->lines++;
    if (status == STATUS_OK && fwrite(line.at, 1, line.size, recorder->file) != line.size)
        status = of_errno();
    return status;
}

struct scribe *recorder_scribe(struct recorder *recorder)
{
    return &recorder->scribe;
}

/* --- the first line ---------------------------------------------------------------------------- */

static void line_set(struct recorder *recorder, const char *name, const struct slice *codes, size_t count)
{
    struct scribe *scribe = &recorder->scribe;
    buffer_printf(&scribe->line, ",\"%s\":[", name);
    for (size_t index = 0; index < count; index++) {
        buffer_clear(&scribe->text);
        pseudonym_code(scribe->pseudonym, codes[index], &scribe->text);
        buffer_text(&scribe->line, index == 0 ? "" : ",");
        buffer_json(&scribe->line, buffer_slice(&scribe->text));
    }
    buffer_text(&scribe->line, "]");
}

static void line_order(struct recorder *recorder)
{
    const struct cycle *cycle = recorder->cycle;
    const struct desk *desk = &cycle->desk;
    struct buffer *line = &recorder->scribe.line;
    line_set(recorder, "persons", cycle->persons, cycle->person_count);
    line_set(recorder, "organisations", cycle->organisations, cycle->organisation_count);
    line_text(line, "scope_region", desk->scope.region);
    line_number(line, "dry", cycle->dry);
    line_number(line, "by_operator", desk->by_operator);
    line_number(line, "reviewed", desk->order.reviewed);
    line_number(line, "undo_run", desk->order.undo_run);
    line_number(line, "undo_conflict", desk->order.undo_conflict);
    line_number(line, "started", cycle->started);
}

/* What the desk knows from the cycle before: a process that goes on judges less than a new one. */
static void line_desk(struct recorder *recorder)
{
    const struct desk *desk = &recorder->cycle->desk;
    struct buffer *line = &recorder->scribe.line;
    line_number(line, "organisation_changed", desk->organisation_changed);
    line_number(line, "ambiguous_open", desk->ambiguous_open);
    line_number(line, "any_lower", desk->any_lower);
}

static void line_settings(struct recorder *recorder)
{
    const struct desk *desk = &recorder->cycle->desk;
    struct buffer *line = &recorder->scribe.line;
    line_text(line, "region", desk->region);
    line_number(line, "observe", recorder->cycle->settings_observe);
    line_number(line, "create_accounts", desk->create_accounts);
    line_number(line, "transfer_submitted", desk->transfer_submitted);
    line_number(line, "max_revocations", desk->limits.max_revocations_centi);
    line_number(line, "min_revocations", desk->limits.min_revocations);
    line_number(line, "max_updates", desk->limits.max_updates_centi);
    line_number(line, "min_updates", desk->limits.min_updates);
    line_number(line, "min_listing", desk->limits.min_listing_centi);
}

static void line_setup(struct recorder *recorder, const struct run_setup *setup)
{
    struct buffer *line = &recorder->scribe.line;
    line_number(line, "kind", setup->kind);
    line_number(line, "year", setup->year);
    line_number(line, "now", setup->now);
    line_number(line, "overlap_seconds", setup->overlap_seconds);
    line_number(line, "settle_ms", setup->settle_ms);
    buffer_printf(line, ",\"seed\":\"%016llx\"", (unsigned long long)setup->seed);
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        buffer_printf(line, ",\"parallel_%s\":%u", side_name(side), setup->parallel[side]);
        buffer_printf(line, ",\"left_alone_%s\":%d", side_name(side), setup->left_alone[side]);
        buffer_printf(line, ",\"probe_%s\":%d", side_name(side), setup->probe[side]);
        buffer_printf(line, ",\"retries_spent_%s\":%lld", side_name(side), (long long)setup->retries[side].spent);
        buffer_printf(line, ",\"measured_%s\":%d", side_name(side), setup->has_offset[side]);
        buffer_printf(line, ",\"offset_ms_%s\":%lld", side_name(side), (long long)setup->offset_ms[side]);
    }
}

/* The text of a file that must still be what was loaded. */
static enum status line_file(struct recorder *recorder, const struct settings *settings, const char *folder,
                             const char *file, const char *name)
{
    char path[256];
    char *text = NULL;
    size_t size = 0;
    enum status status = settings_read_definition(settings, folder, file, &text, &size, path, NULL);
    if (status == STATUS_OK)
        line_text(&recorder->scribe.line, name, (struct slice){text, size});
    free(text);
    return status;
}

static enum status write_head(struct recorder *recorder, const struct recorder_cycle *of)
{
    struct buffer *line = &recorder->scribe.line;
    line_begin(line, "recording");
    line_number(line, "format", RECORDING_FORMAT);
    line_text(line, "program", SLICE(CEBRIDGE_VERSION));
    line_setup(recorder, of->setup);
    line_settings(recorder);
    line_order(recorder);
    line_desk(recorder);
    enum status status = line_file(recorder, of->settings, "mapping", of->settings->mapping, "mapping");
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++)
        status = line_file(recorder, of->settings, "connectors", of->settings->platform[side].definition,
                           side_name(side));
    return status == STATUS_OK ? scribe_give(&recorder->scribe) : status;
}

/* --- the file ---------------------------------------------------------------------------------- */

static enum status make_pseudonyms(struct recorder *recorder)
{
    uint8_t key[16];
    enum status status =
        keyed_hash(store_keyed(recorder->cycle->desk.store), SLICE("cebridge recording pseudonyms"), key);
    if (status == STATUS_OK)
        status = pseudonym_new((struct slice){(const char *)key, sizeof key}, &recorder->pseudonym);
    explicit_bzero(key, sizeof key);
    return status;
}

static int by_name(const struct dirent **one, const struct dirent **other)
{
    return strcmp((*one)->d_name, (*other)->d_name);
}

static int is_recording(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot != NULL && strcmp(dot, ".jsonl") == 0;
}

static int is_unfinished(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot != NULL && strcmp(dot, UNFINISHED) == 0;
}

/* Of the files that `which` names, all but the newest `kept`. */
static void forget_oldest(const struct recorder *recorder, int (*which)(const struct dirent *), int kept)
{
    struct dirent **names = NULL;
    int count = scandir(recorder->folder, &names, which, by_name);
    for (int index = 0; index < count; index++) {
        char path[2 * PATH_BYTES];
        (void)snprintf(path, sizeof path, "%s/%s", recorder->folder, names[index]->d_name);
        if (index < count - kept)
            (void)unlink(path);
        free(names[index]);
    }
    free(names);
}

static enum status open_file(struct recorder *recorder, const struct settings *settings)
{
    (void)snprintf(recorder->folder, sizeof recorder->folder, "%.4000s/recordings", settings->state_dir);
    if (mkdir(recorder->folder, 0700) != 0 && errno != EEXIST)
        return of_errno();
    forget_oldest(recorder, is_unfinished, 0); /* of a process that was killed */
    struct timespec now = {.tv_sec = 0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)snprintf(recorder->path, sizeof recorder->path, "%s/%012lld-%09ld.jsonl" UNFINISHED, recorder->folder,
                   (long long)now.tv_sec, now.tv_nsec);
    int file = open(recorder->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    recorder->file = file < 0 ? NULL : fdopen(file, "w");
    return recorder->file == NULL ? of_errno() : STATUS_OK;
}

enum status recorder_begin(const struct recorder_cycle *of, struct recorder **ret)
{
    struct recorder *recorder = calloc(1, sizeof *recorder);
    if (recorder == NULL)
        return STATUS_NO_MEMORY;
    recorder->cycle = of->cycle;
    buffer_init(&recorder->chained, LINE_BYTES);
    enum status status = make_pseudonyms(recorder);
    scribe_init(&recorder->scribe, (struct desk *)&of->cycle->desk, recorder->pseudonym, write_line, recorder);
    if (status == STATUS_OK)
        status = open_file(recorder, of->settings);
    if (status == STATUS_OK)
        status = write_head(recorder, of);
    if (status == STATUS_OK)
        status = scribe_state(&recorder->scribe, desk_undoing(&of->cycle->desk));
    if (status == STATUS_OK) {
        *ret = recorder;
        return status;
    }
    recorder_free(recorder);
    return status;
}

static enum status close_file(struct recorder *recorder)
{
    char path[sizeof recorder->path];
    (void)snprintf(path, sizeof path, "%.*s", (int)(strlen(recorder->path) - strlen(UNFINISHED)), recorder->path);
    bool good = fflush(recorder->file) == 0;
    good = fclose(recorder->file) == 0 && good;
    recorder->file = NULL;
    return good && rename(recorder->path, path) == 0 ? STATUS_OK : of_errno();
}

enum status recorder_end(struct recorder *recorder)
{
    struct buffer *line = &recorder->scribe.line;
    enum status status = scribe_decided(&recorder->scribe, recorder->cycle->exit_code,
                                        buffer_slice(&recorder->cycle->counts));
    if (status != STATUS_OK)
        return status;
    line_begin(line, "end");
    line_number(line, "lines", recorder->lines);
    buffer_text(line, ",\"digest\":\"");
    buffer_hex(line, recorder->digest, sizeof recorder->digest, false);
    buffer_text(line, "\"");
    status = scribe_give(&recorder->scribe);
    if (status == STATUS_OK)
        status = close_file(recorder);
    recorder->ended = status == STATUS_OK;
    if (recorder->ended)
        forget_oldest(recorder, is_recording, KEPT);
    return status;
}

void recorder_free(struct recorder *recorder)
{
    if (recorder == NULL)
        return;
    if (recorder->file != NULL)
        (void)fclose(recorder->file);
    if (!recorder->ended && recorder->path[0] != '\0')
        (void)unlink(recorder->path);
    scribe_free(&recorder->scribe);
    pseudonym_free(recorder->pseudonym);
    buffer_free(&recorder->chained);
    free(recorder);
}
