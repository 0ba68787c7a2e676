/* Is each platform still the one that was known? What its answers show of that is gathered here, cycle by
 * cycle; the rule is daemon/sync/platform_sign.h. Once it is not, nothing more is asked of it and nothing
 * decided, until the operator has accepted the platform or begun a new epoch (reconciliation.md, "Guards").
 * Inside a transaction. */
#ifndef WORK_SIGNS_H
#define WORK_SIGNS_H

#include "daemon/work/desk.h"

/* At the beginning of a cycle: a platform that waits for the operator keeps waiting (desk->changed); records
 * that were lower are asked for by id again. */
enum status signs_open(struct desk *desk);

/* The record came with a lower version than one already seen, or its id names another record now: it is
 * asked for by id. */
enum status signs_lower(struct desk *desk, enum side side, enum entity entity, struct slice remote_id);
/* So it stands by its id too. */
enum status signs_lower_by_id(struct desk *desk, enum side side, enum entity entity,
                              struct slice remote_id);
/* It has the version that was seen, or a higher one. */
enum status signs_caught_up(struct desk *desk, enum side side, enum entity entity,
                            struct slice remote_id);
/* Is it, by id, not known yet what the record's present version is? Nothing of its key is written then. */
enum status signs_is_lower(struct desk *desk, enum side side, enum entity entity,
                           struct slice remote_id, bool *ret);
/* Before a record is staged again that is known (as by stage_glance): does its id still name the same one? The first that does not has
 * the sentinels asked for by id: a mishap of one record leaves them alone, a demo system does not. */
enum status signs_key(struct desk *desk, enum side side, enum entity entity, const struct staged *known,
                      const struct decoded *decoded, bool *ret_same);
/* A record that was never seen came outside a full listing: is it still the same platform that tells of it?
 * One sentinel is asked for by id, once a cycle; the first that is gone has all of them asked for. */
enum status signs_new(struct desk *desk, enum side side);
/* Before the record is called gone: a read by its id did not find it. */
enum status signs_gone(struct desk *desk, enum side side, enum entity entity,
                       struct slice remote_id);
/* A full listing's newest update time: one that fell is a sign beside another, else a line of the log. */
enum status signs_newest(struct desk *desk, enum side side, enum entity entity, int64_t newest);

/* Is the link a sentinel? */
enum status signs_sentinel(struct desk *desk, const struct link *link, bool *ret);

/* Looks at all signs of the side so far; another platform is written down, and the cycle writes nothing. */
enum status signs_judge(struct desk *desk, enum side side);
/* It has something to say. */
bool signs_speak(const struct desk *desk, enum side side);

#endif
