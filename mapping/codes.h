/* A set of codes as canonical text: sorted, each once, separated by one space (FORM_CODES). */
#ifndef MAPPING_CODES_H
#define MAPPING_CODES_H

#include "mapping/base/arena.h"

enum { CODES_MOST = 64 };

struct codes {
    struct slice at[CODES_MOST]; /* sorted; borrowed */
    size_t count;
};

/* Empty codes, those already there, and those beyond CODES_MOST are left out. */
void codes_add(struct codes *codes, struct slice code);
/* Empty for no codes. NO_MEMORY. */
enum status codes_join(const struct codes *codes, struct arena *arena, struct slice *ret);

#endif
