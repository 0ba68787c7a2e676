/* What a value of a request may be taken from: the closed list that definitions choose from, by
 * JSON Pointer: {"from": "/page"}, {"from": "/record/nd"}. */
#ifndef CONNECTORS_VALUE_SOURCE_H
#define CONNECTORS_VALUE_SOURCE_H

#include "mapping/base/bytes.h"

/* name, pointer, may stand in a URL. Persons never do, organisations neither, since a person
 * trading alone has a code that is made of hers; nor what a record holds. */
#define VALUE_SOURCE_MAP(X)                                                                        \
    X(KEY_ID, "/key_id", true)                                                                     \
    X(SECRET, "/secret", false)                                                                    \
    X(TOKEN, "/token", false)                                                                      \
    X(TIMESTAMP, "/timestamp", true)                                                               \
    X(NONCE, "/nonce", true)                                                                       \
    X(IDEMPOTENCY_KEY, "/idempotency_key", true)                                                   \
    X(PAGE, "/page", true)                                                                         \
    X(SIZE, "/size", true)                                                                         \
    X(CURSOR, "/cursor", true)                                                                     \
    X(SINCE, "/since", true)                                                                       \
    X(YEAR, "/year", true)                                                                         \
    X(REGION, "/region", true)                                                                     \
    X(PERSONS, "/persons", false)                                                                  \
    X(ORGANISATIONS, "/organisations", false)                                                      \
    X(ID, "/id", true)                                                                             \
    X(VERSION, "/version", true)                                                                   \
    X(ORIGIN_SYSTEM, "/origin_system", true)                                                       \
    X(ORIGIN_NUMBER, "/origin_number", true)                                                       \
    X(RECORD, "/record", false)

enum value_source {
#define VALUE_SOURCE_ENUM(name, text, url) SOURCE_##name,
    VALUE_SOURCE_MAP(VALUE_SOURCE_ENUM)
#undef VALUE_SOURCE_ENUM
        SOURCES
};

/* ret_rest: of RECORD, the pointer inside it, else empty. False: no such source. */
bool value_source_find(const char *pointer, enum value_source *ret, struct slice *ret_rest);
const char *value_source_pointer(enum value_source source);
bool value_source_in_url(enum value_source source);

#endif
