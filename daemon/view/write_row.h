/* A write of the journal as JSON, for whoever shows what was done about one subject. */
#ifndef VIEW_WRITE_ROW_H
#define VIEW_WRITE_ROW_H

#include "daemon/store/journal.h"

#include <jansson.h>

/* {"number","run","target","entity","operation","state","subject" (masked),"fields","reason","code",
 * "sent","known"}. New reference; NULL: out of memory. */
json_t *write_row_json(const struct write *write);

#endif
