/* The course catalogue of the invented city: public, professional and credit courses of each year.
 */
#ifndef PLATFORM_CITY_COURSE_H
#define PLATFORM_CITY_COURSE_H

#include "tests/platform/city_name.h"
#include "tests/platform/model.h"

enum {
    CITY_FIRST_YEAR = 2017,
    CITY_YEARS = 7,
    CITY_LAST_CREDIT_YEAR = 2019,
    CITY_CATEGORIES = CATEGORY_CREDIT + 1,
    CITY_COURSES = 128 /* of a year and category */
};

struct city_course {
    char code[16];
    char name[CITY_NAME_SIZE];
};

struct city_catalogue {
    struct city_course course[CITY_YEARS][CITY_CATEGORIES][CITY_COURSES];
};

/* NULL: out of memory; to be freed with free(). */
struct city_catalogue *city_course_catalogue(void);

#endif
