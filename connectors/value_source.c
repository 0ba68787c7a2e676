#include "connectors/value_source.h"

#include <string.h>

struct source_row {
    const char *pointer;
    bool in_url;
};

static const struct source_row ROWS[SOURCES] = {
#define VALUE_SOURCE_ROW(name, text, url) {text, url},
    VALUE_SOURCE_MAP(VALUE_SOURCE_ROW)
#undef VALUE_SOURCE_ROW
};

bool value_source_find(const char *pointer, enum value_source *ret, struct slice *ret_rest)
{
    for (enum value_source source = (enum value_source)0; source < SOURCES; source++) {
        size_t size = strlen(ROWS[source].pointer);
        if (strncmp(pointer, ROWS[source].pointer, size) != 0)
            continue;
        bool inside = source == SOURCE_RECORD && pointer[size] == '/';
        if (pointer[size] != '\0' && !inside)
            continue;
        *ret = source;
        *ret_rest = slice_of(pointer + size);
        return true;
    }
    return false;
}

const char *value_source_pointer(enum value_source source)
{
    return ROWS[source].pointer;
}

bool value_source_in_url(enum value_source source)
{
    return ROWS[source].in_url;
}
