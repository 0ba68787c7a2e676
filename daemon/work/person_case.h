/* What both sides hold of one person, gathered from the state: the codes, the accounts, the hour
 * records in pairs, the yearly results (operators.md, "person"). Reads only. Texts lie in the arena. */
#ifndef WORK_PERSON_CASE_H
#define WORK_PERSON_CASE_H

#include "daemon/store/stage.h"
#include "mapping/decode.h"

enum { PERSON_CODES = 16, PERSON_ROWS = 4500, PERSON_YEARS = 100 };

/* One record of one side; without it: all zero. */
struct person_copy {
    bool here;
    enum staged_state state;
    bool dirty;           /* still to be judged */
    struct slice waiting; /* why it is not created on the other side; empty: it is not waiting */
    struct slice open;    /* kind of the conflict that keeps it apart from its counterpart */
    struct decoded decoded;
};

/* One hour record, or the two that are linked; or the yearly results of one year. */
struct person_pair {
    struct person_copy side[SIDES];
    bool linked;
};

struct person_rows;

struct person_case {
    struct store *store; /* borrowed, as the mapping and the arena */
    const struct mapping *mapping;
    int64_t now;
    struct arena *arena;
    struct slice code;                /* as asked, 18 characters */
    struct person_rows *rows;         /* read under a code of hers, the last one first */
    struct slice codes[PERSON_CODES]; /* with the present and former codes of the accounts */
    size_t code_count;
    struct person_pair account;
    struct person_pair *hours; /* in order of finished */
    size_t hour_count;
    struct person_pair *annual[PERSON_YEARS]; /* each year on its own: most have few of them */
    int annual_year[PERSON_YEARS];
    size_t annual_count;
};

/* The code that the rows with this hash bear, which are at hand from then on; empty: there are none. */
enum status person_code_of(struct person_case *at, struct hash person, struct slice *ret);
/* Fills all from codes on. A record that cannot be decoded is there with decoded.ok false. */
enum status person_gather(struct person_case *at);
/* The year of a pair as it states it; 0: unreadable. */
int person_pair_year(const struct person_pair *pair);

#endif
