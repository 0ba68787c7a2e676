#include "daemon/work/planned_set.h"

enum { KNOWN_MOST = 32 * 1024 };

enum status planned_note(struct desk *desk, const struct write *write)
{
    if (desk->planned.count == 0 && !desk->planned_more)
        desk->planned_behind = write->number - 1;
    if (desk->planned.count < KNOWN_MOST)
        return hashset_add(&desk->planned, write->subject);
    desk->planned_more = true;
    return STATUS_OK;
}

bool planned_has(const struct desk *desk, struct hash subject)
{
    return hashset_has(&desk->planned, subject) ||
           (desk->planned_more && journal_plans(desk->store, subject, desk->planned_behind));
}

void planned_take_out(struct desk *desk, struct hash subject)
{
    hashset_remove(&desk->planned, subject);
}

void planned_forget(struct desk *desk)
{
    hashset_clear(&desk->planned);
    desk->planned_more = false;
}
