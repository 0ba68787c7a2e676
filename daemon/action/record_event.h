/* What an action leaves in the log: who did what, and why. */
#ifndef ACTION_RECORD_EVENT_H
#define ACTION_RECORD_EVENT_H

#include "daemon/action/action.h"

/* Appends one event with "who" and these members (an object, borrowed; masked by whoever made it).
 * OK without a chain, as in tests. */
enum status record_event(const struct action *action, const char *event, json_t *members);

#endif
