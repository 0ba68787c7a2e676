/* Every write of the bridge before it is sent, and what became of it: planned → sent → known.
 * Nothing that was sent is sent again before the target was read (reconciliation.md, "Writing,
 * safely"). */
#ifndef STORE_JOURNAL_H
#define STORE_JOURNAL_H

#include "daemon/store/store.h"

enum write_operation { WRITE_CREATE, WRITE_UPDATE, WRITE_REVOKE };
enum write_state {
    WRITE_PROPOSED, /* by a cycle that does not write (observe, dry run), or held by a guard */
    WRITE_PLANNED,
    WRITE_SENT,      /* no answer known: read the target before anything else */
    WRITE_SETTLED,   /* the target holds it */
    WRITE_REJECTED,  /* refused: not sent again until something changes */
    WRITE_OVERTAKEN, /* precondition failed or already there: decided again */
    WRITE_DROPPED    /* planned, never sent, decided again */
};

struct write {
    int64_t number; /* given by journal_plan */
    int64_t run;
    enum side target;
    enum entity entity;
    enum write_operation operation;
    enum write_state state;
    unsigned wave;             /* order of sending: lower first */
    struct hash key;           /* of (target, epoch, record, version based on, content) */
    struct slice source_id;    /* remote id on the other side; may be empty */
    struct slice target_id;    /* empty for a create */
    int64_t version;           /* the target's version it is based on; 0 for a create */
    struct hash subject;       /* of the subject text */
    char reference[17];        /* subject_ref */
    struct slice subject_text; /* in full, sealed at rest */
    struct slice masked;       /* the subject, masked */
    const char *reason;        /* situation's name, or "undo" */
    field_set fields;
    field_set decided;         /* of these fields: they carry out a clerk's decision */
    int64_t undoes;            /* the write that it takes back; 0: none */
    struct slice values; /* record_pack_short (or record_pack) of what the target is to hold (sealed) */
    struct slice before; /* likewise of what it held (sealed); empty for a create */
    struct slice body;   /* the platform's own JSON object, without id and version (sealed) */
    struct slice origin_system,
        origin_number; /* of the target's record, for writes by origin (sealed) */
    char code[16];     /* the platform's answer code */
    struct hash batch; /* of the batch it was sent with */
    int64_t sent_at, known_at;
};

/* In a transaction. Sets number. */
enum status journal_plan(struct store *store, struct write *write);
/* Planned writes of a run and wave, one target and entity, in order of number, at most `most`. The
 * texts lie in the arena. */
enum status journal_planned(struct store *store, int64_t run, unsigned wave, enum side target,
                            enum entity entity, size_t most, struct arena *arena, struct write *ret,
                            size_t *ret_count);
/* The lowest wave of the run that still has planned writes; NOT_FOUND when none has. */
enum status journal_next_wave(struct store *store, int64_t run, unsigned *ret_wave);
/* NOT_FOUND without such a write. code: NULL or "" keeps the one that is known. now becomes
 * known_at, in state SENT sent_at. */
enum status journal_set_state(struct store *store, int64_t number, enum write_state state,
                              const char *code, int64_t now);
/* PLANNED, or SENT once more after the target was read, becomes SENT; NOT_FOUND in any other state.
 */
enum status journal_set_sent(struct store *store, int64_t number, struct hash batch, int64_t now);
/* Writes in state SENT of any run (after a crash), or of this run; in order of number behind
 * `after`. NOT_FOUND at the end. */
enum status journal_next_in_state(struct store *store, enum write_state state,
                                  int64_t run /* 0: any */, int64_t after, struct arena *arena,
                                  struct write *ret);
enum status journal_get(struct store *store, int64_t number, struct arena *arena,
                        struct write *ret);
/* Is there a write with this key that was rejected (and not released)? NOT_FOUND. */
enum status journal_rejected(struct store *store, struct hash key, struct arena *arena,
                             struct write *ret);
/* Is a write of the subject planned, behind that number? False too where it cannot be read. */
bool journal_plans(struct store *store, struct hash subject, int64_t behind);
/* PLANNED of any run → DROPPED (start of a cycle); returns how many. */
enum status journal_drop_planned(struct store *store, int64_t *ret);
/* PLANNED of the run → PROPOSED (held by a guard), PROPOSED of older runs are deleted. */
enum status journal_hold(struct store *store, int64_t run);
enum status journal_forget_proposed(struct store *store, int64_t before_run);
/* Counts of a run: by target, entity, operation (states PLANNED and PROPOSED only when planned). */
struct write_count {
    enum side target;
    enum entity entity;
    enum write_operation operation;
    enum write_state state;
    int64_t count;
};
enum status journal_count(struct store *store, int64_t run, struct write_count *ret, size_t most,
                          size_t *ret_count);
/* Digest over the ordered keys of the run's planned or proposed writes: the plan's hash. It does
 * not depend on numbers or order of planning, only on the waves and keys. */
enum status journal_plan_hash(struct store *store, int64_t run, struct hash *ret);
/* Writes about a subject, newest first (for `person`), at most `most`. */
enum status journal_of_subject(struct store *store, struct hash subject, size_t most,
                               struct arena *arena, struct write *ret, size_t *ret_count);
/* The same of what the log and `--json` call by this subject_ref. */
enum status journal_of_reference(struct store *store, const char *reference, size_t most,
                                 struct arena *arena, struct write *ret, size_t *ret_count);
const char *write_operation_name(enum write_operation operation); /* "create", "update", "revoke" */
const char *write_state_name(enum write_state state);

#endif
