/* One key judged whole: its situation, and field by field what is written where, what is in conflict,
 * and what the new base is. Pure: it is given both copies, the base, and what the conflict log holds
 * of this key; it gives back decisions. */
#ifndef SYNC_JUDGE_H
#define SYNC_JUDGE_H

#include "daemon/sync/merge.h"
#include "daemon/sync/situation.h"
#include "mapping/mapfile.h"
#include "mapping/record.h"

/* What the conflict log says of one field of this key (FIELDS ends a list). */
struct field_hold {
    enum field field;
    bool open;                  /* not closed, not cleared (an accepted one is closed, and still holds) */
    enum verdict found;         /* what the conflict says: FIELD_MISMATCH or REVIEW_MISMATCH; else AGREED */
    struct slice value[SIDES];  /* as recorded */
    enum verdict decided;       /* VERDICT_AGREED: nobody decided; TO_PROVINCIAL: take municipal; … */
    bool undone;                /* one side's write was taken back: neither side is written while both hold
                                   the recorded values, whatever the field's policy */
    bool by_value;              /* decided by a value of the clerk's */
    struct slice decided_value;
};

struct judge_case {
    enum entity entity;
    const struct mapping *mapping;
    enum presence presence[SIDES];
    const struct record *copy[SIDES]; /* NULL where there is none; codes of persons already resolved */
    bool linked;
    bool has_base;
    const struct record *base;
    field_set base_fields;
    const int64_t *changed_at[SIDES]; /* FIELDS instants each, 0: not known to differ yet; may be NULL */
    int64_t clock_offset[SIDES];      /* seconds that the side's clock is ahead */
    bool clocks_trusted;
    const struct field_hold *holds;
    size_t hold_count;
    field_set frozen;                 /* written to neither side, whatever their policies and decisions say */
};

struct judgement {
    enum situation situation;
    enum action action;
    field_set write[SIDES];      /* fields to write to that side; a revocation is its `valid` field */
    struct slice merged[FIELDS]; /* what is to be written; borrowed from the case */
    field_set mismatch;          /* field_mismatch */
    field_set review_mismatch;
    field_set frozen;            /* of the case's frozen fields, those in which the sides differ */
    field_set undone;            /* of what is in conflict: held apart by an undo */
    bool review_revoked[SIDES];  /* the write to that side takes back a final review */
    field_set agreed;            /* both sides hold the same: the new base names these */
    int64_t changed_at[SIDES][FIELDS]; /* for the next judgement; 0 where a field is as the base says */
    field_set decided;           /* fields whose decision is carried out by these writes */
    field_set settled;           /* fields whose decision both sides now hold */
};

void judge(const struct judge_case *judge_case, struct judgement *ret);

/* The conflict kind of a situation that is a conflict, false when it is none. */
bool judge_situation_kind(enum situation situation, const char **ret_kind);

#endif
