/* The shipped mapping file for the tests of this room. Tests run from the top of the tree. */
#ifndef TESTS_UNIT_MAPPING_SHIPPED_H
#define TESTS_UNIT_MAPPING_SHIPPED_H

#include "mapping/mapfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHIPPED_FILE "mapping/continuing-education.json"

enum { SHIPPED_NOW = 1700000000 }; /* 2023-11-14 */

/* malloc'ed, NUL-terminated; NULL when it cannot be read. */
static inline char *shipped_text(void)
{
    FILE *file = fopen(SHIPPED_FILE, "rb");
    char *text = calloc(1, 256 * 1024);
    if (file != NULL && text != NULL) {
        size_t size = fread(text, 1, 256 * 1024 - 1, file);
        text[size] = '\0';
    }
    if (file != NULL)
        (void)fclose(file);
    return text;
}

/* The text with the first `find` behind the first `after` replaced; malloc'ed. Stops the test when
 * there is none. */
static inline char *shipped_changed(const char *text, const char *after, const char *find,
                                    const char *put)
{
    const char *start = strstr(text, after);
    const char *at = start == NULL ? NULL : strstr(start, find);
    char *made = NULL;
    if (at == NULL ||
        asprintf(&made, "%.*s%s%s", (int)(at - text), text, put, at + strlen(find)) < 0) {
        (void)fprintf(stderr, "'%s' is not in the file\n", find);
        abort();
    }
    return made;
}

static inline struct mapping *shipped_mapping(void)
{
    struct mapping *mapping = NULL;
    struct fault fault = {0};
    char *text = shipped_text();
    if (mapping_load(slice_of(text), SHIPPED_FILE, &mapping, &fault) != STATUS_OK)
        (void)fprintf(stderr, "%s:%d: %s: %s: %s\n", fault.file, fault.line, fault.key, fault.read,
                      fault.allowed);
    free(text);
    return mapping;
}

#endif
