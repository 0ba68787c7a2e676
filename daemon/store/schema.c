/* The tables of both files, by migration. A migration that was once released is never changed: what
 * is new comes as the next one. Numbers of enumerations are those of the headers. */
#include "daemon/store/migrate.h"

#include <stddef.h>

static const char *const state_1[] = {
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID",
    "CREATE TABLE secret (name TEXT PRIMARY KEY, sealed BLOB NOT NULL) WITHOUT ROWID",
    /* Numbers are given once, also when the last row was deleted. */
    "CREATE TABLE series (name TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID",

    "CREATE TABLE link (number INTEGER PRIMARY KEY, entity INTEGER NOT NULL,"
    " municipal_id TEXT, provincial_id TEXT, state INTEGER NOT NULL, evidence INTEGER NOT NULL,"
    " kind INTEGER NOT NULL, has_base INTEGER NOT NULL, run INTEGER NOT NULL,"
    " sealed BLOB NOT NULL)",
    "CREATE UNIQUE INDEX link_municipal ON link (entity, municipal_id)"
    " WHERE municipal_id IS NOT NULL",
    "CREATE UNIQUE INDEX link_provincial ON link (entity, provincial_id)"
    " WHERE provincial_id IS NOT NULL",
    "CREATE INDEX link_entity ON link (entity)",

    "CREATE TABLE write (number INTEGER PRIMARY KEY, run INTEGER NOT NULL, target INTEGER NOT NULL,"
    " entity INTEGER NOT NULL, operation INTEGER NOT NULL, state INTEGER NOT NULL,"
    " wave INTEGER NOT NULL, key BLOB, source_id TEXT, target_id TEXT, version INTEGER NOT NULL,"
    " subject BLOB, reference TEXT, masked TEXT, reason TEXT, fields INTEGER NOT NULL,"
    " sealed BLOB NOT NULL, code TEXT, batch BLOB, sent_at INTEGER NOT NULL DEFAULT 0,"
    " known_at INTEGER NOT NULL DEFAULT 0)",
    "CREATE INDEX write_run ON write (run, state)",
    "CREATE INDEX write_planned ON write (run, wave, target, entity) WHERE state = 1",
    "CREATE INDEX write_state ON write (state)",
    "CREATE INDEX write_rejected ON write (key) WHERE state = 4",
    "CREATE INDEX write_subject ON write (subject) WHERE subject IS NOT NULL",

    "CREATE TABLE conflict (number INTEGER PRIMARY KEY, kind TEXT NOT NULL,"
    " subject BLOB NOT NULL, field TEXT NOT NULL, severity INTEGER NOT NULL,"
    " entity INTEGER NOT NULL, reference TEXT, masked TEXT, owner TEXT, reason TEXT,"
    " municipal_id TEXT, provincial_id TEXT, person BLOB, region TEXT, year INTEGER NOT NULL,"
    " run INTEGER NOT NULL, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,"
    " times INTEGER NOT NULL, state INTEGER NOT NULL, has_base INTEGER NOT NULL,"
    " sealed BLOB NOT NULL, decision INTEGER NOT NULL DEFAULT 0,"
    " decided_at INTEGER NOT NULL DEFAULT 0, decided BLOB, changed INTEGER NOT NULL)",
    "CREATE UNIQUE INDEX conflict_subject ON conflict (subject, kind, field)",
    "CREATE INDEX conflict_reference ON conflict (reference) WHERE reference IS NOT NULL",
    "CREATE INDEX conflict_municipal ON conflict (entity, municipal_id)"
    " WHERE municipal_id IS NOT NULL",
    "CREATE INDEX conflict_provincial ON conflict (entity, provincial_id)"
    " WHERE provincial_id IS NOT NULL",
    "CREATE INDEX conflict_person ON conflict (person) WHERE person IS NOT NULL",
    "CREATE INDEX conflict_open ON conflict (number, severity) WHERE state < 4",

    "CREATE TABLE run (number INTEGER PRIMARY KEY, kind TEXT, scope TEXT, dry INTEGER NOT NULL,"
    " started INTEGER NOT NULL, ended INTEGER NOT NULL, exit_code INTEGER NOT NULL, result TEXT,"
    " counts TEXT)",
    "CREATE INDEX run_good ON run (number) WHERE exit_code IN (0, 3)",
    NULL,
};

static const char *const stage_1[] = {
    "CREATE TABLE stage.meta (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID",

    /* Payloads apart, so that a walk of the records does not read them. rank: -kind, for the order
     * of judging. A slot is the row's number in both. */
    "CREATE TABLE stage.payload (slot INTEGER PRIMARY KEY, sealed BLOB NOT NULL)",
    "CREATE TABLE stage.record (slot INTEGER PRIMARY KEY, side INTEGER NOT NULL,"
    " entity INTEGER NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL,"
    " updated INTEGER NOT NULL, state INTEGER NOT NULL, seen INTEGER NOT NULL,"
    " dirty INTEGER NOT NULL, rank INTEGER NOT NULL, raw BLOB, content BLOB, key BLOB,"
    " person BLOB, natural_key BLOB, waiting TEXT)",
    "CREATE UNIQUE INDEX stage.record_id ON record (side, entity, id)",
    "CREATE TABLE stage.look (head INTEGER NOT NULL, slot INTEGER NOT NULL,"
    " PRIMARY KEY (head, slot)) WITHOUT ROWID",
    "CREATE TABLE stage.look_recent (head INTEGER NOT NULL, slot INTEGER NOT NULL,"
    " PRIMARY KEY (head, slot)) WITHOUT ROWID",
    "CREATE INDEX stage.record_dirty ON record (entity, rank, side, id) WHERE dirty = 1",
    "CREATE INDEX stage.record_waiting ON record (entity, side, waiting)"
    " WHERE waiting IS NOT NULL",

    "CREATE TABLE stage.code (side INTEGER NOT NULL, code BLOB NOT NULL, id TEXT NOT NULL,"
    " former INTEGER NOT NULL, PRIMARY KEY (side, code, id)) WITHOUT ROWID",
    "CREATE INDEX stage.code_id ON code (side, id)",

    /* Rows by state, kept by the triggers: counting must not walk the records. */
    "CREATE TABLE stage.tally (side INTEGER NOT NULL, entity INTEGER NOT NULL,"
    " state INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (side, entity, state))"
    " WITHOUT ROWID",
    "CREATE TRIGGER stage.record_added AFTER INSERT ON record BEGIN"
    " INSERT INTO tally VALUES (new.side, new.entity, new.state, 1)"
    " ON CONFLICT (side, entity, state) DO UPDATE SET count = count + 1; END",
    "CREATE TRIGGER stage.record_moved AFTER UPDATE OF state ON record"
    " WHEN old.state <> new.state BEGIN"
    " UPDATE tally SET count = count - 1"
    " WHERE side = old.side AND entity = old.entity AND state = old.state;"
    " INSERT INTO tally VALUES (new.side, new.entity, new.state, 1)"
    " ON CONFLICT (side, entity, state) DO UPDATE SET count = count + 1; END",

    "CREATE TABLE stage.watermark (side INTEGER NOT NULL, entity INTEGER NOT NULL,"
    " since INTEGER NOT NULL, full_run INTEGER NOT NULL, full_count INTEGER NOT NULL,"
    " full_at INTEGER NOT NULL, known_before INTEGER NOT NULL, PRIMARY KEY (side, entity))"
    " WITHOUT ROWID",
    NULL,
};

/* open: the kind of the conflict that keeps the record's two copies apart. A learner's row: is she to
 * be checked (now, or from an instant on), and her balance as it was last checked. */
static const char *const stage_2[] = {
    "ALTER TABLE stage.record ADD COLUMN open TEXT",
    "CREATE TABLE stage.learner (person BLOB PRIMARY KEY, dirty INTEGER, due INTEGER, balance BLOB)",
    "CREATE INDEX stage.learner_dirty ON learner (person) WHERE dirty = 1",
    "CREATE INDEX stage.learner_due ON learner (due) WHERE due > 0",
    /* Records that came with a lower version than one already seen, and since when. */
    "CREATE TABLE stage.lower (side INTEGER, entity INTEGER, id TEXT, since INTEGER)",
    "CREATE UNIQUE INDEX stage.lower_id ON lower (side, entity, id)",
    NULL,
};

/* The request that brought the copy that is staged (stage.h, struct stage_fetch). On the row itself: an
 * unchanged record costs nothing, and nothing is left over when a row changes. */
static const char *const stage_3[] = {
    "ALTER TABLE stage.record ADD COLUMN fetch_run INTEGER",
    "ALTER TABLE stage.record ADD COLUMN fetch_at INTEGER",
    "ALTER TABLE stage.record ADD COLUMN fetch_call TEXT",
    "ALTER TABLE stage.record ADD COLUMN fetch_page INTEGER",
    NULL,
};

/* Accounts that name an organisation which is registered nowhere. */
static const char *const stage_4[] = {
    "CREATE TABLE stage.nowhere (subject TEXT NOT NULL, side INTEGER NOT NULL, id TEXT NOT NULL,"
    " recent INTEGER NOT NULL, PRIMARY KEY (subject, side, id)) WITHOUT ROWID",
    "CREATE INDEX stage.nowhere_account ON nowhere (side, id)",
    "UPDATE stage.record SET dirty = 1 WHERE entity = 0",
    NULL,
};

/* Why a record is to be judged, where that is no change of data. */
static const char *const stage_5[] = {
    "ALTER TABLE stage.record ADD COLUMN cause TEXT",
    NULL,
};

/* The roll (roll.h). place: side, entity and page in one number. Of a record, `seen` is 0 from the complete
 * listing on that lacks it, so that those few are found. */
static const char *const stage_6[] = {
    "CREATE TABLE stage.roll (place INTEGER PRIMARY KEY, size INTEGER NOT NULL, digest BLOB,"
    " entries BLOB)",
    "CREATE TABLE stage.struck (slot INTEGER PRIMARY KEY, side INTEGER NOT NULL,"
    " entity INTEGER NOT NULL, old INTEGER NOT NULL)",
    "UPDATE stage.record SET seen = 0 WHERE seen < (SELECT full_run FROM stage.watermark AS mark"
    " WHERE mark.side = record.side AND mark.entity = record.entity)",
    "CREATE INDEX stage.record_missing ON record (side, entity, id) WHERE seen = 0 AND state <> 4",
    NULL,
};

/* Yearly results are staged under a hash from here on, where their ids spelled a person's ID: they are read anew. */
static const char *const stage_7[] = {
    "PRAGMA stage.secure_delete = ON",
    "DELETE FROM stage.payload WHERE slot IN (SELECT slot FROM stage.record WHERE entity = 2)",
    "DELETE FROM stage.look WHERE slot IN (SELECT slot FROM stage.record WHERE entity = 2)",
    "DELETE FROM stage.look_recent WHERE slot IN (SELECT slot FROM stage.record WHERE entity = 2)",
    "DELETE FROM stage.record WHERE entity = 2",
    "DELETE FROM stage.lower WHERE entity = 2",
    "DELETE FROM stage.tally WHERE entity = 2",
    "DELETE FROM stage.watermark WHERE entity = 2",
    "DELETE FROM stage.roll", /* it names their places */
    NULL,
};

/* What is to be judged, one bit a row (stage_mark.h): record.dirty holds only what earlier versions left. */
static const char *const stage_8[] = {
    "CREATE TABLE stage.to_judge (place INTEGER PRIMARY KEY, bits BLOB NOT NULL)",
    "CREATE TABLE stage.template (number INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE, sealed BLOB NOT NULL)",
    "DROP TRIGGER stage.record_added", /* stage_tally.h */
    "DROP TRIGGER stage.record_moved",
    NULL,
};

/* A record and its payload in one row. The payload is the last column: who asks for the others does not read it. */
static const char *const stage_9[] = {
    "CREATE TABLE stage.record_whole (slot INTEGER PRIMARY KEY, side INTEGER NOT NULL,"
    " entity INTEGER NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL,"
    " updated INTEGER NOT NULL, state INTEGER NOT NULL, seen INTEGER NOT NULL,"
    " dirty INTEGER NOT NULL, rank INTEGER NOT NULL, raw BLOB, content BLOB, key BLOB,"
    " person BLOB, natural_key BLOB, waiting TEXT, open TEXT, fetch_run INTEGER, fetch_at INTEGER,"
    " fetch_call TEXT, fetch_page INTEGER, cause TEXT, sealed BLOB)",
    ("INSERT INTO stage.record_whole SELECT slot, side, entity, id, version, updated, state, seen, dirty, rank, raw,"
     " content, key, person, natural_key, waiting, open, fetch_run, fetch_at, fetch_call, fetch_page, cause, sealed"
     " FROM stage.record LEFT JOIN stage.payload USING (slot) ORDER BY slot"),
    "DROP TABLE stage.payload",
    "DROP TABLE stage.record", /* and its indexes */
    "ALTER TABLE stage.record_whole RENAME TO record",
    "CREATE UNIQUE INDEX stage.record_id ON record (side, entity, id)",
    "CREATE INDEX stage.record_dirty ON record (entity, rank, side, id) WHERE dirty = 1",
    "CREATE INDEX stage.record_waiting ON record (entity, side, waiting) WHERE waiting IS NOT NULL",
    "CREATE INDEX stage.record_missing ON record (side, entity, id) WHERE seen = 0 AND state <> 4",
    NULL,
};

/* Pages of the roll that need not come when they are still the ones that had these ETags (roll_mark.h). */
static const char *const stage_10[] = {
    "CREATE TABLE stage.roll_mark (place INTEGER PRIMARY KEY, etag TEXT NOT NULL, asked BLOB NOT NULL,"
    " total INTEGER NOT NULL, ids BLOB NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,"
    " largest INTEGER NOT NULL, runs BLOB NOT NULL)",
    NULL,
};

/* What undo needs: which fields carried out a decision, which write takes back which, and what an
 * undo left out. */
static const char *const state_2[] = {
    "ALTER TABLE write ADD COLUMN decided INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE write ADD COLUMN undoes INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX write_undoes ON write (undoes, run) WHERE undoes > 0",
    "CREATE TABLE left_out (run INTEGER, write INTEGER, why TEXT, PRIMARY KEY (run, write))",
    /* Links that were taken back: the two are never linked again by themselves. */
    "CREATE TABLE apart (entity INTEGER, municipal_id TEXT, provincial_id TEXT, at INTEGER)",
    "CREATE UNIQUE INDEX apart_pair ON apart (entity, municipal_id, provincial_id)",
    "CREATE INDEX apart_provincial ON apart (entity, provincial_id)",
    NULL,
};

/* Writes are also looked for by the reference that the log shows. */
static const char *const state_3[] = {
    "CREATE INDEX write_reference ON write (reference) WHERE reference IS NOT NULL",
    NULL,
};

/* What both sides' records held when a conflict without values was last seen. */
static const char *const state_4[] = {
    "ALTER TABLE conflict ADD COLUMN stands BLOB",
    NULL,
};

/* Each cycle asks whether a conflict of a kind is open. */
static const char *const state_5[] = {
    "CREATE INDEX conflict_open_kind ON conflict (kind) WHERE state < 4",
    NULL,
};

/* A write's state changes twice: an index that does not name it is written once, when the write is planned. What is
 * looked for by its state is of few: planned (write_planned), sent, or proposed. */
static const char *const state_6[] = {
    "DROP INDEX write_run",
    "DROP INDEX write_state",
    "CREATE INDEX write_of_run ON write (run)",
    "CREATE INDEX write_sent ON write (number) WHERE state = 2",
    "CREATE INDEX write_proposed ON write (run) WHERE state = 0",
    NULL,
};

static const migration state_migrations[] = {state_1, state_2, state_3, state_4, state_5,
                                             state_6};
static const migration stage_migrations[] = {stage_1, stage_2, stage_3, stage_4, stage_5,
                                           stage_6, stage_7, stage_8, stage_9, stage_10};

const struct schema schema_state = {"main", state_migrations,
                                    sizeof state_migrations / sizeof *state_migrations};
const struct schema schema_stage = {"stage", stage_migrations,
                                    sizeof stage_migrations / sizeof *stage_migrations};
