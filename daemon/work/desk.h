/* The desk: what the worker holds in its hands during one cycle, between the pure core and the store.
 * The rooms around it: intake (pages and answers into the stage), person, correlate, pair (one key
 * judged), decide (the walk), apply (writes out, answers in), needs (what must be read once more). */
#ifndef WORK_DESK_H
#define WORK_DESK_H

#include "connectors/answer.h"
#include "connectors/definition.h"
#include "daemon/store/chain.h"
#include "daemon/store/journal.h"
#include "daemon/store/links.h"
#include "daemon/store/roll_index.h"
#include "daemon/store/roll_mark.h"
#include "daemon/store/slots.h"
#include "daemon/store/stage.h"
#include "daemon/sync/guard.h"
#include "daemon/sync/judge.h"
#include "daemon/sync/platform_sign.h"
#include "daemon/work/hashset.h"
#include "mapping/decode.h"
#include "mapping/digest.h"

enum { DESK_SET_ENTITIES = ENTITIES };

/* What the operator may choose of eligibility. */
enum desk_create { DESK_CREATE_APPROVED, DESK_CREATE_ANY, DESK_CREATE_NEVER };

/* What a cycle is limited to. Empty: everything in the region. */
struct desk_scope {
    bool limited;
    struct hashset subjects;  /* of account subjects named ("person:ID", "employer:CODE") */
    struct slice region;      /* a longer prefix; empty: none */
    int year;                 /* 0: none */
};

/* What an operator ordered besides (daemon/bridge.h, cycle_order). Nothing: an ordinary cycle. */
struct desk_order {
    struct slice who;
    bool reviewed;         /* of the plan only the writes of `keys` are sent */
    struct hashset keys;   /* of a reviewed plan */
    struct hashset found;  /* of those: planned again by this cycle */
    struct slice plan;     /* the reviewed file's own hash */
    int64_t undo_run;      /* instead of judging, this run's writes are taken back; 0: none */
    int64_t undo_conflict; /* likewise the writes of this conflict's decision */
    int64_t before;        /* where the walk over what is taken back stands */
};

/* One read that the decision asks for: by id, or by a code (person or organisation). */
struct need {
    enum side side;
    enum entity entity;
    bool by_id;
    bool organisation;
    int64_t not_before; /* instant; 0: at once */
    char text[72];      /* the remote id, or the code */
};

struct need_list {
    struct need *items;
    size_t count, capacity;
    size_t left[SIDES];  /* that are not taken yet */
    size_t first[SIDES]; /* before it nothing of the side is left */
};

struct desk_counts {
    int64_t read[SIDES], changed[SIDES], quarantined[SIDES], judged;
    int64_t planned[SIDES][ENTITIES][3]; /* by write_operation */
    int64_t revoking[SIDES][ENTITIES];   /* for the guard: revocations and steps back */
    int64_t settled[SIDES], rejected[SIDES], overtaken[SIDES], unknown[SIDES];
    int64_t conflicts_new, conflicts_again, conflicts_cleared, waiting;
    int64_t first_new; /* the conflict's number; 0: none */
    int64_t left_out; /* of a reviewed plan, or of what was to be taken back */
};

/* Fields that became one and the same in many records of a side: see daemon/work/drift.h. */
struct desk_drift {
    struct hashset seen;      /* records that were counted */
    struct hashset count;     /* of (side, field, value), in how many */
    int64_t most[SIDES][FIELDS];
    bool empty[SIDES][FIELDS]; /* the value that most hold is none */
    field_set held[SIDES];     /* by an open conflict: nothing of it is written anywhere */
    field_set passed[SIDES];   /* an operator finds it right */
};

/* Links to be made in place of dropped ones: see daemon/work/relink.h. */
struct desk_relinks {
    struct hashset dropped; /* records whose link was dropped in this cycle */
    struct hashset counted; /* pairs */
    struct hash digest;     /* of those */
    bool any_apart;         /* some pair was ever taken apart by people */
    bool of[SIDES];         /* whose records had another counterpart before */
    bool waiting, allowed;
};

/* A full listing beside the roll of the one before: see daemon/work/roll_call.h. */
struct roll_call {
    bool begun;
    unsigned page;           /* that is open; 0: none yet */
    unsigned pages;          /* the furthest one that came */
    struct roll_page old;    /* the open page as last time */
    struct roll_page fresh;  /* the open page as it comes */
    size_t next;             /* of old: which row should come next */
    bool in_order;           /* up to now each row was the one that should come */
    size_t moved;            /* rows that did not come where they should */
    bool indexed;
    struct roll_index index; /* once many moved */
    int64_t listed;          /* records that came */
    struct roll_mark mark;   /* of the page behind the last one that came */
    unsigned marked;         /* which that is; 0: none */
    int64_t strikes;         /* how many were struck when it was read */
    bool any_gone;           /* some record was read by id and is gone */
};

/* The first page of a side's increment: see daemon/work/recent_page.h. */
struct recent_page {
    int64_t run;          /* the last cycle that asked for it */
    int64_t strikes;      /* how many staged records had become others when it came */
    bool changed;         /* some row of it was not staged with its bytes */
    struct roll_page rows; /* none: it is not known */
};

/* Rows that were read together: see daemon/work/at_hand.h. */
enum { AT_HAND_MOST = 4 };
struct at_hand {
    struct staged rows[AT_HAND_MOST];
    size_t count;
    struct arena arena;
    const struct decoded *decoded; /* of the record whose bytes are `text`, borrowed; NULL: none */
    struct slice text;
    enum side side;
};

struct known_person;

struct desk {
    /* borrowed, for the cycle */
    struct store *store;
    struct chain *chain; /* may be NULL */
    const struct mapping *mapping;
    const struct definition *definition[SIDES];
    struct digest *digest;
    struct slice region; /* the settings' prefix */
    enum desk_create create_accounts;
    bool transfer_submitted;
    struct guard_limits limits;
    size_t memory;       /* bytes, that a listing may take for looking things up */
    bool decode_all;     /* nothing is taken for unchanged by its bytes */
    bool every_page;     /* each page of a listing has to come, whatever is known of it */
    /* of this cycle */
    int64_t run;
    int64_t now;             /* instant; set by the owner before each job */
    bool full, dry, by_operator;
    bool entity_stopped[SIDES][ENTITIES];
    bool side_failed[SIDES];
    int64_t clock_offset_ms[SIDES];
    bool clock_trusted[SIDES];
    bool known_whole[SIDES][ENTITIES]; /* a certified listing stands, with every increment since */
    struct desk_scope scope;
    struct desk_order order;
    struct hashset asked;    /* of codes and ids asked for in this cycle */
    struct hashset planned;  /* subjects with a write planned in this round: see planned_set.h */
    bool planned_more;       /* and more, behind that write */
    int64_t planned_behind;
    char region_before[32];  /* the settings' before they became another; "": see rescope.h */
    int64_t redefined;       /* the run that found mapping or definition changed last: see redefine.h */
    int64_t planned_before;  /* how many writes earlier rounds of this cycle planned */
    struct hashset unknown;  /* subjects with a write whose outcome is not known */
    struct hashset refused;  /* persons whose hours a target refused for their region, by round */
    unsigned round;          /* of deciding again in this cycle, from 0 */
    bool listing_shrank[SIDES][ENTITIES]; /* the guard held its listing, which is not believed to have told all */
    bool missing_due[SIDES][ENTITIES]; /* certified: what it lacks is asked for once accounts are known */
    struct hashset standing; /* codes of organisations that this walk found standing on some side */
    struct hashset unknown_fields; /* that were looked at in this cycle */
    struct desk_drift drift;
    struct desk_relinks relinks;
    struct hashset days;     /* a person's days that were shared out, and the records that got a place */
    struct need_list needs;
    struct roll_call roll[SIDES][ENTITIES];
    struct recent_page recent_pages[SIDES][ENTITIES]; /* kept from cycle to cycle */
    struct recent_page *recent; /* of these the one whose answer is taken in; NULL: none */
    struct slots listed;     /* what full listings of this cycle brought */
    struct stage_fetch fetch; /* the request whose answer is taken in */
    struct desk_counts counts;
    bool organisation_changed; /* since the last decision: accounts may have waited for it */
    bool ambiguous_open;     /* some group is in conflict: whoever is judged may end it */
    const char *guard;       /* why the cycle writes nothing; NULL: no guard tripped */
    /* is each platform still the one that was known? */
    struct platform_signs signs[SIDES];
    bool changed[SIDES];     /* it is not: nothing is decided until the operator has spoken */
    bool any_lower;          /* some record came with a lower version than one already seen */
    size_t lower_asked[SIDES];
    bool looked_again[SIDES];
    bool probed[SIDES];      /* it told of a new record: a sentinel was asked for */
    int64_t since_before[SIDES][ENTITIES]; /* the watermarks when the cycle began */
    bool missing_left[SIDES][ENTITIES];    /* of what a listing lacks, the sentinels were asked for first */
    bool known_first[SIDES][ENTITIES];     /* ... and that was known from the links too */
    struct hashset others;   /* ids that named another record than before */
    struct hashset gone;     /* linked records that a read by id did not find and the stage does not hold */
    struct hashset damaged; /* rows that were passed over (damage.h) */
    size_t damaged_rows;    /* of them, links, conflicts and writes */
    bool rebasing[SIDES];    /* the side was restored, and is refilled */
    int64_t restored_since[SIDES][ENTITIES]; /* what is later was changed after the restore */
    struct arena arena;      /* of the key or page at hand */
    struct arena walk;       /* of a walk's cursor */
    /* where the walk of decide stands */
    int stage;
    struct staged cursor;
    bool cursor_set;
    struct known_person **persons; /* that were looked up lately: see daemon/work/person_known.h */
    struct at_hand at_hand;
    struct hash learner;     /* where the walk of learner_check stands */
};

enum status desk_init(struct desk *desk);  /* after the borrowed part is filled */
void desk_reset(struct desk *desk);        /* for the next cycle */
void desk_free(struct desk *desk);

struct hash desk_hash(const struct desk *desk, struct slice text);
bool desk_undoing(const struct desk *desk);
/* Hash of "person:CODE" and the like. */
struct hash desk_account_hash(const struct desk *desk, const char *kind, struct slice code);
struct hash desk_hash_pair(const struct desk *desk, const char *what, struct slice one,
                           struct slice other);

/* Loads and decodes the staged record; payload and texts in desk->arena. NOT_FOUND. */
struct desk_copy {
    struct staged staged;
    struct decoded decoded;
};
enum status desk_copy(struct desk *desk, enum side side, enum entity entity, struct slice remote_id,
                      struct desk_copy *ret);

/* Asks for one more read, once a cycle. ret_asked: false when it was asked for already, so its answer
 * is what the stage holds. */
enum status need_by_id(struct desk *desk, enum side side, enum entity entity, struct slice remote_id,
                       bool *ret_asked);
enum status need_by_code(struct desk *desk, enum side side, enum entity entity, bool organisation,
                         struct slice code, bool *ret_asked);
/* Once more by id, although it was asked for already, and not before that instant. */
enum status need_again(struct desk *desk, enum side side, enum entity entity, struct slice remote_id,
                       int64_t not_before);
/* How a record of a side is named in a set; what: of what the set is. */
struct hash desk_record_hash(const struct desk *desk, const char *what, enum side side,
                             enum entity entity, struct slice remote_id);
bool desk_any_changed(const struct desk *desk);

/* An event of the log: members are JSON members without braces, masked. */
enum status desk_event(struct desk *desk, const char *event, const struct buffer *members);

#endif
