/* Resident IDs (GB 11643) and unified social credit codes (GB 32100), as the platforms look at
 * them when somebody enters one. */
#ifndef PLATFORM_CODES_H
#define PLATFORM_CODES_H

#include <stdbool.h>
#include <stddef.h>

enum { CODES_SIZE = 72 };

/* 18 digits, a birth date and the right check character ('x' and 'X' alike), or 15 digits. */
bool codes_resident(const char *code);
/* 18 characters of the code's alphabet and the right check character. */
bool codes_credit(const char *code);
/* What the code is compared by: upper case, 15 digits made 18. Cut to CODES_SIZE - 1. Returns the
 * length. */
size_t codes_normal(const char *code, char ret[CODES_SIZE]);
/* Whether a resident ID stands in the text: a run of exactly 15 digits, or 17 digits and a check
 * character, with a month and a day where they belong. */
bool codes_within(const char *text);

#endif
