/* What a replay is made of, for replay*.c only. replay.c reads the file; replay_open.c makes the state and the
 * cycle; replay_step.c performs the machine's effects by the recorded steps. */
#ifndef RECORDING_REPLAY_INSIDE_H
#define RECORDING_REPLAY_INSIDE_H

#include "daemon/recording/replay.h"
#include "daemon/recording/steps.h"
#include "mapping/mapfile.h"

#include <stdio.h>

enum { REPLAY_PARTS = 512, REPLAY_PATH = 256 };

/* An exchange on its way, or one that waits; NULL: the platforms settle. */
struct pending {
    struct exchange *exchange;
    bool waits;
    struct pending *next;
};

struct asked_job {
    struct effect effect;
    struct asked_job *next;
};

struct replay {
    char folder[REPLAY_PATH]; /* of its state; "": none yet */
    struct mapping *mapping;
    struct definition *definition[SIDES];
    struct digest *digest;
    struct store *store;
    struct cycle cycle;
    struct arena texts; /* of the order */
    struct run *run;
    struct pending *pending;
    struct asked_job *jobs;
    bool finished;
};

/* --- replay_open.c ---------------------------------------------------------------------------- */

/* From the first line: definitions, an empty state, the cycle; the run begins with replay_start. */
enum status replay_open(struct replay *replay, const json_t *head);
void replay_close(struct replay *replay);

/* --- replay_step.c ---------------------------------------------------------------------------- */

/* Begins the run and takes its first effects. */
void replay_start(struct replay *replay);
/* Does what the line says. NOT_FOUND: the run waits for nothing of that kind. */
enum status replay_step(struct replay *replay, const json_t *line);

#endif
