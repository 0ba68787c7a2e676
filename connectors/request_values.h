/* Values and templates of a definition filled in for one request; see definition_values.c for their
 * form. For request.c only. */
#ifndef CONNECTORS_REQUEST_VALUES_H
#define CONNECTORS_REQUEST_VALUES_H

#include "connectors/definition_inside.h"

struct request_values {
    const struct platform *platform;
    const struct request *request;
    const struct request_item *item; /* NULL: none */
    struct slice timestamp, nonce;
    struct arena *arena;
};

/* As a text; .at == NULL: there is none, and what it was for is left out. NO_MEMORY, INVALID. */
enum status request_value(const struct request_values *values, const json_t *form,
                          struct slice *ret);
/* Of a source by name ("id"), for a path. */
enum status request_value_named(const struct request_values *values, struct slice name,
                                struct slice *ret);
/* The body of a template as it is sent, in the arena. */
enum status request_body(const struct request_values *values, const json_t *template,
                         struct slice *ret);

#endif
