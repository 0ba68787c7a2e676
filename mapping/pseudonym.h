/* Stable pseudonyms for what a recording must not name (reconciliation.md, "Plans, undo, totals"): a function of
 * a key and the value alone, so that one value has one pseudonym wherever it stands. What decides is kept and
 * nothing else: whether two values are equal, as they are and once they are normalised; whether a code is valid,
 * and why not; how many spellings it has; how long a text is. A person's region, birth date and sex decide
 * nothing and would name her in a small town: they go too. What the log shows in full (field.h, MASK_NONE),
 * organisations' codes among it, stays, but for resident IDs that stand in it. */
#ifndef MAPPING_PSEUDONYM_H
#define MAPPING_PSEUDONYM_H

#include "mapping/base/arena.h"
#include "mapping/mapfile.h"

struct pseudonym;

/* key: secret, of at least one byte, not kept. NO_MEMORY, INVALID, UNSUPPORTED. */
enum status pseudonym_new(struct slice key, struct pseudonym **ret);
void pseudonym_free(struct pseudonym *pseudonym); /* NULL is fine */

/* Each appends to *ret, whose status says what failed. A NULL pseudonym leaves all as it is: what a replay
 * decides stands in pseudonyms already. */

/* A name, a mobile, an evidence number: as many characters, each of its class. Invalid stays invalid. */
void pseudonym_text(struct pseudonym *pseudonym, struct slice raw, struct buffer *ret);
/* A resident ID in any spelling, valid or not; an organisation's code stays. A valid one's pseudonym has a sequence
 * from 900 on, which nobody bears. */
void pseudonym_code(struct pseudonym *pseudonym, struct slice raw, struct buffer *ret);
/* Any other text: as it is, but for the resident IDs in it. */
void pseudonym_kept(struct pseudonym *pseudonym, struct slice raw, struct buffer *ret);
/* A canonical value of the field. */
void pseudonym_value(struct pseudonym *pseudonym, enum field field, struct slice value, struct buffer *ret);
/* "person:ID", "hours:SYSTEM/NUMBER", …; a group has no name of its own in a recording: "group:". */
void pseudonym_subject(struct pseudonym *pseudonym, struct slice subject, struct buffer *ret);
/* What record_pack made of a record. CORRUPT: it did not. */
enum status pseudonym_packed(struct pseudonym *pseudonym, struct slice packed, struct buffer *ret);

/* JSON as that side sends or takes it: the members that the mapping knows by the fields they hold; of the names in
 * `frame` (what stands around records) the values stay; all other scalars are replaced whole. White space goes.
 * INVALID: no JSON, and nothing was appended. */
struct pseudonym_frame {
    struct slice *names;
    size_t count;
};
enum status pseudonym_json(struct pseudonym *pseudonym, const struct mapping *mapping, enum side side,
                           const struct pseudonym_frame *frame, struct slice json, struct buffer *ret);

#endif
