/* Writes a cycle down as it goes: what it found, what it was told, what it decided, so that it can be decided once
 * more elsewhere (recording/replay.h). What names people stands in it as pseudonyms (mapping/pseudonym.h), secrets
 * and tokens not at all. */
#ifndef RECORDING_RECORDER_H
#define RECORDING_RECORDER_H

#include "daemon/recording/steps.h"
#include "daemon/settings.h"

struct recorder;

/* What the cycle is; borrowed during the call. */
struct recorder_cycle {
    const struct settings *settings;
    const struct run_setup *setup;
    const struct cycle *cycle;
};

/* Begins a file beside the state, mode 0600, and writes down the cycle and all that the state holds. On the
 * worker, before the run opens. UNSUPPORTED: the definitions' files are not those that were loaded,
 * or a plan of new links was released. */
enum status recorder_begin(const struct recorder_cycle *of, struct recorder **ret);
/* Its scribe, to make a line with: by one thread at a time. Lines are given to recorder_write at once. */
struct scribe *recorder_scribe(struct recorder *recorder);
/* What the cycle decided, and the end; then the oldest recordings but the newest few are deleted. */
enum status recorder_end(struct recorder *recorder);
/* Frees; a recording that has no end is removed. NULL is fine. */
void recorder_free(struct recorder *recorder);

#endif
