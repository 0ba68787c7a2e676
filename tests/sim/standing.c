#include "tests/sim/standing.h"

#include "mapping/base/civil.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { ARENA_BYTES = 16 * 1024 * 1024 };

static struct standing standing;

static void read_links(struct store *store, int entity, struct arena *arena)
{
    struct link link = {.number = 0};
    size_t *count = &standing.link_count[entity];
    *count = 0;
    while (link_next(store, (enum entity)entity, link.number, arena, &link) == STATUS_OK) {
        assert(*count < LINKS_MOST);
        struct standing_link *at = &standing.links[entity][(*count)++];
        *at = (struct standing_link){.number = link.number,
                                     .held = link.state == LINK_HELD,
                                     .natural = link.evidence == EVIDENCE_NATURAL};
        for (int side = 0; side < WORLD_SIDES; side++) {
            char id[48];
            (void)snprintf(id, sizeof id, "%.*s", (int)link.remote_id[side].size,
                           link.remote_id[side].at);
            at->pretended = at->pretended || strncmp(id, "99999999", 8) == 0;
            at->is[side] = standing_fact(&standing, side, entity, id);
        }
    }
}

static void copy(char *to, size_t size, struct slice from)
{
    (void)snprintf(to, size, "%.*s", (int)from.size, from.at == NULL ? "" : from.at);
}

static void read_conflicts(struct store *store, struct arena *arena)
{
    struct conflict_filter filter = {.state = -1, .severity = -1};
    struct conflict row = {.number = 0};
    standing.conflict_count = 0;
    while (conflict_next(store, &filter, arena, &row) == STATUS_OK) {
        filter.after = row.number;
        assert(standing.conflict_count < CONFLICTS_MOST);
        struct standing_conflict *at = &standing.conflicts[standing.conflict_count++];
        *at = (struct standing_conflict){.number = row.number, .times = row.times, .kind = row.kind};
        at->entity = row.entity < ENTITY_ANNUAL ? (int)row.entity : WORLD_ENTITIES;
        at->accepted = row.state == CONFLICT_CLOSED && row.decision == DECISION_ACCEPT;
        at->cleared = row.state == CONFLICT_CLEARED;
        at->open = at->accepted || (row.state != CONFLICT_CLOSED && row.state != CONFLICT_CLEARED);
        at->decided = row.decided_at != 0;
        copy(at->field, sizeof at->field, slice_of(row.field));
        copy(at->subject, sizeof at->subject, row.subject);
        for (int side = 0; side < WORLD_SIDES; side++) {
            copy(at->id[side], sizeof at->id[side], row.remote_id[side]);
            copy(at->value[side], sizeof at->value[side], row.value[side]);
        }
    }
}

const struct standing *standing_read(struct store *store)
{
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    for (int entity = 0; entity < WORLD_ENTITIES; entity++) {
        for (int side = 0; side < WORLD_SIDES; side++)
            facts_read(side, entity, &standing.facts[side][entity]);
        read_links(store, entity, &arena);
    }
    read_conflicts(store, &arena);
    arena_free(&arena);
    return &standing;
}

const struct fact *standing_fact(const struct standing *at, int side, int entity, const char *id)
{
    const struct facts *facts = &at->facts[side][entity];
    for (size_t index = 0; index < facts->count; index++) {
        if (strcmp(facts->of[index].id, id) == 0)
            return &facts->of[index];
    }
    return NULL;
}

const struct standing_link *standing_link(const struct standing *at, int side, int entity,
                                          const char *id)
{
    for (size_t index = 0; index < at->link_count[entity]; index++) {
        const struct standing_link *link = &at->links[entity][index];
        if (link->is[side] != NULL && strcmp(link->is[side]->id, id) == 0)
            return link;
    }
    return NULL;
}

/* A conflict of the record as such, or a linked account whose key became another: nothing is written. */
static bool names_all(const struct standing_conflict *conflict)
{
    return conflict->field[0] == '\0' || strcmp(conflict->field, "valid") == 0 ||
           (strcmp(conflict->field, "code") == 0 && strcmp(conflict->kind, "field_mismatch") == 0);
}

const struct standing_conflict *standing_conflict(const struct standing *at, int entity,
                                                  const struct fact *const is[WORLD_SIDES],
                                                  const char *field)
{
    for (size_t index = 0; index < at->conflict_count; index++) {
        const struct standing_conflict *conflict = &at->conflicts[index];
        if (conflict->entity != entity || !conflict->open ||
            (field != NULL && !names_all(conflict) && strcmp(conflict->field, field) != 0))
            continue;
        for (int side = 0; side < WORLD_SIDES; side++) {
            if (is[side] != NULL && conflict->id[side][0] != '\0' &&
                strcmp(conflict->id[side], is[side]->id) == 0)
                return conflict;
        }
    }
    return NULL;
}

static bool has_word(const char *list, const char *word)
{
    const char *found = word[0] == '\0' ? NULL : strstr(list, word);
    return found != NULL;
}

const struct fact *standing_account(const struct standing *at, int side, const char *kind,
                                    const char *code)
{
    const struct facts *facts = &at->facts[side][WORLD_ACCOUNT];
    for (size_t index = 0; code[0] != '\0' && index < facts->count; index++) {
        const struct fact *fact = &facts->of[index];
        if (strcmp(fact->value[ACCOUNT_KIND], kind) == 0 &&
            (strcmp(fact->value[ACCOUNT_CODE], code) == 0 ||
             has_word(fact->value[ACCOUNT_FORMER], code)))
            return fact;
    }
    return NULL;
}

bool standing_outside(const struct fact *account)
{
    return strncmp(account->value[ACCOUNT_REGION], "3716", 4) != 0;
}

static bool names_any(const struct fact *one, const struct fact *other)
{
    char formers[FACT_TEXT];
    char *rest = formers;
    memcpy(formers, other->value[ACCOUNT_FORMER], sizeof formers);
    if (strcmp(one->value[ACCOUNT_CODE], other->value[ACCOUNT_CODE]) == 0 ||
        has_word(one->value[ACCOUNT_FORMER], other->value[ACCOUNT_CODE]))
        return true;
    for (const char *word = strtok_r(formers, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest)) {
        if (strcmp(one->value[ACCOUNT_CODE], word) == 0 ||
            has_word(one->value[ACCOUNT_FORMER], word))
            return true;
    }
    return false;
}

bool standing_one_person(const struct fact *one, const struct fact *other)
{
    return strcmp(one->value[ACCOUNT_KIND], other->value[ACCOUNT_KIND]) == 0 &&
           names_any(one, other);
}

static int64_t day_number(const char *text)
{
    int64_t instant = 0;
    (void)civil_parse(slice_of(text), "%Y-%m-%dT%H:%M:%S%z", 0, &instant);
    return (instant + CIVIL_CST_SECONDS) / CIVIL_DAY_SECONDS;
}

bool standing_one_day(const char *one, const char *other)
{
    return day_number(one) == day_number(other);
}
