/* The control calls that touch records: POST /seed, POST /edit, /inspect. */
#ifndef PLATFORM_CONTROL_RECORDS_H
#define PLATFORM_CONTROL_RECORDS_H

#include "tests/platform/platform.h"

/* {"accounts":[...],"hours":[...],"annual":[...]} in the platform's own schema. Returns the answer
 * {"accounts":[ids],"hours":[ids],"annual":n}, or NULL with *ret_wrong saying why (static). */
json_t *control_seed(struct platform *platform, const json_t *object, const char **ret_wrong);
/* {"entity":"account|hours|annual", "id"|"code"|"system"+"number"|"match":{...}, "set":{...}}.
 * Returns the record as it then is, as JSON text appended to the buffer; NULL: done. */
const char *control_edit(struct platform *platform, const json_t *object, struct buffer *ret);
/* The same selection without "set"; all that fit, as a list {"records":[...]}. */
const char *control_inspect(struct platform *platform, const json_t *object, struct buffer *ret);

#endif
