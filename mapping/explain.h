/* What `cebridge explain` prints: one raw record's way through the mapping, and the mapping law
 * tried on it (connectors.md, "Mapping"). The values are shown in full: it is the caller's own
 * record. */
#ifndef MAPPING_EXPLAIN_H
#define MAPPING_EXPLAIN_H

#include "mapping/base/arena.h"
#include "mapping/mapfile.h"

#include <jansson.h>

/* {"side","entity","ok","field","reason","id","version","updated","key","unknown":[…],
 *  "fields":[{"field","at","read","normalised","canonical","written":{…},"policy","write","law",
 *             "reason"}]}
 * read: the text that stands at the pointer; law: whether the field survives the way back and
 * forth. json: one JSON object. The caller owns *ret (json_decref). INVALID: not a JSON object;
 * NO_MEMORY. */
enum status explain_record(const struct mapping *mapping, enum side side, enum entity entity,
                           struct slice json, int64_t now, json_t **ret);

/* The mapping law: canonical, back, and canonical again must be the same. ret_lossy: the fields
 * that break it on this record. INVALID: the record itself cannot be read. */
enum status explain_law(const struct mapping *mapping, enum side side, enum entity entity,
                        struct slice json, int64_t now, struct arena *arena, field_set *ret_lossy);

#endif
