#include "mapping/field.h"

static const struct field_row rows[FIELDS] = {
#define FIELD_ROW(entity, name, text, form, policy, mask) {ENTITY_##entity, text, form, policy, mask},
    FIELD_MAP(FIELD_ROW)
#undef FIELD_ROW
};

_Static_assert(FIELDS < 64, "a field_set holds one bit a field");

static const char *const side_names[SIDES] = {"municipal", "provincial"};
static const char *const entity_names[ENTITIES] = {"account", "hours", "annual"};
static const char *const policy_names[POLICIES] = {
    "conflict", "newest", "municipal", "provincial", "chain",
    "larger",   "ignore", "valid",     "key",        "never"};

const struct field_row *field_row(enum field field)
{
    return &rows[field];
}

enum field field_first(enum entity entity)
{
    static const enum field first[ENTITIES] = {FIELD_ACCOUNT_KIND, FIELD_HOURS_ORIGIN_SYSTEM,
                                               FIELD_ANNUAL_PERSON};
    return first[entity];
}

enum field field_end(enum entity entity)
{
    static const enum field end[ENTITIES] = {FIELD_HOURS_ORIGIN_SYSTEM, FIELD_ANNUAL_PERSON, FIELDS};
    return end[entity];
}

bool field_find(enum entity entity, struct slice name, enum field *ret)
{
    for (enum field field = field_first(entity); field < field_end(entity); field++) {
        if (slice_is(name, rows[field].name)) {
            *ret = field;
            return true;
        }
    }
    return false;
}

/* Index of the name among count names, -1 when it is none of them. */
static int index_of(struct slice name, const char *const names[], int count)
{
    for (int index = 0; index < count; index++) {
        if (slice_is(name, names[index]))
            return index;
    }
    return -1;
}

const char *side_name(enum side side)
{
    return (unsigned)side < SIDES ? side_names[side] : "none";
}

bool side_find(struct slice name, enum side *ret)
{
    int index = index_of(name, side_names, SIDES);
    if (index >= 0)
        *ret = (enum side)index;
    return index >= 0;
}

enum side side_other(enum side side)
{
    return side == MUNICIPAL ? PROVINCIAL : MUNICIPAL;
}

const char *entity_name(enum entity entity)
{
    return (unsigned)entity < ENTITIES ? entity_names[entity] : "none";
}

bool entity_find(struct slice name, enum entity *ret)
{
    int index = index_of(name, entity_names, ENTITIES);
    if (index >= 0)
        *ret = (enum entity)index;
    return index >= 0;
}

const char *policy_name(enum policy policy)
{
    return (unsigned)policy < POLICIES ? policy_names[policy] : "none";
}

bool policy_find(struct slice name, enum policy *ret)
{
    int index = index_of(name, policy_names, POLICY_VALID);
    if (index >= 0)
        *ret = (enum policy)index;
    return index >= 0;
}
