#include "daemon/store/chain_inside.h"

#include "daemon/store/chain_line.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A walk over the oldest files, in which each line must follow from the one before. */
struct walk {
    struct chain *chain;
    int64_t now;
    bool begun;
    int64_t last; /* n of the last line */
    struct chain_hashes hashes; /* of it */
    /* of the file at hand */
    int64_t newest; /* when it was closed, or a later instant of a line */
    bool moved;     /* it holds a line of CHAIN_EVENT_MOVEMENT */
};

static bool over(const struct walk *walk, int64_t since)
{
    const struct chain_rules *rules = &walk->chain->rules;
    int64_t keep = walk->moved && rules->keep_movement_seconds > rules->keep_seconds
                       ? rules->keep_movement_seconds
                       : rules->keep_seconds;
    return since + keep < walk->now;
}

static bool line_follows(const struct walk *walk, struct slice line, int64_t *ret_number)
{
    const char *prev = chain_line_prev(line);
    return prev != NULL && chain_line_number(line, ret_number) &&
           (!walk->begun ||
            (*ret_number == walk->last + 1 && chain_hashes_have(&walk->hashes, prev)));
}

/* False in *ret_whole: the line does not follow, or is none. */
static enum status take_line(struct walk *walk, struct slice line, bool *ret_whole)
{
    struct slice event = {0};
    int64_t time = 0, number = 0;
    *ret_whole = line_follows(walk, line, &number) && chain_line_event(line, &time, &event);
    if (!*ret_whole)
        return STATUS_OK;
    walk->begun = true;
    walk->last = number;
    walk->newest = time > walk->newest ? time : walk->newest;
    walk->moved = walk->moved || slice_is(event, CHAIN_EVENT_MOVEMENT);
    return chain_macs_line(&walk->chain->macs, line, &walk->hashes);
}

/* Is the file whole and past its time? Stops at the first line that says no. */
static enum status judge_file(struct walk *walk, FILE *file, int64_t closed, bool *ret_over)
{
    enum status status = STATUS_OK;
    char *text = NULL;
    size_t capacity = 0;
    ssize_t size = 0;
    bool some = false;
    walk->newest = closed;
    walk->moved = false;
    *ret_over = true;
    while (status == STATUS_OK && *ret_over && (size = getline(&text, &capacity, file)) > 0) {
        some = true;
        status = take_line(walk, (struct slice){text, (size_t)size}, ret_over);
        *ret_over = *ret_over && over(walk, walk->newest);
    }
    if (ferror(file))
        status = STATUS_IO;
    free(text);
    *ret_over = *ret_over && some;
    return status;
}

/* Does the first line of the file follow from the last one of the walk? It proves that line. */
static bool next_follows(const struct walk *walk, FILE *file)
{
    char *text = NULL;
    size_t capacity = 0;
    int64_t number = 0;
    ssize_t size = getline(&text, &capacity, file);
    bool follows = size > 0 && line_follows(walk, (struct slice){text, (size_t)size}, &number);
    free(text);
    return follows;
}

static enum status judge_place(struct walk *walk, const struct chain_files *files, size_t place,
                               bool *ret_over)
{
    FILE *file = NULL;
    FILE *next = NULL;
    int64_t last = 0, closed = 0;
    *ret_over = false;
    /* By its name already it is too young: not read. Another name hastens nothing. */
    if (!chain_file_facts(files->names[place], &last, &closed) || !over(walk, closed))
        return STATUS_OK;
    enum status status = chain_files_read(files, place, &file);
    if (status == STATUS_OK && file != NULL)
        status = judge_file(walk, file, closed, ret_over);
    if (status == STATUS_OK && *ret_over)
        status = chain_files_read(files, place + 1, &next);
    *ret_over = *ret_over && walk->last == last && next != NULL && next_follows(walk, next);
    chain_files_done(files, file);
    chain_files_done(files, next);
    return status;
}

enum status chain_forget_pick(struct chain *chain, int64_t now, char (**ret)[CHAIN_NAME_BYTES],
                              size_t *ret_count)
{
    struct walk walk = {.chain = chain, .now = now < chain->known ? now : chain->known};
    struct chain_files files;
    bool gone = true;
    *ret_count = 0;
    enum status status = chain_files_open(chain->directory, &files);
    for (size_t place = 0; status == STATUS_OK && gone && place < files.count; place++) {
        walk.moved = false;
        status = judge_place(&walk, &files, place, &gone);
        *ret_count += status == STATUS_OK && gone;
    }
    for (size_t place = 0; status == STATUS_OK && place < *ret_count; place++)
        status = chain_add_name(chain, now, CHAIN_EVENT_FORGOTTEN, files.names[place]);
    if (status == STATUS_OK) {
        *ret = files.names;
        files.names = NULL;
    }
    chain_files_close(&files);
    return status;
}
