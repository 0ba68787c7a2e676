#include "daemon/work/unknown_field.h"

#include "mapping/base/civil.h"
#include "mapping/unknown_members.h"

#include <stdio.h>
#include <string.h>

enum { NAMES_MOST = 8, NAME_BYTES = 40, TOLD_MOST = 64 };

/* A name is the platform's, and may be anything: only what looks like one is told as it is. */
static void tame(struct slice name, char ret[NAME_BYTES + 1])
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
    bool plain = name.size > 0 && name.size <= NAME_BYTES;
    for (size_t index = 0; plain && index < name.size; index++)
        plain = memchr(letters, name.at[index], sizeof letters - 1) != NULL;
    (void)snprintf(ret, NAME_BYTES + 1, "%.*s", plain ? (int)name.size : 1, plain ? name.at : "?");
}

static enum status log_name(struct desk *desk, enum side side, enum entity entity, const char *name)
{
    struct buffer members;
    buffer_init(&members, 512);
    buffer_printf(&members, "\"run\":%lld,\"side\":\"%s\",\"entity\":\"%s\",\"field\":\"%s\"", (long long)desk->run,
                  side_name(side), entity_name(entity), name);
    enum status status = desk_event(desk, "schema_drift", &members);
    buffer_free(&members);
    return status;
}

/* Under its name the state keeps the day on which it was told last. */
static enum status note_name(struct desk *desk, enum side side, enum entity entity, const char *name)
{
    char kept[NAME_BYTES + 48];
    char today[24];
    struct slice last = {0};
    (void)snprintf(kept, sizeof kept, "unknown.%s.%s.%s", side_name(side), entity_name(entity), name);
    (void)snprintf(today, sizeof today, "%lld", (long long)civil_china_day(desk->now));
    struct hash hash = desk_hash_pair(desk, kept, slice_of(today), (struct slice){0});
    if (hashset_has(&desk->unknown_fields, hash) || desk->unknown_fields.count >= TOLD_MOST)
        return STATUS_OK;
    enum status status = hashset_add(&desk->unknown_fields, hash);
    if (status == STATUS_OK)
        status = store_meta_get(desk->store, kept, &desk->arena, &last);
    if (status == STATUS_OK && slice_is(last, today))
        return STATUS_OK;
    if (status == STATUS_OK || status == STATUS_NOT_FOUND)
        status = store_meta_set(desk->store, kept, slice_of(today));
    return status == STATUS_OK ? log_name(desk, side, entity, name) : status;
}

enum status unknown_field_note(struct desk *desk, enum side side, enum entity entity, struct slice row)
{
    struct slice names[NAMES_MOST] = {{0}};
    size_t count = 0;
    enum status status =
        unknown_members(desk->mapping, side, entity, row, &desk->arena, NAMES_MOST, names, &count);
    for (size_t index = 0; status == STATUS_OK && index < count; index++) {
        char name[NAME_BYTES + 1];
        tame(names[index], name);
        status = note_name(desk, side, entity, name);
    }
    return status;
}
