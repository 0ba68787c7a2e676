/* Whom a code names: resident IDs (GB 11643-1999, check character ISO 7064 MOD 11-2) and unified social
 * credit codes (GB 32100-2015, with GB 11714 for the organisation's part). */
#ifndef MAPPING_IDENTITY_H
#define MAPPING_IDENTITY_H

#include "mapping/base/bytes.h"

enum identity_fault {
    IDENTITY_OK,
    IDENTITY_EMPTY,
    IDENTITY_LENGTH,
    IDENTITY_CHARSET,
    IDENTITY_REGION, /* a region code that was never assigned; a retired one is valid */
    IDENTITY_DATE,
    IDENTITY_FUTURE,
    IDENTITY_CHECK,
    IDENTITY_ORGANISATION_CHECK
};

/* text: normalised. today: days since 1970-01-01. ret_code: 18 characters, upper case; a 15-digit number
 * becomes 18 (sequence 996 to 999: born in the 1800s). Untouched on failure. */
enum identity_fault identity_person(struct slice text, int64_t today, char ret_code[19]);
enum identity_fault identity_organisation(struct slice text, char ret_code[19]);
const char *identity_fault_name(enum identity_fault fault); /* "check", "length", … */

/* Every spelling under which a valid 18-character code may be stored: as it is, with a small x, and with
 * 15 digits where the century allows. Returns how many. */
size_t identity_spellings(const char code[19], char ret[4][19]);

#endif
