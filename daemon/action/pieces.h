/* A file given away as rows {"piece": base64}, behind the row of the action that opened it. */
#ifndef ACTION_PIECES_H
#define ACTION_PIECES_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

enum { PIECE_BYTES = 192 * 1024 };

/* The next piece of an open file, a new reference; NULL at its end, or when it cannot be read: whoever takes
 * them counts the bytes. */
json_t *piece_next(int file);
/* The bytes of a row that is a piece, malloc'ed. NULL: it is none. */
uint8_t *piece_bytes(json_t *row, size_t *ret_size);

#endif
