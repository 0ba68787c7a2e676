/* The conflict log: one row for (kind, subject, field) and its life (reconciliation.md, "The
 * conflict log"). Values and subjects are sealed; what is shown is masked. Durable. */
#ifndef STORE_CONFLICTS_H
#define STORE_CONFLICTS_H

#include "daemon/store/store.h"

enum conflict_state {
    CONFLICT_OPEN,
    CONFLICT_ACKNOWLEDGED,
    CONFLICT_DECIDED,
    CONFLICT_APPLIED,
    CONFLICT_CLOSED,
    CONFLICT_CLEARED
};
enum decision {
    DECISION_NONE,
    DECISION_MUNICIPAL,
    DECISION_PROVINCIAL,
    DECISION_VALUE,
    DECISION_ACCEPT
};
enum severity { SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_ERROR, SEVERITY_CRITICAL };

struct conflict {
    int64_t number;
    const char *kind; /* static name of the kinds table (daemon/sync/conflict_kind.h) */
    enum severity severity;
    enum entity entity;   /* ENTITIES: none (guards, sides) */
    struct slice subject; /* in full, sealed at rest */
    char reference[17];   /* subject_ref */
    struct slice masked;
    const char *field;         /* canonical name or "" */
    struct slice value[SIDES]; /* sealed at rest; empty: none */
    struct slice base;
    bool has_base;
    struct hash stands; /* of what both sides' records held when it was last seen, for one without
                           values; zero: not known */
    struct slice owner;  /* organisation code or "hrss:REGION" */
    struct slice reason; /* a word more: "check", the platform's code, … (no personal data) */
    struct slice remote_id[SIDES];
    struct hash person; /* keyed hash of "person:ID" of whom it is about; zero: none */
    char region[8];
    int year;                      /* 0: none */
    int64_t run;                   /* last seen by */
    int64_t first_seen, last_seen; /* instants */
    int64_t times;                 /* runs that saw it */
    enum conflict_state state;
    enum decision decision;
    struct slice decision_value; /* canonical text, sealed */
    struct slice decided_by;     /* uid and name */
    struct slice decision_reason;
    int64_t decided_at;
};

enum conflict_seen { CONFLICT_NEW, CONFLICT_AGAIN, CONFLICT_REOPENED, CONFLICT_STILL_ACCEPTED };
/* The conflict holds in this run: inserted, counted up, or reopened (from cleared or closed, and where a
 * side moved on from the values that were decided on; a closed one that was accepted with the same two
 * values stays closed: STILL_ACCEPTED). Values,
 * owner, reason, severity are taken from *conflict; state, decision and history are kept. A
 * reopened one is OPEN with DECISION_NONE; who decided last, when and why stays to be read. Sets
 * number, state, decision, times, first_seen, last_seen. */
enum status conflict_see(struct store *store, struct conflict *conflict, int64_t now,
                         enum conflict_seen *ret);
/* Open, acknowledged, decided, applied and accepted ones of a subject, or of the same record by
 * entity and remote id on either side (empty: not asked). */
enum status conflict_of_subject(struct store *store, const char *reference, enum entity entity,
                                struct slice municipal_id, struct slice provincial_id,
                                struct arena *arena, struct conflict *ret, size_t most,
                                size_t *ret_count);
/* NOT_FOUND without such a conflict. */
enum status conflict_set_state(struct store *store, int64_t number, enum conflict_state state,
                               int64_t now);
/* Becomes DECIDED; by ACCEPT it is CLOSED at once, since nothing is to be applied. INVALID once it
 * is applied, closed (unless it was accepted) or cleared. */
enum status conflict_decide(struct store *store, int64_t number, enum decision decision,
                            struct slice value, struct slice by, struct slice reason, int64_t now);
enum status conflict_get(struct store *store, int64_t number, struct arena *arena,
                         struct conflict *ret); /* NOT_FOUND */

struct conflict_filter {
    bool open_only;   /* neither closed nor cleared */
    int state;        /* -1: any */
    const char *kind; /* NULL: any */
    int severity;     /* -1: any */
    struct slice owner;
    bool has_person;
    struct hash person;
    struct slice region; /* prefix */
    int year;
    int64_t since; /* last seen at or after; 0: any */
    int64_t after; /* number behind which to go on */
};
/* In order of number; NOT_FOUND at the end. */
enum status conflict_next(struct store *store, const struct conflict_filter *filter,
                          struct arena *arena, struct conflict *ret);
enum status conflict_count_open(struct store *store, const struct conflict_filter *filter,
                                int64_t ret_by_severity[4]);
/* Is any open, of that kind (NULL: of whichever)? However many there are, one is looked for. */
enum status conflict_any_open(struct store *store, const char *kind, bool *ret);
const char *conflict_state_name(enum conflict_state state);
const char *severity_name(enum severity severity);
const char *decision_name(enum decision decision);

#endif
