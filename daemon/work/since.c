#include "daemon/work/since.h"

#include <string.h>

void since_pack(const int64_t changed_at[SIDES][FIELDS], struct buffer *ret)
{
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        for (int field = 0; field < FIELDS; field++) {
            if (changed_at[side][field] != 0)
                buffer_printf(ret, "%c %s %s %lld\n", side == MUNICIPAL ? 'm' : 'p',
                              entity_name(field_row((enum field)field)->entity),
                              field_row((enum field)field)->name,
                              (long long)changed_at[side][field]);
        }
    }
}

static void take_line(struct slice line, int64_t ret[SIDES][FIELDS])
{
    struct slice words[4] = {{0}};
    enum entity entity = ENTITY_ACCOUNT;
    enum field field = FIELDS;
    int64_t moment = 0;
    for (size_t index = 0; index < 4; index++) {
        if (!slice_next_word(&line, &words[index]))
            return;
    }
    if (entity_find(words[1], &entity) && field_find(entity, words[2], &field) &&
        slice_integer(words[3], &moment))
        ret[slice_is(words[0], "m") ? MUNICIPAL : PROVINCIAL][field] = moment;
}

void since_unpack(struct slice text, int64_t ret[SIDES][FIELDS])
{
    while (text.size > 0) {
        const char *end = memchr(text.at, '\n', text.size);
        size_t size = end == NULL ? text.size : (size_t)(end - text.at);
        take_line((struct slice){text.at, size}, ret);
        text.at += end == NULL ? size : size + 1;
        text.size -= end == NULL ? size : size + 1;
    }
}
