/* One platform as a request needs it: its definition, and what is known of it now. */
#ifndef CONNECTORS_PLATFORM_H
#define CONNECTORS_PLATFORM_H

#include "connectors/definition.h"

/* Borrowed, all of it. */
struct platform {
    const struct definition *definition;
    enum side side;
    struct slice url; /* its address */
    struct slice key_id, secret;
    struct slice token;      /* empty: none yet */
    int64_t clock_offset_ms; /* its clock minus ours */
};

#endif
