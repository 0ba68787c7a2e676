/* The moments at which a pair's fields were first seen to differ from the base, as a text in the link. */
#ifndef WORK_SINCE_H
#define WORK_SINCE_H

#include "mapping/field.h"

/* "m name 1685621700\n": one line for each field and side that differs. */
void since_pack(const int64_t changed_at[SIDES][FIELDS], struct buffer *ret);
/* Unreadable lines are left out: a moment that is not known is dated anew. */
void since_unpack(struct slice text, int64_t ret[SIDES][FIELDS]);

#endif
