/* The parts of pseudonym.h, for pseudonym*.c only. */
#ifndef MAPPING_PSEUDONYM_INSIDE_H
#define MAPPING_PSEUDONYM_INSIDE_H

#include "mapping/digest.h"
#include "mapping/pseudonym.h"

struct pseudonym {
    struct keyed *keyed;
    struct arena arena; /* of the value at hand */
};

/* How a value is replaced. A later one wins where two fields share a member. */
enum replaced { REPLACED_NOT, REPLACED_NUMBER, REPLACED_CODES, REPLACED_CODE, REPLACED_TEXT };
enum replaced pseudonym_of_field(enum field field);
void pseudonym_as(struct pseudonym *pseudonym, enum replaced replaced, struct slice raw, struct buffer *ret);

/* 16 bytes that the key, the purpose, the number and the text determine. */
void pseudonym_chance(struct pseudonym *pseudonym, const char *what, unsigned number, struct slice text,
                      uint8_t ret[16]);

/* --- pseudonym_id.c --------------------------------------------------------------------------- */

/* 18 characters or 15, digits but for the last of 18. */
bool pseudonym_id_like(struct slice text);
/* How many bytes a valid ID takes at the beginning of the text, 18 or 15; 0: none stands there. */
size_t pseudonym_id_at(struct slice text);
/* text: pseudonym_id_like. The pseudonym has as many characters, is valid or invalid for the same reason, and
 * closes with X where the text does. */
void pseudonym_id(struct pseudonym *pseudonym, struct slice text, struct buffer *ret);

#endif
