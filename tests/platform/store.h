/* The records of one reference platform, in memory: accounts, hour records and yearly results with
 * the indexes that its calls need. A record is never removed and never changed in place: a write
 * puts a new row before the old one, so that cursors, stale reads and snapshots hold rows, not
 * copies. One thread at a time (the server holds one lock around every call).
 *
 * Filling (the generator):
 *
 *     struct store *province = store_new(PLATFORM_PROVINCIAL, seed);
 *     store_put_account(province, &account);       // account.id NULL: the store gives one
 *     const char *id = store_last_id(province);    // what it gave, to be the origin elsewhere
 *     store_put_extra(province, "{\"shzt\":\"77\"}"); // as this platform sends it: replaces, adds
 */
#ifndef PLATFORM_STORE_H
#define PLATFORM_STORE_H

#include "mapping/base/status.h"
#include "tests/platform/model.h"

#include <stddef.h>

enum entity { ENTITY_ACCOUNT, ENTITY_HOURS, ENTITY_ANNUAL, ENTITY_COUNT };

/* One version of one record. Strings live as long as the store. */
struct row {
    const struct row *before; /* the version before this one; NULL: the first */
    const char *extra; /* JSON object of members that replace or join the rendered; or NULL */
    uint64_t rank;     /* what "ordered by id" orders by */
    int64_t committed; /* the machine's own clock in seconds, when it was written */
    uint32_t place;    /* number of the record within its entity, from 0; never changes */
    uint32_t person;   /* hours, yearly results: number of the person's spelling */
};
struct account_row {
    struct row row; /* first */
    struct platform_account is;
};
struct hours_row {
    struct row row; /* first */
    struct platform_hours is;
};
struct annual_row {
    struct row row; /* first */
    struct platform_annual is;
};

enum { PLACE_NONE = UINT32_MAX };

struct store;

/* --- filling --- */

/* NULL: out of memory. The seed decides the ids of a provincial store. */
struct store *store_new(enum platform_side side, uint64_t seed);
void store_free(struct store *store);
enum platform_side store_side(const struct store *store);

/* Stores a record as it is handed in, nothing validated, duplicates allowed (two records with one
 * code, origin or person are what a defect looks like). All strings are copied. A NULL or empty id
 * is given by the store: rising numbers (municipal), UUIDs (provincial). Ids handed in should rise
 * too. version 0 counts as 1; updated and created stay as given. Fails only with NO_MEMORY. */
enum status store_put_account(struct store *store, const struct platform_account *account);
enum status store_put_hours(struct store *store, const struct platform_hours *hours);
/* A second result for one (person, year) is a second record. */
enum status store_put_annual(struct store *store, const struct platform_annual *annual);
/* The id of the account or hour record put last; owned by the store; "" when none was. */
const char *store_last_id(const struct store *store);
/* Members of the record put last, as a JSON object in this platform's own schema, that replace the
 * rendered member of that name or are added: values that the model cannot hold ("classHour":"x"),
 * and unknown fields. INVALID: not a JSON object. */
enum status store_put_extra(struct store *store, const char *json);
/* The machine's second that rows written from now on carry as committed (stale reads). */
void store_set_now(struct store *store, int64_t seconds);

/* --- reading: a row stays readable after later writes --- */

uint32_t store_count(const struct store *store, enum entity entity);
const struct row *store_row(const struct store *store, enum entity entity, uint32_t place);
static inline const struct platform_account *row_account(const struct row *row)
{
    return &((const struct account_row *)(const void *)row)->is;
}
static inline const struct platform_hours *row_hours(const struct row *row)
{
    return &((const struct hours_row *)(const void *)row)->is;
}
static inline const struct platform_annual *row_annual(const struct row *row)
{
    return &((const struct annual_row *)(const void *)row)->is;
}
/* The id as text; "" for a yearly result. */
const char *row_id(enum entity entity, const struct row *row);
int64_t row_updated(enum entity entity, const struct row *row);
int64_t row_version(enum entity entity, const struct row *row);
/* The version that stood at that machine's second; NULL: the record did not stand yet. */
const struct row *row_at(const struct row *row, int64_t seconds);

/* By id, exactly; NULL: no such record. The first, when two have it. */
const struct row *store_by_id(const struct store *store, enum entity entity, const char *id);
/* By kind and code, present codes before former ones, 15 and 18 digits and upper and lower case
 * being the same; NULL: none. kind 0: any kind. */
const struct row *store_account(const struct store *store, int kind, const char *code);
/* By origin; a record entered by hand has the side's own code and its id as origin. */
const struct row *store_hours(const struct store *store, const char *system, const char *number);
/* Any record of the entity whose origin it is (accounts, hours); for looking at the store. */
const struct row *store_by_origin(const struct store *store, enum entity entity, const char *system,
                                  const char *number);
const char *store_origin_system(const struct store *store, const char *system);

/* Calls back with each record that the code names as stored: accounts by present or former code;
 * hours and yearly results by person, all codes of an account that the code names counting. The
 * same row may come again for another code. */
typedef void store_visit(void *context, const struct row *row);
void store_find(const struct store *store, enum entity entity, const char *code, store_visit *visit,
                void *context);
/* Each hour record of the person, whatever spelling or former code it stands under. */
void store_find_person(const struct store *store, enum entity entity, const char *code,
                       store_visit *visit, void *context);
/* The account that an hour record or yearly result belongs to; NULL: none. */
const struct row *store_person(const struct store *store, const struct row *row);
/* The region that lists filter by; "" when it has none. */
const char *store_region(const struct store *store, enum entity entity, const struct row *row);

/* --- changing --- */

/* Puts a new version before the record's present one; the id stays, everything else is as handed
 * in. Strings are copied. extra: JSON object, NULL or "{}" for none. NO_MEMORY. */
enum status store_change_account(struct store *store, uint32_t place,
                                 const struct platform_account *account, const char *extra);
enum status store_change_hours(struct store *store, uint32_t place,
                               const struct platform_hours *hours, const char *extra);
enum status store_change_annual(struct store *store, uint32_t place,
                                const struct platform_annual *annual, const char *extra);
/* A copy of the text that lives as long as the store; "" for NULL. NULL: out of memory. */
const char *store_text(struct store *store, const char *text);

/* Keeps the present state (one pointer a record), replacing an earlier snapshot; restore goes back
 * to it, and ids are given out again from where they stood. NOT_FOUND: no snapshot. */
enum status store_snapshot(struct store *store);
enum status store_restore(struct store *store);
/* Counts up whenever the region of an hour record or yearly result may have changed. */
uint64_t store_generation(const struct store *store);
/* Told of each new row (and the row before, NULL for a new record), or with row NULL that all has
 * changed. One watcher. */
typedef void store_watch(void *context, enum entity entity, const struct row *row);
void store_set_watch(struct store *store, store_watch *watch, void *context);

#endif
