/* What people.c and edits.c share. */
#ifndef SIM_PEOPLE_INSIDE_H
#define SIM_PEOPLE_INSIDE_H

#include "tests/sim/world_inside.h"

extern const char *const people_regions[4]; /* three of the city, and one outside it */
enum { PEOPLE_HOME_REGIONS = 3, PEOPLE_REGIONS = 4 };

/* Texts that live until the next dozen. */
const char *people_resident(void);                          /* an ID that nobody has yet */
const char *people_name(struct chance *chance, int kind);
const char *people_mobile(struct chance *chance);
const char *people_course(struct chance *chance);
const char *people_evidence(struct chance *chance);
/* The code of an organisation of that kind which is registered nowhere yet; NULL: of this city's people nobody
 * names such. */
const char *people_nobody(struct chance *chance, int kind);
int64_t people_moment(struct chance *chance, int year);     /* in that year, by day */
enum platform_review people_review(struct chance *chance, bool hours);

/* An account of that kind on the side, valid or not; NULL: none. */
const struct row *people_pick(struct chance *chance, int side, int kind);
const struct row *people_pick_hours(struct chance *chance, int side);
/* Nobody edited anything yet. */
void people_edit_begin(void);

#endif
