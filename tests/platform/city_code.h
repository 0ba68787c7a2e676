/* Invented resident IDs (GB 11643: sequence 900 to 999) and unified social credit codes (GB 32100,
 * the organisation code of GB 11714 inside), all valid; and their check, for looking at a city. */
#ifndef PLATFORM_CITY_CODE_H
#define PLATFORM_CITY_CODE_H

#include <stdbool.h>
#include <stdint.h>

enum { CITY_CODE_SIZE = 19 };

/* How many different IDs there are. */
uint32_t city_code_residents(void);
/* The ID of that number, which is taken modulo city_code_residents(): different numbers, different
 * IDs. Prefixes are the present and the retired codes of the districts; born 1958 to 1999. */
void city_code_resident(uint64_t number, char ret[CITY_CODE_SIZE]);
/* Date and check character; upper case, 18 characters. */
bool city_code_resident_valid(const char *code);
/* The 15 digits of before 1999; false when they would mean someone born in the 1800s. */
bool city_code_resident_short(const char *code, char ret[CITY_CODE_SIZE]);
/* The same ID with a check character that is wrong. */
void city_code_resident_spoil(char code[CITY_CODE_SIZE]);

/* category: the first two characters ("11" bureau, "12" institution, "91" company). region: six
 * digits. serial below 28 million tells codes of one category and region apart. */
void city_code_credit(const char *category, const char *region, uint32_t serial,
                      char ret[CITY_CODE_SIZE]);
bool city_code_credit_valid(const char *code);
void city_code_credit_spoil(char code[CITY_CODE_SIZE]);

#endif
