/* What each side was last seen to hold: one row a record of a side, found by remote id, by keyed
 * hash of its key, of its person, of its natural key. A seam: rows today, packed chunks tomorrow.
 */
#ifndef STORE_STAGE_H
#define STORE_STAGE_H

#include "daemon/store/slots.h"
#include "daemon/store/store.h"

enum staged_state {
    STAGED_PRESENT,     /* valid */
    STAGED_INVALID,     /* marked invalid on its side */
    STAGED_QUARANTINED, /* could not be mapped: frozen */
    STAGED_OUTSIDE,     /* stands outside the region */
    STAGED_GONE         /* read by id: no such record */
};

/* The request whose answer brought a copy. No personal data: what was asked for is not kept. */
struct stage_fetch {
    int64_t run; /* 0: not known */
    int64_t at;  /* instant */
    struct slice call; /* as the definition names it: "list", "query", "read", "create", … */
    int64_t page;      /* from 1; 0: no page, or of a cursor */
};

struct staged {
    enum side side;
    enum entity entity;
    struct slice remote_id;
    int64_t version;
    int64_t updated;
    enum staged_state state;
    uint8_t kind; /* accounts: 1 person, 2 employer, 3 department; hours: 1 when its origin number
                     is an ID; else 0 */
    struct hash key; /* of the record's subject text ("person:ID", "hours:S/N"); zero: unreadable */
    struct hash person;   /* of the person's code as given (normalised): accounts of persons their
                             own; zero: none */
    struct hash natural;  /* of the natural key as far as it is without the person; zero: none */
    struct hash raw;      /* digest of the payload's bytes */
    struct hash content;  /* digest of the canonical record */
    struct slice payload; /* the record's bytes as read; empty in walks that do not ask for it */
    int64_t seen;         /* the full reading (run number) since which complete ones list it; 0: the last
                             complete one did not, or it came since then and not by a listing */
    int64_t slot;         /* its number in the stage; given by stage_glance and stage_put */
    bool dirty;           /* to be judged */
    struct slice waiting; /* why nothing was created on the other side yet; empty: it does not wait */
    struct slice open;    /* kind of the conflict that keeps the two copies apart; empty: none */
    struct slice cause; /* why it is to be judged, where that is no change of data; given by stage_get */
    struct stage_fetch fetch; /* taken by stage_put, given by stage_get_fetch only */
};

/* Whole row by (side, entity, remote id). NOT_FOUND. with_payload: the sealed payload is opened
 * into the arena too. */
enum status stage_get(struct store *store, enum side side, enum entity entity,
                      struct slice remote_id, bool with_payload, struct arena *arena,
                      struct staged *ret);
/* Only what recognises an unchanged record; no payload, no arena: version, raw, content, person,
 * key, kind, state, seen, dirty, slot. */
enum status stage_glance(struct store *store, enum side side, enum entity entity,
                         struct slice remote_id, struct staged *ret);
/* Which request brought the staged copy; its run is 0 where that is not known. NOT_FOUND without such
 * a row. */
enum status stage_get_fetch(struct store *store, enum side side, enum entity entity,
                            struct slice remote_id, struct arena *arena, struct stage_fetch *ret);
/* Inserts or replaces the whole row, its payload too; waiting and open stay until it is judged. A
 * commit costs some 100 pages whatever it holds: thousands of rows in one are cheaper than
 * hundreds. */
enum status stage_put(struct store *store, struct staged *staged);
/* Marks as listed by full readings from this one on; nothing else changes. These three: NOT_FOUND
 * without such a row. */
enum status stage_mark_seen(struct store *store, enum side side, enum entity entity,
                            struct slice remote_id, int64_t run);
enum status stage_set_dirty(struct store *store, enum side side, enum entity entity,
                            struct slice remote_id, bool dirty);
/* Judged, as it was read; with that goes why it was to be. */
enum status stage_set_clean(struct store *store, const struct staged *staged);
/* What is staged is not believed any more: whatever is read of the record next counts as new. NOT_FOUND. */
enum status stage_distrust(struct store *store, enum side side, enum entity entity,
                           struct slice remote_id);
enum status stage_set_state(struct store *store, enum side side, enum entity entity,
                            struct slice remote_id, enum staged_state state);
/* To be judged for that cause, a word, until it is judged and clean, or read with other data. */
enum status stage_set_cause(struct store *store, enum side side, enum entity entity,
                            struct slice remote_id, const char *cause);

/* Another number once an account's row, its codes or its link may have changed, also by being rolled back. */
uint64_t stage_accounts_version(const struct store *store);

/* The codes of an account on a side, present and former, replacing what was known of it. */
struct staged_code {
    struct hash code; /* of "KIND:CODE" with the kind's word, as "person:ID" */
    bool former;
};
enum status stage_put_codes(struct store *store, enum side side, struct slice remote_id,
                            const struct staged_code *codes, size_t count);

/* Remote ids (in the arena) of the rows that match; STAGED_GONE rows are left out. At most `most`
 * are given, ret_count says how many there are in all (counted up to most + 1). */
enum status stage_by_key(struct store *store, enum side side, enum entity entity, struct hash key,
                         size_t most, struct arena *arena, struct slice *ret_ids,
                         size_t *ret_count);
/* The rows of both sides with that key, each side's by remote id and as stage_glance gives them, in rooms for
 * `most` of each side; more are left out, and so are STAGED_GONE ones. */
enum status stage_glance_key(struct store *store, enum entity entity, struct hash key, size_t most,
                             struct arena *arena, struct staged *ret[SIDES], size_t ret_count[SIDES]);
enum status stage_by_natural(struct store *store, enum side side, struct hash natural, size_t most,
                             struct arena *arena, struct slice *ret_ids, size_t *ret_count);
enum status stage_by_code(struct store *store, enum side side, struct hash code, bool with_former,
                          size_t most, struct arena *arena, struct slice *ret_ids,
                          size_t *ret_count);
/* All rows of that entity whose person hash is this. */
enum status stage_by_person(struct store *store, enum side side, enum entity entity,
                            struct hash person, size_t most, struct arena *arena,
                            struct slice *ret_ids, size_t *ret_count);
/* All rows of both sides and of each entity with that person, whole, payloads opened: by entity, side and remote
 * id, up to `most`. Otherwise as above; CORRUPT when one of them does not open. */
enum status stage_of_person(struct store *store, struct hash person, size_t most, struct arena *arena,
                            struct staged *ret, size_t *ret_count);
/* Likewise those with that key. */
enum status stage_of_key(struct store *store, struct hash key, size_t most, struct arena *arena,
                         struct staged *ret, size_t *ret_count);
/* Marks all hour records of a person dirty, on that side. */
enum status stage_dirty_person(struct store *store, enum side side, struct hash person);

/* The next dirty row of an entity behind another (its kind and slot count) in order (kind descending:
 * departments, employers, persons; then as they were first read), without payload. after == NULL: from the
 * start. NOT_FOUND at the end. */
enum status stage_next_dirty(struct store *store, enum entity entity, const struct staged *after,
                             struct arena *arena, struct staged *ret);
/* The next row of a side and entity that is not GONE, by remote id. */
enum status stage_next(struct store *store, enum side side, enum entity entity, struct slice after_id,
                       struct arena *arena, struct staged *ret);
/* The next of them that the last complete listing lacks, or that came since then and not by one. */
enum status stage_next_missing(struct store *store, enum side side, enum entity entity,
                               struct slice after_id, struct arena *arena, struct staged *ret);
/* How many those are. */
enum status stage_count_missing(struct store *store, enum side side, enum entity entity, int64_t *ret);
/* A complete listing brought these rows and no other: the others are missing from now on. One walk
 * over the ids of the side's entity. */
enum status stage_mark_missing(struct store *store, enum side side, enum entity entity,
                               const struct slots *listed);
/* Why the row waits; NULL: it does not. NOT_FOUND without such a row. */
enum status stage_set_waiting(struct store *store, enum side side, enum entity entity,
                              struct slice remote_id, const char *reason /* static word or NULL */);
/* Which kind of conflict keeps its copies apart; NULL: none. NOT_FOUND without such a row. */
enum status stage_set_open(struct store *store, enum side side, enum entity entity,
                           struct slice remote_id, const char *kind /* static word or NULL */);
/* Marks every waiting row dirty, so that it is judged anew. */
enum status stage_dirty_waiting(struct store *store);
/* Marks the accounts among them only. */
enum status stage_dirty_waiting_accounts(struct store *store);
/* Marks the rows of open conflicts dirty, so that a full cycle sees each again or clears it. */
enum status stage_dirty_in_conflict(struct store *store);
struct waiting_count {
    enum entity entity;
    enum side side; /* where the waiting record stands */
    char reason[32];
    int64_t count;
};
enum status stage_count_waiting(struct store *store, struct waiting_count *ret, size_t most,
                                size_t *ret_count);
/* Rows of a side and entity by state (STAGED_PRESENT … GONE). */
enum status stage_count(struct store *store, enum side side, enum entity entity, int64_t ret[5]);
enum status stage_count_dirty(struct store *store, int64_t *ret);

/* How far the reading of a side's entity has come; stored with the page it belongs to. */
struct watermark {
    int64_t since;        /* server's time; 0: never read */
    int64_t full_run;     /* the last full reading that was complete and certified; 0: none */
    int64_t full_count;   /* its records in scope */
    int64_t full_at;      /* our instant; 0: no listing was complete since the stage was made, nor one forgotten */
    int64_t known_before; /* full_count of the certified listing before that one */
};
enum status stage_watermark(struct store *store, enum side side, enum entity entity,
                            struct watermark *ret); /* zeros when never read */
enum status stage_set_watermark(struct store *store, enum side side, enum entity entity,
                                const struct watermark *watermark);

#endif
