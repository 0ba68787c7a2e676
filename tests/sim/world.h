/* The two reference platforms of a simulation, answering in this process (tests/platform/service.h), and what
 * its people do on them. This header stands between two families of sources that name things alike: it names
 * no type of the bridge's core but messages, and none of the platforms'. Sides and entities are small numbers. */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "connectors/message.h"
#include "tests/sim/chance.h"

#include <jansson.h>

enum { WORLD_MUNICIPAL, WORLD_PROVINCIAL, WORLD_SIDES };
enum { WORLD_ACCOUNT, WORLD_HOURS, WORLD_ENTITIES };

extern const char *const world_side_names[WORLD_SIDES];

/* Two empty platforms with their clocks at loop_now_ms. */
void world_begin(uint64_t seed);
void world_end(void);
/* The municipal one gives its pages ETags from now on. */
void world_page_etags(void);

/* Answers as the platform does, faults included. ret and its texts are valid until the next call. */
void world_answer(int side, const struct message *message, struct reply *ret);

/* One fault to be played, as tests/platform/control.h takes it; the object is taken over. */
void world_fault(json_t *description);
void world_faults_clear(void);
/* Faults that were played since the world began. */
int64_t world_faults_played(void);
void world_revoke_token(void);
/* Its clock is so many seconds ahead from now on. */
void world_set_clock(int side, int64_t ahead);

struct world_counts {
    int64_t creates, updates;        /* by the bridge */
    int64_t repeated;                /* items of one batch that write the same record */
    int64_t overtaken;               /* answers that another had written meanwhile */
    int64_t sent_again;              /* writes that the platform had carried out before, and knew it */
    int64_t noop_updates, duplicate_creates, ids_in_urls, invalid_answers;
    int64_t needless_fields;         /* of updates: members that named the value that stood already */
    char needless[64];               /* the first such member */
};
struct world_counts world_counts(int side);

/* --- what stands (facts.c) --- */

/* Canonical fields by number; the order of what is compared. */
enum {
    ACCOUNT_KIND, ACCOUNT_CODE, ACCOUNT_FORMER, ACCOUNT_NAME, ACCOUNT_MOBILE, ACCOUNT_REGION,
    ACCOUNT_EMPLOYER, ACCOUNT_DEPARTMENT, ACCOUNT_TITLE, ACCOUNT_REVIEW, ACCOUNT_VALID,
    ACCOUNT_FIELDS
};
enum {
    HOURS_ORIGIN, HOURS_PERSON, HOURS_YEAR, HOURS_CATEGORY, HOURS_UNIT, HOURS_AMOUNT, HOURS_SOURCE,
    HOURS_COURSE_CODE, HOURS_COURSE_NAME, HOURS_EVIDENCE, HOURS_FINISHED, HOURS_REVIEW, HOURS_VALID,
    HOURS_FIELDS
};
enum { FACT_FIELDS = HOURS_FIELDS, FACT_TEXT = 96, FACTS_MOST = 512 };

struct fact {
    char id[48];
    char person_id[48]; /* hours: the account on this side that the record belongs to; "": none */
    int64_t version, updated;
    bool valid;
    char value[FACT_FIELDS][FACT_TEXT];
};

struct facts {
    struct fact of[FACTS_MOST];
    size_t count;
};

/* Canonical names, for conflicts and messages. */
const char *fact_name(int entity, int field);
int fact_fields(int entity);
void facts_read(int side, int entity, struct facts *ret);

/* --- what people do (people.c, edits.c) --- */

/* A value that somebody of that side gave a field; of EDIT_SAVED none, the record was saved, with what it held too. */
enum { EDIT_SAVED = -1 };
struct edit {
    int side, entity, field;
    int round;
    char id[48];
    char value[FACT_TEXT];
    int64_t at_ms;
};
enum { EDITS_MOST = 1024 };
struct edits {
    struct edit of[EDITS_MOST];
    size_t count;
};

/* A small city, on both sides in part, with drift. */
void people_settle(struct chance *chance);
/* Somebody registers somebody, or enters hours, on one side or on both by hand. */
void people_add(struct chance *chance);
/* Somebody's mobile becomes people_mobiles[side], on the side named first and later on the other. ids: her account
 * on each. False: nobody stands on both with one mobile. */
extern const char *const people_mobiles[WORLD_SIDES];
bool people_edit_both(int first, int64_t later_ms, char ids[WORLD_SIDES][48]);
/* One random edit on one side, noted. */
void people_edit(struct chance *chance, int round, struct edits *noted);

#endif
