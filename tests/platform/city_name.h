/* Invented names of persons, organisations and courses, and the other spellings of a text that mean
 * the same (reconciliation.md, "Normalising"). */
#ifndef PLATFORM_CITY_NAME_H
#define PLATFORM_CITY_NAME_H

#include "tests/platform/city_random.h"

#include <stdbool.h>
#include <stddef.h>

enum { CITY_NAME_SIZE = 160, CITY_DISTRICTS = 8 };

struct city_district {
    const char *code; /* GB/T 2260 */
    const char *name;
};
/* The city itself first, then its seven districts. */
extern const struct city_district city_districts[CITY_DISTRICTS];

void city_name_person(struct city_random *random, char ret[CITY_NAME_SIZE]);
/* A name that is not this one. */
void city_name_other(const char *name, char ret[CITY_NAME_SIZE]);
/* Of the number-th department: a district and a field of work. */
void city_name_department(unsigned number, char ret[CITY_NAME_SIZE]);
void city_name_employer(struct city_random *random, const char *district, unsigned number,
                        char ret[CITY_NAME_SIZE]);
void city_name_course(const char *kind, int year, unsigned number, char ret[CITY_NAME_SIZE]);

/* The same text spelt otherwise: another middle dot, a private-use code point, full-width letters,
 * digits and brackets, spaces around it. ret differs from text and normalises to the same. */
void city_name_respell(struct city_random *random, const char *text, size_t size, char *ret);
/* ASCII as full-width (U+FF01 to U+FF5E). */
void city_name_wide(const char *text, size_t size, char *ret);

#endif
