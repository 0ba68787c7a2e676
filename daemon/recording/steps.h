/* What happened in a recorded cycle, as lines: each event of the run machine in the order in which it was told. */
#ifndef RECORDING_STEPS_H
#define RECORDING_STEPS_H

#include "daemon/recording/scribe.h"
#include "daemon/work/cycle.h"

/* What an exchange asks for, as one text: two exchanges with the same ask the same. Nothing of how it is signed or
 * spelled; of a write the records, versions and origins, its content being the plan's. Appended to `ret`. */
void steps_ask(struct pseudonym *pseudonym, const struct exchange *exchange, struct buffer *ret);

/* A job was done: `cycle` as it was told of the sides. */
enum status steps_job(struct scribe *scribe, const struct cycle *cycle, const struct effect *effect);
/* An exchange was answered and taken in. */
enum status steps_answer(struct scribe *scribe, const struct exchange *exchange, const struct reply *reply);
/* An exchange was given up before it was sent, since its side gave no token. */
enum status steps_given(struct scribe *scribe, const struct exchange *exchange, const struct received *received);
/* A wait is over; NULL: the platforms settled. */
enum status steps_waited(struct scribe *scribe, const struct exchange *exchange);

/* The inverses. Texts are the line's. */
void steps_read_sides(const json_t *line, struct run_side ret[SIDES]);
void steps_read_reply(const json_t *line, struct reply *ret);
void steps_read_received(const json_t *line, struct received *ret);
/* Which job the line says. */
bool steps_is_job(const json_t *line, const struct effect *effect);

#endif
