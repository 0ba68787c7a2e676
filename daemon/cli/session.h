/* How a command reaches the state: through the daemon when one answers, else in this program. One
 * way of asking for both; the answers are the same rows. */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "daemon/command.h"
#include "daemon/configuration.h"
#include "daemon/view/view.h"

#include <jansson.h>

/* What is done with the answers. */
struct session_reply {
    view_row row;                                      /* borrowed */
    void (*progress)(void *context, json_t *progress); /* borrowed; may be NULL */
    void *context;
};

struct local;

struct session {
    const char *config;
    struct settings settings;
    bool settings_loaded;
    struct local *local; /* once something had to be done here */
    char who[96];        /* "uid 1000 (name)" */
    char message[400];   /* why it failed, in the user's language, or "" */
};

/* Loads the settings. 78 with a message when they are wrong. Freed with session_close in any case.
 */
int session_open(const char *config, struct session *ret);
void session_close(struct session *session);

/* Has the command carried out. needs_daemon: 69 when none answers. Exit code; session->message says
 * what there is to say. */
int session_ask(struct session *session, const char *command, json_t *arguments, bool needs_daemon,
                const struct session_reply *reply);

/* What is wrong in a file that people write, in the user's language. */
void session_fault(const struct fault *fault, char *text, size_t size);

/* Our clock: whole seconds since 1970. */
int64_t session_now(void);

#endif
