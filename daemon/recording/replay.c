#include "daemon/recording/replay_inside.h"

#include <stdlib.h>
#include <string.h>

enum { COMMIT_ROWS = 2000 };

/* One file being replayed, line by line: what the cycle was, what the state held, what happened, what was decided. */
struct play {
    FILE *file;
    char *text;
    size_t room;
    ssize_t size;
    int64_t line;
    uint8_t digest[16];
    struct digest *digester;
    struct replay replay;
    struct state_in in;
    bool opened, started, decided, differs;
    int64_t rows; /* put in since the last commit */
    replay_decision *decision;
    void *context;
    struct replay_result *result;
};

static bool stop(struct play *play, enum replay_end end, enum status status)
{
    play->result->end = end;
    play->result->line = play->line;
    play->result->status = status;
    return false;
}

/* Anything that is wrong with the store or memory is that; all else is the file's fault. */
static bool failed(struct play *play, enum status status)
{
    bool own = status == STATUS_NO_MEMORY || status == STATUS_FULL || status == STATUS_IO ||
               status == STATUS_DENIED || status == STATUS_BUSY;
    return stop(play, own ? REPLAY_FAILED : REPLAY_ALTERED, status);
}

/* --- the whole file first: is it as it was written? -------------------------------------------- */

static bool next_line(struct play *play)
{
    play->size = getline(&play->text, &play->room, play->file);
    play->line += play->size > 0;
    return play->size > 0;
}

static bool chain(struct play *play)
{
    struct buffer bound;
    buffer_init(&bound, LINE_BYTES + sizeof play->digest);
    buffer_append(&bound, (struct slice){(const char *)play->digest, sizeof play->digest});
    buffer_append(&bound, (struct slice){play->text, (size_t)play->size});
    enum status status = bound.status;
    if (status == STATUS_OK)
        status = digest_bytes(play->digester, buffer_slice(&bound), play->digest);
    buffer_free(&bound);
    return status == STATUS_OK;
}

static bool begins(const struct play *play, const char *with)
{
    return strncmp(play->text, with, strlen(with)) == 0;
}

static bool is_end(const struct play *play)
{
    return begins(play, "{\"is\":\"end\"");
}

static bool same_digest(const struct play *play)
{
    struct buffer hex;
    buffer_init(&hex, 256);
    buffer_text(&hex, "\"digest\":\"");
    buffer_hex(&hex, play->digest, sizeof play->digest, false);
    buffer_text(&hex, "\"}\n");
    bool same = (size_t)play->size > hex.size &&
                memcmp(play->text + play->size - hex.size, hex.at, hex.size) == 0;
    buffer_free(&hex);
    return same;
}

static bool whole(struct play *play)
{
    while (next_line(play) && !is_end(play)) {
        if (play->line == 1 && !begins(play, "{\"is\":\"recording\""))
            return stop(play, REPLAY_NO_FILE, STATUS_OK);
        if (!chain(play))
            return stop(play, REPLAY_FAILED, STATUS_NO_MEMORY);
    }
    bool good = play->size > 0 && same_digest(play) && !next_line(play);
    play->line = 0; /* which one was changed is not known */
    rewind(play->file);
    return good || stop(play, REPLAY_ALTERED, STATUS_OK);
}

/* --- its lines --------------------------------------------------------------------------------- */

static bool open_head(struct play *play, const json_t *line)
{
    if (!line_is(line, "recording") || line_get_number(line, "format") != RECORDING_FORMAT)
        return stop(play, REPLAY_NO_FILE, STATUS_OK);
    (void)snprintf(play->result->program, sizeof play->result->program, "%s", line_get_word(line, "program"));
    play->opened = true;
    play->in.desk = &play->replay.cycle.desk;
    enum status status = replay_open(&play->replay, line);
    return status == STATUS_OK || failed(play, status);
}

/* Rows of the state, thousands in a transaction. */
static bool put_state(struct play *play, const json_t *line, bool *ret_was)
{
    struct store *store = play->replay.store;
    enum status status = play->rows == 0 ? store_begin(store) : STATUS_OK;
    if (status == STATUS_OK)
        status = state_put_line(&play->in, line);
    *ret_was = status == STATUS_OK;
    if (status == STATUS_NOT_FOUND || (status == STATUS_OK && ++play->rows == COMMIT_ROWS)) {
        play->rows = 0;
        status = store_commit(store);
    }
    return status == STATUS_OK || failed(play, status);
}

static bool is_decision(const json_t *line)
{
    return line_is(line, "decided_write") || line_is(line, "decided_conflict") || line_is(line, "decided_run");
}

/* A decision of the replay beside the line of the recording that is at hand. */
static enum status beside(void *context, struct slice line)
{
    struct play *play = context;
    json_t *decision = json_loadb(line.at, line.size, 0, NULL);
    if (decision == NULL)
        return STATUS_NO_MEMORY;
    play->decision(play->context, decision);
    json_decref(decision);
    play->result->decisions++;
    if (play->differs)
        return STATUS_OK;
    struct slice then = {play->text, play->size > 0 ? (size_t)play->size : 0};
    play->differs = !slice_equal(then, line);
    if (play->differs)
        (void)stop(play, REPLAY_DIFFERENT, STATUS_OK);
    else
        (void)next_line(play);
    return STATUS_OK;
}

/* All decisions, with the recorded ones read line by line; behind them stands the end. */
static bool decide(struct play *play)
{
    struct cycle *cycle = &play->replay.cycle;
    struct scribe scribe;
    scribe_init(&scribe, &cycle->desk, NULL, beside, play);
    enum status status = scribe_decided(&scribe, cycle->exit_code, buffer_slice(&cycle->counts));
    scribe_free(&scribe);
    play->decided = true;
    if (status != STATUS_OK)
        return failed(play, status);
    if (!play->differs && (play->size <= 0 || !is_end(play)))
        return stop(play, REPLAY_DIFFERENT, STATUS_OK);
    return !play->differs;
}

static bool take_line(struct play *play, const json_t *line)
{
    bool was = false;
    if (!play->opened)
        return open_head(play, line);
    if (is_decision(line))
        return decide(play);
    if (!play->started && !put_state(play, line, &was))
        return false;
    if (was)
        return true;
    if (!play->started)
        replay_start(&play->replay);
    play->started = true;
    enum status status = replay_step(&play->replay, line);
    return status == STATUS_OK || stop(play, REPLAY_LOST, status);
}

static bool each_line(struct play *play)
{
    bool going = true;
    while (going && !play->decided && next_line(play)) {
        json_t *line = json_loadb(play->text, (size_t)play->size, JSON_REJECT_DUPLICATES, NULL);
        going = line != NULL ? take_line(play, line) : stop(play, REPLAY_ALTERED, STATUS_OK);
        json_decref(line);
    }
    return going && (play->decided || stop(play, REPLAY_DIFFERENT, STATUS_OK));
}

static void close_play(struct play *play)
{
    if (play->opened)
        replay_close(&play->replay);
    free(play->in.members);
    digest_free(play->digester);
    free(play->text);
    if (play->file != NULL)
        (void)fclose(play->file);
    free(play);
}

void replay_file(const char *path, replay_decision *decision, void *context, struct replay_result *ret)
{
    struct play *play = calloc(1, sizeof *play);
    *ret = (struct replay_result){.end = REPLAY_FAILED, .status = STATUS_NO_MEMORY};
    if (play == NULL)
        return;
    play->decision = decision;
    play->context = context;
    play->result = ret;
    play->file = fopen(path, "re");
    if (play->file == NULL)
        ret->end = REPLAY_NO_FILE;
    else if (digest_new(DIGEST_SM3, &play->digester) == STATUS_OK && whole(play) && each_line(play))
        ret->end = REPLAY_SAME;
    close_play(play);
}
