/* What oracle.c and oracle_record.c share. */
#ifndef SIM_ORACLE_INSIDE_H
#define SIM_ORACLE_INSIDE_H

#include "tests/sim/oracle.h"
#include "tests/sim/standing.h"

/* A line on stderr; *ok becomes false. */
void oracle_say(bool *ok, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The account, or the one that it is linked with, stands outside the region. */
bool oracle_person_outside(const struct standing *standing, int side, const char *account_id);

/* The field, on which both agree, holds what somebody entered last, or what its rule puts in that's place.
 * rules: the side whose value is the one that counts; WORLD_SIDES: none. */
void oracle_edit_kept(const struct standing *standing, const struct history *history, int entity,
                      const struct standing_link *link, int field, int rules, bool *ok);
/* A valid record that may go over has its counterpart, or there is a reason why not. */
void oracle_not_lost(const struct standing *standing, int side, int entity, const struct fact *fact,
                     bool *ok);

#endif
