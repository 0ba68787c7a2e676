/* resolve: one decision from the arguments, or a file of them, one JSON object a line. */
#ifndef CLI_DECISIONS_H
#define CLI_DECISIONS_H

#include "daemon/cli/session.h"

/* Each line is {"number","take"|"value"|"accept","reason"}. A wrong line is named by its number on
 * standard error and stops no other. The exit code of the first that failed. */
int decisions_run(struct session *session, json_t *arguments, const struct session_reply *reply);

#endif
