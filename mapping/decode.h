/* One record's bytes, as a platform sent them, into canonical form (reconciliation.md, "The
 * canonical model"). No tree is built: values are read from their own text, so that no digit is
 * lost. */
#ifndef MAPPING_DECODE_H
#define MAPPING_DECODE_H

#include "mapping/base/arena.h"
#include "mapping/mapfile.h"

struct decoded {
    struct record record; /* texts in the arena or in the bytes */
    bool ok;
    enum field bad_field; /* the first field at fault; FIELDS: none, or a control value */
    const char *bad_name; /* its canonical name, or "id", "version", "updated"; NULL when ok */
    const char *reason;   /* static: "missing", "both_amounts", "dictionary", "decimal", "negative",
                           * "integer", "year", "time", "date", "length", "character", "type",
                           * "duplicate", "check", "charset", "region", "future"; NULL when ok */
    bool key_readable;    /* record_subject() may be asked, though not ok */
    bool missing;         /* the reason is a required field that is missing */
    field_set lossy;      /* mapping_lossy() of its side and entity */
    bool unknown_member;  /* it has a member that the mapping does not name */
};

/* json: one JSON object, which must outlive the record. now: for birth dates in the future.
 * NO_MEMORY; INVALID: not a JSON object. A bad record is ok == false and no status; its id,
 * version, update time and key are filled as far as they can be read, and every field that could
 * be. */
enum status decode_record(const struct mapping *mapping, enum side side, enum entity entity,
                          struct slice json, int64_t now, struct arena *arena, struct decoded *ret);

/* What a listing has to know of each record. */
struct decoded_head {
    struct slice remote_id; /* for what has none of its own, its key ("ID/YEAR"); empty: none can be read */
    int64_t updated;        /* instant; 0: none can be read */
};
/* Only these, in one pass. INVALID, NO_MEMORY as above. */
enum status decode_head(const struct mapping *mapping, enum side side, enum entity entity,
                        struct slice json, struct arena *arena, struct decoded_head *ret);

#endif
