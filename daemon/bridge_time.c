/* The time by which a cycle goes. */
#include "daemon/bridge_inside.h"

int64_t bridge_now_ms(const struct bridge *bridge)
{
    return bridge_monotonic_ms(bridge) + bridge->ahead_ms;
}

void bridge_set_clock(struct bridge *bridge)
{
    int64_t ahead_ms = bridge_wall_ms() - bridge_monotonic_ms(bridge);
    int64_t moved_ms = ahead_ms - bridge->ahead_ms;
    bridge->ahead_ms = ahead_ms;
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        bridge->side[side].offset_ms -= moved_ms;
        bridge->side[side].token_until += moved_ms / 1000;
    }
}
