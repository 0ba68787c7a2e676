#include "daemon/work/redefine.h"

#include "connectors/definition.h"
#include "daemon/store/stage_each.h"
#include "daemon/work/intake.h"

#include <stdio.h>
#include <string.h>

enum { NAME_BYTES = 40, DIGEST_BYTES = 20, RULES_BYTES = 4096 };

#define REDEFINED "redefined.run"

/* ret_before: "" when nothing was known. */
static enum status compare(struct desk *desk, const char *name, uint64_t digest, char ret_before[DIGEST_BYTES],
                           char ret_after[DIGEST_BYTES], bool *ret_changed)
{
    struct slice known = {0};
    ret_before[0] = '\0';
    (void)snprintf(ret_after, DIGEST_BYTES, "%016llx", (unsigned long long)digest);
    enum status status = store_meta_get(desk->store, name, &desk->arena, &known);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    (void)snprintf(ret_before, DIGEST_BYTES, "%.*s", (int)known.size, slice_empty(known) ? "" : known.at);
    *ret_changed = !slice_empty(known) && !slice_is(known, ret_after);
    return slice_is(known, ret_after) ? STATUS_OK : store_meta_set(desk->store, name, slice_of(ret_after));
}

struct reading {
    struct desk *desk;
    int64_t changed;
};

static enum status read_again(void *context, const struct staged *row)
{
    struct reading *at = context;
    bool differs = false;
    arena_reset(&at->desk->arena);
    enum status status = intake_decode_again(at->desk, row->side, row->entity, row->remote_id, &differs);
    if (status == STATUS_OK && differs)
        status = stage_set_cause(at->desk->store, row->side, row->entity, row->remote_id, CAUSE_MAPPING);
    at->changed += differs;
    return status;
}

/* --- policies and directions ------------------------------------------------------------------- */

/* What decides of an entity's records beside how they are read. */
static enum status rules_digest(struct desk *desk, enum entity entity, uint64_t *ret)
{
    struct buffer text;
    uint8_t digest[HASH_BYTES] = {0};
    buffer_init(&text, RULES_BYTES);
    buffer_text(&text, direction_name(mapping_direction(desk->mapping, entity)));
    for (enum field field = field_first(entity); field < field_end(entity); field++)
        buffer_printf(&text, " %s", policy_name(mapping_policy(desk->mapping, field)));
    enum status status = text.status;
    if (status == STATUS_OK)
        status = digest_bytes(desk->digest, buffer_slice(&text), digest);
    buffer_free(&text);
    memcpy(ret, digest, sizeof *ret);
    return status;
}

static enum status judge_again(void *context, const struct staged *row)
{
    struct desk *desk = context;
    return stage_set_cause(desk->store, row->side, row->entity, row->remote_id, CAUSE_MAPPING);
}

/* By other rules, all records of the entity are judged again. Where the rules before are not known, another mapping
 * may have brought others. */
static enum status open_rules(struct desk *desk, enum entity entity, bool mapping_changed, struct buffer *told)
{
    char name[NAME_BYTES];
    char before[DIGEST_BYTES];
    char after[DIGEST_BYTES];
    uint64_t digest = 0;
    bool changed = false;
    (void)snprintf(name, sizeof name, "known.rules.%s", entity_name(entity));
    enum status status = rules_digest(desk, entity, &digest);
    if (status == STATUS_OK)
        status = compare(desk, name, digest, before, after, &changed);
    if (status != STATUS_OK || !(changed || (mapping_changed && before[0] == '\0')))
        return status;
    buffer_printf(told, "%s\"%s\"", told->size == 0 ? "" : ",", entity_name(entity));
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++)
        status = stage_each(desk->store, side, entity, judge_again, desk);
    return status;
}

static enum status open_all_rules(struct desk *desk, bool mapping_changed, struct buffer *told)
{
    enum status status = STATUS_OK;
    for (int entity = 0; status == STATUS_OK && entity < ENTITY_ANNUAL; entity++)
        status = open_rules(desk, (enum entity)entity, mapping_changed, told);
    return status == STATUS_OK ? told->status : status;
}

/* --- the mapping ------------------------------------------------------------------------------- */

static enum status tell_mapping(struct desk *desk, const char *before, const char *after, int64_t records,
                                struct slice rules)
{
    struct buffer members;
    buffer_init(&members, RULES_BYTES);
    buffer_printf(&members, "\"run\":%lld,\"before\":\"%s\",\"after\":\"%s\",\"records\":%lld,\"judged_again\":[%.*s]",
                  (long long)desk->run, before, after, (long long)records, (int)rules.size,
                  slice_empty(rules) ? "" : rules.at);
    enum status status = desk_event(desk, "mapping_changed", &members);
    buffer_free(&members);
    return status;
}

static enum status open_mapping(struct desk *desk, bool *ret_any)
{
    char before[DIGEST_BYTES];
    char after[DIGEST_BYTES];
    bool changed = false;
    struct reading reading = {.desk = desk};
    struct buffer rules;
    enum status status =
        compare(desk, "known.mapping", mapping_digest(desk->mapping), before, after, &changed);
    *ret_any = *ret_any || changed;
    for (enum side side = MUNICIPAL; changed && side < SIDES; side++) {
        for (int entity = 0; status == STATUS_OK && entity < ENTITIES; entity++)
            status = stage_each(desk->store, side, (enum entity)entity, read_again, &reading);
    }
    buffer_init(&rules, RULES_BYTES);
    if (status == STATUS_OK)
        status = open_all_rules(desk, changed, &rules);
    if (status == STATUS_OK && changed)
        status = tell_mapping(desk, before, after, reading.changed, buffer_slice(&rules));
    buffer_free(&rules);
    return status;
}

static enum status open_definition(struct desk *desk, enum side side, bool *ret_any)
{
    char name[NAME_BYTES];
    char before[DIGEST_BYTES];
    char after[DIGEST_BYTES];
    bool changed = false;
    struct buffer members;
    (void)snprintf(name, sizeof name, "known.definition.%s", side_name(side));
    enum status status =
        compare(desk, name, definition_digest(desk->definition[side]), before, after, &changed);
    if (status != STATUS_OK || !changed)
        return status;
    *ret_any = true;
    buffer_init(&members, 512);
    buffer_printf(&members, "\"run\":%lld,\"side\":\"%s\",\"before\":\"%s\",\"after\":\"%s\"",
                  (long long)desk->run, side_name(side), before, after);
    status = desk_event(desk, "definition_changed", &members);
    buffer_free(&members);
    return status;
}

/* What was refused before is judged again, and sent. */
static enum status note_run(struct desk *desk)
{
    char run[DIGEST_BYTES + 4];
    (void)snprintf(run, sizeof run, "%lld", (long long)desk->run);
    enum status status = stage_dirty_in_conflict(desk->store);
    return status == STATUS_OK ? store_meta_set(desk->store, REDEFINED, slice_of(run)) : status;
}

enum status redefine_open(struct desk *desk)
{
    struct slice run = {0};
    bool any = false;
    enum status status = open_mapping(desk, &any);
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++)
        status = open_definition(desk, side, &any);
    if (status == STATUS_OK && any)
        status = note_run(desk);
    if (status != STATUS_OK)
        return status;
    desk->redefined = 0;
    status = store_meta_get(desk->store, REDEFINED, &desk->arena, &run);
    if (status == STATUS_OK)
        (void)slice_integer(run, &desk->redefined);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
