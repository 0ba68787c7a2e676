/* What a store is inside: for the files of this folder only. */
#ifndef STORE_INSIDE_H
#define STORE_INSIDE_H

#include "daemon/store/lock.h"
#include "daemon/store/seal.h"
#include "daemon/store/slots.h"
#include "daemon/store/store.h"

#include <sqlite3.h>

struct sql;
struct slot_noted;
struct stage_marks;
struct payloads;

enum { STORE_STATES = 5 /* of a staged record */, SERIES_KNOWN = 4, LOOK_NEW_MOST = 4096 };
enum { STATEMENTS_MOST = 256 /* a power of two, well above the number of statements */ };

/* Statements that were prepared, found by the address of their text. */
struct statement_slot {
    const struct sql *sql;
    sqlite3_stmt *at;
};

/* A row's slot under the head of one of its hashes. */
struct look_entry {
    int64_t head, slot;
};

/* Numbers given in this transaction. */
struct series_known {
    char name[16]; /* "": none */
    int64_t last;
};

struct store {
    sqlite3 *db; /* state.db as main, stage.db as stage */
    struct statement_slot statements[STATEMENTS_MOST];
    struct seal *seal;
    struct keyed *keyed;  /* with the log key itself */
    struct keyed *lookup; /* with the key derived for look-ups */
    uint8_t log_key[SEAL_KEY_BYTES]; /* for a backup; wiped at the end */
    struct lock lock;
    bool reader;
    bool opened;         /* for writing, to the end: it may be closed in order */
    bool transaction;    /* between begin and commit or rollback */
    bool unsynced;       /* the transaction's commit is not synced by itself */
    bool stage_new;      /* stage.db was made empty by this opening */
    struct chain *log;   /* borrowed; NULL: none. What it was told is on the disk before a commit */
    bool crashed;        /* ... which found the state left open by a machine that failed */
    bool damaged;        /* SQLite found a damaged page: look closely at the next opening */
    int64_t look_recent; /* entries that wait to be merged (look.h); -1: not counted */
    struct hash *marked; /* learners that are (learners.c) */
    uint64_t accounts;   /* of stage_accounts_version */
    struct look_entry look_new[LOOK_NEW_MOST]; /* to be put in together (look.h) */
    size_t look_new_count;
    struct slot_noted *slots_noted; /* of stage_slot.h */
    int64_t tally[SIDES][ENTITIES][STORE_STATES]; /* what is not yet written of it (stage_tally.h) */
    struct series_known series[SERIES_KNOWN]; /* given in this transaction (statement.c) */
    struct payloads *payloads;   /* of payload.h */
    struct stage_marks *marks; /* of stage_mark.h; NULL: not read yet */
    struct slots struck; /* from the roll (roll.h) */
    int64_t strikes;     /* roll_strikes */
    bool struck_known;   /* the set is what the file holds; if not, all are taken for struck */
    enum status failed;  /* why the transaction was rolled back; OK: it was not */
    struct store_error last;
    struct buffer bound, plain, sealed; /* of the row at hand (cover.h) */
    char id[2 * HASH_BYTES + 2];        /* of stage_id */
    bool resealing;                     /* what is opened is sealed anew beside (reseal.h) */
    struct buffer resealed[SEAL_ROOMS];
    bool unsealed; /* a seal did not open, and nobody asked yet which */
    struct store_damage damage;
    bool reseal_waits; /* some rows may be sealed with another key than the present one */
};

/* The id under which a record is staged. A yearly result has no id of its own but one made of its person's and its
 * year: of that the keyed hash, so that nobody's ID stands in a file. Holds until the next call; what is
 * such a hash already stays. */
struct slice stage_id(struct store *store, enum entity entity, struct slice remote_id);

/* Somebody may be marked no more. */
void learner_forget_marked(struct store *store);

#endif
