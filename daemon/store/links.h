/* Which record of one side is which of the other, and the base: what both last agreed on, field by
 * field. A link holds by remote ids, whatever changes later. Durable. */
#ifndef STORE_LINKS_H
#define STORE_LINKS_H

#include "daemon/store/store.h"

enum link_state { LINK_HELD, LINK_ASIDE /* out of scope on both sides */ };
enum link_evidence {
    EVIDENCE_KEY,
    EVIDENCE_FORMER_CODE,
    EVIDENCE_ORIGIN,
    EVIDENCE_NATURAL,
    EVIDENCE_CREATED
};

struct link {
    int64_t number; /* 0: not stored yet */
    enum entity entity;
    struct slice remote_id[SIDES];
    enum link_state state;
    enum link_evidence evidence;
    uint8_t kind; /* as staged.kind */
    bool has_base;
    struct slice base;     /* record_pack_short (or record_pack) of the agreed values (sealed at rest) */
    struct slice since;    /* packed times at which fields were first seen to differ (own format,
                              opaque here) */
    struct slice identity; /* persons: the subject text by which it is named now (sealed) */
    int64_t run;           /* that made it */
};

enum status link_by_remote(struct store *store, enum entity entity, enum side side,
                           struct slice remote_id, struct arena *arena,
                           struct link *ret); /* NOT_FOUND */
/* The id (in the arena) that the record's link names on the other side, and nothing else: the seal is not opened, so
 * this is for whoever decides nothing by it. Empty: the link names none. NOT_FOUND: there is no link. */
enum status link_partner(struct store *store, enum entity entity, enum side side, struct slice remote_id,
                         struct arena *arena, struct slice *ret);
enum status link_by_number(struct store *store, int64_t number, struct arena *arena,
                           struct link *ret);
/* Inserts (number 0, then set) or updates. BUSY never; CORRUPT when a remote id is linked
 * elsewhere. */
enum status link_put(struct store *store, struct link *link);
enum status link_drop(struct store *store, int64_t number);
enum status link_count(struct store *store, enum entity entity, int64_t *ret);
/* In order of number, behind `after`. NOT_FOUND at the end. */
/* A link whose seal does not open is passed over. */
enum status link_next(struct store *store, enum entity entity, int64_t after, struct arena *arena,
                      struct link *ret);

#endif
