/* The chained log in this program's hands, while it holds the state. */
#ifndef CLI_LOCAL_LOG_H
#define CLI_LOCAL_LOG_H

#include "daemon/cli/session.h"

struct chain;
struct store;

/* The caller holds the state's lock; store: NULL where it is not opened. Freed with chain_close. */
enum status local_log_open(struct session *session, const struct store *store, struct chain **ret);

/* view_shown of views that run here: takes the lock of the state for the one line. BUSY when
 * another process has it: then nothing is shown in full. context: the session. */
enum status local_log_shown(void *context, const char *event, const char *reference,
                            int64_t conflict, const char *who);

#endif
