/* Commands carried out in this program, when no daemon answers: views on the state opened for
 * reading, actions and cycles with the state locked. */
#ifndef CLI_LOCAL_H
#define CLI_LOCAL_H

#include "daemon/cli/session.h"

/* Loads mapping and log key besides the settings. 78 with the session's message when they are
 * wrong. */
int local_open(struct session *session);
void local_close(struct session *session);
const struct configuration *local_configuration(const struct session *session);
/* What the state is opened with; borrowed of the configuration. */
struct seal_keys local_keys(const struct session *session);

int local_view(struct session *session, const char *command, json_t *arguments,
               const struct session_reply *reply);
int local_action(struct session *session, const char *command, json_t *arguments,
                 const struct session_reply *reply);
/* Runs one cycle to its end; then gives the row of its run, as the daemon does. */
int local_cycle(struct session *session, const char *command, json_t *arguments,
                const struct session_reply *reply);

/* What holds or ails the state, in the user's language, into the session's message. The exit code.
 */
int local_store_fault(struct session *session, const struct store_error *error);

#endif
