#include "daemon/sync/situation.h"

/* Sets of what a column of the table allows. */
enum {
    A = 1 << PRESENCE_ABSENT,
    V = 1 << PRESENCE_VALID,
    I = 1 << PRESENCE_INVALID,
    G = 1 << PRESENCE_GONE,
    O = 1 << PRESENCE_OUTSIDE
};
enum { NO = 1 << BASE_NONE, BV = 1 << BASE_VALID, BI = 1 << BASE_INVALID, YES = BV | BI };
enum { STILL = 1, MOVED = 2, EITHER = 3 };
enum { DIFFERENT = 1, SAME = 2, ANY = 3 };

struct row {
    enum situation situation;
    unsigned municipal, provincial; /* presences */
    unsigned base;
    unsigned changed_municipal, changed_provincial;
    unsigned same;
};

#define ROW(name, ...) {SITUATION_##name, __VA_ARGS__}
static const struct row rows[] = {
    /*                    municipal    provincial   base       municipal provincial  content */
    ROW(new_municipal,      V,           A,           NO,        EITHER,   EITHER,   ANY),
    ROW(new_provincial,     A,           V,           NO,        EITHER,   EITHER,   ANY),
    ROW(first_contact,      V,           V,           NO,        EITHER,   EITHER,   ANY),
    ROW(in_sync,            V,           V,           BV,        STILL,    STILL,    ANY),
    ROW(municipal_changed,  V,           V,           BV,        MOVED,    STILL,    DIFFERENT),
    ROW(provincial_changed, V,           V,           BV,        STILL,    MOVED,    DIFFERENT),
    ROW(converged,          V,           V,           BV,        MOVED,    EITHER,   SAME),
    ROW(converged,          V,           V,           BV,        STILL,    MOVED,    SAME),
    ROW(converged,          V,           V,           BI,        EITHER,   EITHER,   SAME),
    ROW(both_changed,       V,           V,           BV,        MOVED,    MOVED,    DIFFERENT),
    ROW(both_changed,       V,           V,           BI,        EITHER,   EITHER,   DIFFERENT),
    ROW(municipal_revoked,  I,           V,           BV,        EITHER,   STILL,    ANY),
    ROW(provincial_revoked, V,           I,           BV,        STILL,    EITHER,   ANY),
    ROW(revoked_or_changed, I,           V,           BV,        EITHER,   MOVED,    ANY),
    ROW(revoked_or_changed, V,           I,           BV,        MOVED,    EITHER,   ANY),
    ROW(revoked_or_changed, I,           V,           NO,        EITHER,   EITHER,   ANY),
    ROW(revoked_or_changed, V,           I,           NO,        EITHER,   EITHER,   ANY),
    ROW(reinstated,         V,           I,           BI,        EITHER,   EITHER,   ANY),
    ROW(reinstated,         I,           V,           BI,        EITHER,   EITHER,   ANY),
    ROW(retired,            I,           I,           NO | YES,  EITHER,   EITHER,   ANY),
    ROW(never_shared,       I,           A,           NO,        EITHER,   EITHER,   ANY),
    ROW(never_shared,       A,           I,           NO,        EITHER,   EITHER,   ANY),
    ROW(vanished,           G,           V,           YES,       EITHER,   EITHER,   ANY),
    ROW(vanished,           V,           G,           YES,       EITHER,   EITHER,   ANY),
    ROW(retired,            G,           G | I,       YES,       EITHER,   EITHER,   ANY),
    ROW(retired,            I,           G,           YES,       EITHER,   EITHER,   ANY),
    ROW(left_region,        O,           V | I | G,   YES,       EITHER,   EITHER,   ANY),
    ROW(left_region,        V | I | G,   O,           YES,       EITHER,   EITHER,   ANY),
    ROW(elsewhere,          V,           O,           NO,        EITHER,   EITHER,   ANY),
    ROW(elsewhere,          O,           V,           NO,        EITHER,   EITHER,   ANY),
    ROW(out_of_scope,       O,           O,           NO | YES,  EITHER,   EITHER,   ANY),
    ROW(out_of_scope,       O,           A | I,       NO,        EITHER,   EITHER,   ANY),
    ROW(out_of_scope,       A | I,       O,           NO,        EITHER,   EITHER,   ANY),
};
#undef ROW

static bool row_takes(const struct row *row, const struct situation_facts *facts)
{
    return (row->municipal >> facts->presence[MUNICIPAL] & 1U) != 0 &&
           (row->provincial >> facts->presence[PROVINCIAL] & 1U) != 0 &&
           (row->base >> facts->base & 1U) != 0 &&
           (row->changed_municipal & (facts->changed[MUNICIPAL] ? MOVED : STILL)) != 0 &&
           (row->changed_provincial & (facts->changed[PROVINCIAL] ? MOVED : STILL)) != 0 &&
           (row->same & (facts->same ? SAME : DIFFERENT)) != 0;
}

enum situation situation_of(const struct situation_facts *facts)
{
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++) {
        if (row_takes(&rows[index], facts))
            return rows[index].situation;
    }
    return SITUATIONS;
}

unsigned situation_rows(const struct situation_facts *facts)
{
    unsigned count = 0;
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++)
        count += row_takes(&rows[index], facts);
    return count;
}

static const struct situation_row {
    const char *name;
    enum action action;
} situations[SITUATIONS] = {
#define SITUATION_ROW(name, action) {#name, ACTION_##action},
    SITUATION_MAP(SITUATION_ROW)
#undef SITUATION_ROW
};

const char *situation_name(enum situation situation)
{
    return (unsigned)situation < SITUATIONS ? situations[situation].name : "impossible";
}

enum action situation_action(enum situation situation)
{
    return (unsigned)situation < SITUATIONS ? situations[situation].action : ACTION_NOTHING;
}

const char *situation_intern(struct slice name)
{
    for (int index = 0; index < SITUATIONS; index++) {
        if (slice_is(name, situations[index].name))
            return situations[index].name;
    }
    return NULL;
}
