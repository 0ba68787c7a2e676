/* The mapping file as decode and encode read it: for each entity and side where a value stands,
 * which functions it goes through, and whether it may be written. Only for the mapping room. */
#ifndef MAPPING_MAPFILE_TABLE_H
#define MAPPING_MAPFILE_TABLE_H

#include "mapping/base/arena.h"
#include "mapping/mapfile.h"
#include "mapping/rule.h"

#include <jansson.h>

enum {
    MAPFILE_DICTIONARIES = 24,
    MAPFILE_POINTERS = 4,
    MAPFILE_WAYS = 4,
    MAPFILE_WORDS = 6,
    MAPFILE_MEMBERS = 64,
    MAPFILE_ID_FIELDS = 2
};

/* A JSON Pointer, its first part as the number of a member, since records are flat or nearly so. */
struct mapfile_pointer {
    struct slice text;
    size_t member;     /* index into mapfile_side.members */
    struct slice rest; /* the pointer below that member; mostly empty */
};

/* One place where a field's value may stand. */
struct mapfile_way {
    enum field when; /* FIELDS: always; else only where that field has one of the words */
    struct slice words[MAPFILE_WORDS];
    size_t word_count;
    struct mapfile_pointer
        pointers[MAPFILE_POINTERS]; /* the first filled is read, the first written */
    size_t pointer_count;           /* 0: only a const */
    struct rule_chain chain;
    bool number;            /* written without quotes */
    struct slice separator; /* of a list in one text; empty: none */
};

enum mapfile_write { MAPFILE_NEVER, MAPFILE_CREATE, MAPFILE_ALWAYS };
enum { MAPFILE_KINDS = 3 }; /* account kinds, in the order of word_list(FIELD_ACCOUNT_KIND) */

struct mapfile_place {
    struct mapfile_way *ways;
    size_t way_count;      /* 0: not mapped at this side, or decided by another field */
    enum field decided_by; /* FIELDS: none; else the filled way of that field says it */
    bool decides;          /* some field is decided by this one: exactly one way must be filled */
    bool required;
    enum mapfile_write write[MAPFILE_KINDS]; /* all the same where it does not depend on the kind */
};

struct mapfile_side {
    struct slice members[MAPFILE_MEMBERS]; /* names that the mapping knows, decoded */
    size_t member_count;
    struct mapfile_pointer id;
    enum field id_of[MAPFILE_ID_FIELDS]; /* where a record has no id of its own: its key */
    size_t id_of_count;
    struct mapfile_pointer version, updated;
    struct rule_chain updated_chain;
};

struct mapfile_region {
    struct slice code, name, now;
};

struct mapping {
    json_t *root; /* texts of the file are borrowed from it */
    struct arena arena;
    uint64_t digest;
    struct slice name;
    struct slice system[SIDES];
    bool empty_is_null[SIDES];
    struct mapfile_region *regions;
    size_t region_count, region_current; /* current ones first */
    struct dictionary *dictionaries;
    size_t dictionary_count;
    enum direction direction[ENTITIES];
    struct mapfile_side sides[ENTITIES][SIDES];
    struct mapfile_place places[FIELDS][SIDES];
    enum policy policy[FIELDS];
    bool identity[FIELDS];
    size_t characters[FIELDS];
    field_set lossy[ENTITIES][SIDES];
    struct notice notice;
};

/* The parts of mapping_load(), each with the place at its own object. */
enum status mapfile_load_fields(struct jsonplace *place, const json_t *json, enum entity entity,
                                struct mapping *mapping);
enum status mapfile_load_notice(struct jsonplace *place, const json_t *json, struct notice *notice);
/* A pointer, its first part registered with the side's members. */
enum status mapfile_load_pointer(struct jsonplace *place, const json_t *json,
                                 struct mapfile_side *side, struct arena *arena,
                                 struct mapfile_pointer *ret);

/* Is the field one that the canonical model requires (reconciliation.md, "The canonical model")? */
bool mapfile_requires(enum field field);

#endif
