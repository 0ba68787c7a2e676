/* Who is at the other end of the control socket, and what may they do (operators.md, "The
 * service"). */
#ifndef DAEMON_CONTROL_PEER_H
#define DAEMON_CONTROL_PEER_H

#include "daemon/control.h"

#include <sys/types.h>

enum { PEER_GROUPS = 256 };

/* What the kernel says of a connection. */
struct peer_facts {
    uid_t uid;
    gid_t gid;
    pid_t pid;
    gid_t groups[PEER_GROUPS]; /* of the process */
    size_t group_count;
};

/* false: the kernel does not say. Does not block. */
bool peer_facts(int socket, struct peer_facts *ret);
/* Looks the user and the groups up; may block on a directory service: not for the loop's thread. */
void peer_look_up(const struct peer_facts *facts, struct control_peer *ret);

#endif
