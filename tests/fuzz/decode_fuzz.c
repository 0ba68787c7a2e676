/* Any bytes as a record of any entity and side: nothing is touched outside them, and what is taken
 * obeys the mapping law. The first byte chooses entity and side. */
#include "mapping/decode.h"
#include "mapping/encode.h"
#include "mapping/explain.h"
#include "tests/unit/mapping/shipped.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

enum { NOW = 1700000000, ARENA_BYTES = 4 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void crash_unless(bool holds)
{
    if (!holds)
        abort();
}

static void try_record(const struct mapping *mapping, enum side side, enum entity entity,
                       struct slice json, struct arena *arena)
{
    struct decoded decoded;
    struct decoded_head head;
    json_t *explained = NULL;
    field_set lossy = 0;
    if (decode_record(mapping, side, entity, json, NOW, arena, &decoded) != STATUS_OK)
        return;
    enum status status = decode_head(mapping, side, entity, json, arena, &head);
    crash_unless(status != STATUS_OK || slice_equal(head.remote_id, decoded.record.remote_id));
    crash_unless(status != STATUS_OK || head.updated == decoded.record.updated);
    if (explain_record(mapping, side, entity, json, NOW, &explained) != STATUS_OK)
        return;
    json_decref(explained);
    if (decoded.ok && explain_law(mapping, side, entity, json, NOW, arena, &lossy) == STATUS_OK)
        crash_unless(lossy == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct mapping *mapping;
    struct arena arena;
    if (mapping == NULL)
        mapping = shipped_mapping();
    if (mapping == NULL || size < 1)
        return 0;
    enum entity entity = (enum entity)(data[0] % ENTITIES);
    enum side side = (enum side)(data[0] / ENTITIES % SIDES);
    arena_init(&arena, ARENA_BYTES);
    try_record(mapping, side, entity, (struct slice){(const char *)data + 1, size - 1}, &arena);
    arena_free(&arena);
    return 0;
}
