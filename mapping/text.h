/* Texts made comparable: the order and the rules of reconciliation.md, "Normalising". */
#ifndef MAPPING_TEXT_H
#define MAPPING_TEXT_H

#include "mapping/base/arena.h"

/* Middle dots to U+00B7 (only where it is a name), old private-use code points to the characters
 * they became, full-width ASCII and U+3000 to half-width, NFC, trim. INVALID: not UTF-8, or inside
 * the text a control character, NUL or U+FFFD. TOO_LARGE: more than 16 KiB. NO_MEMORY. The result
 * lies in the arena. */
enum status text_normalise(struct slice raw, bool name, struct arena *arena, struct slice *ret);

size_t text_characters(struct slice utf8); /* code points */
int text_columns(struct slice utf8);       /* of a terminal: Chinese characters take two */

#endif
