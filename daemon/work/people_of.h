/* The persons of an organisation on a side, as they were last seen. */
#ifndef WORK_PEOPLE_OF_H
#define WORK_PEOPLE_OF_H

#include "daemon/work/desk.h"

/* One walk over the side's accounts: visits each readable person who names the code as employer or department.
 * The record holds only during the visit; the desk's arena is left alone. Ends with the first error. */
enum status people_of(struct desk *desk, enum side side, struct slice organisation,
                      enum status (*visit)(struct desk *desk, enum side side, const struct record *person));

#endif
