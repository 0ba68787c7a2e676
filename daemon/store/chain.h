/* The event log: JSON Lines, only ever added to, each line with the keyed hash of the line before
 * (reconciliation.md, "The conflict log"). A line is
 *   {"n":7,"time":"2023-06-01T12:15:00Z","event":"cycle_done",…,"prev":"64 hex digits"}
 * The current file is events.jsonl. When it has its size, and with the first line of another month,
 * it becomes events-NUMBER-TIME.jsonl beside it (NUMBER: its last n), and the new one begins with a
 * line log_rotated that names it; the chain goes on. After their time the oldest files are deleted,
 * each named before by a line log_forgotten, so that the log proves where it begins (chain_check.h).
 * One process writes: whoever holds the state. Not thread safe. */
#ifndef STORE_CHAIN_H
#define STORE_CHAIN_H

#include "daemon/store/chain_mac.h"

#include <stdint.h>

enum { CHAIN_LINE_BYTES = 1024 * 1024 }; /* the longest line */

struct chain_rules {
    enum digest_kind hash; /* of new lines */
    int64_t rotate_bytes;  /* a file does not grow beyond it, but holds one line at least */
    int64_t keep_seconds;  /* of a file, from when it was closed */
    int64_t keep_movement_seconds; /* of a file with a line that says whose data went where */
};

struct chain;

/* Opens (and makes: directory 0700, file 0600) the log and goes on from its last whole line. What
 * stands behind it, torn by a crash, is first moved to events.torn, and the next line is told after one that says so
 * (log_torn). crashed: the machine failed since the log was written last (store_crashed), so that holes may be
 * in what was not synced; without that a line that does not follow stays, as evidence. key: the log key. Freed
 * with chain_close. IO, FULL, DENIED, NO_MEMORY, CORRUPT (no line where lines should be). */
enum status chain_open(const char *directory, struct slice key, const struct chain_rules *rules, bool crashed,
                       struct chain **ret);
void chain_close(struct chain *chain); /* synced; NULL is fine */
/* From the next line on. */
void chain_obey(struct chain *chain, const struct chain_rules *rules);

/* The time by others' clocks: from now on a file is deleted only when its time is over by that too. */
void chain_know(struct chain *chain, int64_t instant);

/* Adds one event, after rotating where that is due (a rotation that fails is put off, and loses
 * nothing). members: JSON members without braces, masked already; may be empty. FULL: the line is
 * not there, not even in part, and the chain goes on when there is room again. INVALID: a line
 * break in members. TOO_LARGE. */
enum status chain_append(struct chain *chain, int64_t now, const char *event, struct slice members);
/* What was appended is on the disk. */
void chain_sync(struct chain *chain);
/* The hash of the last line: what the next line will carry. For the hourly head in the journal. */
void chain_head(const struct chain *chain, char ret[CHAIN_HEX + 1]);
int64_t chain_count(const struct chain *chain); /* the last line's n */
/* The last cycle that the end of the current file named when it was opened; 0: none. */
int64_t chain_run(const struct chain *chain);
/* Closes the current file under its own name, begins a new one, and deletes what is past its time.
 * Nothing happens while the current file is empty. May be killed anywhere: what is there is whole. */
enum status chain_rotate(struct chain *chain, int64_t now);

#endif
