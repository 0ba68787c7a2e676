/* What a side was last seen to hold is forgotten, and read anew. Links, bases, journal and conflicts stay.
 * In a transaction. */
#ifndef STORE_STAGE_FORGET_H
#define STORE_STAGE_FORGET_H

#include "daemon/store/stage.h"

/* Drops the side's staged rows that this run or a later one brought, and all that no link names, with
 * their payloads, codes and hashes. From run 0 on that is everything: then lower versions are taken, and
 * other records under its ids. Otherwise the side's records are compared with what stays. */
enum status stage_forget_since(struct store *store, enum side side, int64_t run);
/* The side's watermarks begin anew, so that the next cycle reads it whole and says nothing absent before that.
 * counts: also what the guards compare with. */
enum status stage_forget_watermarks(struct store *store, enum side side, bool counts);

#endif
