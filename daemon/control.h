/* The control socket: one request a connection, JSON lines, admitted by peer credentials
 * (operators.md, "The service"). Request: {"command":NAME,"arguments":{…}}. Replies:
 * {"progress":{…}} and
 * {"row":{…}} in any number, then one {"end":{"exit":N,"message":TEXT}}. All functions belong to
 * the loop's thread. */
#ifndef DAEMON_CONTROL_H
#define DAEMON_CONTROL_H

#include "daemon/command.h"
#include "mapping/base/status.h"

#include <jansson.h>
#include <stdbool.h>
#include <uv.h>

enum {
    CONTROL_LARGEST_REQUEST = 4 * 1024 * 1024, /* the keys of a reviewed plan: daemon/order.h */
    CONTROL_FULL = 1024 * 1024,                 /* replies not taken yet: control_full */
    CONTROL_LARGEST_BACKLOG = 64 * 1024 * 1024, /* then the client is dropped */
    CONTROL_TIMEOUT_MS =
        30000, /* to send the request; then to take anything of what waits for it */
    CONTROL_CLIENTS = 64
};

/* Who asks. Roles: the groups cebridge-admin, -clerk, -audit, -read of the user and of the process;
 * root and the daemon's own user are admin. */
struct control_peer {
    long uid, gid, pid;
    char name[64];  /* of the user; "" when it has none */
    char who[96];   /* "uid 1000 (name)" */
    unsigned roles; /* enum command_role */
};

struct control;
struct control_client;

/* A request of a known command from a peer that may give it. Each must be ended with control_end,
 * once, then or later; the client is valid until then, even when it has hung up. arguments: an
 * object, borrowed. */
typedef void (*control_command)(void *context, struct control_client *client, const char *name,
                                json_t *arguments, const struct control_peer *peer);
/* A request that was not permitted; for the log. */
typedef void (*control_denied)(void *context, const char *name, const struct control_peer *peer);

struct control_options {
    const char *path; /* the socket; its folder is made when missing (0755) */
    control_command command;
    control_denied denied; /* may be NULL */
    void *context;
};

/* Listens at the path, or at the socket systemd handed over. A socket that nobody answers at is
 * replaced; BUSY: somebody does; IO, DENIED: ret_fault.read has the reason. */
enum status control_open(uv_loop_t *loop, const struct control_options *options,
                         struct control **ret, struct fault *ret_fault);

/* One reply line each. row, progress: borrowed. Nothing happens once the client has hung up. */
void control_row(struct control_client *client, json_t *row);
void control_progress(struct control_client *client, json_t *progress);
/* The last line; the connection is closed once it was taken. message: English, may be "". */
void control_end(struct control_client *client, int exit_code, const char *message);
bool control_gone(const struct control_client *client); /* it has hung up */
/* So much waits for the client to take it that more should be given later. */
bool control_full(const struct control_client *client);
/* Calls `taken` once, on the loop, when all that waits was taken or the client has hung up. Not
 * called when nothing waits, nor after control_end. */
void control_when_taken(struct control_client *client, void (*taken)(void *context), void *context);

/* Listens no more, gives what is queued up to 1 s, calls `closed` on the loop. Clients whose
 * command was not ended yet are answered 75. The socket's file is removed unless systemd made it.
 */
void control_close(struct control *control, void (*closed)(void *context), void *context);

#endif
