/* Canonical fields back into a platform's own JSON object: the mapping read backwards. */
#ifndef MAPPING_ENCODE_H
#define MAPPING_ENCODE_H

#include "mapping/mapfile.h"

#include <jansson.h>

/* With these flags amounts such as 2.10 are dumped exactly (2.1, not 2.1000000000000001). */
#define ENCODE_DUMP_FLAGS (JSON_COMPACT | JSON_REAL_PRECISION(15))

/* The members for the fields of `set` that the target lets be written (mapping_writable). values:
 * the record in full as it will stand (the target's own with the new values over it), since one
 * member may depend on another field (kind, unit). A create carries the trimmed original text of
 * texts and codes where there is one, an update the canonical value; an empty value is written in
 * the side's own spelling of empty. No control member (id, version, times of the server) is in it.
 * The caller owns *ret (json_decref). NO_MEMORY; INVALID: a value without a spelling there. */
enum status encode_record(const struct mapping *mapping, enum side target,
                          const struct record *values, field_set set, bool create, json_t **ret);

/* The same for the fields of `set` whether they may be written or not: for explaining, and for
 * trying the mapping law. */
enum status encode_fields(const struct mapping *mapping, enum side target,
                          const struct record *values, field_set set, json_t **ret);

/* A whole record as that side would list it, control members and all: for the mapping law and for
 * tests. */
enum status encode_whole(const struct mapping *mapping, enum side side, const struct record *record,
                         json_t **ret);

#endif
