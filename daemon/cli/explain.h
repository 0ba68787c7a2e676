/* explain: one raw record through the mapping. The record is the caller's own: shown in full. */
#ifndef CLI_EXPLAIN_H
#define CLI_EXPLAIN_H

#include "daemon/cli/session.h"

/* Reads FILE (or "-"), finds the entity that fits when none is named, gives one row. Exit code. */
int explain_run(struct session *session, json_t *arguments, view_row row, void *context);

#endif
