/* The listening end of the control socket: systemd's, or one made at its path. Everybody may
 * connect, since four groups must; who may do what is decided by peer credentials. */
#ifndef DAEMON_CONTROL_LISTEN_H
#define DAEMON_CONTROL_LISTEN_H

#include "mapping/base/status.h"

#include <stdbool.h>
#include <sys/types.h>

struct control_listener {
    int socket;
    bool made; /* by us: removed at the end */
    dev_t device;
    ino_t inode;
};

/* As control_open. */
enum status control_listen(const char *path, struct control_listener *ret, struct fault *ret_fault);
/* Removes the socket's file when it is still the one that was made. */
void control_unlisten(const char *path, const struct control_listener *listener);

#endif
