/* What `resync`, `apply` and `undo` ask for, from the arguments of a request (daemon/command.h) to an
 * order of the bridge. */
#ifndef DAEMON_ORDER_H
#define DAEMON_ORDER_H

#include "daemon/bridge.h"

enum { ORDER_NAMES = 1000 }; /* persons, and organisations, in one request */
enum { ORDER_WRITES = 100000 }; /* of a reviewed plan */

struct order {
    struct cycle_order cycle; /* its texts lie in `texts` and in the arguments */
    struct slice persons[ORDER_NAMES], organisations[ORDER_NAMES];
    struct arena texts;
};

/* command: its name; what another command takes is not looked at. who: for the log; must live as long
 * as the order. today: days since 1970-01-01 CST. INVALID: ret_message says what is wrong, static. Freed with
 * order_free in any case; the arguments must live as long. */
enum status order_read(const char *command, json_t *arguments, const char *who, int64_t today,
                       struct order *ret, const char **ret_message);
void order_free(struct order *order);

#endif
