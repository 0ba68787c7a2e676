/* A side is read anew from nothing: what it was last seen to hold is forgotten, versions too. Links, bases,
 * journal and conflicts stay. */
#ifndef STORE_STAGE_FORGET_H
#define STORE_STAGE_FORGET_H

#include "daemon/store/stage.h"

/* Drops all staged rows of the side with their payloads, codes and hashes. In a transaction. */
enum status stage_forget_side(struct store *store, enum side side);
/* The side's watermarks begin anew, so that the next cycle reads it whole and says nothing absent before that.
 * counts: also what the guards compare with. */
enum status stage_forget_watermarks(struct store *store, enum side side, bool counts);

#endif
