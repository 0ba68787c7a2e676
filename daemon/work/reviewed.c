#include "daemon/work/reviewed.h"

#include "daemon/work/planned.h"

#include <string.h>

static bool hex_digit(char digit, uint8_t *ret)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = digit == '\0' ? NULL : strchr(digits, digit);
    *ret = (uint8_t)(at == NULL ? 0 : at - digits);
    return at != NULL;
}

enum status reviewed_keys(struct slice hex, struct hashset *ret)
{
    for (size_t at = 0; at + 2 * HASH_BYTES <= hex.size; at += (size_t)2 * HASH_BYTES) {
        struct hash key = {{0}};
        for (size_t index = 0; index < (size_t)2 * HASH_BYTES; index++) {
            uint8_t half = 0;
            if (!hex_digit(hex.at[at + index], &half))
                return STATUS_INVALID;
            key.at[index / 2] = (uint8_t)(key.at[index / 2] << 4 | half);
        }
        enum status status = hashset_add(ret, key);
        if (status != STATUS_OK)
            return status;
    }
    return hex.size % ((size_t)2 * HASH_BYTES) == 0 ? STATUS_OK : STATUS_INVALID;
}

enum status reviewed_keep(struct desk *desk)
{
    struct write write = {.number = 0};
    enum status status = STATUS_OK;
    while (status == STATUS_OK) {
        arena_reset(&desk->arena);
        status = journal_next_in_state(desk->store, WRITE_PLANNED, desk->run, write.number,
                                       &desk->arena, &write);
        if (status != STATUS_OK)
            break;
        status = hashset_has(&desk->order.keys, write.key)
                     ? hashset_add(&desk->order.found, write.key)
                     : planned_drop(desk, &write, "not_reviewed");
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
