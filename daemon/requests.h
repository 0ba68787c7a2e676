/* The commands of the control socket: views beside the loop on a reading state, actions on the
 * bridge's worker, cycles one after the other. */
#ifndef DAEMON_REQUESTS_H
#define DAEMON_REQUESTS_H

#include "daemon/service.h"

enum status requests_open(struct service *service);
void requests_close(struct service *service);

/* The callbacks of control.h; context is the service. */
void requests_command(void *context, struct control_client *client, const char *name,
                      json_t *arguments, const struct control_peer *peer);
void requests_denied(void *context, const char *name, const struct control_peer *peer);

/* The running cycle's progress and end, for whoever asked for it. */
void requests_progress(struct service *service, const struct cycle_progress *progress);
void requests_finished(struct service *service, const struct cycle_result *result);
/* Begins the cycle that waits longest; false: none does. */
bool requests_next(struct service *service);
/* All that wait for a cycle are sent away: the daemon stops. */
void requests_dismiss(struct service *service);

#endif
