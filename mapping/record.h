/* One record in canonical form, with the values that only the bridge needs. Owns nothing: its texts
 * lie in the arena, or in the page, that it was decoded with. */
#ifndef MAPPING_RECORD_H
#define MAPPING_RECORD_H

#include "mapping/field.h"

struct record {
    enum entity entity;
    struct slice value[FIELDS];    /* canonical texts; empty: no value */
    struct slice original[FIELDS]; /* trimmed text as the side has it, where it is a text; for creates */
    struct slice remote_id;        /* text, up to 64 bytes */
    int64_t version;               /* from 1 */
    int64_t updated;               /* instant by the side's own clock */
};

bool record_valid(const struct record *record); /* its `valid` field says true */
/* The fields of account and hours by role, since both have them (review, valid, origin). */
enum field record_review_field(enum entity entity);
enum field record_valid_field(enum entity entity);

/* The key in clear, appended: account "person:ID" (kind:code), hours "hours:SYSTEM/NUMBER",
 * annual "annual:ID/YEAR": also the subject of its conflicts. */
void record_subject(const struct record *record, struct buffer *ret);

/* The natural key of an hour record (person as given, since it must be resolved to an account
 * first): person|year|category|course code or evidence|day finished (CST). False: it has none
 * (reconciliation.md, "Correlating"). */
bool record_natural_key(const struct record *record, struct slice person, struct buffer *ret);

/* The fields' values as one text that keeps order and may be stored: for bases, plans, conflicts.
 * Only fields of `set` are written; empty values are kept as empty. */
void record_pack(const struct record *record, field_set set, struct buffer *ret);
/* The inverse, also of record_pack_short: values point into `packed`. ret_set: the fields that were named. */
enum status record_unpack(struct slice packed, struct record *ret, field_set *ret_set);

#endif
