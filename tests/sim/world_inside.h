/* The platforms themselves, for world.c, facts.c, people.c and edits.c only. */
#ifndef SIM_WORLD_INSIDE_H
#define SIM_WORLD_INSIDE_H

#include "tests/platform/service.h"
#include "tests/sim/chance.h"

extern struct service world_service;

/* Stores what staff enter: only what differs from the row is set (NULL: a new record, all of it). `is` is the
 * record as it is to be. The row that stands then. */
const struct row *world_enter(int side, int entity, const struct row *row, const void *is);

#endif
