/* Decides a recorded cycle once more, from its recording alone: the run machine and the rules at work, the recorded
 * answers in place of the platforms, a state of its own that is thrown away. Nothing is sent to anybody. */
#ifndef RECORDING_REPLAY_H
#define RECORDING_REPLAY_H

#include "mapping/base/status.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum replay_end {
    REPLAY_SAME,      /* the same decisions, byte for byte */
    REPLAY_DIFFERENT, /* others */
    REPLAY_LOST,      /* it asked for what was not asked then, or the other way round */
    REPLAY_ALTERED,   /* the file is not as it was written: cut, or changed */
    REPLAY_NO_FILE,   /* it cannot be read, or is no recording of this format */
    REPLAY_FAILED     /* out of room or memory */
};

struct replay_result {
    enum replay_end end;
    int64_t line;     /* of the file, where it differs or is at fault; 0: none */
    int64_t decisions;
    enum status status; /* of FAILED */
    char program[32];   /* the version that recorded it */
};

/* Each decision of the replay, in their order: the object of the line. Borrowed. */
typedef void replay_decision(void *context, json_t *decision);

void replay_file(const char *path, replay_decision *decision, void *context, struct replay_result *ret);

#endif
