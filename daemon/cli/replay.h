/* cebridge replay FILE: a recorded cycle decided once more. */
#ifndef CLI_REPLAY_H
#define CLI_REPLAY_H

#include "daemon/view/view.h"

/* Gives each decision as a row, last how the replay ended. Needs no settings, state or daemon. The exit code; what
 * is to be said in ret_message, in the user's language. */
int replay_run(json_t *arguments, view_row row, void *context, char *ret_message, size_t size);

#endif
