/* explain: one raw record through the mapping (the record is the caller's own: shown in full); or what
 * is asked of the state instead. */
#ifndef CLI_EXPLAIN_H
#define CLI_EXPLAIN_H

#include "daemon/cli/session.h"

/* Reads FILE (or "-"), finds the entity that fits when none is named, gives one row. Exit code. */
int explain_run(struct session *session, json_t *arguments, view_row row, void *context);

/* "conflict N" or "record REF", as the request's arguments, a new reference; NULL: neither, and the
 * session has its message where that was not a file either. */
json_t *explain_stored_arguments(struct session *session, json_t *typed);

#endif
