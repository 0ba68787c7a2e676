#include "mapping/codes.h"

#include <string.h>

void codes_add(struct codes *codes, struct slice code)
{
    size_t at = codes->count;
    for (size_t index = 0; index < codes->count; index++) {
        if (slice_equal(codes->at[index], code))
            return;
    }
    if (slice_empty(code) || codes->count == CODES_MOST)
        return;
    for (; at > 0 && slice_compare(codes->at[at - 1], code) > 0; at--)
        codes->at[at] = codes->at[at - 1];
    codes->at[at] = code;
    codes->count++;
}

enum status codes_join(const struct codes *codes, struct arena *arena, struct slice *ret)
{
    size_t size = 0;
    for (size_t index = 0; index < codes->count; index++)
        size += codes->at[index].size + 1;
    if (size == 0) {
        *ret = (struct slice){0};
        return STATUS_OK;
    }
    char *text = arena_alloc(arena, size);
    if (text == NULL)
        return STATUS_NO_MEMORY;
    size_t used = 0;
    for (size_t index = 0; index < codes->count; index++) {
        if (index > 0)
            text[used++] = ' ';
        memcpy(text + used, codes->at[index].at, codes->at[index].size);
        used += codes->at[index].size;
    }
    *ret = (struct slice){text, used};
    return STATUS_OK;
}
