/* Faults in an answer's body: what a platform would have said, spoilt. */
#ifndef PLATFORM_ALTER_H
#define PLATFORM_ALTER_H

#include "tests/platform/platform.h"

/* Applies those of the played faults that change the body. */
void alter_answer(const struct platform *platform, const struct request *request, struct answer *answer);

#endif
