/* Texts made comparable: the order and the rules of reconciliation.md, "Normalising". */
#ifndef MAPPING_TEXT_H
#define MAPPING_TEXT_H

#include "mapping/base/arena.h"

/* Middle dots of names to U+00B7 and old private-use code points to the characters they became (name
 * only), full-width ASCII and U+3000 to half-width, NFC, trim. INVALID: not UTF-8, a control character,
 * NUL or U+FFFD. The result lies in the arena. */
enum status text_normalise(struct slice raw, bool name, struct arena *arena, struct slice *ret);

size_t text_characters(struct slice utf8); /* code points */
int text_columns(struct slice utf8);       /* of a terminal: Chinese characters take two */

#endif
