/* Whose hours these are is asked again and again, a person's records lying far apart: what was found lately is
 * remembered, for as long as no account, none of its codes and none of its links changes. Bounded; a plain
 * repetition of what person_resolve would find. */
#ifndef WORK_PERSON_KNOWN_H
#define WORK_PERSON_KNOWN_H

#include "daemon/work/person.h"

/* False: not known, or something changed since. Texts in the desk's arena. NO_MEMORY. */
enum status person_known(struct desk *desk, enum side side, struct slice code, struct person *ret, bool *ret_known);
/* Remembers what was just found; another one may be forgotten for it. NO_MEMORY. */
enum status person_remember(struct desk *desk, enum side side, struct slice code, const struct person *person);
void person_forget_all(struct desk *desk);

#endif
