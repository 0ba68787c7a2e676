#include "daemon/sync/oscillation.h"

enum { CHANGES = 6 }; /* A→B→A is two */

struct change {
    struct slice value;
    enum side writer; /* SIDES: not known */
};

/* The last CHANGES + 1 values, oldest first. */
struct history {
    struct change at[CHANGES + 1];
    size_t count;
};

static void append(struct history *history, struct slice value, enum side writer)
{
    if (history->count > 0 && slice_equal(history->at[history->count - 1].value, value))
        return;
    if (history->count == CHANGES + 1) {
        for (size_t index = 0; index < CHANGES; index++)
            history->at[index] = history->at[index + 1];
        history->count--;
    }
    history->at[history->count++] = (struct change){value, writer};
}

bool oscillates(const struct flip *flips, size_t count)
{
    struct history history = {.count = 0};
    bool wrote[SIDES + 1] = {false};
    for (size_t index = 0; index < count; index++) {
        /* another value than the one before is the target's own */
        append(&history, flips[index].before, index == 0 ? SIDES : flips[index].target);
        append(&history, flips[index].after, side_other(flips[index].target));
    }
    if (history.count <= CHANGES)
        return false;
    for (size_t index = 1; index <= CHANGES; index++) {
        if (index > 1 && !slice_equal(history.at[index].value, history.at[index - 2].value))
            return false;
        wrote[history.at[index].writer] = true;
    }
    return wrote[MUNICIPAL] && wrote[PROVINCIAL];
}
