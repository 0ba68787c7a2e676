#include "mapping/record_short.h"

#include <string.h>

/* A text's pack begins with a letter. */
enum { MARK = 1, HEAD_BYTES = 2, SEVEN_BITS = 7, SIZE_BYTES_MOST = 5 };

static const char letters[ENTITIES] = {[ENTITY_ACCOUNT] = 'a', [ENTITY_HOURS] = 'h', [ENTITY_ANNUAL] = 'y'};

/* FNV-1a, folded. */
static uint16_t code_of(const char *name)
{
    uint32_t hash = 2166136261U;
    for (; *name != '\0'; name++)
        hash = (hash ^ (uint8_t)*name) * 16777619U;
    return (uint16_t)(hash >> 16 ^ hash);
}

uint16_t record_short_code(enum field field)
{
    return code_of(field_row(field)->name);
}

static void put_field(enum field field, struct slice value, struct buffer *ret)
{
    char head[2 + SIZE_BYTES_MOST];
    uint16_t code = record_short_code(field);
    size_t used = 2;
    size_t size = value.size;
    head[0] = (char)(code >> 8);
    head[1] = (char)(code & 0xFF);
    for (; size >> SEVEN_BITS != 0 && used < sizeof head - 1; size >>= SEVEN_BITS)
        head[used++] = (char)(size | 1U << SEVEN_BITS);
    head[used++] = (char)size;
    buffer_append(ret, (struct slice){head, used});
    buffer_append(ret, value);
}

void record_pack_short(const struct record *record, field_set set, struct buffer *ret)
{
    const char head[HEAD_BYTES] = {MARK, letters[record->entity]};
    buffer_append(ret, (struct slice){head, HEAD_BYTES});
    for (enum field field = field_first(record->entity); field < field_end(record->entity); field++) {
        if ((set & FIELD_BIT(field)) != 0)
            put_field(field, record->value[field], ret);
    }
}

bool record_is_short(struct slice packed)
{
    return packed.size >= HEAD_BYTES && packed.at[0] == MARK;
}

/* They mostly come in the order of the table: `from` is where the next one should be. */
static bool find_field(enum entity entity, uint16_t code, enum field from, enum field *ret)
{
    enum field first = field_first(entity);
    unsigned count = (unsigned)field_end(entity) - (unsigned)first;
    for (unsigned tried = 0; tried < count; tried++) {
        enum field field = (enum field)((unsigned)first + ((unsigned)from - (unsigned)first + tried) % count);
        if (record_short_code(field) != code)
            continue;
        *ret = field;
        return true;
    }
    return false;
}

static bool take_size(struct slice *rest, size_t *ret)
{
    *ret = 0;
    for (unsigned shift = 0; rest->size > 0 && shift < SIZE_BYTES_MOST * SEVEN_BITS; shift += SEVEN_BITS) {
        uint8_t byte = (uint8_t)rest->at[0];
        rest->at++;
        rest->size--;
        *ret |= (size_t)(byte & ~(1U << SEVEN_BITS)) << shift;
        if (byte >> SEVEN_BITS == 0)
            return *ret <= rest->size;
    }
    return false;
}

enum status record_unpack_short(struct slice packed, struct record *ret, field_set *ret_set)
{
    struct record record = {.entity = ENTITY_ACCOUNT};
    field_set set = 0;
    struct slice rest = {packed.at + HEAD_BYTES, packed.size - HEAD_BYTES};
    const char *letter = memchr(letters, packed.at[1], sizeof letters);
    if (letter == NULL)
        return STATUS_CORRUPT;
    record.entity = (enum entity)(letter - letters);
    enum field field = field_first(record.entity);
    while (rest.size > 0) {
        size_t size = 0;
        if (rest.size < 2)
            return STATUS_CORRUPT;
        uint16_t code = (uint16_t)((uint8_t)rest.at[0] << 8 | (uint8_t)rest.at[1]);
        rest = (struct slice){rest.at + 2, rest.size - 2};
        if (!take_size(&rest, &size) || !find_field(record.entity, code, field, &field))
            return STATUS_CORRUPT;
        record.value[field] = (struct slice){rest.at, size};
        set |= FIELD_BIT(field);
        rest = (struct slice){rest.at + size, rest.size - size};
    }
    *ret = record;
    *ret_set = set;
    return STATUS_OK;
}
