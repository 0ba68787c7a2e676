#include "daemon/work/reviewed.h"

#include "daemon/work/planned.h"

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
