/* Rows sealed anew, piece by piece, after the sealing key or the cipher changed. The state lists which keys its
 * rows may need (setting of operation "store.seals"); when all rows are done, the present one alone is left. */
#ifndef STORE_RESEAL_H
#define STORE_RESEAL_H

#include "daemon/store/store.h"

enum { RESEAL_MARK_BYTES = 12, RESEAL_PIECE = 10000 };
#define RESEAL_KEYS "store.seals"

/* "0a1b2c3d:0": the key's id, and the cipher's number. */
void reseal_mark(struct seal_mark mark, char ret[RESEAL_MARK_BYTES]);
/* Are all the keys of such a list, separated by blanks, at hand? */
bool reseal_known(const struct store *store, const char *list);

/* May some rows still be sealed with another key or cipher than the present one? */
bool reseal_waits(const struct store *store);
/* Seals up to `most` rows anew, in one transaction of its own; ret_done: none is left, and the other keys are
 * not needed any more. A row that does not open is passed over: nothing can read it. */
enum status reseal_some(struct store *store, int64_t most, bool *ret_done);

#endif
