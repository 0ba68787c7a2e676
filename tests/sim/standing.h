/* Everything that an oracle looks at, read once: records, links, conflicts. For oracle*.c only. */
#ifndef SIM_STANDING_H
#define SIM_STANDING_H

#include "daemon/store/conflicts.h"
#include "daemon/store/links.h"
#include "tests/sim/world.h"

enum { LINKS_MOST = 512, CONFLICTS_MOST = 2048 };

struct standing_link {
    int64_t number;
    bool held;
    bool natural; /* linked by its natural key */
    const struct fact *is[WORLD_SIDES]; /* NULL: no such record */
    bool pretended; /* it was answered as created, and is not stored */
};

struct standing_conflict {
    int64_t number, times;
    const char *kind;
    int entity; /* WORLD_ENTITIES: none of these */
    char id[WORLD_SIDES][48];
    char field[24];
    char subject[96];
    char value[WORLD_SIDES][FACT_TEXT];
    bool open;     /* or accepted as it is */
    bool accepted;
    bool cleared;
    bool decided; /* ever */
};

struct standing {
    struct facts facts[WORLD_SIDES][WORLD_ENTITIES];
    struct standing_link links[WORLD_ENTITIES][LINKS_MOST];
    size_t link_count[WORLD_ENTITIES];
    struct standing_conflict conflicts[CONFLICTS_MOST];
    size_t conflict_count;
};

/* Valid until the next call. */
const struct standing *standing_read(struct store *store);

const struct fact *standing_fact(const struct standing *standing, int side, int entity,
                                 const char *id);
/* The link of a record; NULL: none. */
const struct standing_link *standing_link(const struct standing *standing, int side, int entity,
                                          const char *id);
/* An open (or accepted) conflict of the record that covers the field; field NULL: any; "" of the conflict: all. */
const struct standing_conflict *standing_conflict(const struct standing *standing, int entity,
                                                  const struct fact *const is[WORLD_SIDES],
                                                  const char *field);
/* The account of that kind and code, present or former; NULL: none. */
const struct fact *standing_account(const struct standing *standing, int side, const char *kind,
                                    const char *code);
bool standing_outside(const struct fact *account);
/* Both accounts are one by their codes, present and former. */
bool standing_one_person(const struct fact *one, const struct fact *other);
/* The days that two instants fall on in China are one. */
bool standing_one_day(const char *one, const char *other);

#endif
