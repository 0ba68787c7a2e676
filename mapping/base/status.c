#include "mapping/base/status.h"

#include <stdio.h>

const char *status_text(enum status status)
{
    static const char *const texts[] = {
#define STATUS_TEXT(name, text) [STATUS_##name] = text,
        STATUS_MAP(STATUS_TEXT)
#undef STATUS_TEXT
    };
    return (unsigned)status < sizeof texts / sizeof *texts ? texts[status] : "unknown status";
}

static void copy_cut(char *to, size_t size, const char *from)
{
    (void)snprintf(to, size, "%s", from == NULL ? "" : from);
}

enum status fault_set(struct fault *fault, enum status status, const char *file, int line,
                      const char *key, const char *read, const char *allowed)
{
    if (fault == NULL)
        return status;
    fault->status = status;
    fault->line = line;
    copy_cut(fault->file, sizeof fault->file, file);
    copy_cut(fault->key, sizeof fault->key, key);
    copy_cut(fault->read, sizeof fault->read, read);
    copy_cut(fault->allowed, sizeof fault->allowed, allowed);
    return status;
}
