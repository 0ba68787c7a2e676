#include "daemon/sync/conflict_kind.h"

enum { INFO, WARNING, ERROR, CRITICAL };

static const struct kind_row {
    const char *name;
    int severity;
    bool decidable;
} kinds[CONFLICT_KINDS] = {
#define CONFLICT_KIND_ROW(name, severity, decidable) {#name, severity, decidable},
    CONFLICT_KIND_MAP(CONFLICT_KIND_ROW)
#undef CONFLICT_KIND_ROW
};

const char *conflict_kind_name(enum conflict_kind kind)
{
    return kinds[kind].name;
}

int conflict_kind_severity(enum conflict_kind kind)
{
    return kinds[kind].severity;
}

bool conflict_kind_decidable(enum conflict_kind kind)
{
    return kinds[kind].decidable;
}

bool conflict_kind_find(struct slice name, enum conflict_kind *ret)
{
    for (int kind = 0; kind < CONFLICT_KINDS; kind++) {
        if (slice_is(name, kinds[kind].name)) {
            *ret = (enum conflict_kind)kind;
            return true;
        }
    }
    return false;
}

const char *conflict_kind_intern(struct slice name)
{
    enum conflict_kind kind = KIND_field_mismatch;
    return conflict_kind_find(name, &kind) ? kinds[kind].name : NULL;
}
