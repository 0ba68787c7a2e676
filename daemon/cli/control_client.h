/* The other end of the control socket (daemon/control.h): one request, its replies line by line. */
#ifndef CLI_CONTROL_CLIENT_H
#define CLI_CONTROL_CLIENT_H

#include "daemon/cli/session.h"

/* Connects and sends. NOT_FOUND: nobody listens; DENIED: not permitted to connect; IO. */
enum status control_client_open(const char *path, const char *command, json_t *arguments,
                                int *ret_socket);
/* Reads the replies up to the end and closes the socket. ret_message: malloc'ed, the daemon's
 * English text. The exit code; 70 when the daemon went away before its end. */
int control_client_read(int socket, const struct session_reply *reply, char **ret_message);

#endif
