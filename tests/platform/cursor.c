#include "tests/platform/cursor.h"

#include "tests/platform/index.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void snapshot_free(struct cursor_snapshot *snapshot)
{
    free(snapshot->rows);
    *snapshot = (struct cursor_snapshot){0};
}

void cursors_sweep(struct cursors *cursors, int64_t now)
{
    for (size_t at = 0; at < CURSORS; at++) {
        struct cursor_snapshot *snapshot = &cursors->kept[at];
        if (snapshot->number != 0 && now - snapshot->last_out > cursors->lifetime)
            snapshot_free(snapshot);
    }
}

struct cursor_snapshot *cursors_keep(struct cursors *cursors, enum entity entity,
                                     const struct row **rows, size_t count, int64_t now)
{
    struct cursor_snapshot *oldest = &cursors->kept[0];
    cursors_sweep(cursors, now);
    for (size_t at = 0; at < CURSORS; at++)
        if (cursors->kept[at].number < oldest->number)
            oldest = &cursors->kept[at];
    snapshot_free(oldest);
    *oldest = (struct cursor_snapshot){.entity = entity,
                                       .rows = rows,
                                       .count = count,
                                       .last_out = now,
                                       .number = ++cursors->numbers};
    return oldest;
}

static unsigned cursor_check(uint64_t number, size_t offset, int64_t issued)
{
    uint64_t parts[3] = {number, offset, (uint64_t)issued};
    return (unsigned)index_hash(parts, sizeof parts, 0x5eed);
}

void cursors_text(const struct cursors *cursors, struct cursor_snapshot *snapshot, size_t offset,
                  int64_t now, char ret[CURSOR_TEXT])
{
    (void)cursors;
    snapshot->last_out = now;
    snprintf(ret, CURSOR_TEXT, "c%llx-%zx-%llx-%08x", (unsigned long long)snapshot->number, offset,
             (unsigned long long)now, cursor_check(snapshot->number, offset, now));
}

enum status cursors_find(struct cursors *cursors, const char *text, int64_t now,
                         struct cursor_snapshot **ret_snapshot, size_t *ret_offset)
{
    unsigned long long number, issued;
    size_t offset;
    unsigned check;
    char end;
    if (sscanf(text, "c%16llx-%16zx-%16llx-%8x%c", &number, &offset, &issued, &check, &end) != 4 ||
        check != cursor_check(number, offset, (int64_t)issued))
        return STATUS_INVALID;
    if (now - (int64_t)issued > cursors->lifetime)
        return STATUS_NOT_FOUND;
    for (size_t at = 0; at < CURSORS; at++)
        if (cursors->kept[at].number == number) {
            *ret_snapshot = &cursors->kept[at];
            *ret_offset = offset;
            return STATUS_OK;
        }
    return STATUS_NOT_FOUND;
}

void cursors_free(struct cursors *cursors)
{
    for (size_t at = 0; at < CURSORS; at++)
        snapshot_free(&cursors->kept[at]);
}

void cursors_drop(struct cursor_snapshot *snapshot)
{
    snapshot_free(snapshot);
}
