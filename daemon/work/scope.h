/* What a manual resync is about: by names the persons, the organisations, and all who are known to belong to these
 * on either side; by region and year what stands in them; all of these at once where several are given
 * (operators.md, `resync`). */
#ifndef WORK_SCOPE_H
#define WORK_SCOPE_H

#include "daemon/store/conflicts.h"
#include "daemon/work/desk.h"

/* Adds the person to the desk's scope and asks both sides for the account, the hours and the years. */
enum status scope_person(struct desk *desk, struct slice code);
/* Likewise the organisation and its people, as they were last seen: one walk over the accounts. */
enum status scope_organisation(struct desk *desk, struct slice code);

/* Is the record in the desk's scope? Decodes it where region or year must be known; the desk's arena is reset. A
 * record of either side counts as in the region when its account, or the account's counterpart, stands there. An
 * account has no year: a year alone holds no account, and its region or name decides where one is given as well.
 * Without a limit: true, for nothing. */
enum status scope_has(struct desk *desk, const struct staged *staged, bool *ret);
/* Likewise a conflict, by its own row. */
bool scope_has_conflict(const struct desk *desk, const struct conflict *conflict);

/* What an order names, for people and masked: "year 2023", "region 371681", "3****************9", "2 persons",
 * "91371602…" in full, joined by ", ". Appended to ret. */
struct scope_names {
    const struct slice *persons;
    size_t person_count;
    const struct slice *organisations;
    size_t organisation_count;
    struct slice region;
    int year;
};
void scope_describe(const struct scope_names *names, struct buffer *ret);

#endif
