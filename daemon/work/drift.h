/* A field that becomes empty, or one and the same value, in many of a side's records of an entity in one
 * cycle is held: nothing of it is written anywhere, the records' other fields go on (reconciliation.md,
 * "Guards"). Its conflict, field_drift of the side, names it as ENTITY.FIELD. It ends when a cycle no longer
 * shows it; who accepts it lets it pass until then. */
#ifndef WORK_DRIFT_H
#define WORK_DRIFT_H

#include "daemon/work/pair.h"

/* Why a create waits whose record has a value in a held field. */
#define DRIFT_WAITS "field_drift"

/* Reads which fields are held, and which may pass, before anything is judged. */
enum status drift_open(struct desk *desk);
/* Of both sides. */
field_set drift_held(const struct desk *desk);
/* Would a create of this record write a held field? */
bool drift_carried(const struct desk *desk, const struct record *record);
/* Counts what a judged pair's sides hold otherwise than the base; each record once a cycle. */
enum status drift_count(struct desk *desk, const struct pair *pair);
/* When all is judged, before the guards count: holds what drifts, and ends what no longer does (never in a
 * scoped cycle, which judges a few records only). Writes that carry a field held since now are dropped, and
 * ret_again says that their records are to be judged again. In a transaction. */
enum status drift_judge(struct desk *desk, bool *ret_again);

#endif
