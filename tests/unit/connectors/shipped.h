/* The shipped definitions, loaded for a test from the root of the tree. Included by one program
 * each. */
#ifndef TESTS_SHIPPED_H
#define TESTS_SHIPPED_H

#include "connectors/definition.h"

#include <stdio.h>
#include <stdlib.h>

static inline struct slice shipped_text(const char *path, char *room, size_t size)
{
    FILE *file = fopen(path, "rb");
    size_t count = file == NULL ? 0 : fread(room, 1, size, file);
    if (file != NULL)
        (void)fclose(file);
    return (struct slice){room, count};
}

static inline struct definition *shipped_load(enum side side)
{
    static char room[64 * 1024];
    struct definition *definition = NULL;
    struct fault fault = {0};
    const char *path =
        side == MUNICIPAL ? "connectors/municipal.json" : "connectors/provincial.json";
    struct slice text = shipped_text(path, room, sizeof room);
    if (definition_load(text, path, &definition, &fault) != STATUS_OK) {
        (void)fprintf(stderr, "%s:%d: %s: read '%s', allowed: %s\n", fault.file, fault.line,
                      fault.key, fault.read, fault.allowed);
        abort();
    }
    return definition;
}

#endif
