/* Conflicts of one judged key: collected while it is judged, then compared with what the log holds of
 * it, so that what is no longer found is cleared (reconciliation.md, "The conflict log"). */
#ifndef WORK_FINDING_H
#define WORK_FINDING_H

#include "daemon/store/conflicts.h"
#include "daemon/sync/conflict_kind.h"
#include "daemon/work/desk.h"

enum { FINDINGS_MOST = 24, OPEN_MOST = 32 };

/* The reason of a conflict that holds what an undo took back (daemon/sync/judge.h, field_hold). */
#define FINDING_UNDONE "undone"

/* Of whom a key's conflicts are: filled once, used for each of its findings. */
struct finding_subject {
    enum entity entity;
    struct slice text; /* "person:ID", "hours:SYSTEM/NUMBER", … in the desk's arena */
    char reference[17];
    struct slice remote_id[SIDES];
    struct hash person;
    struct hash content[SIDES]; /* of both copies; zero: none, or it is of a group */
    struct slice owner;
    char region[8];
    int year;
};

struct findings {
    struct finding_subject subject;
    struct conflict found[FINDINGS_MOST];
    size_t count;
    struct conflict open[OPEN_MOST]; /* what the log held before, in the desk's arena */
    size_t open_count;
    field_set settled; /* fields whose decision both sides were seen to hold */
    bool frozen;       /* its fields were not compared: only what froze it before can be over */
    bool apart;        /* ... and the two copies are no pair: what was found by comparing them is over too */
};

/* Fills subject.reference and reads what the log holds of the subject. */
enum status findings_begin(struct desk *desk, struct findings *findings);
/* One more finding; values may be NULL. severity -1: the kind's own. field "" for none. */
void findings_add(struct findings *findings, const char *kind, int severity, const char *field,
                  const struct slice values[SIDES], const struct slice *base, const char *reason);
/* The kind of the first finding that keeps a record's two copies apart; NULL: none does. A check of
 * the notice never does. */
const char *findings_apart(const struct findings *findings);
/* Writes the findings to the log, and leaves alone whatever else is open. */
enum status findings_put(struct desk *desk, struct findings *findings);
/* Likewise; what stood there and is not found any more is closed where its
 * decision is settled, else cleared; also what was accepted, so that it opens again when it is back. */
enum status findings_end(struct desk *desk, struct findings *findings);

/* Writes the findings to the log and clears nothing; fills subject.reference. */
enum status findings_see(struct desk *desk, struct findings *findings);
/* Of the conflicts that the filter names and that are of this entity, clears those which this cycle
 * did not see again. The filter's `after` is moved. */
enum status finding_clear_unseen(struct desk *desk, struct conflict_filter *filter,
                                 enum entity entity);

/* Responsible by class: who reviews a person's registration and hours is her employer, who reviews an
 * employer's is its department; where there is none, the office of the region (reconciliation.md, "The
 * conflict log"). In the desk's arena; no value when that has no room. */
struct slice finding_owner(struct desk *desk, struct slice employer, struct slice department,
                           struct slice region);

/* A conflict of no judged key: a guard, a drift, a quarantined record. */
enum status finding_alone(struct desk *desk, const struct finding_subject *subject, const char *kind,
                          const char *field, const char *reason);
/* Clears all open conflicts of a subject; of one kind only, where a kind is named. */
enum status finding_clear(struct desk *desk, struct slice subject);
enum status finding_clear_kind(struct desk *desk, struct slice subject, enum conflict_kind kind);
/* What the log holds, open or accepted, is over. */
enum status finding_clear_one(struct desk *desk, const struct conflict *conflict);

/* "side:municipal", "side:provincial". Static. */
struct slice finding_side_subject(enum side side);
/* A conflict of a whole side: a guard, a drift, another platform. */
enum status finding_side(struct desk *desk, enum side side, enum conflict_kind kind,
                         const char *field, const char *reason);

/* What a conflict without values keeps of both sides' records; zero: neither is known. */
struct hash finding_stands(const struct desk *desk, const struct hash content[SIDES]);

#endif
