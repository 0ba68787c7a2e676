/* What a store is inside: for the files of this folder only. */
#ifndef STORE_INSIDE_H
#define STORE_INSIDE_H

#include "daemon/store/lock.h"
#include "daemon/store/seal.h"
#include "daemon/store/slots.h"
#include "daemon/store/store.h"

#include <sqlite3.h>

struct sql;

enum { STATEMENTS_MOST = 256 /* a power of two, well above the number of statements */ };

/* Statements that were prepared, found by the address of their text. */
struct statement_slot {
    const struct sql *sql;
    sqlite3_stmt *at;
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
    bool damaged;        /* SQLite found a damaged page: look closely at the next opening */
    int64_t look_recent; /* entries that wait to be merged (look.h); -1: not counted */
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

#endif
