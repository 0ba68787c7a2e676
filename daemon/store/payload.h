/* A payload in few bytes. A platform's records of one entity differ in their values, hardly in their members: what is
 * not a value is a template, kept once beside them and sealed like them, and a row holds the values. What comes out is
 * byte for byte what went in. For the files of this folder only. */
#ifndef STORE_PAYLOAD_H
#define STORE_PAYLOAD_H

#include "daemon/store/inside.h"

enum { TEMPLATES_MOST = 64 /* of all; a payload of another form is kept as it is */ };

/* ret_packed holds until the next call. */
enum status payload_pack(struct store *store, struct slice payload, struct slice *ret_packed);
/* In the arena, or the text itself. CORRUPT: its template is not there. */
enum status payload_unpack(struct store *store, struct slice packed, struct arena *arena, struct slice *ret);
/* Opens it and nothing else, to be sealed anew (reseal.c). NOT_FOUND, CORRUPT. */
enum status payload_open_template(struct store *store, int64_t number, struct arena *arena);
/* What is known by heart may have been rolled back. */
void payload_forget(struct store *store);

#endif
