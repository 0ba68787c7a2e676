/* Whoever writes lines of a recording: its pseudonyms, and what of a platform's JSON frames records. With no
 * pseudonym, as a replay writes, all stays as it is. */
#ifndef RECORDING_SCRIBE_H
#define RECORDING_SCRIBE_H

#include "daemon/recording/line.h"
#include "daemon/work/desk.h"
#include "mapping/pseudonym.h"

/* Takes a whole line, its end included. */
typedef enum status scribe_take(void *context, struct slice line);

struct scribe {
    struct desk *desk;           /* borrowed */
    struct pseudonym *pseudonym; /* borrowed; NULL: as it is */
    struct pseudonym_frame frame[SIDES];
    scribe_take *take;
    void *context;
    struct buffer line, text; /* at hand */
};

void scribe_init(struct scribe *scribe, struct desk *desk, struct pseudonym *pseudonym, scribe_take *take,
                 void *context);
void scribe_free(struct scribe *scribe);
/* Ends the line at hand and gives it away. */
enum status scribe_give(struct scribe *scribe);

/* A member of the line at hand, replaced as that kind of text. */
void scribe_kept(struct scribe *scribe, const char *name, struct slice text);
void scribe_code(struct scribe *scribe, const char *name, struct slice code);
void scribe_subject(struct scribe *scribe, const char *name, struct slice subject);
void scribe_packed(struct scribe *scribe, const char *name, struct slice packed);
void scribe_field(struct scribe *scribe, const char *name, enum entity entity, const char *field,
                  struct slice value);
/* JSON as the side has it, as a text; where it is none, `no_json` is said. */
void scribe_json(struct scribe *scribe, const char *name, enum side side, struct slice json);

/* All that the state holds, a line a row (recording/state.c). */
enum status scribe_state(struct scribe *scribe, bool undoing);
/* A record of a group, under the group's name in the recorded state. */
struct state_member {
    enum side side;
    char group[40], remote_id[72];
};
struct state_in {
    struct desk *desk;
    struct state_member *members; /* malloc'ed */
    size_t member_count;
};
/* Puts such a line in; NOT_FOUND: it is no line of a state. CORRUPT. */
enum status state_put_line(struct state_in *in, const json_t *line);

/* The code of whom the hash names, from any record or conflict of hers; empty: none has it any more. In the desk's
 * arena (recording/person_code.c). */
enum status scribe_person_code(struct desk *desk, struct hash person, struct slice *ret);

/* The part of it in recording/hashes.c: behind all writes. */
enum status scribe_hashes(struct scribe *scribe);
enum status state_put_hashes(struct state_in *in, const json_t *line);

/* What the run decided, in an order that does not depend on the state's key: its writes, all conflicts as they
 * stand, the cycle's end (recording/decided.c). */
enum status scribe_decided(struct scribe *scribe, int exit_code, struct slice counts);

#endif
