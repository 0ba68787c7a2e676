/* check: whether everything that the bridge needs is there and right; with --online, whether the
 * platforms answer. Rows {"item","state","platform","detail"}: state good, warning or bad. */
#ifndef CLI_CHECK_H
#define CLI_CHECK_H

#include "daemon/cli/session.h"

struct check {
    struct session *session;
    view_row row;
    void *context;
    int exit_code; /* of the first that is bad */
};

/* Gives the row. platform: SIDES for none; item: static English; detail: never a secret. */
void check_row(struct check *check, const char *item, const char *state, enum side platform,
               const char *detail);
/* Bad, and with that exit code. */
void check_bad(struct check *check, const char *item, enum exit_code code, enum side platform,
               const char *detail);

/* The session's settings are loaded, or were refused with this message. The exit code of all. */
int check_run(struct session *session, int settings_code, bool online, view_row row, void *context);
/* Asks one platform. */
void check_online(struct check *check, enum side side);

#endif
